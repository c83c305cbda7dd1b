"""The team: who sees whom, how they stand, and giving them something to do."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from lms.core import clock
from lms.core.access import Role
from lms.core.database import db
from lms.enrolment import queries as enrolment_queries
from lms.enrolment import service as enrolment
from lms.enrolment.models import Assignment
from lms.identity.models import Person
from tests import factories
from tests import factories_assessment as exams
from tests import factories_certification as certifications
from tests import factories_courses as courses
from tests import factories_enrolment as paths
from tests import factories_reporting as rows

Books = Callable[[], Any]


@pytest.fixture
def people(books: Books) -> dict[str, Person]:
    """A manager with a department and a report elsewhere, and somebody who is none of theirs."""
    with books():
        courses.course("greeting")
        exam = exams.exam("front-line")
        paths.path([{"course": "greeting"}, {"exam": "front-line"}], role="front-line")
        certifications.certification("level-1", roles=["front-line"])
        manager = factories.person(roles=[Role.MANAGER], name="He Jing", department="service")
        placed = {"department": "service/hotline", "job_role": "front-line"}
        found = {
            "manager": manager,
            "ann": factories.person(name="Ann", **placed),
            "bob": factories.person(name="Bob", department="sales", manager_email=manager.email),
            "eve": factories.person(name="Eve", department="sales", job_role="front-line"),
        }
        today = clock.today()
        certifications.completed(found["ann"], "course", "greeting")
        rows.certificate(found["ann"], "level-1", expires_on=today + timedelta(days=10))
        rows.attempt(found["ann"], exam, passed=False, at=rows.noon(today - timedelta(days=3)))
        rows.attempt(found["ann"], exam, passed=True, number=2, is_first=False)
        enrolment.assign(found["bob"], "course", "greeting", actor=None, now=clock.now(), due_on=today)
    return found


def test_a_manager_sees_the_team_and_nobody_else(people: dict[str, Person], sign_in: Callable[..., Any]) -> None:
    client = sign_in(people["manager"])
    page = client.get("/team").get_data(as_text=True)
    assert "Ann" in page and "Bob" in page and "Eve" not in page
    assert client.get(f"/team/{people['ann'].id}").status_code == 200
    assert client.get(f"/team/{people['eve'].id}").status_code == 404
    assert client.get(f"/team/{people['manager'].id}").status_code == 404


def test_hr_and_auditors_see_everybody(people: dict[str, Person], sign_in: Callable[..., Any]) -> None:
    for role in (Role.HR, Role.AUDITOR):
        page = sign_in(role).get("/team").get_data(as_text=True)
        assert "Eve" in page and "Missing: Level 1" in page


def test_a_row_says_how_somebody_stands(people: dict[str, Person], sign_in: Callable[..., Any]) -> None:
    with clock.at(clock.now() + timedelta(days=2)):
        page = sign_in(people["manager"]).get("/team").get_data(as_text=True)
    assert "1 of 2 Onboarding" in page
    assert "Expires in 8 days" in page
    assert "Front Line, 90\u202f%" in page and "50\u202f%" not in page
    assert "2 days late" in page
    assert "1 late, 0 without a certificate they need" in page


def test_the_list_narrows_by_department_and_name(people: dict[str, Person], sign_in: Callable[..., Any]) -> None:
    client = sign_in(Role.HR)
    page = client.get("/team?department=sales").get_data(as_text=True)
    assert "Eve" in page and "Ann" not in page
    assert "Ann" in client.get("/team?q=an").get_data(as_text=True)
    assert "Nobody here" in client.get("/team?q=zzz").get_data(as_text=True)


def test_the_list_is_paged_and_costs_the_same(
    people: dict[str, Person], books: Books, sign_in: Callable[..., Any], count_queries: Callable[[], Any]
) -> None:
    client = sign_in(people["manager"])
    client.get("/team")
    with count_queries() as few:
        client.get("/team")
    with books():
        for number in range(60):
            factories.person(name=f"Zed {number:02}", department="service/hotline", job_role="front-line")
    with count_queries() as many:
        page = client.get("/team").get_data(as_text=True)
    assert len(few) == len(many) <= 10, many
    assert "Zed 47" in page and "Zed 48" not in page
    cursor = page.split("cursor=")[1].split('"')[0]
    page = client.get(f"/team?cursor={cursor}").get_data(as_text=True)
    assert "Zed 48" in page and "Zed 59" in page and "Zed 47" not in page


def test_a_page_about_somebody_shows_what_they_see(people: dict[str, Person], sign_in: Callable[..., Any]) -> None:
    page = sign_in(people["manager"]).get(f"/team/{people['ann'].id}").get_data(as_text=True)
    assert "1 of 2 steps done" in page and "Level 1" in page and "90.0\u202f%" in page and "50.0\u202f%" in page


# ---- assigning ---------------------------------------------------------------------


def give(client: Any, **fields: Any) -> Any:
    return client.post("/team/assignments", data={"what": "course:greeting", **fields})


def assigned(books: Books, person: Person) -> list[Assignment]:
    with books():
        query = db.session.query(Assignment).filter_by(person_id=person.id, cancelled_at=None, kind="course")
        return list(query)


def test_a_manager_gives_work_to_the_team(people: dict[str, Person], books: Books, sign_in: Callable[..., Any]) -> None:
    due, ann = clock.now().date() + timedelta(days=9), people["ann"]
    page = sign_in(people["manager"])
    response = give(
        page, people=f"{ann.employee_number}\n{people['bob'].email.upper()}\n",
        due_on=due.isoformat(), reason="new counter",
    )  # fmt: skip
    assert response.status_code == 302
    assert "was given to 2 people." in page.get("/team").text
    (one,) = assigned(books, ann)
    assert (one.due_on, one.reason, one.assigned_by_id) == (due, "new counter", people["manager"].id)
    assert assigned(books, people["bob"])[0].due_on == due
    with books():
        assert ("greeting" in enrolment_queries.assigned_keys(ann.id, "course")) is True


def test_a_page_of_a_thing_leads_to_giving_it(people: dict[str, Person], sign_in: Callable[..., Any]) -> None:
    page = sign_in(people["manager"])
    assert '<option selected value="course:greeting">' in page.get("/team/assignments?what=course:greeting").text
    assert page.get("/team/assignments?what=course:no-such").status_code == 200


def test_an_auditor_follows_an_exam_to_its_result_and_a_manager_reads_the_line(
    people: dict[str, Person], sign_in: Callable[..., Any]
) -> None:
    link, address = re.compile(r'href="/attempts/\d+/result"'), f"/team/{people['ann'].id}"
    assert link.search(sign_in(Role.AUDITOR).get(address).text)
    assert not link.search(sign_in(people["manager"]).get(address).text)


def test_what_whoever_assigned_it_said_is_read_by_the_person(
    people: dict[str, Person], books: Books, sign_in: Callable[..., Any]
) -> None:
    with books():
        courses.course("parting")
    give(sign_in(people["manager"]), people=people["bob"].email, what="course:parting", reason="new counter")
    assert "new counter" in sign_in(people["bob"]).get("/").text


def test_a_key_that_a_rule_gives_as_its_reason_is_nobodys_words(
    people: dict[str, Person], books: Books, sign_in: Callable[..., Any]
) -> None:
    with books():
        ann = db.session.get(Person, people["ann"].id)
        enrolment.assign(ann, "exam", "front-line", actor=None, now=clock.now(), reason="renewal-of-basics", anew=True)
    page = sign_in(people["ann"]).get("/").text
    assert 'href="/exams/front-line"' in page and "renewal-of-basics" not in page


def test_nobody_outside_the_team_can_be_given_anything(
    people: dict[str, Person], books: Books, sign_in: Callable[..., Any]
) -> None:
    response = give(sign_in(people["manager"]), people=f"{people['ann'].email}\n{people['eve'].email}")
    assert response.status_code == 422
    assert "Nobody you may assign to" in response.get_data(as_text=True)
    assert not assigned(books, people["ann"]) and not assigned(books, people["eve"])


def test_a_trainer_may_assign_to_everybody(
    people: dict[str, Person], books: Books, sign_in: Callable[..., Any]
) -> None:
    assert give(sign_in(Role.TRAINER), people=people["eve"].email).status_code == 302
    assert len(assigned(books, people["eve"])) == 1


def test_mistakes_are_told_and_change_nothing(
    people: dict[str, Person], books: Books, sign_in: Callable[..., Any]
) -> None:
    client, ann = sign_in(people["manager"]), people["ann"]
    for wrong in ({"people": ""}, {"what": "course:ghost"}, {"due_on": "2020-01-01"}, {"due_on": "soon"}):
        assert give(client, **{"people": ann.email, **wrong}).status_code == 422
    assert not assigned(books, ann)


def test_the_chosen_people_stand_in_the_form(people: dict[str, Person], sign_in: Callable[..., Any]) -> None:
    ids = f"person={people['ann'].id}&person={people['eve'].id}&person=x"
    page = sign_in(people["manager"]).get(f"/team/assignments?{ids}").get_data(as_text=True)
    assert str(people["ann"].employee_number) in page and str(people["eve"].employee_number) not in page
    assert "Greeting" in page and "Front Line" in page and "Level 1" in page


@pytest.mark.parametrize("role", [Role.LEARNER, Role.MENTOR, Role.TRAINER, Role.ADMIN])
def test_who_has_no_team_is_refused(role: Role, sign_in: Callable[..., Any]) -> None:
    assert sign_in(role).get("/team").status_code == 403


@pytest.mark.parametrize("role", [Role.LEARNER, Role.HR, Role.AUDITOR, Role.ADMIN])
def test_who_may_not_assign_is_refused(role: Role, people: dict[str, Person], sign_in: Callable[..., Any]) -> None:
    assert give(sign_in(role), people=people["ann"].email).status_code == 403
