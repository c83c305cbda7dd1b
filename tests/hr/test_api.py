"""The REST calls of HR, exactly as the contract names them."""

import csv
import hashlib
import io
import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook

from lms.core import clock
from lms.core.access import Role, Scope
from lms.core.database import unit_of_work
from tests import factories, factories_hr

INSPECTION = {"kind": "inspection", "weight": 100}


@pytest.fixture
def people(app: Flask) -> dict[str, str]:
    """Two agents, by employee number."""
    with app.app_context(), unit_of_work():
        factories.person(name="赵鹏", employee_number="000123", job_role="front-line")
        factories.person(name="=Lin", employee_number="000124", job_role="front-line")
    return {"000123": "赵鹏", "000124": "=Lin"}


@pytest.fixture
def hr(api: Callable[..., Any]) -> Any:
    return api(Role.HR)


def score(**changes: Any) -> dict[str, Any]:
    today = clock.now().date()
    sent = {
        "employee_number": "000123",
        "source": "inspection",
        "observed_on": (today - timedelta(days=1)).isoformat(),
        "score": 8.5,
        "max_score": 10,
        "reference": "I-1",
    }
    return {**sent, **changes}


def cycle(**changes: Any) -> dict[str, Any]:
    today = clock.now().date()
    sent = {
        "key": "2026-h2",
        "title": "Second half",
        "starts_on": (today - timedelta(days=60)).isoformat(),
        "ends_on": (today + timedelta(days=60)).isoformat(),
        "components": [INSPECTION],
        "missing": "reweigh",
    }
    return {**sent, **changes}


def test_quality_scores_are_recorded_once(hr: Any, people: Any) -> None:
    first = hr.post("/quality-scores", {"scores": [score()]})
    again = hr.post("/quality-scores", {"scores": [score()]})
    assert (first.status_code, first.json) == (201, {"recorded": 1, "repeated": 0, "differing": []})
    assert (again.status_code, again.json) == (200, {"recorded": 0, "repeated": 1, "differing": []})


def test_one_wrong_row_refuses_them_all_and_is_named(hr: Any, people: Any) -> None:
    refused = hr.post("/quality-scores", {"scores": [score(), score(reference="I-2", employee_number="9")]})
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json["errors"]] == ["scores.1.employee_number"]
    assert hr.post("/quality-scores", {"scores": [score()]}).json["recorded"] == 1


@pytest.mark.parametrize(
    "changes",
    [{"source": "gossip"}, {"score": "8"}, {"score": None}, {"observed_on": "soon"}, {"extra": 1}, {"max_score": 0}],
)
def test_a_malformed_score_is_refused(hr: Any, people: Any, changes: dict[str, Any]) -> None:
    assert hr.post("/quality-scores", {"scores": [score(**changes)]}).status_code == 422


def test_a_cycle_is_opened_frozen_and_read(hr: Any, people: Any) -> None:
    hr.post("/quality-scores", {"scores": [score(), score(reference="I-2", score=1, max_score=3)]})
    opened = hr.post("/review-cycles", cycle())
    assert opened.status_code == 201
    frozen = hr.post("/review-cycles/2026-h2/revisions")
    assert frozen.status_code == 201
    assert set(frozen.json) == {"revision", "sha256", "people"}
    assert (frozen.json["revision"], frozen.json["people"]) == (1, 2)
    listed = hr.get("/review-cycles/2026-h2/records?revision=1").json
    assert listed["next"] is None
    lin, zhao = sorted(listed["items"], key=lambda each: each["employee_number"], reverse=True)
    mean = float((Decimal(85) + Decimal(100) / 3) / 2)
    assert zhao["composite"] == pytest.approx(mean, abs=1e-9)
    assert zhao["components"] == [{"kind": "inspection", "of": None, "score": zhao["composite"], "n": 2}]
    assert lin["composite"] is None
    assert set(lin) == {"employee_number", "name", "components", "composite", "eligibility"}
    assert (zhao["eligibility"], lin["eligibility"]) == ("not-eligible", "not-eligible")


def test_a_frozen_revision_does_not_move_but_the_draft_does(hr: Any, people: Any) -> None:
    hr.post("/review-cycles", cycle())
    hr.post("/review-cycles/2026-h2/revisions")
    hr.post("/quality-scores", {"scores": [score()]})

    def composites(query: str) -> set[Any]:
        return {each["composite"] for each in hr.get(f"/review-cycles/2026-h2/records{query}").json["items"]}

    assert composites("?revision=1") == {None}
    assert composites("") == {None, 85}


@pytest.mark.parametrize(
    "changes",
    [
        {"components": [{"kind": "inspection", "weight": 90}]},
        {"components": [{"kind": "exam", "of": "no-such-exam", "weight": 100}]},
        {"components": [{"kind": "exam", "weight": 100}]},
        {"components": [{"kind": "skill", "of": "charm", "weight": 100}]},
        {"components": [{"kind": "gossip", "weight": 100}]},
        {"components": []},
        {"missing": "guess"},
        {"key": "Second Half"},
        {"key": "new"},
        {"starts_on": "2027-01-01", "ends_on": "2026-01-01"},
        {"title": ""},
    ],
)
def test_a_cycle_that_cannot_work_is_refused(hr: Any, changes: dict[str, Any]) -> None:
    assert hr.post("/review-cycles", cycle(**changes)).status_code == 422


def test_fractions_of_a_weight_total_100_exactly(hr: Any) -> None:
    parts = [{"kind": "inspection", "weight": 33.3}, {"kind": "call-quality", "weight": 66.7}]
    assert hr.post("/review-cycles", cycle(components=parts)).status_code == 201


def test_a_taken_key_is_a_conflict(hr: Any) -> None:
    hr.post("/review-cycles", cycle())
    assert hr.post("/review-cycles", cycle()).status_code == 409


def test_what_is_not_there_is_404(hr: Any) -> None:
    hr.post("/review-cycles", cycle())
    for path in ("/review-cycles/none/records", "/review-cycles/2026-h2/records?revision=1"):
        assert hr.get(path).status_code == 404
    assert hr.get("/review-cycles/2026-h2/export?format=csv&revision=9").status_code == 404
    assert hr.post("/review-cycles/none/revisions").status_code == 404
    assert hr.get("/review-cycles/2026-h2/export?format=pdf").status_code == 422


def test_records_come_in_pages(hr: Any, people: Any) -> None:
    hr.post("/review-cycles", cycle())
    hr.post("/review-cycles/2026-h2/revisions")
    for query in ("", "&revision=1"):
        names, cursor = [], ""
        while True:
            page = hr.get(f"/review-cycles/2026-h2/records?limit=1{query}{cursor}").json
            names += [each["name"] for each in page["items"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert sorted(names) == sorted(people.values())


def test_csv_keeps_numbers_as_text_and_guards_formulas(hr: Any, people: Any) -> None:
    hr.post("/review-cycles", cycle())
    response = hr.get("/review-cycles/2026-h2/export?format=csv")
    assert response.mimetype == "text/csv"
    assert response.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"), newline="")))
    assert {row["employee_number"]: row["name"] for row in rows} == {"000123": "赵鹏", "000124": "'=Lin"}


def test_xlsx_keeps_numbers_as_text_and_has_no_formulas(hr: Any, people: Any) -> None:
    hr.post("/review-cycles", cycle())
    response = hr.get("/review-cycles/2026-h2/export?format=xlsx")
    sheet = load_workbook(io.BytesIO(response.data)).worksheets[0]
    cells = {row[0].value: (row[1].value, row[1].data_type) for row in sheet.iter_rows(min_row=2)}
    assert cells == {"000123": ("赵鹏", "s"), "000124": ("=Lin", "s")}


def test_the_json_of_a_revision_is_what_its_checksum_is_over(hr: Any, people: Any) -> None:
    hr.post("/quality-scores", {"scores": [score()]})
    hr.post("/review-cycles", cycle(title={"en": "Second half", "zh-Hans": "下半年"}))
    sha256 = hr.post("/review-cycles/2026-h2/revisions").json["sha256"]
    response = hr.get("/review-cycles/2026-h2/export?format=json&revision=1")
    assert hashlib.sha256(response.data).hexdigest() == sha256
    evidence = [part["evidence"] for each in json.loads(response.data)["records"] for part in each["components"]]
    assert sorted(len(each) for each in evidence) == [0, 1]


# ---- the feed ----------------------------------------------------------------------------


def test_the_feed_tells_results_without_answers(app: Flask, hr: Any) -> None:
    with app.app_context(), unit_of_work():
        someone = factories.person(name="Zhao Peng", employee_number="000123")
        factories_hr.tell(factories_hr.attempt(someone, attempt_id=7, score=Decimal(2), max_score=Decimal(3)))
    (row,) = hr.get("/results").json["items"]
    assert set(row) == {
        "reference", "kind", "of", "version", "employee_number", "name", "at", "score", "max_score", "percent",
        "passed", "state", "expires_on", "skills", "updated_at",
    }  # fmt: skip
    assert (row["reference"], row["employee_number"]) == ("attempt:7", "000123")
    assert row["percent"] == pytest.approx(200 / 3, abs=1e-9)


def test_the_feed_is_followed_by_cursor_and_by_time(app: Flask, hr: Any) -> None:
    began = clock.now()
    with app.app_context(), unit_of_work():
        someone = factories.person()
        for minute in range(5):
            with clock.at(began + timedelta(minutes=minute // 2)):
                factories_hr.tell(factories_hr.attempt(someone, attempt_id=minute + 1))
    seen, path = [], "/results?limit=2"
    while path:
        page = hr.get(path).json
        seen += [row["reference"] for row in page["items"]]
        path = f"/results?limit=2&cursor={page['next']}" if page["next"] else ""
    assert seen == [f"attempt:{number}" for number in range(1, 6)]
    since = (began + timedelta(minutes=1)).isoformat()
    for spelled in (since, since.replace("+00:00", "Z"), since.replace("+", "%2B"), since.removesuffix("+00:00")):
        assert len(hr.get(f"/results?updated_since={spelled}").json["items"]) == 3


@pytest.mark.parametrize(
    "query", ["updated_since=yesterday", "cursor=abc", "cursor=WzFd", "cursor=WyJ4IiwgMV0", "limit=0"]
)
def test_a_strange_question_to_the_feed_is_refused(hr: Any, query: str) -> None:
    assert hr.get(f"/results?{query}").status_code == 422


# ---- who may ------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.LEARNER, Role.TRAINER, Role.MENTOR, Role.MANAGER, Role.ADMIN])
def test_only_hr_and_auditors_read_peoples_results(api: Callable[..., Any], role: Role) -> None:
    someone = api(role)
    for path in ("/results", "/review-cycles/x/records", "/review-cycles/x/export?format=csv"):
        assert someone.get(path).status_code == 403


def test_an_auditor_reads_and_changes_nothing(api: Callable[..., Any]) -> None:
    auditor = api(Role.AUDITOR)
    assert auditor.get("/results").status_code == 200
    assert auditor.post("/review-cycles", cycle()).status_code == 403
    assert auditor.post("/quality-scores", {"scores": [score()]}).status_code == 403


def test_a_token_without_the_scope_is_refused(api: Callable[..., Any]) -> None:
    assert api(Role.HR, scopes=[Scope.REPORT]).get("/results").status_code == 403


def test_lists_do_not_ask_more_for_more_people(app: Flask, hr: Any, count_queries: Any) -> None:
    hr.post("/review-cycles", cycle())
    counts = []
    for _ in range(2):
        with app.app_context(), unit_of_work():
            for _ in range(10):
                factories_hr.tell(factories_hr.attempt(factories.person(job_role="front-line")))
        with count_queries() as records:
            hr.get("/review-cycles/2026-h2/records")
        with count_queries() as feed:
            hr.get("/results")
        counts.append((len(records), len(feed)))
    assert counts[0] == counts[1]
    assert counts[0][0] <= 8 and counts[0][1] <= 3
