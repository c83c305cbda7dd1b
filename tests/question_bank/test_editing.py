"""Items as forms: the shape is the definition's, buttons lose nothing, two who write at once meet."""

from pathlib import Path

import pytest

from lms.core.content import Document, digest, plain, read_pack, validate
from lms.core.form_fields import keys_of
from lms.question_bank.content import Topic, read_item
from lms.question_bank.editing import filled, merged, shown
from lms.question_bank.editing_moves import done
from lms.question_bank.editing_notes import anchor_of
from lms.question_bank.editing_shape import GROUPS, OWN, shape_of
from lms.question_bank.items import ITEM_TYPES
from tests import factories_assessment as make

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("kind", list(ITEM_TYPES))
def test_a_form_has_every_field_of_its_type(kind: str) -> None:
    assert set(shape_of(kind)) | {"key", "type"} == set(ITEM_TYPES[kind].model_fields)
    assert set(OWN) == set(ITEM_TYPES) and set(GROUPS.get(kind, ())) <= set(shape_of(kind))


def test_every_bundled_item_is_the_same_after_its_form_came_back() -> None:
    topics = [validate(Topic, document)[0] for document in read_pack(ROOT).documents["topic"]]
    items = [item for topic in topics if topic for item in topic.items]
    assert len(items) > 480
    for item in items:
        body = plain(item)
        fields = {name: words.replace("\n", "\r\n") for name, words in shown(item.type, body).items()}
        again, _ = read_item(Document("item", filled(item.type, body, fields).body))
        assert again is not None and digest(again) == digest(item), item.key


def test_every_bundled_item_is_read_from_its_form_alone() -> None:
    topics = [validate(Topic, document)[0] for document in read_pack(ROOT).documents["topic"]]
    for item in [item for topic in topics if topic for item in topic.items]:
        fields = {name: words.replace("\n", "\r\n") for name, words in shown(item.type, plain(item)).items()}
        body = {"key": item.key, "type": item.type, **filled(item.type, {}, fields).body}
        again, _ = read_item(Document("item", body))
        assert again is not None and plain(again) == plain(item), item.key


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("single", "stem", {"en": "Which one?", "zh-Hans": ""}),
        ("single", "points", "02"),
        ("multiple", "sop", ["course/lesson", "course/lesson"]),
        ("emotion", "labels", ["angry ", "", "sad"]),
        ("short-text", "accepted", [{"en": "a day "}, {}, {"zh-Hans": " 一天"}]),
        ("matching", "answer", {"skeyltwo": "skeyrtwo ", "skeylone": "skeyrone"}),
    ],
)
def test_a_field_nobody_touched_keeps_its_value_as_it_was_written(kind: str, name: str, value: object) -> None:
    base = {**make.item("x", kind), name: value}
    assert filled(kind, {}, shown(kind, base)).body[name] != value, "reading it would tidy it up"
    assert filled(kind, base, {**shown(kind, base), "difficulty": "hard"}).body == {**base, "difficulty": "hard"}


def test_what_no_form_shows_stays_in_the_body() -> None:
    body = {**make.item("x"), "source": "handbook"}
    assert filled("single", body, {**shown("single", body), "points": "2"}).body == {**body, "points": 2}


def test_taking_a_group_away_takes_its_answers_away() -> None:
    fields = done("classify", shown("classify", make.item("x", "classify")), "remove:categories.skeysituation")
    assert [fields[f"answer.{key}"] for key in keys_of(fields, "statements")] == ["", "skeyproblem", ""]


def test_the_places_of_an_order_close_up() -> None:
    fields = done("ordering", shown("ordering", make.item("x", "ordering")), "remove:options.skeyalpha")
    assert {key: fields[f"answer.{key}"] for key in keys_of(fields, "options")} == {
        "skeygamma": "1", "skeydelta": "2", "skeybeta": "3",
    }  # fmt: skip


@pytest.mark.parametrize(
    "do", ["", "add", "add:", "add:answer", "remove:options.zz", "up:rubric.a", "down:..", "x:options.a"]
)
def test_a_button_that_means_nothing_changes_nothing(do: str) -> None:
    fields = shown("single", make.item("x"))
    assert done("single", fields, do) == fields


def test_two_who_change_different_fields_both_keep_theirs() -> None:
    base = make.item("x")
    newer = {**base, "points": 3}
    met = merged("single", base, newer, {**shown("single", base), "stem.en": "Mine?"})
    assert met.fields["stem.en"] == "Mine?" and met.fields["points"] == "3" and not met.both


@pytest.mark.parametrize(
    ("dotted", "anchor"),
    [
        ("stem.en", "stem"),
        ("options.a.zh-Hans", "options.a"),
        ("answer[1]", "answer"),
        ("answer.left-1", "answer.left-1"),
        ("sop[2]", "sop"),
        ("rubric[1].levels[0].points", "rubric.facts.0.points"),
        ("rubric[0].title", "rubric.tone.title"),
        ("rubric[9].title", "rubric"),
    ],
)
def test_a_problem_is_said_at_the_field_that_mends_it(dotted: str, anchor: str) -> None:
    assert anchor_of(dotted, shown("essay", make.essay())) == anchor
