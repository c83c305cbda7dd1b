"""Paths by job role, direct assignments, and the list of tasks."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lms.core import clock
from lms.core.database import db
from lms.core.errors import Invalid
from lms.enrolment import queries, service, sync
from lms.enrolment.models import Assignment
from lms.enrolment.service_lessons import complete_lesson
from lms.identity import service as identity
from tests import factories, factories_enrolment
from tests.factories_courses import course, lesson
from tests.factories_enrolment import paths_file

pytestmark = pytest.mark.usefixtures("unit")

STEPS = [{"course": "greeting"}, {"exam": "final"}, {"session": "workshop"}, {"sign_off": "first-calls"}]


def open_paths(person: Any) -> list[str]:
    query = select(Assignment.key).where(Assignment.person_id == person.id, Assignment.cancelled_at.is_(None))
    return list(db.session.scalars(query))


def test_a_job_role_brings_its_path_with_a_day() -> None:
    course()
    factories_enrolment.path(due_days=30)
    person = factories.person(job_role="new-hire", hired_on=clock.today() + timedelta(days=7))
    (task,) = queries.tasks(person, clock.today())
    assert task.due_on == clock.today() + timedelta(days=37)
    assert open_paths(factories.person(job_role="front-line")) == []


def test_a_path_loaded_later_reaches_those_who_are_there() -> None:
    course()
    person = factories.person(job_role="new-hire")
    factories_enrolment.path()
    factories_enrolment.path()
    assert open_paths(person) == ["onboarding"]


def test_another_job_role_takes_the_old_path_away() -> None:
    course()
    factories_enrolment.path()
    person = factories.person(job_role="new-hire")
    identity.place_person(person, identity.Placement(job_role="front-line"), actor=None, now=clock.now())
    assert open_paths(person) == []


def test_a_completed_path_stays_when_the_role_changes() -> None:
    course(lessons=[lesson("one")])
    factories_enrolment.path()
    person = factories.person(job_role="new-hire")
    complete_lesson(person, "greeting", "one", actor=person, now=clock.now())
    identity.place_person(person, identity.Placement(job_role="front-line"), actor=None, now=clock.now())
    assert open_paths(person) == ["onboarding"]


def test_a_path_that_changes_its_role_moves_on() -> None:
    course()
    factories_enrolment.path()
    newcomer, agent = factories.person(job_role="new-hire"), factories.person(job_role="front-line")
    factories_enrolment.path(role="front-line")
    assert (open_paths(newcomer), open_paths(agent)) == ([], ["onboarding"])


def test_a_path_met_by_earlier_completions_is_complete_at_once() -> None:
    course(lessons=[lesson("one")])
    factories_enrolment.path()
    person = factories.person()
    complete_lesson(person, "greeting", "one", actor=person, now=clock.now())
    identity.place_person(person, identity.Placement(job_role="new-hire"), actor=None, now=clock.now())
    assert queries.has_completed(person.id, "path", "onboarding")


def test_tasks_say_what_opens_them() -> None:
    course(lessons=[lesson("one", minutes=4), lesson("two", minutes=6)])
    factories_enrolment.path(steps=STEPS)
    person = factories.person(job_role="new-hire")
    complete_lesson(person, "greeting", "one", actor=person, now=clock.now())
    training = queries.training(person, clock.today(), {("exam", "final"): {"en": "The exam"}})
    (path,) = training.paths
    first, exam, session, sign_off = path.steps
    assert (first.state, first.done, first.total, first.minutes) == ("open", 1, 2, 10)
    assert (exam.state, exam.title, exam.opened_by, exam.opened_by_title) == (
        "locked", {"en": "The exam"}, first_ref(first), first.title,
    )  # fmt: skip
    assert (session.kind, session.minutes) == ("session", 150)
    assert (sign_off.kind, sign_off.done, sign_off.total) == ("sign-off", 0, 3)
    assert path.next == first


def first_ref(task: Any) -> Any:
    return queries.StepRef(task.kind, task.key)


def test_tasks_cost_the_same_however_many_they_are(count_queries: Any) -> None:
    course()
    factories_enrolment.path(steps=STEPS)
    person = factories.person(job_role="new-hire")
    with count_queries() as few:
        queries.training(person, clock.today())
    for number in range(8):
        course(f"more-{number}")
        service.assign(person, "course", f"more-{number}", actor=None, now=clock.now())
    with count_queries() as many:
        queries.training(person, clock.today())
    assert len(few) == len(many) <= 5


def test_assigning_twice_only_moves_the_day() -> None:
    course()
    person = factories.person()
    soon, later = clock.today() + timedelta(days=5), clock.today() + timedelta(days=9)
    one = service.assign(person, "course", "greeting", actor=None, now=clock.now(), due_on=soon)
    two = service.assign(person, "course", "greeting", actor=None, now=clock.now(), due_on=later)
    assert one.id == two.id
    (task,) = queries.tasks(person, clock.today())
    assert task.due_on == later
    assert task.is_late(later + timedelta(days=1))
    assert not task.is_late(later)


@pytest.mark.parametrize(("kind", "key"), [("course", "nothing"), ("dance", "greeting"), ("path", "greeting")])
def test_what_is_not_there_cannot_be_assigned(kind: str, key: str) -> None:
    course()
    with pytest.raises(Invalid):
        service.assign(factories.person(), kind, key, actor=None, now=clock.now())


def test_a_due_day_lies_ahead() -> None:
    course()
    with pytest.raises(Invalid):
        service.assign(
            factories.person(), "course", "greeting", actor=None, now=clock.now(), due_on=date(2020, 1, 1)
        )


def test_a_completion_is_recorded_once() -> None:
    person = factories.person()
    one = service.complete(person, "exam", "final", at=clock.now(), reference="attempt:1")
    two = service.complete(person, "exam", "final", at=clock.now(), reference="attempt:1")
    service.complete(person, "exam", "final", at=clock.now(), reference="attempt:2")
    assert one is two
    assert len(queries.completions(person.id)) == 2


def test_loading_paths_twice_changes_nothing_and_export_gives_them_back() -> None:
    course()
    file = paths_file(steps=STEPS)
    assert sync.sync([file], pack="tests", now=clock.now()).added == [
        "session:workshop", "sign-off:first-calls", "path:onboarding",
    ]  # fmt: skip
    assert sync.sync([file], pack="tests", now=clock.now()).unchanged == [
        "session:workshop", "sign-off:first-calls", "path:onboarding",
    ]  # fmt: skip
    assert sync.export() == file


def test_a_vanished_path_is_retired_with_what_it_assigned() -> None:
    course()
    factories_enrolment.path()
    person = factories.person(job_role="new-hire")
    kept = ["session:workshop", "sign-off:first-calls"]
    assert sync.retire_missing("tests", kept, clock.now()).retired == ["path:onboarding"]
    assert queries.tasks(person, clock.today()) == []
    assert sync.names([paths_file()]) == ["path:onboarding", *kept]
