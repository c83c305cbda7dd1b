"""Results, quality scores and review cycles over the REST API."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from flask import Response
from pydantic import AfterValidator, BeforeValidator, Field

from lms.core import clock
from lms.core.access import Scope, viewer
from lms.core.api import Answer, Api, Body, PageQuery, Query
from lms.core.field_types import Key
from lms.core.texts import ENGLISH
from lms.hr import queries, queries_records, records, service, service_freezing
from lms.hr.export import Format
from lms.hr.models import Result, ReviewCycle, Revision
from lms.hr.performance import Component, Kind, Missing
from lms.hr.quality import NewScore
from lms.hr.queries_evidence import share_of
from lms.hr.views_export import download

api = Api("hr")

Figure = Annotated[float, Field(allow_inf_nan=False)]


def _with_zone(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _plus_kept(value: Any) -> Any:
    """In a query string an unescaped + of an offset arrives as a space."""
    return value.replace(" ", "+") if isinstance(value, str) and "T" in value else value


Since = Annotated[datetime, BeforeValidator(_plus_kept), AfterValidator(_with_zone)]


class FeedQuery(PageQuery):
    """``updated_since`` is included; without a zone it is UTC."""

    updated_since: Since | None = None


class ResultAnswer(Answer):
    """One row of the feed."""

    reference: str
    kind: str
    of: str
    version: int | None
    employee_number: str | None
    name: str
    at: datetime
    score: float | None
    max_score: float | None
    percent: float | None
    passed: bool | None
    state: str
    expires_on: date | None
    skills: dict[str, dict[str, float]]
    updated_at: datetime


class FeedAnswer(Answer):
    """A page of the feed."""

    items: list[ResultAnswer]
    next: str | None


class ScoreBody(Body):
    """One workplace score."""

    employee_number: str = Field(min_length=1, max_length=40)
    source: Literal["inspection", "mystery-shopper", "customer-feedback", "call-quality"]
    observed_on: date
    score: Figure
    max_score: Figure
    reference: str = Field(min_length=1, max_length=120)

    def score_sent(self) -> NewScore:
        """The same for the service."""
        return NewScore(
            employee_number=self.employee_number,
            source=self.source,
            observed_on=self.observed_on,
            score=Decimal(str(self.score)),
            max_score=Decimal(str(self.max_score)),
            reference=self.reference,
        )


class ScoresBody(Body):
    """Scores that are recorded together or not at all."""

    scores: list[ScoreBody] = Field(min_length=1, max_length=10_000)


class ScoresAnswer(Answer):
    """How many were new, how many known; ``differing`` are known references whose figures differ from those sent."""

    recorded: int
    repeated: int
    differing: list[str]


class ComponentBody(Body):
    """A component; ``of`` is the key of what is measured, or the skill; workplace sources have none."""

    kind: Literal[
        "exam", "scenario", "course", "certification", "sign-off", "skill",
        "inspection", "mystery-shopper", "customer-feedback", "call-quality",
    ]  # fmt: skip
    of: str | None = Field(default=None, min_length=1, max_length=64)
    weight: Figure


class CycleBody(Body):
    """A review cycle to open; ``title`` is one text or one per language; the weights total 100."""

    key: Key
    title: Annotated[str, Field(min_length=1, max_length=200)] | dict[Literal["en", "zh-Hans"], str]
    starts_on: date
    ends_on: date
    components: list[ComponentBody] = Field(min_length=1, max_length=50)
    missing: Literal["reweigh", "zero", "unrated"]

    def cycle_wanted(self) -> service.NewCycle:
        """The same for the service."""
        return service.NewCycle(
            key=self.key,
            title={ENGLISH: self.title}
            if isinstance(self.title, str)
            else {language: words for language, words in self.title.items()},
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            components=[Component(Kind(part.kind), part.of, Decimal(str(part.weight))) for part in self.components],
            missing=Missing(self.missing),
        )


class ComponentAnswer(Answer):
    """A component of a cycle."""

    kind: str
    of: str | None
    weight: float


class CycleAnswer(Answer):
    """A review cycle."""

    key: str
    title: dict[str, str]
    starts_on: date
    ends_on: date
    components: list[ComponentAnswer]
    missing: str


class RevisionAnswer(Answer):
    """A frozen revision."""

    revision: int
    sha256: str
    people: int


class ScoreAnswer(Answer):
    """A component's score, 0–100 and unrounded, from ``n`` results."""

    kind: str
    of: str | None
    score: float | None
    n: int


class RecordAnswer(Answer):
    """A person's performance record."""

    employee_number: str | None
    name: str
    components: list[ScoreAnswer]
    composite: float | None
    eligibility: str


class RecordsAnswer(Answer):
    """A page of records."""

    items: list[RecordAnswer]
    next: str | None


class RecordsQuery(PageQuery):
    """Without ``revision`` the records as they stand now."""

    revision: int | None = Field(default=None, ge=1)


class ExportQuery(Query):
    """Without ``revision`` the records as they stand now."""

    format: Format = Format.CSV
    revision: int | None = Field(default=None, ge=1)


@api.get(
    "/results",
    summary="Results as they come in",
    scope=Scope.HR,
    permission="results.read",
    query=FeedQuery,
    returns=FeedAnswer,
)
def results(query: FeedQuery) -> dict[str, Any]:
    rows = queries.feed(updated_since=query.updated_since, cursor=query.cursor, limit=query.limit)
    shown = rows[: query.limit]
    following = queries.cursor_after(shown[-1][0]) if len(rows) > query.limit else None
    return {"items": [_result(*row) for row in shown], "next": following}


def _result(row: Result, employee_number: str | None, name: str) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "kind": row.kind,
        "of": row.of_key,
        "version": row.version,
        "employee_number": employee_number,
        "name": name,
        "at": row.at,
        "score": row.score,
        "max_score": row.max_score,
        "percent": share_of(row.score, row.max_score, row.percent) if row.percent is not None else None,
        "passed": row.passed,
        "state": row.state,
        "expires_on": row.expires_on,
        "skills": {
            skill: {"points": Decimal(points), "max_points": Decimal(most)}
            for skill, (points, most) in row.skills.items()
        },
        "updated_at": row.updated_at,
    }


@api.post(
    "/quality-scores",
    summary="Record workplace scores, all or none",
    scope=Scope.HR,
    permission="quality-scores.write",
    body=ScoresBody,
    returns=ScoresAnswer,
    status=201,
    other={200: "every reference was known; nothing changed"},
)
def quality_scores(body: ScoresBody) -> tuple[dict[str, Any], int]:
    sent = [score.score_sent() for score in body.scores]
    outcome = service.record_quality_scores(sent, actor=viewer(), now=clock.now())
    told = {
        "recorded": outcome.recorded, "repeated": outcome.repeated, "differing": list(outcome.differing),
    }  # fmt: skip
    return told, 201 if outcome.recorded else 200


@api.post(
    "/review-cycles",
    summary="Open a review cycle",
    scope=Scope.HR,
    permission="reviews.write",
    body=CycleBody,
    returns=CycleAnswer,
    status=201,
    other={409: "the key is taken"},
)
def open_cycle(body: CycleBody) -> dict[str, Any]:
    return _cycle(service.open_cycle(body.cycle_wanted(), actor=viewer(), now=clock.now()))


def _cycle(cycle: ReviewCycle) -> dict[str, Any]:
    names = ("key", "title", "starts_on", "ends_on", "components", "missing")
    return {name: getattr(cycle, name) for name in names}


@api.post(
    "/review-cycles/<key>/revisions",
    summary="Freeze a review cycle",
    scope=Scope.HR,
    permission="reviews.write",
    returns=RevisionAnswer,
    status=201,
)
def freeze(key: str) -> dict[str, Any]:
    cycle = queries.cycle_by_key(key)
    revision = service_freezing.freeze_revision(cycle, actor=viewer(), now=clock.now())
    return {"revision": revision.number, "sha256": revision.sha256, "people": revision.people}


@api.get(
    "/review-cycles/<key>/records",
    summary="Performance records",
    scope=Scope.HR,
    permission="reviews.read",
    query=RecordsQuery,
    returns=RecordsAnswer,
)
def cycle_records(key: str, query: RecordsQuery) -> dict[str, Any]:
    cycle = queries.cycle_by_key(key)
    frozen = _frozen(cycle, query.revision)
    page = queries_records.plain_page(cycle, frozen, clock.now(), cursor=query.cursor, limit=query.limit)
    return {"items": [records.public(row.values) for row in page.rows], "next": page.next}


@api.get(
    "/review-cycles/<key>/export",
    summary="Performance records as a file",
    scope=Scope.HR,
    permission="reviews.read",
    query=ExportQuery,
    media_type="application/octet-stream",
)
def export(key: str, query: ExportQuery) -> Response:
    cycle = queries.cycle_by_key(key)
    return download(cycle, _frozen(cycle, query.revision), query.format, clock.now())


def _frozen(cycle: ReviewCycle, number: int | None) -> Revision | None:
    return queries.revision(cycle, number) if number is not None else None
