"""Exam plans as forms: the shape is the definition's, nothing is lost on the way, two who write at once meet."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.content import BeforeTry, Exam, Marking, Section, Show, Shuffle
from lms.assessment.plan_editing import blank, filled, settled, shown
from lms.assessment.plan_editing_moves import done, merged
from lms.assessment.plan_editing_notes import IN_THE_BROWSER, LABELS, anchor_of, noted, words_of
from lms.assessment.plan_editing_shape import PLAN, SECTION, usual
from lms.core.content import Document, Problem, digest, plain, read_pack, validate
from lms.core.form_fields import keys_of
from lms.core.texts import Message
from tests import factories_assessment as make

ROOT = Path(__file__).resolve().parents[2]
GROUPS = {"shuffle": Shuffle, "show": Show, "marking": Marking}
STEP = "greeting/hello/name"
RICH: dict[str, Any] = {
    "cut": 72.5, "time_limit_minutes": 45, "when_time_is_up": "grace", "grace_minutes": 5, "attempts": 3, "wait_hours": 0.5,
    "before_try": {"3": {"lesson": "greeting/hello"}, "2": {"lesson": "greeting/bye"}}, "escalate_after": 2,
    "counts": "mean", "shuffle": {"items": False}, "avoid_seen": False, "show": {"score": "never", "answers": "after-close"},
    "marking": {"markers": 2, "margin": 1.5, "blind": False, "calibration": 80}, "balance": 0, "exposure_cap": 40,
    "opens_at": "2030-01-01T09:00+08:00", "closes_at": "2030-02-01T09:00+08:00", "assigned_only": True, "status": "pilot",
    "sites": ["south", "north"],
    "sections": [
        {"title": make.text("A"), "topic": "complaints", "draw": 4, "cut": 60, "cover": {STEP: 1, "a/b": 2},
         "difficulty": {"hard": 1, "easy": 3}},
        {"title": {"en": "Only English"}, "sop": "greeting/hello"},
        {"items": ["b-2", "b-1"], "draw": 1, "cover": {}},
    ],
}  # fmt: skip


def plan_of(body: Any) -> Exam:
    definition, problems = validate(Exam, Document("exam", body))
    assert definition is not None, problems
    return definition


def through(body: Any, base: Any = None) -> Any:
    """The body after its form came back as browsers send it, with every blank field; over ``base`` if it is another."""
    fields = {name: words.replace("\n", "\r\n") for name, words in shown(body).items()}
    empty = {f"sections.{key}.{name}": "" for key in keys_of(fields, "sections") for name in SECTION}
    made = filled(body if base is None else base, {**dict.fromkeys(PLAN, ""), **empty, **fields})
    assert not made.refused
    return made.body


def test_a_form_has_every_field_of_a_plan_and_of_a_part() -> None:
    groups = {f"{group}.{name}" for group, model in GROUPS.items() for name in model.model_fields}
    assert set(PLAN) | {"exam", "sections"} == (set(Exam.model_fields) - set(GROUPS)) | groups
    assert set(SECTION) == set(Section.model_fields)
    assert set(BeforeTry.model_fields) == {"lesson"}
    assert all(name.split(".")[-1] in LABELS for name in (*PLAN, *SECTION))


def test_a_form_shows_what_holds_where_a_plan_says_nothing() -> None:
    fields, definition = shown({}), make.plan(wait_hours=24)
    assert (fields["cut"], fields["wait_hours"], fields["counts"], fields["shuffle.items"]) == ("80", "24", "best", "1")
    for name in PLAN:
        group, _, field = name.rpartition(".")
        value = getattr(getattr(definition, group) if group else definition, field)
        assert name == "title" or usual(name) == value, name


@pytest.mark.parametrize("path", sorted((ROOT / "question_bank" / "exams").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_bundled_plan_comes_back_with_the_same_digest(path: Path) -> None:
    documents = {Path(document.path).stem: document for document in read_pack(ROOT).documents["exam"]}
    plan = plan_of(documents[path.stem].data)
    assert digest(plan_of(through(plain(plan)))) == digest(plan)


def test_a_plan_that_uses_everything_comes_back_with_the_same_digest() -> None:
    plan = make.plan(**RICH)
    assert digest(plan_of(through(plain(plan)))) == digest(plan)


def test_a_copy_says_all_that_its_origin_says() -> None:
    sections = [{name: value for name, value in part.items() if value != {}} for part in RICH["sections"]]
    plan = make.plan(**{**RICH, "sections": sections})
    assert plan_of({**through(plain(plan), base={}), "exam": plan.exam}) == plan


NUMBERS = st.integers(0, 100)
TEXTS = st.dictionaries(st.sampled_from(["en", "zh-Hans"]), st.sampled_from(["Ä", "二", "a\nb", " x"]), min_size=1)
PLACES = st.sampled_from(["a", "a/b", "a/b/c", "d/e-f"])
SECTIONS = st.fixed_dictionaries(
    {},
    optional={
        "title": TEXTS, "draw": st.integers(1, 9), "cut": NUMBERS, "cover": st.dictionaries(PLACES, st.integers(1, 3)),
        "difficulty": st.dictionaries(st.sampled_from(["easy", "medium", "hard"]), st.integers(0, 4)),
    },
).flatmap(
    lambda section: st.sampled_from([{"topic": "t"}, {"sop": "a/b"}, {"items": ["i-2", "i-1"]}]).map(
        lambda source: {**section, **source}
    )
)  # fmt: skip
BODIES = st.fixed_dictionaries(
    {"title": TEXTS, "sections": st.lists(SECTIONS, min_size=1, max_size=4)},
    optional={
        "cut": st.one_of(NUMBERS, st.floats(0, 100).map(lambda share: round(share, 3))), "attempts": st.integers(1, 9),
        "wait_hours": NUMBERS, "shuffle": st.fixed_dictionaries({}, optional={"items": st.booleans(), "options": st.booleans()}),
        "avoid_seen": st.booleans(), "marking": st.fixed_dictionaries({}, optional={"markers": st.sampled_from([1, 2])}),
        "opens_at": st.sampled_from(["2030-01-01T09:00", "2030-01-01T09:00+08:00", "2030-01-01T09:00:30"]),
        "before_try": st.dictionaries(st.integers(2, 100).map(str), st.just({"lesson": "a/b"}), max_size=3),
    },
)  # fmt: skip


@given(BODIES)
def test_any_plan_that_can_be_read_comes_back_with_the_same_digest(body: dict[str, Any]) -> None:
    plan, _problems = validate(Exam, Document("exam", {"exam": "any", **body}))
    if plan is not None:
        assert digest(plan_of(through(plain(plan)))) == digest(plan)


@given(BODIES, BODIES, st.data())
def test_two_who_wrote_at_once_lose_nothing_unsaid(
    base: dict[str, Any], newer: dict[str, Any], data: st.DataObject
) -> None:
    """With nothing typed here theirs stands; what was typed here stands or was taken away here."""
    fields = shown(base)
    assert (
        filled(newer, merged(base, newer, fields).fields).body["sections"]
        == filled(newer, shown(newer)).body["sections"]
    )
    name = data.draw(st.sampled_from(sorted(name for name in fields if name.startswith("title.") or ".title." in name)))
    met = merged(base, newer, {**fields, name: "typed here"})
    assert "typed here" in met.fields.values()


def test_what_no_form_shows_stays_in_the_body_and_a_field_that_is_not_sent_is_left_alone() -> None:
    body = {**plain(make.plan(**RICH)), "source": "handbook"}
    assert filled(body, {**shown(body), "cut": "75"}).body == {**body, "cut": 75}
    assert filled(body, {"cut": "75"}).body == {**body, "cut": 75}


def test_an_emptied_field_goes_back_to_what_holds_by_itself() -> None:
    body = plain(make.plan(**RICH))
    fields = {
        **shown(body),
        "wait_hours": "",
        "marking.margin": "",
        "shuffle.items": "1",
        "sections.0.cut": "",
        "sites.south": "",
    }
    made = plan_of(filled(body, fields).body)
    assert (made.wait_hours, made.marking.margin, made.shuffle.items) == (24, 1, True)
    assert (made.sections[0].cut, made.sites) == (None, ["north"])


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"cut": "most"}, "cut"),
        ({"attempts": "2.5"}, "attempts"),
        ({"sections.0.draw": "x"}, "sections.0.draw"),
        ({"sections.0.difficulty.easy": "1,5"}, "sections.0.difficulty.easy"),
        ({"sections.0.cover.+1.step": "not a step", "sections.0.cover.+1.count": "1"}, "sections.0.cover.+1.step"),
        ({"sections.0.cover.+1.step": "a/b/c"}, "sections.0.cover.+1.count"),
        ({"sections.0.cover.+2.count": "2"}, "sections.0.cover.+2.step"),
        ({f"sections.0.cover.{STEP}": "1", "sections.0.cover.+1.step": STEP}, "sections.0.cover.+1.step"),
        ({"before_try.+1.number": "1", "before_try.+1.lesson": "a/b"}, "before_try.+1.number"),
        ({"before_try.+1.number": "2", "before_try.+1.lesson": "a"}, "before_try.+1.lesson"),
        ({"before_try.2": "a/b", "before_try.+1.number": "2"}, "before_try.+1.number"),
        ({"title.en": "x" * 10_001}, "title.en"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field(changes: dict[str, str], at: str) -> None:
    body = plain(make.plan())
    assert list(filled(body, settled({**shown(body), **changes})).refused) == [at]


def test_whole_rows_for_more_get_a_name_and_make_room() -> None:
    rows = {
        "sections.0.cover.+1.step": STEP,
        "sections.0.cover.+1.count": "2",
        "before_try.+1.number": "03",
        "before_try.+1.lesson": "a/b",
    }
    fields = settled({**shown(plain(make.plan())), **rows})
    assert fields[f"sections.0.cover.{STEP}"] == "2" and fields["before_try.3"] == "a/b"
    assert not any(fields[name] for name in rows)
    body = filled({}, fields).body
    assert body["sections"][0]["cover"] == {STEP: 2} and body["before_try"] == {"3": {"lesson": "a/b"}}


# ---- parts -------------------------------------------------------------------------------


def parts(*topics: str) -> dict[str, Any]:
    return {"title": make.text("P"), "sections": [{"topic": topic, "draw": 1} for topic in topics]}


def topics(fields: Any) -> list[str]:
    return [fields.get(f"sections.{key}.topic", "") for key in keys_of(fields, "sections")]


def test_parts_are_added_moved_and_taken_away_with_all_that_is_theirs() -> None:
    fields = done(shown(parts("a", "b", "c")), "add:sections")
    assert keys_of(fields, "sections") == ["0", "1", "2", "3"]
    fields = done(done(fields, "up:sections.2"), "remove:sections.0")
    assert topics(fields) == ["c", "b", ""] and not any(name.startswith("sections.0.") for name in fields)
    assert keys_of(done(fields, "add:sections"), "sections")[-1] == "4"
    many = {**fields, "keys.sections": " ".join(str(number) for number in range(60))}
    assert done(many, "add:sections") == many


@pytest.mark.parametrize(
    "do", ["", "add", "add:", "add:cover", "remove:sections.9", "up:sections", "up:0", "down:..", "x:sections.0"]
)
def test_a_button_that_means_nothing_changes_nothing(do: str) -> None:
    fields = shown(parts("a"))
    assert done(fields, do) == fields


def test_a_part_is_known_again_where_it_stands_now() -> None:
    base, newer = parts("a", "b"), parts("b", "a")
    met = merged(base, newer, {**shown(base), "sections.0.cut": "90"})
    assert topics(met.fields) == ["b", "a"] and met.fields["sections.1.cut"] == "90" and not met.both
    assert [part.get("cut") for part in filled(newer, met.fields).body["sections"]] == [None, 90]


def test_a_part_that_both_changed_tells_the_newer_words() -> None:
    base, newer = parts("a", "b"), parts("x", "a", "b")
    newer["sections"][1]["draw"] = 5
    met = merged(base, newer, {**shown(base), "sections.0.draw": "3", "sections.1.draw": "2"})
    assert topics(met.fields) == ["x", "a", "b"]
    assert (
        met.both == {"sections.1.draw": "5"}
        and met.fields["sections.1.draw"] == "3"
        and met.fields["sections.2.draw"] == "2"
    )


def test_a_part_that_was_changed_here_and_taken_away_there_stays_and_says_so() -> None:
    base, newer = parts("a", "b"), parts("b")
    met = merged(base, newer, {**shown(base), "sections.0.draw": "3"})
    assert sorted(topics(met.fields)) == ["a", "b"] and list(met.both.values()) == [""]
    (name,) = met.both
    assert met.fields[f"{name}.draw"] == "3"
    assert topics(merged(base, newer, shown(base)).fields) == ["b"]


def test_parts_that_both_added_both_stay() -> None:
    base, newer = parts("a"), parts("a", "theirs")
    mine = done(shown(base), "add:sections")
    met = merged(base, newer, {**mine, "sections.1.topic": "mine", "sections.1.draw": "2"})
    assert sorted(topics(met.fields)) == ["a", "mine", "theirs"]
    assert "keys.sections" in met.both


def test_a_part_taken_away_here_stays_away_and_a_change_there_is_told() -> None:
    base, newer = parts("a", "b"), parts("a", "b")
    newer["sections"][0]["draw"] = 7
    met = merged(base, newer, done(shown(base), "remove:sections.0"))
    assert topics(met.fields) == ["b"] and "keys.sections" in met.both
    assert not merged(base, base, done(shown(base), "remove:sections.0")).both


# ---- what is to be mended ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dotted", "anchor", "words"),
    [
        ("title.en", "title", ["Title"]),
        ("exam", "key", ["Key"]),
        ("", "key", ["Key"]),
        ("show", "show", ["What learners see"]),
        ("show.score", "show.score", ["Show the score"]),
        ("marking.margin", "marking.margin", ["Points two markers may lie apart"]),
        ("sites[0]", "sites", ["Sites that try it"]),
        ("before_try.3.lesson", "before_try.3", ["A lesson before a try", "3"]),
        ("sections", "sections", ["Parts"]),
        ("sections[1]", "sections.0", ["Part 2"]),
        ("sections[0].title.zh-Hans", "sections.1.title", ["Part 1", "Title"]),
        ("sections[1].items[2]", "sections.0.items", ["Part 2", "These items, one key a line"]),
        (
            "sections[0].difficulty.hard",
            "sections.1.difficulty.hard",
            ["Part 1", "How many of each difficulty", "Hard"],
        ),
        (f"sections[0].cover.{STEP}", f"sections.1.cover.{STEP}", ["Part 1", "Wished SOP steps", STEP]),
        ("sections[0].cover.a.b", "sections.1.cover", ["Part 1", "Wished SOP steps"]),
        ("sections[9].draw", "sections", ["Parts"]),
    ],
)
def test_a_problem_is_said_at_the_field_that_mends_it(dotted: str, anchor: str, words: list[str]) -> None:
    fields = {"keys.sections": "1 0", f"sections.1.cover.{STEP}": "1"}
    assert anchor_of(dotted, fields) == anchor
    assert [str(word) for word in words_of(anchor, fields)] == words


def test_what_cannot_be_read_says_it_alone() -> None:
    notes = noted([Problem("exam", 1, "cut", Message("A"))], {"cut": Message("B")}, {})
    assert [str(note.finding.message) for note in notes.all] == ["B"]


def test_every_sentence_that_is_put_otherwise_is_still_said_by_the_definitions() -> None:
    said = "".join(
        (ROOT / "lms" / path).read_text(encoding="utf-8")
        for path in ("assessment/content.py", "core/definitions.py", "core/definition_errors.py")
    )
    assert all(f'"{template}"' in said for template in IN_THE_BROWSER)


def test_a_new_form_has_one_part() -> None:
    assert keys_of(blank(), "sections") == ["0"] and filled({}, blank()).body["sections"] == [{}]
