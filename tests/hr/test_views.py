"""HR's pages, as HR, auditors and others meet them."""

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook
from sqlalchemy import func, select

from lms.core import clock
from lms.core.access import Role
from lms.core.database import db, unit_of_work
from lms.hr import service
from lms.hr.models import QualityScore, ReviewCycle, Revision
from lms.hr.performance import Kind
from lms.hr.service_freezing import freeze_revision
from tests import factories, factories_hr
from tests.factories_hr import component


@pytest.fixture
def cycle(app: Flask) -> dict[str, int]:
    """A cycle of an exam and inspections with three people: eligible, below the line, unrated; person ids by name."""
    with app.app_context(), unit_of_work():
        parts = component(Kind.EXAM, factories_hr.exam(), 60), component(Kind.INSPECTION, None, 40)
        factories_hr.cycle(*parts, key="2026-h2", title={"en": "Second half", "zh-Hans": "下半年"})
        people = {}
        for name, points in (("Zhao Peng", 9), ("Guo Rui", 5), ("Lin Xiaoyu", None)):
            someone = factories.person(name=name, job_role="front-line", department="hotline-1")
            people[name] = someone.id
            if points is not None:
                factories_hr.tell(factories_hr.attempt(someone, points, attempt_id=points))
                score = factories_hr.score(someone, score=Decimal(points), reference=f"I-{points}")
                service.record_quality_scores([score], actor=None, now=clock.now())
    return people


def test_a_cycles_page_says_its_conclusion_and_lists_its_people(sign_in: Any, cycle: Any) -> None:
    page = sign_in(Role.HR).get("/hr/reviews/2026-h2").text
    assert "1 of 3 people are eligible. One is not rated yet." in page
    for words in ("Zhao Peng", "90.0", "Guo Rui", "50.0", "Not eligible", "Not rated", "Front-line exam", "60\u202f%"):
        assert words in page


def test_the_page_speaks_chinese(sign_in: Any, cycle: Any) -> None:
    page = sign_in(Role.HR, language="zh-Hans").get("/hr/reviews/2026-h2").text
    assert "3人中有1人符合资格。" in page and "下半年" in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=zhao", {"Zhao Peng"}),
        ("standing=below", {"Guo Rui"}),
        ("standing=unrated", {"Lin Xiaoyu"}),
        ("q=nobody", set()),
    ],
)
@pytest.mark.parametrize("is_frozen", [False, True])
def test_people_are_found_by_name_and_by_standing(
    sign_in: Any, cycle: dict[str, int], query: str, names: set[str], is_frozen: bool
) -> None:
    client = sign_in(Role.HR)
    if is_frozen:
        client.post("/hr/reviews/2026-h2/revisions")
        query += "&revision=1"
    page = client.get(f"/hr/reviews/2026-h2?{query}").text
    assert {name for name in cycle if name in page} == names


def test_freezing_is_a_button(app: Flask, sign_in: Any, cycle: Any) -> None:
    client = sign_in(Role.HR)
    assert "Freeze revision 1" in client.get("/hr/reviews/2026-h2").text
    assert client.post("/hr/reviews/2026-h2/revisions", data={"revision": "1"}).status_code == 302
    assert client.post("/hr/reviews/2026-h2/revisions", data={"revision": "1"}).status_code == 409
    page = client.get("/hr/reviews/2026-h2/revisions/1").text
    with app.app_context():
        revision = db.session.scalars(select(Revision)).one()
    assert page.count(revision.sha256) == 2
    assert "The checksum holds" in page


def test_a_tampered_revision_is_called_so(app: Flask, sign_in: Any, cycle: Any) -> None:
    client = sign_in(Role.HR)
    client.post("/hr/reviews/2026-h2/revisions")
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM revision_records WHERE name = 'Guo Rui'")
    assert "The checksum does not hold" in client.get("/hr/reviews/2026-h2/revisions/1").text


def test_a_persons_page_shows_where_each_number_comes_from(sign_in: Any, cycle: dict[str, int]) -> None:
    client = sign_in(Role.HR)
    page = client.get(f"/hr/reviews/2026-h2/people/{cycle['Guo Rui']}").text
    for words in ("Exam or check no. 5", "I-5", "The composite is below 80.", "60\u202f% of the composite"):
        assert words in page
    unrated = client.get(f"/hr/reviews/2026-h2/people/{cycle['Lin Xiaoyu']}").text
    assert "the other weights share this one" in unrated


def test_a_composite_just_under_the_line_is_not_shown_as_the_line(app: Flask, sign_in: Any) -> None:
    with app.app_context(), unit_of_work():
        someone = factories.person(job_role="front-line")
        factories_hr.cycle(key="2026-h2")
        score = factories_hr.score(someone, score=Decimal("7.996"))
        service.record_quality_scores([score], actor=None, now=clock.now())
    page = sign_in(Role.HR).get("/hr/reviews/2026-h2").text
    assert "79.9" in page and ">80.0<" not in page


def test_a_composite_of_some_parts_only_says_so(app: Flask, sign_in: Any, cycle: Any) -> None:
    assert "of 2 parts" not in sign_in(Role.HR).get("/hr/reviews/2026-h2").text
    with app.app_context(), unit_of_work():
        someone = factories.person(name="Half Known", job_role="front-line")
        score = factories_hr.score(someone, score=Decimal(9), reference="I-half")
        service.record_quality_scores([score], actor=None, now=clock.now())
    assert "from 1 of 2 parts" in sign_in(Role.HR).get("/hr/reviews/2026-h2").text


def test_somebody_outside_the_review_is_not_there(sign_in: Any, cycle: Any) -> None:
    client = sign_in(Role.HR)
    assert client.get("/hr/reviews/2026-h2/people/987654").status_code == 404
    assert client.get("/hr/reviews/2026-h2?revision=4").status_code == 404
    assert client.get("/hr/reviews/2026-h2?revision=x").status_code == 422


def test_the_export_links_give_files(sign_in: Any, cycle: Any) -> None:
    client = sign_in(Role.HR)
    for form, start in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("json", b'{"cycle"')):
        response = client.get(f"/hr/reviews/2026-h2/export?format={form}")
        assert response.data.startswith(start)
        assert f'filename="2026-h2-draft.{form}"' in response.headers["Content-Disposition"]


def test_an_auditor_reads_without_buttons(sign_in: Any, cycle: Any) -> None:
    client = sign_in(Role.AUDITOR)
    page = client.get("/hr/reviews/2026-h2").text
    assert "Zhao Peng" in page and "Freeze revision" not in page
    assert client.post("/hr/reviews/2026-h2/revisions").status_code == 403


# ---- opening a cycle ---------------------------------------------------------------------


def new_cycle(**changes: str) -> dict[str, str]:
    """The form as a browser sends it: every line, the empty ones too."""
    filled = {
        **{f"components-{line}-{name}": "" for line in range(8) for name in ("kind", "of", "weight")},
        "key": "2027-h1",
        "title_en": "First half",
        "starts_on": "2027-01-01",
        "ends_on": "2027-06-30",
        "missing": "zero",
        "components-0-kind": "skill",
        "components-0-of": "spin",
        "components-0-weight": "60.5",
        "components-2-kind": "inspection",
        "components-2-weight": "39.5",
    }
    return {**filled, **changes}


def test_a_cycle_is_opened_with_its_weights(app: Flask, sign_in: Any) -> None:
    response = sign_in(Role.HR).post("/hr/reviews/new", data=new_cycle())
    assert response.headers["Location"] == "/hr/reviews/2027-h1"
    with app.app_context():
        cycle = db.session.scalars(select(ReviewCycle)).one()
    assert cycle.components == [
        {"kind": "skill", "of": "spin", "weight": 60.5},
        {"kind": "inspection", "of": None, "weight": 39.5},
    ]
    assert (cycle.missing, cycle.title) == ("zero", {"en": "First half"})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"components-0-weight": "60"}, "The weights total 99.5; they must total 100."),
        ({"components-2-of": "x"}, "Workplace scores name no key"),
        ({"components-0-of": "charm"}, "Name one of these skills"),
        ({"title_en": ""}, "Enter a title in at least one language."),
        ({"ends_on": "2026-01-01"}, "must not end before it begins"),
        ({"key": "First Half"}, "Use lower-case letters and digits"),
        ({"components-0-weight": "many"}, "valid"),
        ({"missing": "guess"}, "valid choice"),
    ],
)
def test_a_form_that_cannot_work_comes_back_with_its_reason(
    sign_in: Any, changes: dict[str, str], sentence: str
) -> None:
    response = sign_in(Role.HR).post("/hr/reviews/new", data=new_cycle(**changes))
    assert response.status_code == 422
    assert sentence in response.text
    assert 'value="39.5"' in response.text  # what was typed is still there


def test_a_taken_key_is_said_on_the_form(sign_in: Any, cycle: Any) -> None:
    response = sign_in(Role.HR).post("/hr/reviews/new", data=new_cycle(key="2026-h2"))
    assert response.status_code == 422 and "already a review cycle" in response.text


# ---- workplace scores ------------------------------------------------------------------------


def upload(client: Any, rows: list[list[Any]], **fields: str) -> Any:
    book = Workbook()
    for row in [["employee_number", "source", "observed_on", "score", "max_score", "reference"], *rows]:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    data = {"file": (io.BytesIO(stream.getvalue()), "scores.xlsx"), **fields}
    return client.post("/hr/quality-scores/import", data=data, content_type="multipart/form-data")


@pytest.fixture
def agent(app: Flask) -> str:
    with app.app_context(), unit_of_work():
        factories.person(name="Zhao Peng", employee_number="000123", job_role="front-line")
    return "000123"


def kept(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(QualityScore)) or 0


def test_an_import_first_tells_what_would_happen(app: Flask, sign_in: Any, agent: str) -> None:
    client, row = sign_in(Role.HR), ["000123", "inspection", clock.now().date(), 8, 10, "I-1"]
    assert "One new score." in upload(client, [row]).text
    assert kept(app) == 0
    assert upload(client, [row], apply="y").status_code == 302
    assert kept(app) == 1
    assert "One new score, one was known already." in upload(client, [row, [*row[:5], "I-2"]]).text
    page = client.get("/hr/quality-scores").text
    assert "Zhao Peng" in page and "8 of 10" in page and "80.0" in page


def test_errors_of_an_import_stand_with_their_lines(app: Flask, sign_in: Any, agent: str) -> None:
    good = ["000123", "inspection", clock.now().date(), 8, 10, "I-1"]
    response = upload(sign_in(Role.HR), [good, ["9", *good[1:5], "I-2"], [*good[:3], 11, 10, "I-3"]], apply="y")
    assert response.status_code == 422
    assert "2 problems; nothing was recorded." in response.text
    assert "There is nobody with the employee number “9”." in response.text
    assert kept(app) == 0


def test_a_known_reference_with_other_figures_is_pointed_out(app: Flask, sign_in: Any, agent: str) -> None:
    client, day = sign_in(Role.HR), clock.now().date()
    upload(client, [["000123", "inspection", day, 8, 10, "I-1"]], apply="y")
    assert "stay as they were: I-1" in upload(client, [["000123", "inspection", day, 2, 10, "I-1"]]).text


def test_a_file_without_the_columns_is_refused(sign_in: Any) -> None:
    data = {"file": (io.BytesIO(b"name\nx\n"), "x.csv")}
    response = sign_in(Role.HR).post("/hr/quality-scores/import", data=data, content_type="multipart/form-data")
    assert response.status_code == 422 and "Unknown columns" in response.text


# ---- cost --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/hr/reviews", "/hr/reviews/2026-h2", "/hr/reviews/2026-h2?revision=1", "/hr/quality-scores"]
)
def test_a_page_asks_no_more_for_more_people(
    app: Flask, sign_in: Any, cycle: Any, count_queries: Callable[[], Any], path: str
) -> None:
    client, counts = sign_in(Role.HR), []
    with app.app_context(), unit_of_work():
        freeze_revision(db.session.scalars(select(ReviewCycle)).one(), actor=None, now=clock.now())
    client.get(path)
    for _ in range(2):
        with app.app_context(), unit_of_work():
            for _ in range(8):
                someone = factories.person(job_role="front-line", department="hotline-1")
                factories_hr.tell(factories_hr.attempt(someone))
                service.record_quality_scores([factories_hr.score(someone)], actor=None, now=clock.now())
        with count_queries() as queries:
            assert client.get(path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 11
