"""Pass rates from rows: what is counted, by what, and who sees which departments."""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from lms.assessment.models import Exam
from lms.core import clock
from lms.core.access import Role, Scope
from lms.core.database import db
from lms.identity.models import Department
from lms.reporting import queries
from lms.reporting.queries import Period
from lms.reporting.rates import By, Count
from tests import factories
from tests import factories_assessment as exams
from tests import factories_certification as certifications
from tests import factories_reporting as rows

Books = Callable[[], Any]
ALL_TIME = Period(date(2020, 1, 1), date(2030, 1, 1))


@pytest.fixture
def exam(books: Books) -> Exam:
    """An exam that the certification front-line names."""
    with books():
        found = exams.exam("front-line-exam")
        certifications.certification("front-line")
    return found


def counted(by: By, viewer: Any, period: Period = ALL_TIME) -> dict[Any, tuple[int, int]]:
    of = queries.certification("front-line")
    return {one.key: (one.passed, one.n) for one in queries.counts(of, by, period, viewer)}


def test_only_first_finished_attempts_at_named_exams_count(context: None, books: Books, exam: Exam) -> None:
    with books():
        auditor = factories.person(roles=[Role.AUDITOR])
        other = exams.exam("another")
        person = factories.person(department="hotline")
        rows.attempt(person, exam, passed=False)
        rows.attempt(person, exam, passed=True, number=2, is_first=False)
        rows.attempt(person, other, passed=True)
        rows.attempt(factories.person(department="hotline"), exam, passed=None, state="in_progress", finished_at=None)
        rows.attempt(factories.person(department="hotline"), exam, passed=None, state="submitted", graded_at=None)
        rows.attempt(factories.person(department="hotline"), exam, passed=None, state="abandoned", score=None)
        rows.attempt(factories.person(department="hotline"), exam, passed=True)
    assert counted(By.DEPARTMENT, auditor) == {"hotline": (1, 3)}
    whole = queries.totals(None, ALL_TIME, auditor)
    assert (whole.passed, whole.n) == (2, 4)


def test_a_move_does_not_rewrite_the_past(context: None, books: Books, exam: Exam) -> None:
    with books():
        auditor = factories.person(roles=[Role.AUDITOR])
        (person,) = rows.group(exam, 1, 1, department="hotline")
        factories.person(department="counter")
        person.department_id = db.session.query(Department).filter_by(key="counter").one().id
    assert counted(By.DEPARTMENT, auditor) == {"hotline": (1, 1)}


def test_every_dimension_adds_up(context: None, books: Books, exam: Exam) -> None:
    with books():
        auditor = factories.person(roles=[Role.AUDITOR])
        mentor = factories.person(roles=[Role.MENTOR], name="He Jing", employee_number="M1")
        rows.group(exam, 27, 30, department="hotline", site="north", job_role="front-line", mentor_email=mentor.email)
        rows.group(exam, 1, 2)
    assert counted(By.DEPARTMENT, auditor) == {"hotline": (27, 30), None: (1, 2)}
    assert counted(By.SITE, auditor) == {"north": (27, 30), None: (1, 2)}
    assert counted(By.JOB_ROLE, auditor) == {"front-line": (27, 30), None: (1, 2)}
    assert counted(By.TRAINER, auditor) == {"M1": (27, 30), None: (1, 2)}
    assert counted(By.VERSION, auditor) == {"front-line-exam/1": (28, 32)}


def test_months_are_those_of_the_organisation(context: None, books: Books, exam: Exam) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    last, first = datetime(2026, 3, 31, 23, 59, 59, tzinfo=zone), datetime(2026, 4, 1, 0, 0, tzinfo=zone)
    with books():
        auditor = factories.person(roles=[Role.AUDITOR])
        rows.group(exam, 1, 1, at=last)
        rows.group(exam, 0, 2, at=first)
        rows.group(exam, 5, 5, at=datetime(2026, 6, 1, 0, 0, tzinfo=zone))
    period = Period(date(2026, 3, 1), date(2026, 5, 31))
    assert counted(By.MONTH, auditor, period) == {"2026-03": (1, 1), "2026-04": (0, 2), "2026-05": (0, 0)}
    assert counted(By.DEPARTMENT, auditor, Period(date(2026, 4, 1), date(2026, 4, 1))) == {None: (0, 2)}


def test_a_manager_sees_the_own_departments_only(context: None, books: Books, exam: Exam) -> None:
    with books():
        manager = factories.person(roles=[Role.MANAGER], department="service")
        rows.group(exam, 3, 4, department="service/hotline")
        rows.group(exam, 2, 2, department="sales")
        nobody = factories.person(roles=[Role.MANAGER])
    assert list(counted(By.DEPARTMENT, manager).values()) == [(3, 4)]
    assert queries.totals(None, ALL_TIME, manager) == Count(None, None, 3, 4)
    assert counted(By.DEPARTMENT, nobody) == {}
    with books():
        trainer = factories.person(roles=[Role.TRAINER])
    assert queries.totals(None, ALL_TIME, trainer).n == 6


def test_the_api_answers_n_rate_interval_and_verdict(books: Books, exam: Exam, api: Callable[..., Any]) -> None:
    with books():
        rows.group(exam, 27, 30, department="hotline")
    got = api(Role.HR).get("/certifications/front-line/pass-rates?by=department").get_json()
    assert (got["n"], got["passed"], got["rate"], got["verdict"], got["target"]) == (30, 27, 0.9, "not-proven", 0.9)
    assert (got["interval"]["low"], got["interval"]["high"]) == pytest.approx((0.7438, 0.9654), abs=5e-5)
    assert got["items"][0]["key"] == "hotline" and got["items"][0]["n"] == 30
    assert got["from"] == got["to"]


@pytest.mark.parametrize("by", [*By, None])
def test_every_by_of_the_api_is_answered(books: Books, exam: Exam, api: Callable[..., Any], by: By | None) -> None:
    with books():
        rows.group(exam, 1, 2)
    query = f"?by={by.value}" if by else ""
    got = api(Role.AUDITOR).get(f"/certifications/front-line/pass-rates{query}")
    assert got.status_code == 200 and got.get_json()["n"] == 2
    assert sum(one["n"] for one in got.get_json()["items"]) == (2 if by else 0)


def test_the_api_refuses_what_it_cannot_answer(books: Books, exam: Exam, api: Callable[..., Any]) -> None:
    hr = api(Role.HR)
    assert hr.get("/certifications/unknown/pass-rates").status_code == 404
    assert hr.get("/certifications/front-line/pass-rates?by=shoe").status_code == 422
    assert hr.get("/certifications/front-line/pass-rates?from=2026-02-01&to=2026-01-01").status_code == 422
    assert api(Role.LEARNER).get("/certifications/front-line/pass-rates").status_code == 403
    assert api(Role.HR, scopes=[Scope.HR]).get("/certifications/front-line/pass-rates").status_code == 403


def test_nothing_finished_is_no_data(books: Books, exam: Exam, api: Callable[..., Any]) -> None:
    got = api(Role.HR).get("/certifications/front-line/pass-rates?by=month").get_json()
    assert (got["n"], got["rate"], got["interval"], got["verdict"]) == (0, None, None, "no-data")


def test_the_page_concludes_in_its_title(books: Books, exam: Exam, sign_in: Callable[..., Any]) -> None:
    with books():
        rows.group(exam, 190, 200, department="hotline", at=rows.noon(clock.today() - timedelta(days=1)))
        rows.group(exam, 4, 12, department="counter")
        factories.person(department="returns", job_role="front-line")
    page = sign_in(Role.HR).get("/reports/pass-rates?target=80").get_data(as_text=True)
    assert "Front Line passes at 92\u202f% and meets the 80\u202f% target. counter, at 33\u202f%, does not." in page
    assert "No attempts" in page and "returns" in page
    assert "1 not met" in page
    assert "95\u202f%" in page and "mean 92\u202f%" in page


def test_the_pages_cost_the_same_for_any_number_of_rows(
    books: Books, exam: Exam, sign_in: Callable[..., Any], count_queries: Callable[[], Any]
) -> None:
    client = sign_in(Role.HR)
    spent = []
    for number in (1, 6):
        with books():
            for place in range(number):
                rows.group(
                    exam,
                    1,
                    3,
                    department=f"dept-{number}-{place}",
                    at=rows.noon(clock.today() - timedelta(days=40 * place)),
                )
        with count_queries() as statements:
            for address in ("/reports", "/reports/pass-rates", "/reports/certified", "/reports/emotion"):
                assert client.get(address).status_code == 200
        spent.append(len(statements))
    assert spent[0] == spent[1]


def test_the_file_opens_in_a_spreadsheet_and_holds_no_formula(
    books: Books, exam: Exam, sign_in: Callable[..., Any]
) -> None:
    with books():
        rows.group(exam, 27, 30, department="hotline")
        db.session.query(Department).filter_by(key="hotline").one().name = {"en": "=1+2"}
    response = sign_in(Role.HR).get("/reports/pass-rates.csv?by=department")
    raw = response.get_data()
    assert raw.startswith(b"\xef\xbb\xbf") and b"\r\n" in raw
    assert response.headers["Content-Type"].startswith("text/csv")
    head, first, whole = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    row = dict(zip(head, first, strict=True))
    assert (row["key"], row["name"], row["n"], row["passed"]) == ("hotline", "'=1+2", "30", "27")
    assert float(row["low"]) == pytest.approx(0.7438, abs=5e-5)
    assert whole[head.index("name")] == "All"


def test_a_bad_day_is_told(books: Books, exam: Exam, sign_in: Callable[..., Any]) -> None:
    client = sign_in(Role.HR)
    assert client.get("/reports/pass-rates?from=yesterday").status_code == 422
    assert client.get("/reports/pass-rates?from=2026-05-01&to=2026-01-01").status_code == 422
    assert client.get("/reports/pass-rates?certification=ghost&by=ghost&target=ghost").status_code == 200


# ---- one department -------------------------------------------------------------------


def test_one_departments_months_can_be_seen(
    books: Books, exam: Exam, sign_in: Callable[..., Any], api: Callable[..., Any]
) -> None:
    with books():
        rows.group(exam, 27, 30, department="hotline")
        rows.group(exam, 1, 12, department="counter")
    client = sign_in(Role.HR)
    whole = client.get("/reports/pass-rates").get_data(as_text=True)
    assert "by=month" in whole and "department=hotline" in whole
    page = client.get("/reports/pass-rates?department=hotline&by=month").get_data(as_text=True)
    assert "Front Line in hotline passes at 90\u202f%" in page and '<option value="hotline" selected>' in page
    assert "mean 90\u202f%" in page and "p-chart" in page
    file = client.get("/reports/pass-rates.csv?department=hotline&by=job-role").get_data().decode("utf-8-sig")
    assert [line["n"] for line in csv.DictReader(io.StringIO(file))] == ["30", "30"]
    assert {line["department"] for line in csv.DictReader(io.StringIO(file))} == {"hotline"}
    hr = api(Role.HR)
    assert hr.get("/certifications/front-line/pass-rates?department=counter").get_json()["passed"] == 1
    got = hr.get("/certifications/front-line/pass-rates?department=counter&by=version").get_json()
    assert [one["n"] for one in got["items"]] == [12]


def test_a_department_out_of_sight_is_not_there(
    books: Books, exam: Exam, sign_in: Callable[..., Any], api: Callable[..., Any]
) -> None:
    with books():
        manager = factories.person(roles=[Role.MANAGER], department="service")
        rows.group(exam, 3, 4, department="service/hotline")
        rows.group(exam, 2, 2, department="sales")
    client = sign_in(manager)
    with books():
        hotline = db.session.query(Department).filter(Department.parent_id.is_not(None)).one().key
    page = client.get(f"/reports/pass-rates?department={hotline}").get_data(as_text=True)
    assert "75\u202f%" in page and 'value="sales"' not in page
    assert client.get("/reports/pass-rates?department=sales").status_code == 404
    assert client.get("/reports/pass-rates.csv?department=ghost").status_code == 404
    assert api(manager).get("/certifications/front-line/pass-rates?department=sales").status_code == 404
