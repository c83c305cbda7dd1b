"""The verbs of HR: record workplace scores, open a review cycle (freezing stands in service_freezing.py)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select

from lms.core import audit, clock
from lms.core.database import db
from lms.core.errors import Conflict, Invalid
from lms.core.table_files import Row, RowError
from lms.core.texts import N_, Message
from lms.hr import quality, queries, records
from lms.hr.models import QualityScore, ReviewCycle
from lms.hr.performance import Component, Missing, component_faults
from lms.hr.quality import NewScore
from lms.hr.queries_evidence import CHUNK
from lms.identity.models import Person


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a list of scores: newly kept, already known, and known with other figures (left as they were)."""

    recorded: int
    repeated: int
    differing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import of scores did or would do; with errors nothing is done."""

    outcome: Recorded
    errors: tuple[RowError, ...]


@dataclass(frozen=True, slots=True)
class NewCycle:
    """A review cycle as it is asked for."""

    key: str
    title: Mapping[str, str]
    starts_on: date
    ends_on: date
    components: Sequence[Component]
    missing: Missing


# ---- quality scores ------------------------------------------------------------------


def record_quality_scores(scores: Sequence[NewScore], *, actor: Any, now: datetime) -> Recorded:
    """Keep all of the scores or, when one has a fault, none: ``Invalid`` names each by "scores.INDEX.FIELD".

    A reference that is known for its source changes nothing, whoever sends it again.
    """
    people = _people_by_number(scores)
    wrong = {f"scores.{f.index}.{f.field}": f.message for f in _faults(scores, people, now)}
    if wrong:
        raise Invalid(Message(N_("Some scores cannot be used; nothing was recorded.")), errors=wrong)
    outcome, fresh = _sorted_out(scores, people)
    if fresh:
        rows = [_row(score, people[score.employee_number], actor, now) for score in fresh]
        db.session.execute(insert(QualityScore), rows)
        sources = sorted({score.source for score in fresh})
        audit.record("quality-scores.record", "quality-scores", actor=actor, now=now, count=len(fresh), sources=sources)
    return outcome


def import_quality_scores(rows: Sequence[Row], *, apply: bool, actor: Any, now: datetime) -> ImportPlan:
    """Record the rows of a file when ``apply`` and all can be used; else only tell what would happen, by line."""
    reading = quality.read(rows)
    people = _people_by_number(reading.scores)
    errors = [
        *reading.errors,
        *(RowError(reading.lines[f.index], f.field, f.message) for f in _faults(reading.scores, people, now)),
    ]
    if errors:
        return ImportPlan(Recorded(0, 0, ()), tuple(sorted(errors, key=lambda error: error.line)))
    if apply:
        return ImportPlan(record_quality_scores(reading.scores, actor=actor, now=now), ())
    return ImportPlan(_sorted_out(reading.scores, people)[0], ())


def _faults(scores: Sequence[NewScore], people: Mapping[str, int], now: datetime) -> list[quality.Fault]:
    return list(quality.faults(scores, people.keys(), clock.day_of(now)))


def _people_by_number(scores: Sequence[NewScore]) -> dict[str, int]:
    people: dict[str, int] = {}
    numbers = sorted({score.employee_number for score in scores})
    for start in range(0, len(numbers), CHUNK):
        wanted = Person.employee_number.in_(numbers[start : start + CHUNK])
        query = select(Person.employee_number, Person.id).where(wanted)
        people.update((str(number), person_id) for number, person_id in db.session.execute(query))
    return people


def _sorted_out(scores: Sequence[NewScore], people: Mapping[str, int]) -> tuple[Recorded, list[NewScore]]:
    """What is new, what is known, and what is known with other figures."""
    known = _known(scores)
    fresh: dict[tuple[str, str], NewScore] = {}
    differing = []
    for score in scores:
        earlier = known.get(score.identity)
        if earlier is None:
            fresh.setdefault(score.identity, score)
        elif earlier != (
            people[score.employee_number],
            score.observed_on,
            _exact(score.score),
            _exact(score.max_score),
        ):
            differing.append(score.reference)
    return Recorded(len(fresh), len(scores) - len(fresh), tuple(differing)), list(fresh.values())


def _known(scores: Sequence[NewScore]) -> dict[tuple[str, str], tuple[int, date, Decimal, Decimal]]:
    known = {}
    references = sorted({score.reference for score in scores})
    for start in range(0, len(references), CHUNK):
        query = select(QualityScore).where(QualityScore.reference.in_(references[start : start + CHUNK]))
        for row in db.session.scalars(query):
            known[row.source, row.reference] = (row.person_id, row.observed_on, row.score, row.max_score)
    return known


def _exact(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.000001"))


def _row(score: NewScore, person_id: int, actor: Any, now: datetime) -> dict[str, Any]:
    return {
        "person_id": person_id,
        "source": score.source,
        "observed_on": score.observed_on,
        "score": score.score,
        "max_score": score.max_score,
        "reference": score.reference,
        "recorded_at": now,
        "recorded_by_id": actor.id if actor is not None else None,
    }


# ---- review cycles ----------------------------------------------------------------------


def open_cycle(wanted: NewCycle, *, actor: Any, now: datetime) -> ReviewCycle:
    """Open a review cycle; its rule cannot be changed afterwards.

    Raises ``Invalid`` with a sentence per field, ``Conflict`` when the key is taken.
    """
    wrong = component_faults(wanted.components)
    if wanted.ends_on < wanted.starts_on:
        wrong["ends_on"] = Message(N_("The review must not end before it begins."))
    if wanted.key == "new":
        wrong["key"] = Message(N_("“new” is the address of this form; choose another key."))
    wrong.update(_unknown_keys(wanted.components, wrong))
    if wrong:
        raise Invalid(Message(N_("This review cycle cannot be opened as it stands.")), errors=wrong)
    if db.session.scalar(select(ReviewCycle.id).where(ReviewCycle.key == wanted.key)) is not None:
        raise Conflict(Message(N_("There is already a review cycle “%(key)s”."), {"key": wanted.key}))
    cycle = ReviewCycle(
        key=wanted.key,
        title=dict(wanted.title),
        starts_on=wanted.starts_on,
        ends_on=wanted.ends_on,
        components=[records.component_values(component) for component in wanted.components],
        missing=wanted.missing.value,
        created_at=now,
        created_by_id=actor.id if actor is not None else None,
    )
    db.session.add(cycle)
    db.session.flush()
    audit.record(
        "review-cycle.open", f"review-cycle:{cycle.key}", actor=actor, now=now,
        components=cycle.components, missing=cycle.missing, starts_on=cycle.starts_on, ends_on=cycle.ends_on,
    )  # fmt: skip
    return cycle


def _unknown_keys(components: Sequence[Component], wrong: Mapping[str, Message]) -> dict[str, Message]:
    """Keys that name nothing: a slip of the pen would leave everybody without a score."""
    titled = queries.titles([records.component_values(component) for component in components])
    return {
        f"components.{index}.of": Message(N_("There is no “%(key)s” of this kind."), {"key": component.of})
        for index, component in enumerate(components)
        if component.kind in queries.TITLED
        and component.of
        and f"components.{index}.of" not in wrong
        and (component.kind.value, component.of) not in titled
    }
