"""A performance record as it is frozen, hashed and handed out: plain values in a canonical form (pure).

The canonical form of a revision is one JSON document: keys sorted, no spaces, UTF-8, numbers as their shortest exact
spelling. Its SHA-256 is the revision's checksum, and the exported JSON file is that very document.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from lms.hr.performance import Component, Performance

Record = Mapping[str, Any]
"""``{employee_number, name, department, job_role, components, composite, eligibility, reasons}``."""


@dataclass(frozen=True, slots=True)
class Who:
    """The person of a record; department and job role by key."""

    person_id: int
    employee_number: str | None
    name: str
    department: str | None
    job_role: str | None


def number(value: Fraction | Decimal | None) -> int | float | None:
    """A number as JSON holds it: whole when it is whole, else the nearest float; never rounded to fewer places."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


def component_values(component: Component) -> dict[str, Any]:
    """A component as it is stored and sent."""
    return {"kind": component.kind.value, "of": component.of, "weight": number(component.weight)}


def record(who: Who, performance: Performance) -> dict[str, Any]:
    """Everything a revision keeps about one person."""
    return {
        "employee_number": who.employee_number,
        "name": who.name,
        "department": who.department,
        "job_role": who.job_role,
        "components": [
            {
                **component_values(part.component),
                "score": number(part.score),
                "n": part.n,
                "evidence": [
                    {
                        "reference": each.reference,
                        "on": each.on.isoformat(),
                        "percent": number(each.percent),
                        "counts": each.counts,
                    }
                    for each in part.evidence
                ],
            }
            for part in performance.parts
        ],
        "composite": number(performance.composite),
        "eligibility": performance.eligibility,
        "reasons": [{"code": reason.code, "of": reason.of} for reason in performance.reasons],
    }


def public(values: Record) -> dict[str, Any]:
    """The part of a record that the API lists."""
    return {
        "employee_number": values["employee_number"],
        "name": values["name"],
        "components": [{name: part[name] for name in ("kind", "of", "score", "n")} for part in values["components"]],
        "composite": values["composite"],
        "eligibility": values["eligibility"],
    }


def figures(values: Record | None) -> tuple[Any, ...] | None:
    """What tells whether a person's numbers changed between two revisions."""
    if values is None:
        return None
    return values["composite"], values["eligibility"], [(part["score"], part["n"]) for part in values["components"]]


def canonical(value: object) -> bytes:
    """The one JSON spelling of a value; it must be plain, without NaN or infinity."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def document(heading: Mapping[str, Any], records: Iterable[Record]) -> Iterator[bytes]:
    """The canonical JSON of a whole revision in pieces: ``heading`` with its ``records`` in their order."""
    before = {name: heading[name] for name in heading if name < "records"}
    after = {name: heading[name] for name in heading if name > "records"}
    yield canonical(before)[:-1] + (b"," if before else b"") + b'"records":['
    for index, values in enumerate(records):
        yield (b"," if index else b"") + canonical(values)
    yield b"]" + (b"," + canonical(after)[1:-1] if after else b"") + b"}"


def checksum(heading: Mapping[str, Any], records: Iterable[Record]) -> str:
    """SHA-256 (hexadecimal) over the canonical JSON."""
    digest = hashlib.sha256()
    for piece in document(heading, records):
        digest.update(piece)
    return digest.hexdigest()


class Standing(StrEnum):
    """How a record stands, for lists: what speaks against eligibility first."""

    ELIGIBLE = "eligible"
    BELOW = "below"
    UNCERTIFIED = "uncertified"
    UNRATED = "unrated"


def standing(values: Record) -> Standing:
    """The standing of a record by its reasons."""
    codes = {reason["code"] for reason in values["reasons"]}
    if not codes:
        return Standing.ELIGIBLE
    if "unrated" in codes:
        return Standing.UNRATED
    return Standing.UNCERTIFIED if codes == {"certificate-missing"} else Standing.BELOW


def columns(components: Sequence[Component]) -> list[str]:
    """The columns of a table of records."""
    names = [f"{part.kind.value}:{part.of}" if part.of else part.kind.value for part in components]
    numbers = [name for each in names for name in (each, f"{each} n")]
    return ["employee_number", "name", "department", "job_role", *numbers, "composite", "eligibility", "reasons"]


def row(values: Record) -> list[Any]:
    """A record as one row under ``columns``."""
    parts = [cell for part in values["components"] for cell in (part["score"], part["n"])]
    reasons = "; ".join(f"{each['code']} {each['of']}" if each["of"] else each["code"] for each in values["reasons"])
    who = [values["employee_number"], values["name"], values["department"], values["job_role"]]
    return [*who, *parts, values["composite"], values["eligibility"], reasons]
