"""What a lesson says: bodies, prose, card lines."""

from dataclasses import replace

from lms.courses.sop import card_lines, language_of, lesson_bodies, prose_in, source_digest
from tests.factories_courses import lesson, source


def test_a_card_is_told_in_each_language_alone() -> None:
    body = lesson_bodies(source())[0]
    lines = [line.text for line in card_lines(body, "zh-Hans")]
    assert "让客户把话说完。" in lines
    assert "您别激动。" in lines
    assert "Let the customer finish." not in lines


def test_a_reading_has_no_card() -> None:
    assert list(card_lines(lesson_bodies(source())[1], "en")) == []


def test_pictures_get_their_public_address() -> None:
    with_picture = source(prose={"hello": {"en": "![A bell](media/bell.png) and ![lost](media/lost.png)"}})
    body = lesson_bodies(replace(with_picture, media={"bell.png": "ab12", "other.png": "ff"}))[0]
    assert body.media == {"bell.png": "ab12"}
    assert prose_in(body, "en") == "![A bell](/media/ab12) and ![lost](media/lost.png)"


def test_changed_prose_changes_the_digest_of_the_course() -> None:
    assert source_digest(source()) == source_digest(source())
    assert source_digest(source()) != source_digest(source(prose={"hello": {"en": "Other words."}}))
    assert source_digest(source()) != source_digest(source(lessons=[lesson("hello", kind="sop"), lesson("bye")]))


def test_a_missing_language_is_named() -> None:
    assert language_of({"en": "a"}, "zh-Hans") == "en"
    assert language_of({"en": "a", "zh-Hans": "b"}, "zh-Hans") == "zh-Hans"
