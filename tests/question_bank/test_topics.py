"""Topics in the browser: made, named, met by two at once, and carried through files without loss."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from lms import packs
from lms.core import clock
from lms.core.access import Role
from lms.core.audit import AuditEntry
from lms.core.database import db, unit_of_work
from lms.question_bank import queries, service, service_topics, sync
from lms.question_bank.content import Topic as TopicFile
from lms.question_bank.items import item_of
from lms.question_bank.models import Item, Topic
from lms.question_bank.topic_heads import Renaming, TopicHead, title_of_files
from tests import factories_assessment as make
from tests.forms_sent import fields_of

NEW = "/author/new-topic"
EDIT = "/author/topics/complaints/edit"
PARCELS = {"key": "late-parcels", "title_en": "Late parcels", "title_zh": "包裹延误"}


@pytest.fixture
def bank(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        make.topic("complaints", 3)


@pytest.fixture
def trainer(sign_in: Callable[..., FlaskClient], bank: None) -> FlaskClient:
    return sign_in(Role.TRAINER)


def topic(app: Flask, key: str) -> Any:
    with app.app_context():
        return db.session.scalar(select(Topic).where(Topic.key == key))


def trail(app: Flask, action: str) -> list[Any]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


def renaming(page: FlaskClient, **changes: str) -> dict[str, Any]:
    """The form of the topic as it is shown, with other titles."""
    shown = fields_of(page.get(EDIT).text, "topic-form")
    return {**{name: words[-1] for name, words in shown.items()}, **changes}


def file_of(title: str, key: str = "complaints", items: int = 3) -> TopicFile:
    bodies = [item_of(make.item(f"{key}-{number}")) for number in range(1, items + 1)]
    return TopicFile.model_construct(topic=key, title=make.text(title), items=bodies)


# ---- making one ----------------------------------------------------------------------


def test_the_head_of_a_topic_is_its_file_without_the_items() -> None:
    of_file = {name: field.annotation for name, field in TopicFile.model_fields.items() if name != "items"}
    assert {name: field.annotation for name, field in TopicHead.model_fields.items()} == of_file


def test_a_trainer_makes_a_topic_and_writes_its_first_item(app: Flask, trainer: FlaskClient) -> None:
    answer = trainer.post(NEW, data=PARCELS)
    assert answer.status_code == 303
    made = topic(app, "late-parcels")
    assert (made.title, made.pack) == ({"en": "Late parcels", "zh-Hans": "包裹延误"}, "own")
    assert [entry.details["title"] for entry in trail(app, "topic.add")] == [made.title]
    assert "topic=late-parcels" in answer.location
    assert "topic=late-parcels" in trainer.get(answer.location).text
    assert "包裹延误" in trainer.get("/author/topics").text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"key": "Late Parcels"}, "is not a key"),
        ({"key": ""}, "A key is missing"),
        ({"key": "a" * 65}, "too long"),
        ({"title_en": "", "title_zh": ""}, "The text is empty"),
        ({"title_zh": "坏\x07字"}, "cannot be kept"),
        ({"title_en": "x" * 201}, "200"),
    ],
)
def test_what_the_files_would_refuse_is_refused_and_stays_typed(
    app: Flask, trainer: FlaskClient, changes: dict[str, str], said: str
) -> None:
    answer = trainer.post(NEW, data={**PARCELS, **changes})
    assert answer.status_code == 422 and said in answer.text
    assert 'id="errors"' in answer.text
    assert ("包裹延误" in answer.text) == ("title_zh" not in changes)
    assert topic(app, "late-parcels") is None


def test_a_taken_key_keeps_the_words_and_makes_nothing(app: Flask, trainer: FlaskClient) -> None:
    answer = trainer.post(NEW, data={**PARCELS, "key": "complaints"})
    assert answer.status_code == 409
    assert "is taken" in answer.text and 'value="Late parcels"' in answer.text
    assert topic(app, "complaints").title["en"] == "Complaints"


def test_of_two_who_make_the_same_topic_at_once_one_is_told(
    app: Flask, trainer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        service_topics.queries, "is_topic_known", lambda key: False
    )  # the other one came after the look
    answer = trainer.post(NEW, data={**PARCELS, "key": "complaints"})
    assert answer.status_code == 409 and 'value="Late parcels"' in answer.text
    assert trail(app, "topic.add") == []


# ---- another title -----------------------------------------------------------------------


def test_a_topic_is_renamed_and_the_trail_says_from_what(app: Flask, trainer: FlaskClient) -> None:
    assert trainer.post(EDIT, data=renaming(trainer, title_en="Complaints by phone")).status_code == 303
    assert topic(app, "complaints").title == {"en": "Complaints by phone", "zh-Hans": "Complaints（中文）"}
    (entry,) = trail(app, "topic.rename")
    assert (entry.details["before"]["en"], entry.details["after"]["en"]) == ("Complaints", "Complaints by phone")


def test_a_title_saved_unchanged_changes_nothing(app: Flask, trainer: FlaskClient) -> None:
    assert trainer.post(EDIT, data=renaming(trainer)).status_code == 303
    assert trail(app, "topic.rename") == []


def test_of_two_who_rename_at_once_the_second_sees_both(app: Flask, trainer: FlaskClient) -> None:
    mine = renaming(trainer, title_en="Mine")
    assert trainer.post(EDIT, data=renaming(trainer, title_en="Theirs", title_zh="他们的")).status_code == 303
    answer = trainer.post(EDIT, data=mine)
    assert answer.status_code == 409
    assert 'value="Mine"' in answer.text and "Theirs" in answer.text
    assert 'name="title_zh" type="text" value="他们的"' in answer.text, "what was not touched shows the newer words"
    assert topic(app, "complaints").title["en"] == "Theirs"
    again = {**mine, "title_zh": "他们的", "seen_en": "Theirs", "seen_zh": "他们的"}
    assert trainer.post(EDIT, data=again).status_code == 303
    assert topic(app, "complaints").title == {"en": "Mine", "zh-Hans": "他们的"}


def test_an_empty_title_is_refused_and_the_other_language_stays_typed(app: Flask, trainer: FlaskClient) -> None:
    answer = trainer.post(EDIT, data=renaming(trainer, title_en="", title_zh=""))
    assert answer.status_code == 422 and topic(app, "complaints").title["en"] == "Complaints"


def test_a_retired_topic_comes_back_with_its_next_saving(app: Flask, trainer: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        sync.retire_missing("tests", [], clock.now())
    assert topic(app, "complaints").retired_at is not None
    assert "Saving puts it in use again" in trainer.get(EDIT).text
    assert trainer.post(EDIT, data=renaming(trainer)).status_code == 303
    assert topic(app, "complaints").retired_at is None
    assert len(trail(app, "topic.return")) == 1


def test_nobody_but_authors_finds_the_buttons(sign_in: Callable[..., FlaskClient], bank: None) -> None:
    for role, listed in [(Role.TRAINER, 200), (Role.AUDITOR, 200), (Role.LEARNER, 403), (Role.HR, 403)]:
        page = sign_in(role)
        answer = page.get("/author/topics")
        assert answer.status_code == listed
        assert ("/author/new-topic" in answer.text) == (role is Role.TRAINER)
        assert ("/author/topics/complaints/edit" in answer.text) == (role is Role.TRAINER)
        allowed = role is Role.TRAINER
        assert page.get(NEW).status_code == (200 if allowed else 403)
        assert page.post(NEW, data={}).status_code == (422 if allowed else 403)
        assert page.get(EDIT).status_code == (200 if allowed else 403)
        assert page.post(EDIT, data={}).status_code == (422 if allowed else 403)
    assert page.get("/author/topics/nothing/edit").status_code in (403, 404)


def test_the_list_asks_the_database_a_constant_number_of_questions(app: Flask, trainer: FlaskClient) -> None:
    asked: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    def count() -> int:
        asked.clear()
        with app.app_context():
            event.listen(db.engine, "before_cursor_execute", note)
            trainer.get("/author/topics")
            event.remove(db.engine, "before_cursor_execute", note)
        return len([each for each in asked if each.startswith("SELECT")])

    few = count()
    with app.app_context(), unit_of_work():
        for number in range(12):
            make.topic(f"more-{number}", 2)
    assert count() == few <= 8


# ---- files --------------------------------------------------------------------------------


def loaded(definition: TopicFile, pack: str = "tests", take: Any = None) -> Any:
    with unit_of_work():
        return sync.sync([definition], pack=pack, take=take, now=clock.now())


def renamed(title: dict[str, str], seen: dict[str, str], key: str = "complaints") -> None:
    with unit_of_work():
        head = TopicHead.model_validate({"topic": key, "title": title})
        assert service_topics.rename_topic(head, seen, actor=None, now=clock.now())


def title() -> str:
    return str(db.session.scalar(select(Topic.title).where(Topic.key == "complaints"))["en"])  # type: ignore[index]


def test_a_renamed_topic_meets_its_files_as_items_do(in_app: None, bank: None) -> None:
    renamed(make.text("Ours"), make.text("Complaints"))
    renamed(make.text("Ours too"), make.text("Ours"))
    same = loaded(file_of("Complaints"))
    assert (title(), same.conflicts) == ("Ours too", []), "files that did not change take nothing back"
    other = loaded(file_of("From files"))
    assert (title(), other.conflicts) == ("Ours too", ["topic:complaints"])
    assert loaded(file_of("From files"), take="browser").conflicts == []
    again = loaded(file_of("From files"))
    assert (title(), again.conflicts) == ("Ours too", []), "what was decided once is not asked again"
    taken = loaded(file_of("Other files"), take="files")
    assert (title(), taken.changed, taken.conflicts) == ("Other files", ["topic:complaints"], [])
    loaded(file_of("Third files"))
    assert title() == "Third files", "a title that files gave is theirs again"


def test_going_back_over_renamings_finds_what_files_said() -> None:
    a, b, c = ({"en": words} for words in "abc")
    assert title_of_files(c, [Renaming(b, c), Renaming(a, b)]) == a
    assert title_of_files(a, [Renaming(b, a), Renaming(a, b)]) == a
    assert title_of_files(c, [Renaming(a, b)]) == c
    assert title_of_files(b, []) == b


def test_a_topic_without_items_outlives_a_load_and_its_first_item_carries_it_into_files(
    app: Flask, in_app: None, bank: None, tmp_path: Path
) -> None:
    from tests.conftest import empty_tables

    with unit_of_work():
        service_topics.add_topic(
            TopicHead.model_validate({"topic": "late-parcels", "title": make.text("Late parcels")}),
            actor=None,
            now=clock.now(),
        )
        sync.retire_missing("tests", [f"complaints-{number}" for number in (1, 2, 3)], clock.now())
    assert {each.key for each in queries.topic_sizes()} == {"complaints", "late-parcels"}
    packs.export(tmp_path / "empty")
    assert not (tmp_path / "empty/question_bank/late-parcels.yaml").exists()
    with unit_of_work():
        service.save_item("late-parcels", item_of(make.item("late-parcels-1")), actor=None, now=clock.now())
    before = queries.authored_item("late-parcels-1").sha256
    packs.export(tmp_path / "first")
    db.session.remove()
    empty_tables()
    assert packs.load([tmp_path / "first"], take=None, actor=None, now=clock.now()).report is not None
    assert queries.authored_item("late-parcels-1").sha256 == before
    packs.export(tmp_path / "second")
    name = "question_bank/late-parcels.yaml"
    assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_the_first_files_that_hold_an_own_topic_take_it_over(in_app: None, bank: None) -> None:
    with unit_of_work():
        head = TopicHead.model_validate({"topic": "parcels", "title": make.text("Parcels")})
        service_topics.add_topic(head, actor=None, now=clock.now())
        service.save_item("parcels", item_of(make.item("parcels-1")), actor=None, now=clock.now())
    report = loaded(file_of("Parcels", "parcels", 1), pack="shop")
    assert (report.conflicts, report.changed) == ([], [])
    assert db.session.scalar(select(Item.pack).where(Item.key == "parcels-1")) == "shop"
    assert db.session.scalar(select(Topic.pack).where(Topic.key == "parcels")) == "shop"


def test_an_item_moved_to_another_topic_is_not_moved_back_by_files_that_did_not_change(
    in_app: None, bank: None
) -> None:
    with unit_of_work():
        head = TopicHead.model_validate({"topic": "parcels", "title": make.text("Parcels")})
        service_topics.add_topic(head, actor=None, now=clock.now())
        service.save_item("parcels", item_of(make.item("complaints-2")), actor=None, now=clock.now())
    report = loaded(file_of("Complaints"))
    assert report.conflicts == []
    assert queries.authored_item("complaints-2").topic == "parcels"
