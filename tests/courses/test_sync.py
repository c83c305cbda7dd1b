"""Course files into rows: versions, conflicts, retirement, and back again."""

import pytest
from sqlalchemy import select

from lms.core import clock
from lms.core.database import db
from lms.courses import queries, queries_job_aids, service, sync
from lms.courses.models import Course, CourseVersion, Lesson, LessonVersion
from lms.courses.sop import source_digest
from tests.factories_courses import lesson, source, text

pytestmark = pytest.mark.usefixtures("unit")


def load(*sources: object, pack: str = "bundled", take: object = None) -> object:
    return sync.sync(sources, pack=pack, take=take, now=clock.now())  # type: ignore[arg-type]


def numbers() -> dict[str, int]:
    query = select(Lesson.key, LessonVersion.number).join(LessonVersion, LessonVersion.id == Lesson.version_id)
    return {key: number for key, number in db.session.execute(query)}


def test_loading_twice_changes_nothing() -> None:
    assert load(source()).added == ["course:greeting"]
    report = load(source())
    assert report.unchanged == ["course:greeting"]
    assert not report.changed
    assert numbers() == {"hello": 1, "goodbye": 1}


def test_changed_prose_makes_a_version_of_that_lesson_only() -> None:
    load(source())
    assert load(source(prose={"goodbye": {"en": "New words."}})).changed == ["course:greeting"]
    assert numbers() == {"hello": 1, "goodbye": 2}
    assert db.session.scalars(select(CourseVersion.number)).all() == [1]


def test_a_changed_title_makes_a_version_of_the_course() -> None:
    load(source())
    load(source(title=text("Hello again")))
    assert list(db.session.scalars(select(CourseVersion.number).order_by(CourseVersion.number))) == [1, 2]
    assert numbers() == {"hello": 1, "goodbye": 1}


def test_a_lesson_that_is_gone_is_retired_and_comes_back() -> None:
    load(source())
    load(source(lessons=[lesson("goodbye")]))
    assert [one.key for one in queries.course_by_key("greeting", None_viewer()).lessons] == ["goodbye"]
    assert queries_job_aids.search_job_aids("customer finish", "en", None_viewer()) == []
    load(source())
    assert [one.key for one in queries.course_by_key("greeting", None_viewer()).lessons] == ["hello", "goodbye"]
    assert queries_job_aids.search_job_aids("customer finish", "en", None_viewer())


def test_an_edited_course_is_a_conflict_until_somebody_decides() -> None:
    load(source())
    service.edit_course(source(title=text("Mine")), actor=None, now=clock.now(), is_new=False)
    assert load(source()).unchanged == ["course:greeting"]  # the files bring nothing new
    changed = source(title=text("Theirs"))
    assert load(changed).conflicts == ["course:greeting"]
    assert load(changed, take="browser").unchanged == ["course:greeting"]
    assert title() == "Mine"
    assert load(changed, take="files").changed == ["course:greeting"]
    assert title() == "Theirs"
    assert load(changed).unchanged == ["course:greeting"]


def test_files_that_say_what_the_browser_says_are_no_conflict() -> None:
    load(source())
    edited = source(title=text("Mine"))
    service.edit_course(edited, actor=None, now=clock.now(), is_new=False)
    assert load(edited).unchanged == ["course:greeting"]
    assert db.session.scalars(select(Course)).one().edited_at is None


def test_another_packs_key_is_a_conflict() -> None:
    load(source())
    assert load(source(), pack="other").conflicts == ["course:greeting"]


def test_what_vanished_from_its_own_pack_is_retired() -> None:
    load(source("one"), source("two"))
    load(source("three"), pack="other")
    assert sync.retire_missing("bundled", ["one"], clock.now()).retired == ["course:two"]
    assert [head.key for head in queries.catalogue(None_viewer())] == ["one", "three"]
    assert load(source("two")).changed == ["course:two"]


def test_export_gives_back_what_was_loaded() -> None:
    whole = source(review_by="2027-06-30", owner="somebody@example.com", roles=["front-line"])
    load(whole)
    exported = sync.export()
    assert [source_digest(one) for one in exported] == [source_digest(whole)]
    assert exported[0].prose == whole.prose


def title() -> str:
    return str(db.session.scalars(select(Course)).one().title["en"])


class None_viewer:
    """Somebody without a site and without roles."""

    site_id = None
    permission_roles: frozenset[object] = frozenset()
