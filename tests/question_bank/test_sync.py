"""Topic files to rows and back."""

from typing import Any

from sqlalchemy import select

from lms.core import clock
from lms.core.content import digest
from lms.core.database import db
from lms.core.syncing import SyncReport
from lms.question_bank import queries, service, sync
from lms.question_bank.models import Item, ItemVersion
from tests.question_bank.samples import BODIES, body, item, text, topic


def load(*bodies: dict[str, Any], **changes: Any) -> SyncReport:
    return sync.sync([topic(*bodies)], pack="tests", now=clock.now(), **changes)


def versions(key: str) -> list[int]:
    query = select(ItemVersion.number).join(Item, Item.id == ItemVersion.item_id).where(Item.key == key)
    return list(db.session.scalars(query.order_by(ItemVersion.number)))


def test_loading_twice_changes_nothing(unit: None) -> None:
    first = load(body("single"), body("number", "item-two"))
    assert first.added == ["topic:lscat", "item:item-one", "item:item-two"]
    second = load(body("single"), body("number", "item-two"))
    assert second == SyncReport(unchanged=["topic:lscat", "item:item-one", "item:item-two"])
    assert versions("item-one") == [1]


def test_a_changed_body_makes_a_new_version_and_the_old_one_stays(unit: None) -> None:
    load(body("single"))
    before = queries.current_item("item-one").version_id
    report = load(body("single", answer="alpha"))
    assert report.changed == ["item:item-one"] and versions("item-one") == [1, 2]
    assert queries.item(before).answer == "beta"
    assert queries.current_item("item-one").definition.answer == "alpha"


def test_an_item_edited_in_the_browser_is_a_conflict_until_somebody_decides(unit: None) -> None:
    load(body("single"))
    edited = item("single", stem=text("Edited here?"))
    service.save_item("lscat", edited, actor=None, now=clock.now())
    assert load(body("single")).unchanged == ["topic:lscat", "item:item-one"]  # the file says nothing new
    changed = body("single", answer="gamma")
    assert load(changed).conflicts == ["item:item-one"]
    assert queries.current_item("item-one").definition.answer == "beta"
    assert load(changed, take="browser").unchanged == ["topic:lscat", "item:item-one"]
    assert load(changed).conflicts == []
    again = body("single", answer="delta")
    assert load(again).conflicts == ["item:item-one"]
    assert load(again, take="files").changed == ["item:item-one"]
    assert queries.current_item("item-one").definition.answer == "delta"


def test_what_vanished_is_retired_and_comes_back(unit: None) -> None:
    load(body("single"), body("number", "item-two"))
    report = sync.retire_missing("tests", ["item-one"], clock.now())
    assert report.retired == ["item:item-two"]
    assert [one.key for one in queries.pool(topics=["lscat"])] == ["item-one"]
    assert sync.retire_missing("other", [], clock.now()).retired == []
    assert load(body("single"), body("number", "item-two")).changed == ["item:item-two"]
    assert len(queries.pool(topics=["lscat"])) == 2
    assert sync.retire_missing("tests", [], clock.now()).retired == ["item:item-one", "item:item-two", "topic:lscat"]


def test_a_key_belongs_to_one_pack(unit: None) -> None:
    load(body("single"))
    report = sync.sync([topic(body("single", answer="alpha"))], pack="other", now=clock.now())
    assert report.conflicts == ["item:item-one"]


def test_what_is_exported_is_what_was_loaded(unit: None) -> None:
    bodies = [body(kind, f"item-{kind}") for kind in BODIES]
    load(*bodies)
    (exported,) = sync.export("tests")
    assert digest(exported) == digest(topic(*bodies))


def test_new_media_under_an_old_name_is_a_new_version(unit: None) -> None:
    spoken = body("emotion", audio="voice.mp3", transcript=text("Again nobody called me!"))
    load(spoken, media={"voice.mp3": "a" * 64})
    assert load(spoken, media={"voice.mp3": "a" * 64}).changed == []
    assert load(spoken, media={"voice.mp3": "b" * 64}).changed == ["item:item-one"]
    assert queries.current_item("item-one").media == {"voice.mp3": "b" * 64}


def test_a_pool_is_drawn_by_topic_place_in_an_sop_or_key(unit: None) -> None:
    load(
        body("single", "one", sop=["complaints/lscat/listen"]),
        body("single", "two", sop=["complaints/lscat-two"]),
        body("single", "three", sop=["complaints/lscat"]),
        body("essay", "four"),
    )
    assert [each.key for each in queries.pool(topics=["lscat"])] == ["one", "two", "three", "four"]
    assert [each.key for each in queries.pool(sop=["complaints/lscat"])] == ["one", "three"]
    assert [each.key for each in queries.pool(keys=["two", "nowhere"])] == ["two"]
    assert queries.pool() == []
    (found,) = queries.pool(sop=["complaints/lscat/listen"])
    assert (found.topic, found.type, found.difficulty, found.sop) == (
        "lscat",
        "single",
        "medium",
        ("complaints/lscat/listen",),
    )
