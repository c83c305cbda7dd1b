"""Format 3: what models look at, a reply read as a whole beside its sentences, and shares set right."""

import json
from importlib.resources import files
from typing import Any

import pytest

from lms.scenarios.queries_frameworks import product_frameworks
from lms.scenarios.replies import ReplyContext, Scorer
from lms.scenarios.replies_engine import TABOO, asks_last, judge
from lms.scenarios.replies_odds import chance, log_odds
from lms.scenarios.replies_scorers import built, lists_of
from lms.scenarios.replies_traits import MOST_READ, stem, traits

LISTS = lists_of({"TIME": "tomorrow|<DAY>", "DAY": r"mon(?:day)?"}, bounded=True)


def seen(text: str, *kinds: str, language: str = "en") -> set[str]:
    return set(traits(text, language, kinds, LISTS))


def test_stems_lose_their_endings_and_keep_enough_letters() -> None:
    assert [stem(word) for word in ("calling", "called", "calls", "we'll", "i'll", "sing", "this")] == [
        "call",
        "call",
        "call",
        "we",
        "i'll",
        "sing",
        "thi",
    ]


def test_gaps_hold_words_together_over_others() -> None:
    assert {"~call*tomorrow", "~call_you"} <= seen("call you tomorrow", "gaps")
    assert "我*您" in seen("我给您", "gaps", language="zh")


def test_words_of_a_list_stand_as_its_name_and_only_whole_words_do() -> None:
    assert "@call_timezz" in seen("call tomorrow", "kinds")
    assert "@on_dayzz" in seen("on monday", "kinds")
    assert not seen("on the monday-ish", "kinds") & {"@timezz_ish"}
    assert not seen("lemon", "kinds")
    assert "@call_you" not in seen("call you tomorrow", "kinds"), "runs without such a word are counted as runs alone"


def test_tone_tells_who_is_spoken_of_and_what_is_denied() -> None:
    assert {"#iyd011", "#p0"} <= seen("you don't listen", "tone")
    assert {"#iyd101", "#p1"} <= seen("i'm sorry, i can't", "tone")
    assert {"#你1", "#iyd011"} <= seen("你别急", "tone", language="zh")


def test_of_a_long_text_only_the_end_is_read() -> None:
    assert not seen("tomorrow " + "a " * MOST_READ, "kinds")
    assert seen("a " * MOST_READ + "tomorrow", "kinds")


@pytest.mark.parametrize("share", [0.001, 0.2, 0.5, 0.97])
def test_log_odds_are_the_way_back_from_a_share(share: float) -> None:
    assert chance(log_odds(share)) == pytest.approx(share, abs=1e-6)


def third(whole: dict[str, float], share: float = 1.0, calm: float = 1.0, **model: Any) -> Scorer:
    """Word lists of the first version; as a whole every reply has these log-odds."""
    stored = json.loads((files("lms.scenarios") / "reply_models" / "linear-1.json").read_text(encoding="utf-8"))
    limits = json.loads((files("lms.scenarios") / "reply_models" / "linear-2.json").read_text(encoding="utf-8"))[
        "limits"
    ]
    known = stored["tasks"]["lscat"]["en"]
    linear = {
        "kinds": ["tone"],
        "bounded": True,
        "labels": known["labels"],
        "intercepts": [whole.get(label, -12.0) for label in known["labels"]],
        "features": {},
    }
    stored["tasks"]["lscat"]["en"] = {
        **known,
        "whole": {"linear": linear, "dense": None, "weights": [1.0], "share": share},
        **model,
    }
    return built({**stored, "format": 3, "limits": {**limits, "calm": calm, "asks_last": True}})


def labels(text: str, by: Scorer) -> set[str]:
    return set(judge(text, ReplyContext(product_frameworks()["lscat"], "en"), by).labels)


def test_the_reply_as_a_whole_counts_beside_its_sentences() -> None:
    text = "Go on, I'm all ears."
    assert labels(text, third({}, share=0.0)) == {"listen"}
    assert labels(text, third({}, share=1.0)) == set()
    assert labels(text, third({"track": 12.0}, share=1.0)) == {"track"}


def test_a_step_seen_in_the_whole_alone_is_shown_by_its_likeliest_sentence() -> None:
    text = "Hm. Go on, I'm all ears."
    found = judge(text, ReplyContext(product_frameworks()["lscat"], "en"), third({"listen": 12.0})).reading.findings[0]
    shown = [text[words.start : words.end] for words in found.evidence]
    assert shown and all(words in "Go on, I'm all ears" for words in shown)


def test_a_sentence_that_denies_takes_no_step_in_the_whole_either_but_may_hold_a_taboo() -> None:
    by = third({"listen": 12.0, TABOO: 12.0})
    assert labels("I won't listen to you.", by) == {TABOO}
    assert labels("I won't listen to you. Well, go on then.", by) == {"listen", TABOO}


def test_shares_are_set_right_by_label() -> None:
    text = "Go on, I'm all ears."
    assert labels(text, third({}, share=0.0, rights={"listen": [1.0, -20.0]})) == set()
    assert "track" in labels(text, third({}, share=0.0, rights={"track": [1.0, 20.0]}))


def test_a_step_is_believed_only_where_a_taboo_is_unlikely() -> None:
    limits = dict.fromkeys(("listen", "whole"), 0.0)
    context = ReplyContext(product_frameworks()["lscat"], "en")
    said = {"listen": 12.0, TABOO: -2.0}
    for calm, found in ((1.0, ("listen",)), (0.1, ())):
        reading = judge("Go on, I'm all ears.", context, third(said, calm=calm, thresholds=limits)).reading
        assert reading.found == found
        assert {finding.step for finding in reading.findings} == {"listen"}
        assert reading.to_person is not bool(found)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("What would that be worth to you?", True),
        ("what would that be worth to you", True),
        ("What would it be worth to you? Here's the price.", False),
        ("值多少钱？”", True),
        ("值多少钱？八万。", False),
    ],
)
def test_a_question_that_is_answered_at_once_asks_nothing(text: str, asks: bool) -> None:
    assert asks_last(text) is asks


def test_a_question_that_is_answered_at_once_is_never_sure() -> None:
    stored = json.loads((files("lms.scenarios") / "reply_models" / "linear-3.json").read_text(encoding="utf-8"))
    for model in stored["tasks"]["spin"].values():
        model["thresholds"] = dict.fromkeys(model["labels"], 0.0)
    context = ReplyContext(product_frameworks()["spin"], "en")
    question = "If that never broke down again, what would it be worth to you?"
    assert judge(question, context, built(stored)).is_sure
    assert not judge(f"{question} Ours costs ninety a month.", context, built(stored)).is_sure
