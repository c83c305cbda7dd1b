"""Typed replies: what is found, by which words, what goes to a person, and that nothing of it ever changes."""

import hashlib
import json
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.scenarios.definitions import FrameworkDefinition
from lms.scenarios.queries_frameworks import product_frameworks
from lms.scenarios.replies import Guard, ReplyContext, choose, from_json, read_reply, scorer, to_json, versions
from lms.scenarios.replies_odds import exponential
from lms.scenarios.replies_scorers import in_use
from lms.scenarios.replies_semantic import is_installed

LAST = FrameworkDefinition.model_validate(
    {
        "framework": "last",
        "title": {"en": "LAST"},
        "steps": [
            {"key": "listen", "title": {"en": "Listen", "zh-Hans": "倾听"}},
            {"key": "apologize", "title": {"en": "Apologise", "zh-Hans": "道歉"}},
            {"key": "solve", "title": {"en": "Solve", "zh-Hans": "解决"}},
            {"key": "thank", "title": {"en": "Thank", "zh-Hans": "感谢"}},
            {
                "key": "gift",
                "title": {"en": "Small token", "zh-Hans": "小心意"},
                "examples": [
                    {
                        "en": "Please accept this voucher as a small token from us.",
                        "zh-Hans": "这张券请您收下，是一点心意。",
                    }
                ],
            },
        ],
        "taboos": [{"phrase": {"en": "Take it or leave it."}, "instead": {"en": "Let us look for another way."}}],
    }
)


def reading(text: str, key: str = "lscat", language: str = "en", **scene: tuple[str, ...]):
    return read_reply(text, ReplyContext(product_frameworks()[key], language, **scene), scorer("linear-1"))


def steps(text: str, key: str = "lscat", language: str = "en", **scene: tuple[str, ...]) -> set[str]:
    return {finding.step for finding in reading(text, key, language, **scene).findings}


def test_a_reply_with_two_steps_shows_both_with_their_words() -> None:
    text = "You waited a whole week, no wonder you're upset. We can exchange it today or refund you, which would you prefer?"
    found = reading(text)
    assert {finding.step for finding in found.findings} == {"sympathize", "advise"}
    for finding in found.findings:
        words = " ".join(text[part.start : part.end] for part in finding.evidence)
        assert ("wonder" in words) == (finding.step == "sympathize")


def test_the_same_in_chinese() -> None:
    text = "等了一个礼拜没人理，换谁都窝火。可以今天换新的，也可以给您退款，您看哪种合适？"
    assert steps(text, language="zh-Hans") == {"sympathize", "advise"}


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("How many people work in the office?", "situation"),
        ("What worries you most about the current system?", "problem"),
        ("If the line stops for a day, what does that cost you?", "implication"),
        ("If the figures checked themselves, how would that help you?", "need-payoff"),
        ("办公室现在一共多少人？", "situation"),
        ("现在这套系统最让您头疼的是什么？", "problem"),
        ("生产线停一天，您要损失多少？", "implication"),
        ("要是这些数自动核对，对您有什么帮助？", "need-payoff"),
    ],
)
def test_spin_questions_are_told_apart(text: str, step: str) -> None:
    assert steps(text, "spin") == {step}


@pytest.mark.parametrize("text", ["Our system is the cheapest in town.", "您好，欢迎光临。"])
def test_a_pitch_or_a_greeting_is_no_spin_question(text: str) -> None:
    assert steps(text, "spin") == set()


def test_a_taboo_is_shown_with_the_better_sentence() -> None:
    (hit,) = reading("Calm down first, then we can talk.").taboos
    assert hit.phrase == "Calm down first, then we can talk"
    assert hit.instead is not None and "listening" in hit.instead["en"]


def test_a_taboo_that_is_quoted_to_reject_it_is_none_and_goes_to_a_person() -> None:
    found = reading("I would never say “calm down” to you. Tell me what happened.")
    assert found.taboos == ()
    assert Guard.QUOTED in found.guards and found.to_person


def test_words_between_quotation_marks_are_not_the_learners_own() -> None:
    assert reading("Calm down, it's no big deal.").taboos
    assert not reading("My colleague's “calm down, it's no big deal” was wrong. Tell me what happened.").taboos


def test_a_phrase_the_scene_forbids_is_a_taboo() -> None:
    text = "The warranty is over, sorry to say."
    assert not reading(text).taboos
    assert reading(text, forbidden=("The warranty is over",)).taboos[0].instead is None


def test_facts_of_the_scene_speak_for_clarify_and_options_for_advise() -> None:
    fact = ("The kettle was bought on Tuesday",)
    plain = reading("The kettle, Tuesday?").findings
    helped = reading("The kettle, bought Tuesday?", facts=fact).findings
    assert {f.step: f.confidence for f in helped}.get("clarify", 0) > {f.step: f.confidence for f in plain}.get(
        "clarify", 0
    )
    option = ("A voucher worth twenty euros",)
    offer = "There is a voucher worth twenty euros for you."
    assert "advise" not in steps(offer)
    assert "advise" in steps(offer, options=option)


@pytest.mark.parametrize(
    ("text", "guard"),
    [
        ("Listen, sympathise, clarify, advise, track.", Guard.RUBRIC_WORDS),
        ("倾听、共情、澄清、建议、跟踪，我都做到了。", Guard.RUBRIC_WORDS),
        ("I am so sorry for you. I am so sorry for you. I am so sorry for you.", Guard.REPEATED),
        ("You're the best customer, it is an honour to serve you.", Guard.FLATTERY),
        ("I won't call you and nobody will get back to you by Friday.", Guard.NEGATION),
        ("Oh great, another complaint, my heart bleeds.", Guard.SARCASM),
        ("?", Guard.TOO_SHORT),
        ("12345 67890", Guard.OFF_TOPIC),
    ],
)
def test_hollow_text_goes_to_a_person_and_credits_nothing(text: str, guard: Guard) -> None:
    found = reading(text)
    assert guard in found.guards
    assert found.to_person
    assert found.found == ()


def test_a_copied_script_goes_to_a_person() -> None:
    script = "Go on, I'm still with you. What happened after you rang the shop?"
    assert Guard.COPIED_SCRIPT in reading(script, scripts=(script,)).guards
    assert Guard.COPIED_SCRIPT not in reading(script).guards


def test_steps_of_a_framework_of_ones_own_are_never_sure() -> None:
    context = ReplyContext(LAST, "en")
    text = "I'm so sorry. Thank you for telling me. Please accept this small voucher as a token from us. Take it or leave it!"
    found = read_reply(text, context, scorer("linear-1"))
    assert {"apologize", "thank", "gift"} <= set(found.unsure)
    assert found.found == ()
    assert found.taboos[0].instead == {"en": "Let us look for another way."}


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["spin", "lscat"]), st.sampled_from(["en", "zh-Hans"]))
def test_any_text_is_read_and_survives_storing(text: str, key: str, language: str) -> None:
    found = reading(text, key, language)
    assert from_json(json.loads(json.dumps(to_json(found)))) == found
    for finding in found.findings:
        assert 0 <= finding.confidence <= 1
        assert finding.evidence
        for words in finding.evidence:
            assert 0 <= words.start < words.end <= len(text)
    for hit in found.taboos:
        assert text[hit.evidence.start : hit.evidence.end] == hit.phrase


def test_versions_in_the_register_are_never_changed() -> None:
    folder = files("lms.scenarios") / "reply_models"
    register = json.loads((folder / "register.json").read_text(encoding="utf-8"))
    assert sorted(register) == sorted(versions())
    for version, digest in register.items():
        assert hashlib.sha256((folder / f"{version}.json").read_bytes()).hexdigest() == digest, version


@pytest.mark.parametrize("tier", ["linear", "semantic"])
def test_a_tier_means_its_version_in_use_whatever_newer_files_lie_there(tier: str) -> None:
    assert in_use(tier) in versions(tier)
    if tier == "linear":
        choose(tier)
        assert scorer().version == in_use(tier)


def test_a_version_that_is_not_here_is_named() -> None:
    with pytest.raises(LookupError, match="linear-99"):
        scorer("linear-99")
    with pytest.raises(LookupError, match="write linear, semantic"):
        choose("magic")


@pytest.mark.skipif(is_installed(), reason="the extra package is there")
def test_without_its_package_the_semantic_tier_says_what_to_do_and_nothing_else_steps_in() -> None:
    with pytest.raises(LookupError, match="make setup-semantic"):
        choose("semantic")
    assert scorer().tier == "linear"


def test_powers_are_the_same_as_the_mathematical_ones_to_three_digits() -> None:
    for value, power in ((0.0, 1.0), (1.0, 2.71828), (-2.0, 0.135335), (5.0, 148.413)):
        assert exponential(value) == pytest.approx(power, rel=0.005)
