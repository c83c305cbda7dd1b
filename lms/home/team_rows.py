"""How the people of a team stand: paths, what is late, certificates against the job role (pure)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from lms.certification.validity import Phase, State
from lms.core.texts import Text
from lms.home.board import CertificateLine


class CertificateState(StrEnum):
    """How somebody stands with all that the job role must hold; the worst comes first."""

    MISSING = "missing"
    EXPIRED = "expired"
    EXPIRING = "expiring"
    VALID = "valid"
    NOT_REQUIRED = "not-required"

    @property
    def kind(self) -> str:
        """The sign it is shown with."""
        return _SIGNS[self]


_SIGNS = {
    CertificateState.MISSING: "not-met",
    CertificateState.EXPIRED: "not-met",
    CertificateState.EXPIRING: "soon",
    CertificateState.VALID: "met",
    CertificateState.NOT_REQUIRED: "no-data",
}


@dataclass(frozen=True, slots=True)
class Required:
    """A certification that a job role must hold."""

    key: str
    title: Text


@dataclass(frozen=True, slots=True)
class CertificateStanding:
    """The worst state among those required, with the certification it is about and its day."""

    state: CertificateState
    title: Text | None = None
    expires_on: date | None = None
    valid: int = 0
    required: int = 0


@dataclass(frozen=True, slots=True)
class Given:
    """Something that was given to a person: a path with its steps, or one thing. ``since`` None: whenever done."""

    kind: str
    key: str
    title: Text | None
    due_on: date | None
    steps: tuple[tuple[str, str], ...]
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class LastExam:
    """The last exam a person finished."""

    attempt_id: int
    key: str
    title: Text
    at: datetime
    percent: Any
    passed: bool | None


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One person: path progress (None without a path), what is late, certificates, the last exam."""

    person: Any
    path: Given | None
    done: int
    late: tuple[Given, ...]
    certificates: CertificateStanding
    last_exam: LastExam | None

    @property
    def late_since(self) -> date | None:
        return min((one.due_on for one in self.late if one.due_on), default=None)


def is_done(given: Given, done: Mapping[tuple[str, str], datetime]) -> bool:
    """Whether all of it was completed, as far as it counts."""
    return all(step in done and (given.since is None or done[step] >= given.since) for step in given.steps)


def late(given: Iterable[Given], done: Mapping[tuple[str, str], datetime], today: date) -> tuple[Given, ...]:
    """What is past its day and not done."""
    return tuple(one for one in given if one.due_on is not None and one.due_on < today and not is_done(one, done))


def present_path(given: Sequence[Given], done: Collection[tuple[str, str]]) -> tuple[Given | None, int]:
    """The path somebody is on and how many of its steps are done: the first unfinished one, else the last."""
    paths = [one for one in given if one.kind == "path" and one.steps]
    if not paths:
        return None, 0
    counted = [(path, sum(step in done for step in path.steps)) for path in paths]
    return next(((path, n) for path, n in counted if n < len(path.steps)), counted[-1])


def certificate_standing(required: Sequence[Required], held: Mapping[str, CertificateLine]) -> CertificateStanding:
    """The worst of what the job role must hold."""
    if not required:
        return CertificateStanding(CertificateState.NOT_REQUIRED)
    order = list(CertificateState)
    found = [(_state(held.get(one.key)), one) for one in required]
    worst, of = min(found, key=lambda pair: order.index(pair[0]))
    line = held.get(of.key)
    valid = sum(state in (CertificateState.VALID, CertificateState.EXPIRING) for state, _ in found)
    return CertificateStanding(worst, of.title, line.expires_on if line else None, valid, len(required))


def _state(line: CertificateLine | None) -> CertificateState:
    if line is None or line.state is State.REVOKED:
        return CertificateState.MISSING
    if line.state is State.EXPIRED:
        return CertificateState.EXPIRED
    return CertificateState.EXPIRING if line.phase is Phase.WINDOW else CertificateState.VALID
