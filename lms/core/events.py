"""The handful of news that travel upwards; handled in the same transaction by the listeners of higher rooms."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Flask, current_app


@dataclass(frozen=True, slots=True)
class Completed:
    """Somebody met a leaf: a course, exam, scenario, session, sign-off or licence was completed (passed).

    ``told_at`` is when that became known, if later than ``at`` (a result that was regraded); ``again`` says that it was
    withdrawn and holds once more.
    """

    person_id: int
    kind: str
    key: str
    at: datetime
    reference: str
    told_at: datetime | None = None
    again: bool = False

    @property
    def known_at(self) -> datetime:
        return max(self.at, self.told_at or self.at)


@dataclass(frozen=True, slots=True)
class CompletionWithdrawn:
    """A result that completed something holds no longer: it was declared void, or regraded below the cut.

    ``at`` is when it was withdrawn; another completion of the same thing may still carry it.
    """

    person_id: int
    kind: str
    key: str
    at: datetime
    reference: str
    reason: str


SkillPoints = Mapping[str, tuple[Decimal, Decimal]]
"""Points and greatest possible points of one result, by skill."""


@dataclass(frozen=True, slots=True)
class AttemptFinished:
    """An exam attempt has its final score, or another one after regrading. ``percent`` is unrounded, 0–100.

    ``counts`` is the plan's rule (best, first, last or mean); ``skills`` sums the paper's items that name a skill.
    """

    attempt_id: int
    person_id: int
    exam_key: str
    version: int
    at: datetime
    score: Decimal
    max_score: Decimal
    percent: Decimal
    passed: bool
    counts: str = "best"
    skills: SkillPoints = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AttemptsRegraded:
    """Many exam attempts have other scores than before, told at once; each as ``AttemptFinished`` tells of one."""

    results: tuple[AttemptFinished, ...]


@dataclass(frozen=True, slots=True)
class AttemptVoided:
    """A trainer declared an exam attempt void: its score counts for nothing any more."""

    attempt_id: int
    person_id: int
    exam_key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WouldChange:
    """How a result would change, asked before anything does; whether by it its exam is passed, now and then."""

    attempt_id: int
    person_id: int
    exam_key: str
    at: datetime
    passes_now: bool
    passes_then: bool


@dataclass(frozen=True, slots=True)
class ConsequencesAsked:
    """What would follow if these results changed? Higher rooms answer by adding to ``found``; nothing is changed.

    An answer is ``{"kind": …, "label": a text by language, "people": n}`` in plain values.
    """

    changes: tuple[WouldChange, ...]
    now: datetime
    found: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class PlayFinished:
    """An exam-mode play has its final score. ``percent`` is unrounded, 0–100.

    ``skills`` holds the scenario's skill with the play's points, and emotion-recognition with those of its labels.
    """

    play_id: int
    person_id: int
    scenario_key: str
    version: int
    at: datetime
    score: Decimal
    max_score: Decimal
    percent: Decimal
    passed: bool
    skills: SkillPoints = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignedOff:
    """A mentoring checklist is complete."""

    person_id: int
    sign_off_key: str
    at: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class CertificateChanged:
    """A certificate was issued, renewed, revoked or restored."""

    certificate_id: int
    person_id: int
    certification_key: str
    verb: str
    at: datetime
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class PersonChanged:
    """A person was added, moved, given another job role, or deactivated (``what`` says which)."""

    person_id: int
    what: str
    at: datetime


Listener = Callable[[Any], None]


def register(app: Flask, listeners: Iterable[tuple[type, Listener]]) -> None:
    """Let each listener hear of its kind of event from now on, in the order registered."""
    table = app.extensions.setdefault("lms.listeners", defaultdict(list))
    for kind, listener in listeners:
        table[kind].append(listener)


def publish(event: object) -> None:
    """Tell every listener at once, inside the present transaction."""
    for listener in current_app.extensions["lms.listeners"][type(event)]:
        listener(event)
