"""The pages: what I hold and miss, one certificate, the public verification, and the desk of HR."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.certification import queries, service
from lms.certification.models import Certificate, Licence
from lms.core import clock
from lms.core.access import Role
from lms.core.database import db, unit_of_work
from lms.identity.models import Person
from tests import factories
from tests.factories_certification import certificate, certification, completed
from tests.factories_courses import course

START = datetime(2026, 3, 10, 4, tzinfo=UTC)
SignIn = Callable[..., Any]


@pytest.fixture(autouse=True)
def _in_march() -> Iterator[None]:
    with clock.at(START):
        yield


@pytest.fixture
def agent(app: Flask) -> Person:
    """A front-line agent; the certification asks for a course and an exam, the renewal for the exam."""
    with app.app_context(), unit_of_work():
        course("greeting")
        certification(
            roles=["front-line"],
            requires={"all": [{"course": "greeting"}, {"exam": "front-line-exam"}]},
            recertify={"exam": "front-line-exam"},
        )
        return factories.person(job_role="front-line", department="calls", name="Mei Lin")


def earn(app: Flask, person: Person, at: datetime = START) -> str:
    with app.app_context(), unit_of_work():
        completed(person, "course", "greeting", at)
        return certificate(person, at=at).code


def words(response: Any) -> str:
    text = re.sub(r"<svg.*?</svg>|<head>.*?</head>", " ", response.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


# ---- mine --------------------------------------------------------------------------


def test_what_is_missing_is_said_with_links(sign_in: SignIn, agent: Person) -> None:
    page = sign_in(agent).get("/certificates")
    assert 'href="/courses/greeting"' in page.text and 'href="/exams/front-line-exam"' in page.text
    assert "Greeting" in words(page) and "Not begun" in words(page) and "0 of 2 done" in words(page)


def test_a_begun_one_shows_how_far_it_is(app: Flask, sign_in: SignIn, agent: Person) -> None:
    with app.app_context(), unit_of_work():
        completed(agent, "course", "greeting")
    shown = words(sign_in(agent).get("/certificates"))
    assert "In progress" in shown and "1 of 2 done" in shown and "Done on 10 Mar 2026" in shown


def test_a_held_one_says_until_when_and_nothing_to_do(app: Flask, sign_in: SignIn, agent: Person) -> None:
    code = earn(app, agent)
    page = sign_in(agent).get("/certificates")
    assert "Valid until 10 Mar 2027 · 365 days left · renewal from 10 Jan 2027" in words(page)
    assert f'href="/certificates/{code}"' in page.text and "/exams/" not in page.text


def test_in_the_window_the_shorter_way_is_the_next_step(app: Flask, sign_in: SignIn, agent: Person) -> None:
    earn(app, agent)
    with clock.at(START + timedelta(days=320)):
        page = sign_in(agent).get("/certificates")
    shown = words(page)
    assert "Renew now" in shown and "45 days left" in shown and "Renew “Front Line” by 10 Mar 2027" in shown
    assert "/courses/greeting" not in page.text and 'href="/exams/front-line-exam"' in page.text


def test_an_expired_and_a_revoked_one_say_so(app: Flask, sign_in: SignIn, agent: Person) -> None:
    code = earn(app, agent)
    with clock.at(START + timedelta(days=400)):
        assert "Ran out on 10 Mar 2027" in words(sign_in(agent).get("/certificates"))
    with app.app_context(), unit_of_work():
        row = db.session.scalars(select(Certificate).where(Certificate.code == code)).one()
        service.revoke(row, "front-line", actor=factories.person(roles=[Role.HR]), reason="Copied", now=START)
    assert "Revoked on 10 Mar 2026; only what is done afterwards counts" in words(sign_in(agent).get("/certificates"))


def test_one_that_was_renewed_says_so_calmly(app: Flask, sign_in: SignIn, agent: Person) -> None:
    first = earn(app, agent)
    with clock.at(START + timedelta(days=400)):
        before = sign_in(agent).get(f"/certificates/{first}")
        assert "Expired" in words(before) and "sign-not-met" in before.text
        second = earn(app, agent, START + timedelta(days=400))
        page, mine = sign_in(agent).get(f"/certificates/{first}"), sign_in(agent).get("/certificates")
        for shown in (page, mine):
            assert "Renewed" in words(shown) and "Expired" not in words(shown) and "sign-not-met" not in shown.text
        assert "Renewed" not in words(sign_in(agent).get(f"/certificates/{second}"))


def test_a_shared_course_is_no_next_step_towards_another_role(app: Flask, sign_in: SignIn, agent: Person) -> None:
    with app.app_context(), unit_of_work():
        certification("support", roles=["technical-support"], requires={"all": [{"course": "greeting"}, {"exam": "x"}]})
    earn(app, agent)
    shown = words(sign_in(agent).get("/certificates"))
    assert "Go on towards" not in shown and shown.index("Front Line") < shown.index("Support")


def test_who_may_not_learn_has_no_next_step(app: Flask, sign_in: SignIn, agent: Person) -> None:
    with app.app_context(), unit_of_work():
        auditor = factories.person(roles=[Role.AUDITOR], job_role="front-line")
    assert "Go on towards" in words(sign_in(agent).get("/certificates"))
    assert "Go on towards" not in words(sign_in(auditor).get("/certificates"))


def test_certifications_of_other_roles_stand_apart(sign_in: SignIn, agent: Person) -> None:
    page = sign_in(Role.LEARNER).get("/certificates")
    assert "Others you can earn" in page.text and "Your certificates" not in page.text


def test_the_page_speaks_chinese(app: Flask, sign_in: SignIn, agent: Person) -> None:
    earn(app, agent)
    assert "有效期至2027年3月10日" in words(sign_in(agent, language="zh-Hans").get("/certificates")).replace(" ", "")


def test_my_page_needs_few_queries_however_much_there_is(
    app: Flask, sign_in: SignIn, agent: Person, count_queries: Any
) -> None:
    earn(app, agent)
    with app.app_context(), unit_of_work():
        for number in range(6):
            leaves = [{kind: f"x-{number}"} for kind in ("course", "exam", "scenario", "session", "sign_off", "licence")]
            certification(f"more-{number}", requires={"all": [*leaves, {"certification": "front-line"}]})
    client = sign_in(agent)
    with count_queries() as made:
        assert client.get("/certificates").status_code == 200
    assert len(made) <= 8
    with count_queries() as made:
        client.get("/certificates")
    assert len(made) <= 7


# ---- one certificate ------------------------------------------------------------------


def test_a_certificate_has_a_page_for_its_holder_and_who_may_know(app: Flask, sign_in: SignIn, agent: Person) -> None:
    code = earn(app, agent)
    with app.app_context(), unit_of_work():
        manager = factories.person(roles=[Role.MANAGER], department="calls")
        stranger = factories.person(roles=[Role.MANAGER], department="shop")
    for who, status in ((agent, 200), (manager, 200), (stranger, 404), (Role.HR, 200), (Role.LEARNER, 404)):
        assert sign_in(who).get(f"/certificates/{code}").status_code == status
        assert sign_in(who).get(f"/certificates/{code}.pdf").status_code == status
    shown = words(sign_in(agent).get(f"/certificates/{code}"))
    assert "Mei Lin" in shown and f"{code[:5]}-{code[5:]}" in shown and "Issued" in shown


def test_a_certificate_page_needs_few_queries(app: Flask, sign_in: SignIn, agent: Person, count_queries: Any) -> None:
    code = earn(app, agent)
    client = sign_in(agent)
    with count_queries() as made:
        client.get(f"/certificates/{code}")
    assert len(made) <= 3


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_pdf_comes_in_both_languages(app: Flask, sign_in: SignIn, agent: Person, language: str) -> None:
    code = earn(app, agent)
    answer = sign_in(agent).get(f"/certificates/{code}.pdf?language={language}")
    assert answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF-")
    assert f"certificate-{code}.pdf" in answer.headers["Content-Disposition"]
    assert (b"(zh" in answer.data) == (language == "zh-Hans")


def test_a_name_the_fonts_lack_gets_a_sentence(app: Flask, sign_in: SignIn, agent: Person) -> None:
    code = earn(app, agent)
    with app.app_context(), unit_of_work():
        db.session.get_one(Person, agent.id).name = "𠮷野"
    answer = sign_in(agent).get(f"/certificates/{code}.pdf")
    assert answer.status_code == 503 and "no sign for “𠮷”" in words(answer)


# ---- verification ------------------------------------------------------------------------


def test_anybody_verifies_a_code_however_typed(app: Flask, client: Any, agent: Person) -> None:
    code = earn(app, agent)
    typed = f"{code[:5].lower()}-{code[5:].lower()}"
    assert client.get(f"/verify?code={typed}").headers["Location"].endswith(f"/verify/{code}")
    shown = words(client.get(f"/verify/{typed}"))
    assert "This certificate is valid." in shown and "Mei Lin" in shown and "10 Mar 2027" in shown


def test_verification_says_nothing_else(app: Flask, client: Any, agent: Person) -> None:
    page = client.get(f"/verify/{earn(app, agent)}").text
    for secret in (agent.email, agent.employee_number, "calls", "front-line-exam", "/certificates/"):
        assert secret not in page


def test_verification_of_expired_revoked_and_unknown(app: Flask, client: Any, agent: Person) -> None:
    code = earn(app, agent)
    with clock.at(START + timedelta(days=366)):
        assert "This certificate has run out." in words(client.get(f"/verify/{code}"))
    with app.app_context(), unit_of_work():
        row = db.session.scalars(select(Certificate).where(Certificate.code == code)).one()
        service.revoke(row, "front-line", actor=factories.person(roles=[Role.HR]), reason="Secret", now=START)
    revoked = words(client.get(f"/verify/{code}"))
    assert "This certificate was revoked." in revoked and "Secret" not in revoked
    unknown = client.get("/verify/0000000000")
    assert unknown.status_code == 404 and "There is no certificate with this code." in words(unknown)
    assert client.get("/verify/<script>").status_code == 404


def test_verification_costs_one_query(app: Flask, client: Any, agent: Person, count_queries: Any) -> None:
    code = earn(app, agent)
    with count_queries() as made:
        client.get(f"/verify/{code}")
    assert len(made) == 1


# ---- HR ------------------------------------------------------------------------------------


def test_hr_revokes_with_a_reason_only(app: Flask, sign_in: SignIn, agent: Person) -> None:
    code, hr = earn(app, agent), sign_in(Role.HR)
    assert "Revoke this certificate" in hr.get(f"/certificates/{code}").text
    assert hr.post(f"/certificates/{code}/revocation", data={"reason": ""}).status_code == 422
    done = hr.post(f"/certificates/{code}/revocation", data={"reason": "Somebody else sat the exam"})
    assert done.status_code == 302
    shown = words(hr.get(f"/certificates/{code}"))
    assert "Somebody else sat the exam" in shown and "Revoke this certificate" not in shown
    assert hr.get(f"/certificates/{code}.pdf").status_code == 409
    again = hr.post(f"/certificates/{code}/revocation", data={"reason": "Twice"})
    assert again.status_code == 409


@pytest.mark.parametrize("role", [Role.LEARNER, Role.TRAINER, Role.MANAGER, Role.AUDITOR, Role.ADMIN])
def test_only_hr_revokes_and_records(app: Flask, sign_in: SignIn, agent: Person, role: Role) -> None:
    code, browser = earn(app, agent), sign_in(role)
    assert browser.post(f"/certificates/{code}/revocation", data={"reason": "No"}).status_code == 403
    assert browser.post("/hr/licences", data={}).status_code == 403
    assert "Revoke this certificate" not in browser.get(f"/certificates/{code}").text


@pytest.mark.parametrize(
    ("role", "certified", "licences"),
    [
        (Role.LEARNER, 403, 403),
        (Role.TRAINER, 403, 403),
        (Role.MANAGER, 200, 403),
        (Role.HR, 200, 200),
        (Role.AUDITOR, 200, 200),
        (Role.ADMIN, 403, 403),
    ],
)
def test_who_sees_the_desk_pages(app: Flask, sign_in: SignIn, role: Role, certified: int, licences: int) -> None:
    browser = sign_in(role)
    assert browser.get("/hr/certificates").status_code == certified
    assert browser.get("/hr/licences").status_code == licences


def test_hr_puts_a_licence_on_file_and_withdraws_it(app: Flask, sign_in: SignIn, agent: Person) -> None:
    with app.app_context(), unit_of_work():
        certification("cook", requires={"licence": "food-health"})
    hr = sign_in(Role.HR)
    form = {"employee_number": agent.employee_number, "key": "food-health", "number": "A-17", "expires_on": "2027-01-31"}
    assert hr.post("/hr/licences", data=form).status_code == 302
    with app.app_context():
        row = db.session.scalars(select(Licence)).one()
        assert (row.key, row.number, row.expires_on) == ("food-health", "A-17", date(2027, 1, 31))
        assert [one.key for one in queries.held(agent.id, date(2026, 3, 10))] == ["cook"]
    shown = words(hr.get("/hr/licences?q=mei"))
    assert "Mei Lin" in shown and "Food handler’s health certificate" in shown and "food-health" not in shown
    twice = hr.post("/hr/licences", data=form)
    assert twice.status_code == 422 and "on file already" in twice.text
    assert hr.post(f"/hr/licences/{row.id}/withdrawal", data={"reason": ""}).status_code == 422
    assert hr.post(f"/hr/licences/{row.id}/withdrawal", data={"reason": "Forged"}).status_code == 302
    assert "Withdrawn" in words(hr.get("/hr/licences")) and "Forged" in words(hr.get("/hr/licences"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"employee_number": "nobody"}, "no such person"),
        ({"expires_on": "2026-03-09"}, "has run out"),
        ({"key": "unheard-of"}, "Not a valid choice"),
        ({"number": ""}, "Enter the number on it."),
    ],
)
def test_a_wrong_licence_comes_back_with_a_sentence(
    app: Flask, sign_in: SignIn, agent: Person, change: dict[str, str], sentence: str
) -> None:
    with app.app_context(), unit_of_work():
        certification("cook", requires={"licence": "food-health"})
    form = {"employee_number": agent.employee_number, "key": "food-health", "number": "A-17", **change}
    answer = sign_in(Role.HR).post("/hr/licences", data=form)
    assert answer.status_code == 422 and sentence in words(answer)
    with app.app_context():
        assert db.session.scalars(select(Licence)).all() == []


def test_the_list_of_certificates_is_scoped_narrowed_and_paged(app: Flask, sign_in: SignIn, agent: Person) -> None:
    earn(app, agent)
    with app.app_context(), unit_of_work():
        certification("other")
        for number in range(55):
            certificate(factories.person(department="shop", name=f"Shop {number:02d}"), "other")
        manager = factories.person(roles=[Role.MANAGER], department="calls")
    own = words(sign_in(manager).get("/hr/certificates"))
    assert "Mei Lin" in own and "Shop" not in own
    hr = sign_in(Role.HR)
    first = hr.get("/hr/certificates")
    found = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert found and first.text.count("/certificates/") >= 50
    rest = hr.get(found[1].replace("&amp;", "&"))
    listed = set(re.findall(r"Shop \d\d|Mei Lin", first.text)) | set(re.findall(r"Shop \d\d|Mei Lin", rest.text))
    assert len(listed) == 56
    assert "Shop" not in words(hr.get("/hr/certificates?certification=front-line"))
    assert "Shop 07" in words(hr.get("/hr/certificates?q=Shop+07")) and "Mei" not in words(hr.get("/hr/certificates?q=07"))
    assert "No certificates here" in hr.get("/hr/certificates?show=revoked").text
    assert "No certificates here" in hr.get("/hr/certificates?show=soon").text
    with clock.at(START + timedelta(days=320)):
        assert "Mei Lin" in words(sign_in(Role.HR).get("/hr/certificates?show=soon"))
    assert hr.get("/hr/certificates?cursor=WyJ4Il0").status_code in (404, 422)


def test_who_is_certified_is_counted_per_department(app: Flask, sign_in: SignIn, agent: Person, count_queries: Any) -> None:
    earn(app, agent)
    with app.app_context(), unit_of_work():
        certification("second", roles=["front-line"])
        certification("other")
        both = factories.person(job_role="front-line", department="calls")
        completed(both, "course", "greeting")
        certificate(both)
        certificate(both, "second")
        lapsed = factories.person(job_role="front-line", department="shop")
        certificate(lapsed, "other")
        factories.person(job_role="technical-support", department="shop")
    hr = sign_in(Role.HR)
    with count_queries() as made:
        page = words(hr.get("/hr/certificates"))
    assert "1 of 3 are certified for their job role" in page
    assert "calls 1 2 50 %" in page and "shop 0 1 0 %" in page
    assert len(made) <= 6
