"""Studying: enrolling, time by our own clock, completing, the order of a path."""

from datetime import timedelta
from typing import Any

import pytest

from lms.core import clock
from lms.core.errors import Conflict, NotAllowed, NotFound
from lms.courses import queries as courses
from lms.courses import service as course_service
from lms.enrolment import queries, queries_lessons, service
from lms.enrolment.service_lessons import complete_lesson, open_lesson, stay_on_lesson
from lms.identity.models import Person
from tests import factories, factories_enrolment
from tests.factories_courses import course, lesson, source

pytestmark = pytest.mark.usefixtures("unit")


def complete(person: Person, key: str, course_key: str = "greeting") -> Any:
    return complete_lesson(person, course_key, key, actor=person, now=clock.now())


def kinds(person: Person) -> list[tuple[str, str]]:
    return [(one.kind, one.key) for one in queries.completions(person.id)]


def test_the_last_lesson_completes_the_course_once() -> None:
    course()
    person = factories.person()
    assert complete(person, "goodbye").course_completed_at is None
    assert complete(person, "hello").course_completed_at is not None
    complete(person, "hello")
    assert kinds(person) == [("course", "greeting")]


def test_repeating_a_lesson_keeps_its_first_day(later: Any) -> None:
    course()
    person = factories.person()
    first = complete(person, "hello").progress.completed_at
    with later(days=3):
        assert complete(person, "hello").progress.completed_at == first


def test_an_unknown_lesson_is_not_found() -> None:
    course()
    with pytest.raises(NotFound):
        complete(factories.person(), "nothing")


def test_an_unpassed_check_holds_the_lesson_back() -> None:
    course(lessons=[lesson("one", check={"topic": "manners"})])
    person = factories.person()
    with pytest.raises(Conflict) as refused:
        complete(person, "one")
    assert refused.value.extra["waits_for"] == {"kind": "check", "key": "greeting/one"}


def test_passing_the_check_ends_a_lesson_that_was_begun() -> None:
    course(lessons=[lesson("one", check={"topic": "manners"})])
    person = factories.person()
    open_lesson(person, "greeting", "one", now=clock.now())
    service.complete(person.id, "check", "greeting/one", at=clock.now(), reference="attempt:1")
    assert kinds(person) == [("check", "greeting/one"), ("course", "greeting")]


def test_a_check_passed_before_enrolling_counts() -> None:
    course(lessons=[lesson("one", check={"topic": "manners"})])
    person = factories.person()
    service.complete(person, "check", "greeting/one", at=clock.now(), reference="attempt:1")
    assert kinds(person) == [("check", "greeting/one")]
    assert complete(person, "one").course_completed_at is not None


def test_a_course_by_assignment_is_not_open() -> None:
    course(assigned_only=True)
    person = factories.person()
    with pytest.raises(NotAllowed):
        complete(person, "hello")
    service.assign(person, "course", "greeting", actor=None, now=clock.now())
    assert complete(person, "hello").progress.completed_at


def test_the_order_of_a_path_forbids_the_second_course_first() -> None:
    course("first", lessons=[lesson("one")])
    course("second", lessons=[lesson("one")])
    factories_enrolment.path(steps=[{"course": "first"}, {"course": "second"}])
    newcomer, other = factories.person(job_role="new-hire"), factories.person()
    with pytest.raises(Conflict) as refused:
        complete(newcomer, "one", "second")
    assert refused.value.extra["waits_for"] == {"kind": "course", "key": "first"}
    complete(newcomer, "one", "first")
    complete(newcomer, "one", "second")
    assert ("path", "onboarding") in kinds(newcomer)
    complete(other, "one", "second")  # not on the path: free to choose


def test_an_own_assignment_opens_what_the_path_locks() -> None:
    course("first")
    course("second", lessons=[lesson("one")])
    factories_enrolment.path(steps=[{"course": "first"}, {"course": "second"}])
    newcomer = factories.person(job_role="new-hire")
    service.assign(newcomer, "course", "second", actor=None, now=clock.now())
    assert complete(newcomer, "one", "second").course_completed_at


def test_a_retired_course_holds_nobody_back() -> None:
    first = course("first")
    course("second", lessons=[lesson("one")])
    factories_enrolment.path(steps=[{"course": "first"}, {"course": "second"}])
    newcomer = factories.person(job_role="new-hire")
    course_service.retire_course(first, actor=None, now=clock.now())
    complete(newcomer, "one", "second")
    assert ("path", "onboarding") in kinds(newcomer)


def test_time_is_measured_by_signs_of_life(later: Any) -> None:
    course()
    person = factories.person()
    open_lesson(person, "greeting", "hello", now=clock.now())
    start = clock.now()
    signs = [(30.4, 30), (60.8, 60), (500, 60), (530, 90)]
    for seconds, measured in signs:
        assert stay_on_lesson(person, "greeting", "hello", now=start + timedelta(seconds=seconds)) == measured
    back = start + timedelta(seconds=580)
    assert stay_on_lesson(person, "greeting", "hello", now=back, is_back=True) == 90
    done = complete_lesson(person, "greeting", "hello", actor=person, now=back + timedelta(seconds=10))
    assert done.progress.seconds == 100


def test_two_tabs_do_not_count_twice() -> None:
    course()
    person = factories.person()
    start = clock.now()
    open_lesson(person, "greeting", "hello", now=start)
    for seconds in (15, 15, 30, 30, 45, 45, 60, 60):
        measured = stay_on_lesson(person, "greeting", "hello", now=start + timedelta(seconds=seconds))
    assert measured == 60


def test_looking_something_up_is_no_learning_time() -> None:
    course()
    with pytest.raises(Conflict):
        stay_on_lesson(factories.person(), "greeting", "hello", now=clock.now())


def test_progress_remembers_the_version_shown() -> None:
    row = course()
    person = factories.person()
    shown = courses.lesson("greeting", "hello", person).version_id
    complete(person, "hello")
    changed = source(prose={"hello": {"en": "Changed."}})
    course_service.write_course(changed, row, pack="tests", actor=None, now=clock.now(), loaded=True)
    view = courses.course_by_key("greeting", person)
    progress = queries_lessons.course_progress(person.id, view)
    assert progress.lessons[view.lesson("hello").id].lesson_version_id == shown
    assert view.lesson("hello").version_id != shown


def test_a_course_asked_for_anew_begins_again(later: Any) -> None:
    course(lessons=[lesson("one", check={"topic": "manners"})])
    person = factories.person()
    service.complete(person, "check", "greeting/one", at=clock.now(), reference="attempt:1")
    complete(person, "one")
    with later(days=30):
        service.assign(person, "course", "greeting", actor=None, now=clock.now(), reason="CAPA 4", anew=True)
        (task,) = queries.tasks(person, clock.today())
        assert (task.state, task.done, task.total) == ("open", 0, 1)
        with pytest.raises(Conflict):
            complete(person, "one")  # the old check does not count
        service.complete(person, "check", "greeting/one", at=clock.now(), reference="attempt:2")
        (task,) = queries.tasks(person, clock.today())
        assert task.state == "done"
    assert [one for one in kinds(person) if one[0] == "course"] == [("course", "greeting")] * 2
