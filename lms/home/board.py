"""What stands on my training: due rows, the part of a path in sight, certificates and skills (pure)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lms.certification.validity import Phase, State, days_left, phase_on, share_left, state_on
from lms.core.texts import N_, Text
from lms.statistics.proportions import Proportion, Verdict, proportion, verdict

SKILL_TARGET = 0.8
EMOTION = "emotion-recognition"
SKILLS = {
    EMOTION: N_("Recognising emotions"),
    "complaint-handling": N_("Handling complaints"),
    "spin": N_("Asking with SPIN"),
}
IN_SIGHT = 5
"""So many steps of a long path are shown at once."""


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """The newest certificate of one certification on a day. ``share_left`` is of its validity, 0 to 1."""

    key: str
    code: str
    title: Text
    state: State
    phase: Phase
    expires_on: date
    days_left: int
    share_left: float

    @property
    def kind(self) -> str:
        """The sign it is shown with."""
        if self.state is not State.VALID:
            return "not-met"
        return "soon" if self.phase is Phase.WINDOW else "met"


@dataclass(frozen=True, slots=True)
class SkillSums:
    """Exam-mode role-plays of one person in one skill, and the emotion questions asked in them."""

    plays: int = 0
    passed: int = 0
    asked: int = 0
    right: int = 0


@dataclass(frozen=True, slots=True)
class SkillLine:
    """A skill as a proportion against ``SKILL_TARGET``: labels right of labels asked, or plays passed of plays."""

    key: str
    of: Proportion
    verdict: Verdict

    @property
    def kind(self) -> str:
        return self.verdict.value


@dataclass(frozen=True, slots=True)
class DueRow:
    """A path with a day (its next open step leads on), a single task (its day may be missing), or a renewal."""

    kind: str
    key: str
    title: Text | None
    due_on: date | None
    task: Any = None
    done: int = 0
    total: int = 0


def certificate_line(
    key: str, code: str, title: Text, days: tuple[date, date, date], revoked_at: datetime | None, today: date
) -> CertificateLine:
    """A certificate by its days (base, expiry, opening of the window)."""
    base_on, expires_on, opens_on = days
    revoked = revoked_at is not None
    return CertificateLine(
        key,
        code,
        title,
        state_on(today, expires_on, is_revoked=revoked),
        phase_on(today, expires_on, opens_on, is_revoked=revoked),
        expires_on,
        0 if revoked else days_left(today, expires_on),
        0.0 if revoked else share_left(today, base_on, expires_on),
    )


def skill_lines(sums: Mapping[str | None, SkillSums]) -> list[SkillLine]:
    """The three skills in order, each with its n, whether or not there is anything yet."""
    asked, right = (sum(getattr(one, name) for one in sums.values()) for name in ("asked", "right"))
    lines = []
    for key in SKILLS:
        own = sums.get(key, SkillSums())
        of = proportion(right, asked) if key == EMOTION else proportion(own.passed, own.plays)
        lines.append(SkillLine(key, of, verdict(of, SKILL_TARGET)))
    return lines


def due_rows(
    paths: Iterable[Any], assigned: Iterable[Any], renewals: Iterable[CertificateLine], today: date
) -> list[DueRow]:
    """What is not done, the earliest day first and single tasks without a day last.

    A path with a day is one row however many steps it has; a path without one has its own part of the page.
    """
    rows = [
        DueRow("path", path.key, path.title, path.due_on, path.next, path.done, len(path.steps))
        for path in paths
        if path.due_on is not None and path.completed_at is None and path.steps
    ]
    rows += [
        DueRow(task.kind, task.key, task.title, task.due_on, task, task.done or 0, task.total or 0)
        for task in assigned
        if task.state != "done"
    ]
    rows += [DueRow("certification", line.key, line.title, line.expires_on) for line in to_renew(renewals, today)]
    return sorted(rows, key=lambda row: (row.due_on or date.max, row.kind, row.key))


def to_renew(lines: Iterable[CertificateLine], today: date) -> list[CertificateLine]:
    """Certificates whose window is open, or that ran out less than ninety days ago."""
    return [
        line
        for line in lines
        if line.state is not State.REVOKED
        and (line.phase is Phase.WINDOW or (line.phase is Phase.LAPSED and (today - line.expires_on).days < 90))
    ]


def in_sight(steps: Sequence[Any]) -> tuple[int, int]:
    """Which steps (from, up to) of a long path are shown: one behind the first undone one and those ahead of it."""
    if len(steps) <= IN_SIGHT + 1:
        return 0, len(steps)
    undone = next((place for place, step in enumerate(steps) if step.state != "done"), len(steps) - 1)
    begin = max(0, min(undone - 1, len(steps) - IN_SIGHT))
    return begin, begin + IN_SIGHT
