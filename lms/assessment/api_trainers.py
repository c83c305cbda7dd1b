"""The REST calls of those who look after exams: extra time, extensions, and regradings with a second person."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pydantic import Field

from lms.assessment import queries_allowances, service_allowances, service_regrading, service_time
from lms.assessment import queries_regrading as reads
from lms.assessment.queries_allowances import Standing
from lms.assessment.regrading import Rule
from lms.assessment.regrading_states import State
from lms.assessment.service_allowances import Grant
from lms.core import clock
from lms.core.access import Scope, viewer
from lms.core.api import Answer, Api, Body, Query

api = Api("exam_care")

MOST_ID = 2**31 - 1
READ_TIME: Mapping[str, Any] = {"scope": Scope.HR, "permission": "allowance.read"}
WRITE_TIME: Mapping[str, Any] = {"scope": Scope.HR, "permission": "allowance.write"}
READ: Mapping[str, Any] = {"scope": Scope.AUTHOR, "permission": "marking.read"}
PROPOSE: Mapping[str, Any] = {"scope": Scope.AUTHOR, "permission": "regrade.propose"}
DECIDE: Mapping[str, Any] = {"scope": Scope.AUTHOR, "permission": "regrade.approve"}


# ---- extra time -------------------------------------------------------------------


class AllowancesQuery(Query):
    """Without a person: all that hold today or will."""

    person: int | None = Field(default=None, ge=1, le=MOST_ID)


class AllowanceAnswer(Answer):
    """Extra time that somebody has in every exam; either percent or minutes, from and until which day."""

    id: int
    person_id: int
    employee_number: str | None
    percent: int | None
    minutes: int | None
    from_on: date
    until_on: date | None
    reason: str
    standing: Standing


class AllowancesAnswer(Answer):
    """The newest first."""

    items: list[AllowanceAnswer]


class AllowanceBody(Body):
    """What is granted, and why; days are those of the organisation, both included."""

    person_id: int = Field(ge=1, le=MOST_ID)
    percent: int | None = None
    minutes: int | None = None
    from_on: date
    until_on: date | None = None
    reason: str


@api.get("/allowances", summary="Who has extra time in every exam", query=AllowancesQuery, returns=AllowancesAnswer, **READ_TIME)
def allowances(query: AllowancesQuery) -> dict[str, Any]:
    """Those of one person ever, or all that hold or will."""
    if query.person is None:
        found = queries_allowances.in_force(clock.today())
    else:
        found = queries_allowances.of_person(queries_allowances.person(query.person).id)
    return {"items": [_allowance(one) for one in found]}


@api.post(
    "/allowances",
    summary="Grant extra time in every exam begun from a day on",
    body=AllowanceBody,
    returns=AllowanceAnswer,
    status=201,
    **WRITE_TIME,
)
def grant_allowance(body: AllowanceBody) -> Any:
    """The allowance."""
    grant = Grant(body.percent, body.minutes, body.from_on, body.until_on, body.reason)
    made = service_allowances.grant_allowance(body.person_id, grant, actor=viewer(), now=clock.now())
    return _of(made.person_id, made.id), 201


@api.post(
    "/allowances/<int:allowance_id>/withdrawal",
    summary="Let an allowance hold for no further attempt",
    returns=AllowanceAnswer,
    other={409: "it was withdrawn before"},
    **WRITE_TIME,
)
def withdraw_allowance(allowance_id: int) -> Any:
    """The allowance; attempts begun under it keep their time."""
    done = service_allowances.withdraw_allowance(allowance_id, actor=viewer(), now=clock.now())
    return _of(done.person_id, done.id)


def _of(person_id: int, allowance_id: int) -> dict[str, Any]:
    return next(_allowance(one) for one in queries_allowances.of_person(person_id) if one.id == allowance_id)


def _allowance(one: queries_allowances.AllowanceView) -> dict[str, Any]:
    return {
        "id": one.id,
        "person_id": one.person_id,
        "employee_number": one.employee_number,
        "percent": one.percent,
        "minutes": one.minutes,
        "from_on": one.from_on,
        "until_on": one.until_on,
        "reason": one.reason,
        "standing": one.standing(clock.today()),
    }


class ExtensionBody(Body):
    """How many minutes more an attempt gets, and why."""

    minutes: int
    reason: str


class ExtensionAnswer(Answer):
    """Until when the attempt takes answers now."""

    attempt: int
    minutes: int
    deadline_before: datetime
    deadline_at: datetime


@api.post(
    "/attempts/<int:attempt_id>/extensions",
    summary="Give an attempt that runs more time",
    scope=Scope.AUTHOR,
    permission="attempt.extend",
    body=ExtensionBody,
    returns=ExtensionAnswer,
    status=201,
    other={409: "it has ended"},
)
def extend_attempt(attempt_id: int, body: ExtensionBody) -> Any:
    """The new deadline."""
    made = service_time.extend(attempt_id, body.minutes, body.reason, actor=viewer(), now=clock.now())
    told = {"attempt": attempt_id, "minutes": made.minutes}
    return {**told, "deadline_before": made.deadline_before, "deadline_at": made.deadline_at}, 201


# ---- regradings -------------------------------------------------------------------


class RegradingsQuery(Query):
    """Of one item, by its key, or of all."""

    item: str = Field(default="", max_length=80)


class RegradingBody(Body):
    """Which answers to grade again and by what: versions by number, ``to_version`` missing for full marks."""

    from_version: int = Field(ge=1, le=MOST_ID)
    to_version: int | None = Field(default=None, ge=1, le=MOST_ID)
    rule: Rule = Field(strict=False)
    keeps_passes: bool = True
    reason: str


class WordsBody(Body):
    """What whoever decides says; needed to reject, undo, try again and give up."""

    words: str = ""


class RegradingAnswer(Answer):
    """A regrading; ``figures`` counts results, ``counted`` of ``expected`` attempts while ``is_counting``.

    ``touched`` says what would follow for certificates and HR records, as people by kind and label.
    """

    id: int
    item: str
    state: State
    rule: Rule
    from_version: int
    to_version: int | None
    keeps_passes: bool
    reason: str
    is_counting: bool
    counted: int
    expected: int
    figures: dict[str, int]
    touched: list[dict[str, Any]]
    proposed_by_id: int
    decided_by_id: int | None
    decision: str
    applied_at: datetime | None
    undone_at: datetime | None


class RegradingsAnswer(Answer):
    """The newest hundred."""

    items: list[RegradingAnswer]


@api.get("/regradings", summary="Regradings of one item or of all", query=RegradingsQuery, returns=RegradingsAnswer, **READ)
def list_regradings(query: RegradingsQuery) -> dict[str, Any]:
    return {"items": [_regrading(one) for one in reads.regradings(query.item)]}


@api.get("/regradings/<int:regrading_id>", summary="A regrading, and how far its dry run is", returns=RegradingAnswer, **READ)
def read_regrading(regrading_id: int) -> dict[str, Any]:
    return _regrading(reads.regrading(regrading_id))


@api.post(
    "/items/<string:item>/regradings",
    summary="Do a dry run of grading attempts again; many are counted in the background",
    body=RegradingBody,
    returns=RegradingAnswer,
    status=201,
    **PROPOSE,
)
def begin_regrading(item: str, body: RegradingBody) -> Any:
    """The dry run; nothing else changes."""
    ids = {version.number: version.id for version in reads.versions_of(item)}
    to_id = None if body.to_version is None else ids.get(body.to_version, 0)
    wanted = service_regrading.Wanted(
        item, ids.get(body.from_version, 0), to_id, body.rule, body.keeps_passes, body.reason
    )
    made = service_regrading.dry_run(wanted, actor=viewer(), now=clock.now())
    return _regrading(reads.regrading(made.id)), 201


_PROPOSER = {
    "proposal": (service_regrading.propose, "Put a dry run before a second person"),
    "dry-run": (service_regrading.count_again, "Do the dry run again"),
    "withdrawal": (service_regrading.withdraw, "Withdraw a dry run or proposal of one's own"),
}
_WITH_WORDS = {
    "retry": (service_regrading.retry, "Try work that failed again, with a reason", PROPOSE),
    "giving-up": (service_regrading.give_up, "Give up what is approved and not applied, with a reason", PROPOSE),
    "approval": (service_regrading.approve, "Let a proposal of somebody else happen", DECIDE),
    "rejection": (service_regrading.reject, "Reject a proposal of somebody else, with a reason", DECIDE),
    "undoing": (service_regrading.undo, "Give every result the points back that it had, with a reason", DECIDE),
}
_REFUSED = {409: "its state does not allow that"}


def _register() -> None:
    """One call for each verb: they differ in nothing else."""
    for name, (propose, summary) in _PROPOSER.items():
        _proposer_call(name, propose, summary)
    for name, (decide, summary, who) in _WITH_WORDS.items():
        _words_call(name, decide, summary, who)


def _proposer_call(name: str, verb: Any, summary: str) -> None:
    def act(regrading_id: int) -> dict[str, Any]:
        verb(regrading_id, actor=viewer(), now=clock.now())
        return _regrading(reads.regrading(regrading_id))

    act.__name__ = f"regrading_{name.replace('-', '_')}"
    path = f"/regradings/<int:regrading_id>/{name}"
    api.post(path, summary=summary, returns=RegradingAnswer, other=_REFUSED, **PROPOSE)(act)


def _words_call(name: str, verb: Any, summary: str, who: Mapping[str, Any]) -> None:
    def act(regrading_id: int, body: WordsBody) -> dict[str, Any]:
        verb(regrading_id, body.words, actor=viewer(), now=clock.now())
        return _regrading(reads.regrading(regrading_id))

    act.__name__ = f"regrading_{name.replace('-', '_')}"
    path = f"/regradings/<int:regrading_id>/{name}"
    api.post(path, summary=summary, body=WordsBody, returns=RegradingAnswer, other=_REFUSED, **who)(act)


_register()


def _regrading(found: reads.RegradingView) -> dict[str, Any]:
    row = found.row
    return {
        "id": row.id,
        "item": found.item,
        "state": found.state,
        "rule": found.rule,
        "from_version": found.from_number,
        "to_version": found.to_number,
        "keeps_passes": row.keeps_passes,
        "reason": row.reason,
        "is_counting": reads.is_counting(row),
        "counted": row.counted,
        "expected": row.expected,
        "figures": row.figures,
        "touched": row.touched,
        "proposed_by_id": row.proposed_by_id,
        "decided_by_id": row.decided_by_id,
        "decision": row.decision,
        "applied_at": row.applied_at,
        "undone_at": row.undone_at,
    }
