"""The canonical form of a revision and its checksum."""

import hashlib
import json
from copy import deepcopy
from fractions import Fraction
from typing import Any

from lms.hr.performance import Kind, Missing, performance
from lms.hr.records import Standing, Who, checksum, columns, document, figures, number, public, record, row, standing
from tests.factories_hr import HALF, component, fact

HEADING = {"cycle": {"key": "2026-h2"}, "frozen_at": "2026-12-31T00:00:00+00:00", "revision": 1}
PARTS = (component(Kind.EXAM, "front-line-exam", 60), component(Kind.INSPECTION, None, 40))


def one(share: Any = 90, name: str = "林小雨") -> dict[str, Any]:
    who = Who(1, "000123", name, "hotline-1", "front-line")
    return record(who, performance(PARTS, Missing.REWEIGH, [fact(share, reference="attempt:1")], HALF))


def test_the_document_is_json_with_its_records() -> None:
    read = json.loads(b"".join(document(HEADING, [one(), one(80)])))
    assert (read["revision"], read["cycle"]["key"]) == (1, "2026-h2")
    assert [each["composite"] for each in read["records"]] == [90, 80]


def test_the_checksum_is_that_of_the_document() -> None:
    rows = [one(), one(80)]
    whole = b"".join(document(HEADING, rows))
    assert checksum(HEADING, rows) == hashlib.sha256(whole).hexdigest()
    assert (
        whole
        == json.dumps({**HEADING, "records": rows}, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    )


def test_an_empty_revision_has_a_checksum_too() -> None:
    assert json.loads(b"".join(document(HEADING, [])))["records"] == []


def test_any_changed_value_changes_the_checksum() -> None:
    before = checksum(HEADING, [one()])
    for change in (
        lambda r: r.update(name="林小雪"),
        lambda r: r.update(composite=90.00000000000001),
        lambda r: r["components"][0].update(n=2),
        lambda r: r["components"][0]["evidence"][0].update(counts=False),
        lambda r: r["reasons"].append({"code": "unrated", "of": None}),
    ):
        changed = deepcopy(one())
        change(changed)
        assert checksum(HEADING, [changed]) != before
    assert checksum({**HEADING, "revision": 2}, [one()]) != before
    assert checksum(HEADING, [one(), one()]) != before


def test_the_checksum_survives_a_round_through_json() -> None:
    rows = [one(Fraction(200, 3)), one(Fraction(1, 7))]
    assert checksum(HEADING, json.loads(json.dumps(rows))) == checksum(HEADING, rows)


def test_numbers_are_not_rounded() -> None:
    assert number(Fraction(200, 3)) == 200 / 3
    assert number(Fraction(90)) == 90 and isinstance(number(Fraction(90)), int)


def test_the_api_shows_scores_without_their_evidence() -> None:
    assert public(one()) == {
        "employee_number": "000123",
        "name": "林小雨",
        "components": [
            {"kind": "exam", "of": "front-line-exam", "score": 90, "n": 1},
            {"kind": "inspection", "of": None, "score": None, "n": 0},
        ],
        "composite": 90,
        "eligibility": "eligible",
    }


def test_a_row_stands_under_its_columns() -> None:
    cells = dict(zip(columns(PARTS), row(one(70)), strict=True))
    assert cells["exam:front-line-exam"] == 70 and cells["exam:front-line-exam n"] == 1
    assert cells["inspection"] is None and cells["reasons"] == "below-80"


def test_the_standing_names_what_weighs_most() -> None:
    assert standing(one()) is Standing.ELIGIBLE
    assert standing(one(50)) is Standing.BELOW
    both = {"reasons": [{"code": "below-80", "of": None}, {"code": "certificate-missing", "of": "x"}]}
    assert standing(both) is Standing.BELOW
    assert standing({"reasons": both["reasons"][1:]}) is Standing.UNCERTIFIED
    assert standing({"reasons": [{"code": "unrated", "of": None}, *both["reasons"][1:]]}) is Standing.UNRATED


def test_figures_differ_when_a_score_or_its_n_does() -> None:
    more = deepcopy(one())
    more["components"][0]["n"] = 2
    assert figures(one()) == figures(one(name="Other"))
    assert figures(one()) != figures(more)
    assert figures(None) != figures(one())
