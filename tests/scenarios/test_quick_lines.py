"""The quick shape: forgiving to read, exact to write, and whatever it does not show stays."""

import copy
import random
from pathlib import Path
from typing import Any

import pytest

from lms.core.content import plain
from lms.core.field_types import UNTRANSLATED
from lms.scenarios.definitions import ScenarioDefinition
from lms.scenarios.drafts_checks import checked
from lms.scenarios.drafts_quick_body import Read, body_of
from lms.scenarios.drafts_quick_changes import Changed, changed
from lms.scenarios.drafts_quick_frame import Frame
from lms.scenarios.drafts_quick_lines import MOST_ENTRIES, MOST_REPLIES, TOO_MANY_ENTRIES, TOO_MANY_REPLIES, read_lines
from lms.scenarios.drafts_quick_written import written_quickly
from lms.scenarios.drafts_shape import value_at
from lms.scenarios.queries_frameworks import product_frameworks
from lms.scenarios.starters import starters
from lms.scenarios.views_editor_quick_shown import example
from tests import factories_scenarios as sets
from tests.timing import rested_seconds

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "trainers.md"
LSCAT = product_frameworks()["lscat"]
LESSON = "complaint-handling/lscat"
PLACES = {f"{LESSON}/{step.key}" for step in LSCAT.steps}
CHOSEN = {"skill": "complaint-handling", "framework": "lscat", "channel": "phone"}
BODIES = [
    *(dict(starter.body) for starter in starters()),
    plain(sets.definition()),
    plain(sets.with_typed_reply()),
    *(plain(sets.definition(path.read_text(encoding="utf-8"))) for path in sorted(sets.BUNDLED.glob("*.yaml"))),
]

TALK = """
Title: Rain in the hall
Customer: Ms Lin

# opening
It rains into your hall!
? angry
+2 Where exactly? -> where, listen
- Take an umbrella.
! It's only water. -> bad

# where
By the door.
+ I'll see to it myself by noon. -> good, track
- Somebody will. -> bad

=+3 good: Dry again
=! bad: She leaves
"""


def new(language: str = "en") -> Frame:
    return Frame(language, LSCAT, CHOSEN, LESSON, PLACES)


def of(body: dict[str, Any], language: str = "en") -> Frame:
    return Frame(language, product_frameworks().get(body.get("framework", "")), base=body)


def read(words: str, frame: Frame | None = None) -> Read:
    return body_of(read_lines(words), frame or new())


def at(found: Read, *place: str) -> Any:
    return value_at(found.body, place)


def replies(found: Read, scene: str) -> list[dict[str, Any]]:
    return list(at(found, "scenes", scene, "choices").values())


def problems(words: str, frame: Frame | None = None) -> list[tuple[int, str]]:
    return [(problem.line, str(problem.message)) for problem in read(words, frame).problems]


def rewritten(body: dict[str, Any], *changes: tuple[str, str], newer: dict[str, Any] | None = None) -> Changed:
    """The draft after words of its lines were replaced."""
    frame = of(body)
    shown = written_quickly(body, frame)
    words = shown
    for old, other in changes:
        assert old in words, (old, words)
        words = words.replace(old, other)
    after = read(words, frame)
    assert not after.problems, [(problem.line, str(problem.message)) for problem in after.problems]
    return changed(read(shown, frame).body, after.body, body, newer or body)


# ---- a conversation becomes a body ----------------------------------------------------


def test_a_talk_becomes_a_whole_role_play_with_what_it_does_not_say() -> None:
    found = read(TALK)
    assert not found.problems
    ScenarioDefinition.model_validate({"scenario": "rain", **found.body})
    assert found.body["start"] == "opening" and found.body["framework"] == "lscat"
    assert list(found.body["criteria"]) == ["lscat", "outcome"]
    best, careless, taboo = replies(found, "opening")
    assert best["points"] == {"lscat": 2} and best["step"] == "listen" and best["goto"] == "where"
    assert careless["goto"] == "where", "without an arrow it leads to the next scene"
    assert "points" not in careless and taboo["taboo"] is True and taboo["goto"] == "bad"
    assert [reply["effect"] for reply in (best, careless, taboo)] == [
        {"trust": 1, "anger": -1}, {"trust": -1, "anger": 1}, {"trust": -2, "anger": 2},
    ]  # fmt: skip
    assert at(found, "scenes", "opening", "sop") == [f"{LESSON}/listen"]
    assert at(found, "endings", "good") == {"title": {"en": "Dry again"}, "points": {"outcome": 3}}
    assert at(found, "endings", "bad")["failed"] is True


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_example_is_sound_and_lacks_nothing_but_the_other_language(language: str) -> None:
    found = read(example(language), new(language))
    assert not found.problems
    checks = checked({"scenario": "example", **found.body}, product_frameworks(), PLACES)
    others = {one.message.template for one in checks.findings if one.place != ("framework",)}
    assert checks.is_sound and others <= UNTRANSLATED, others


@pytest.mark.parametrize(
    "line",
    ["+2 Tell me -> where", "+2 Tell me→where", "＋２ Tell me－》where", "++ Tell me >> Where", "+2 Tell me => 2"],
)
def test_marks_are_read_however_they_are_typed(line: str) -> None:
    found = read(TALK.replace("+2 Where exactly? -> where, listen", line))
    assert not found.problems
    reply = replies(found, "opening")[0]
    assert (reply["reply"], reply["points"], reply["goto"]) == ({"en": "Tell me"}, {"lscat": 2}, "where")


def test_chinese_signs_and_names_do() -> None:
    lines = (
        "标题：漏雨", "# 开场", "漏雨了！", "（很急）", "？生气 4 +2", "＋2 在哪儿？——》好，倾听，信任 +3，如果 trust >= 2",
        "！不就是水吗》》走", "=＋3 好：干了", "=！走：她走了",
    )  # fmt: skip
    found = read("\n".join(lines), new("zh-Hans"))
    assert not found.problems, [str(one.message) for one in found.problems]
    scene = at(found, "scenes", "scene-1")
    assert scene["cues"] == [{"zh-Hans": "很急"}]
    assert scene["emotion"] == {"answer": "angry", "intensity": 4, "points": 2}
    first, second = scene["choices"].values()
    assert first["effect"] == {"trust": 3} and first["when"] == "trust >= 2" and first["goto"] == "ending-1"
    assert second["taboo"] is True and second["goto"] == "ending-2"


def test_words_that_look_like_a_mark_are_taken_behind_a_backslash_and_notes_are_left_out() -> None:
    found = read(TALK.replace("By the door.", "// only for me\n\\- By the door.\n\nAnd the stairs."))
    assert at(found, "scenes", "where", "says") == {"en": "- By the door.\n\nAnd the stairs."}


# ---- what cannot be read is said by line ----------------------------------------------


@pytest.mark.parametrize(
    ("old", "new_words", "line", "told"),
    [
        ("? angry", "? cross", 7, "no feeling"),
        ("-> where, listen", "-> nowhere", 8, "No scene and no ending is called “nowhere”"),
        ("-> where, listen", "-> where, hearken", 8, "“hearken” is not known"),
        ("- Somebody will. -> bad", "- Somebody will.", 15, "Say where this reply leads"),
        ("- Take an umbrella.", "Take an umbrella.", 9, "has no mark"),
        ("It rains into your hall!", "> All right", 6, "belong below a reply"),
        ("# where", "# Opening", 12, "there already, in line 5"),
        ("# where", "#", 12, "Give it a name"),
        ("Customer: Ms Lin", "Guest: Ms Lin", 3, "No scene has begun"),
        ("Customer: Ms Lin", "Pass line: many", 3, "whole number of percent"),
        ("=! bad: She leaves", "=! bad: She leaves\n- No.", 19, "An ending has no replies"),
        ("+2 Where", "+2000 Where", 8, "at most 3 digits"),
        ("By the door.", "By the \x07door.", 13, "U+0007"),
        ("-> where, listen", "-> where, @a\n+1 Hm. -> where, @a", 9, "stands at two replies"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_with_what_to_do(old: str, new_words: str, line: int, told: str) -> None:
    assert old in TALK
    found = problems(TALK.replace(old, new_words))
    assert (line, True) in [(number, told in words) for number, words in found], found


def test_nothing_and_a_talk_without_an_end_are_named() -> None:
    assert "nothing to read" in problems("")[0][1]
    assert "no ending yet" in problems("# opening\nHello\n- Hi -> 1")[0][1]


def test_every_problem_is_named_at_once_and_the_rest_is_read() -> None:
    found = read(TALK.replace("? angry", "? cross").replace("-> good, track", "-> gone"))
    assert [problem.line for problem in found.problems] == [7, 14]
    assert len(found.body["scenes"]) == 2


@pytest.mark.parametrize("seed", range(60))
def test_no_lines_are_too_broken_to_be_read(seed: int) -> None:
    rng = random.Random(seed)
    pieces = [
        *"#=+-!?>*()（）\\@,，:：→\n\n\n 1 2",
        "->",
        "-》",
        "if ",
        "trust",
        " +1",
        "angry",
        "x",
        "//",
        "opening",
        "taboo",
        "⏎",
    ]
    words = "".join(rng.choice(pieces) for _ in range(300))
    found = read(words)
    checked({"scenario": "x", **found.body}, product_frameworks(), PLACES)
    lines = words.count("\n") + 1
    assert all(1 <= problem.line <= lines for problem in found.problems)
    read(words, of(plain(sets.definition())))


# ---- a draft as lines, and back -------------------------------------------------------


@pytest.mark.parametrize("body", BODIES, ids=lambda body: str(body["scenario"]))
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_every_role_play_reads_back_with_the_same_scenes_replies_and_endings(
    body: dict[str, Any], language: str
) -> None:
    frame = of(body, language)
    found = read(written_quickly(body, frame), frame)
    assert not found.problems, [(one.line, str(one.message)) for one in found.problems]
    assert list(found.body["scenes"]) == list(body["scenes"]) and list(found.body["endings"]) == list(body["endings"])
    for key, scene in body["scenes"].items():
        shown = found.body["scenes"][key]["choices"]
        assert list(shown) == list(scene.get("choices", {}))
        for name, choice in scene.get("choices", {}).items():
            for field in ("goto", "step", "taboo", "points", "effect", "when"):
                assert shown[name].get(field) == (choice.get(field) or None), (key, name, field)
    unchanged = changed(found.body, found.body, body, body)
    assert unchanged.body == body and not unchanged.places


@pytest.mark.parametrize("seed", range(25))
def test_a_broken_draft_reads_back_too(seed: int) -> None:
    rng = random.Random(seed)
    body = copy.deepcopy(plain(sets.definition()))
    odd = ["- x -> y", "# a\n\n> b", "(c)", "= d: e", "+3 f", "\\g", "// h", "@k", "x,y; z -> @z", "！", "", "taboo"]
    for scene in body["scenes"].values():
        scene["says"]["en"] = rng.choice(odd)
        for choice in scene["choices"].values():
            choice.pop(rng.choice(["goto", "step", "points", "effect", "feedback", "none"]), None)
            for field in ("reply", "reaction", "feedback"):
                choice[field] = {"en": rng.choice(odd), "zh-Hans": "别动"}
            choice["when"] = rng.choice(["trust >= 4", "a, b", "", "not taboo", "(("])
    body["endings"]["settled"]["title"]["en"] = rng.choice(odd)
    frame = of(body)
    found = read(written_quickly(body, frame), frame)
    assert not found.problems, [(one.line, str(one.message)) for one in found.problems]
    assert {key: list(scene["choices"]) for key, scene in found.body["scenes"].items()} == {
        key: list(scene["choices"]) for key, scene in body["scenes"].items()
    }
    for key, scene in body["scenes"].items():
        assert found.body["scenes"][key].get("says", {}).get("en", "") == scene["says"]["en"].strip()
        for name, choice in scene["choices"].items():
            assert found.body["scenes"][key]["choices"][name].get("reply", {}).get("en", "") == choice["reply"]["en"]


def test_only_what_was_changed_in_the_lines_changes() -> None:
    body = plain(sets.definition())
    after = rewritten(
        body, ("Tell me from the beginning.", "Start at the beginning."), ("+4 ", "+3 "), ("Loud", "Very loud")
    )
    wanted = copy.deepcopy(body)
    choice = wanted["scenes"]["opening"]["choices"]["hear-her-out"]
    choice["reply"]["en"], choice["points"]["lscat"] = "Start at the beginning.", 3
    wanted["scenes"]["opening"]["cues"][0]["en"] = "Very loud"
    assert after.body == wanted, "the other language, the panel and the scoring stay"


def test_a_new_reply_gets_what_is_usual_and_a_line_taken_away_takes_its_reply() -> None:
    body = plain(sets.definition())
    after = rewritten(
        body,
        ("- Somebody will.", "- We shall see. -> settled\n- Somebody will."),
        ("\n> All right.", ""),
        ("\n* Too early.", ""),
    ).body
    closing = after["scenes"]["closing-scene"]["choices"]
    assert list(closing) == ["name-and-time", "reply-2", "soon-enough"]
    assert closing["reply-2"]["effect"] == {"trust": -1, "anger": 1}
    assert closing["soon-enough"] == body["scenes"]["closing-scene"]["choices"]["soon-enough"]
    opening = after["scenes"]["opening"]["choices"]
    assert opening["hear-her-out"]["reaction"] == {"zh-Hans": "好。"}, "the other language's words are not this page's"
    frame = of(body)
    words = written_quickly(body, frame)
    line = next(line for line in words.split("\n") if "Your number" in line)
    gone = changed(read(words, frame).body, read(words.replace(line + "\n* Too early.\n", ""), frame).body, body, body)
    assert list(gone.body["scenes"]["opening"]["choices"]) == ["hear-her-out", "soothe-her"]
    assert ("scenes", "opening", "choices", "ask-number") in gone.places


def test_lines_moved_move_their_replies() -> None:
    body = plain(sets.definition())
    lines = written_quickly(body, of(body)).split("\n")
    first = next(number for number, line in enumerate(lines) if "I do, at noon." in line)
    lines[first], lines[first + 1] = lines[first + 1], lines[first]
    frame = of(body)
    made = changed(read(written_quickly(body, frame), frame).body, read("\n".join(lines), frame).body, body, body).body
    assert list(made["scenes"]["closing-scene"]["choices"]) == ["soon-enough", "name-and-time"]
    assert made["scenes"]["opening"] == body["scenes"]["opening"]


def test_what_another_author_wrote_meanwhile_stays_and_what_both_changed_is_named() -> None:
    body = plain(sets.definition())
    newer = copy.deepcopy(body)
    newer["scenes"]["opening"]["says"]["en"] = "Theirs"
    newer["scenes"]["opening"]["choices"]["hear-her-out"]["feedback"]["en"] = "Their reason"
    del newer["scenes"]["opening"]["choices"]["ask-number"]
    after = rewritten(
        body,
        ("The floor is wet again.", "Mine"),
        ("Your number, please.", "My number"),
        ("Tell me from", "Say it from"),
        newer=newer,
    )
    opening = after.body["scenes"]["opening"]
    assert opening["says"]["en"] == "Mine" and after.both == (("scenes", "opening", "says", "en"),)
    assert opening["choices"]["hear-her-out"]["feedback"]["en"] == "Their reason"
    assert opening["choices"]["hear-her-out"]["reply"]["en"] == "Say it from the beginning."
    assert "ask-number" not in opening["choices"]
    assert after.homeless == (("scenes", "opening", "choices", "ask-number", "reply", "en"),)


def test_cues_keep_their_other_language_line_by_line() -> None:
    body = plain(sets.definition())
    body["scenes"]["opening"]["cues"] = [
        {"en": "Loud", "zh-Hans": "声音大"},
        {"zh-Hans": "只有中文"},
        {"en": "Fast", "zh-Hans": "快"},
    ]
    after = rewritten(body, ("(Loud)", "(Loud)\n(Rings twice)")).body
    assert after["scenes"]["opening"]["cues"][0] == {"en": "Loud", "zh-Hans": "声音大"}
    assert {"en": "Rings twice"} in after["scenes"]["opening"]["cues"]
    assert {"en": "Fast", "zh-Hans": "快"} in after["scenes"]["opening"]["cues"]
    assert {"zh-Hans": "只有中文"} in after["scenes"]["opening"]["cues"], "what this language does not show stays"


def test_steps_and_trust_are_written_in_the_language_of_the_lines_and_a_step_is_no_target() -> None:
    body = plain(sets.definition())
    assert "-> closing-scene, 倾听, 信任 +2, 怒气 -2, @hear-her-out" in written_quickly(body, of(body, "zh-Hans"))
    del body["scenes"]["opening"]["choices"]["hear-her-out"]["goto"]
    body["scenes"] = {"listen" if key == "closing-scene" else key: scene for key, scene in body["scenes"].items()}
    frame = of(body)
    found = read(written_quickly(body, frame), frame)
    reply = replies(found, "opening")[0]
    assert reply["step"] == "listen" and "goto" not in reply


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0", "\u2003", "\u3000", "   "])
def test_any_blank_may_stand_before_a_number(blank: str) -> None:
    found = read(
        TALK.replace("-> where, listen", f"-> where, listen, trust -{blank}2").replace("angry", f"angry{blank}3")
    )
    assert not found.problems
    assert replies(found, "opening")[0]["effect"] == {"trust": -2}
    assert value_at(found.body, ("scenes", "opening", "emotion", "intensity")) == 3


@pytest.mark.parametrize("number", ["²²", "٥", "8²", "-5"])
def test_a_pass_line_of_other_signs_than_digits_is_told(number: str) -> None:
    found = read(f"Pass line: {number}\n{TALK}")
    assert [problem.line for problem in found.problems] == [1]
    assert value_at(read(f"Pass line: ８0 %\n{TALK}").body, ("pass", "score")) == 80


LONG = 100_000
ENDLESS = {
    "dashes before no arrow": "+ a " + "-" * LONG,
    "dashes behind an arrow": "+ a -> b, trust " + "-" * LONG,
    "blanks in a reply": "+ a" + " " * LONG + "x",
    "blanks behind an arrow": "+ a -> b, c" + " " * LONG + "x",
    "blanks before a condition": "+ a -> b, if" + " " * LONG + "x",
    "signs of a condition": "+ a -> b, if " + "<" * LONG,
    "digits": "+ a -> b, c" + "1" * LONG + "x",
    "digits apart": "+ a -> b, c" + " 1" * (LONG // 2) + "x",
    "arrows": "+ a" + "->" * (LONG // 2) + "x",
    "scenes": "\n".join(f"# {number}" for number in range(LONG // 8)),
    "endings": "\n".join(f"= {number}" for number in range(LONG // 8)),
    "replies": "\n".join(f"+ {number}" for number in range(LONG // 8)),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_words_without_end_are_read_in_time(name: str) -> None:
    words = f"{TALK}\n# another\n{ENDLESS[name]}"
    assert rested_seconds(lambda: read(words), enough=1.0, rounds=1) < 1.0


def test_more_scenes_than_anybody_writes_and_more_replies_than_anybody_reads_are_told() -> None:
    many = "\n".join(f"# s{number}\n- on -> good" for number in range(MOST_ENTRIES - 1))
    assert not read(f"{many}\n= good: Good").problems
    beyond = read(f"{many}\n# one\n# two\n= good: Good").problems
    assert [each.line for each in beyond if each.message.template == TOO_MANY_ENTRIES] == [2 * MOST_ENTRIES]
    full = TALK.replace("! It's", "- No.\n" * MOST_REPLIES + "! It's")
    assert [each.message.template for each in read(full).problems] == [TOO_MANY_REPLIES] * 3
