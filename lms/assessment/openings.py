"""May somebody start an exam now? A decision with its reason, from the plan, the clock and earlier attempts (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.assessment.attempt_states import OPEN, State
from lms.assessment.content import Exam
from lms.core.texts import N_, Message

USED = N_("All attempts at this exam are used (%(count)s). Ask your trainer what to do next.")
USED_AND_TOLD = N_("All attempts at this exam are used (%(count)s). Your trainer has been told and decides what comes next.")
BEING_MARKED = N_(
    "Attempt %(number)s is still being marked, and its result decides whether you need another one. You can begin again, "
    "if you need to, once it is there."
)
LESSON_FIRST = N_("Before this attempt, work through a lesson once more. It counts from after your last attempt.")


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier attempt of the same person at the same exam."""

    number: int
    state: State
    finished_at: datetime | None
    passed: bool | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """When the exam is open, in aware instants, and whether it must be assigned."""

    opens_at: datetime | None
    closes_at: datetime | None
    is_reserved: bool


@dataclass(frozen=True, slots=True)
class MayStart:
    """Yes; ``left`` attempts remain, this one included, or None for no limit."""

    left: int | None


@dataclass(frozen=True, slots=True)
class MayNotStart:
    """No, and why; ``opens_at`` is when it will be possible, if time alone helps; ``lesson`` ("course/lesson") is what
    to work through first, if that helps."""

    reason: Message
    opens_at: datetime | None = None
    lesson: str | None = None


@dataclass(frozen=True, slots=True)
class LessonFirst:
    """A lesson ("course/lesson") to work through after ``since``, when the try before was failed."""

    place: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Help:
    """What trainers granted and the learner did between tries: further tries, whether a trainer has been told and not
    answered yet, and the lesson that still has to be worked through."""

    extra_tries: int = 0
    is_escalated: bool = False
    lesson: str | None = None


NO_HELP = Help()


def taken(earlier: Sequence[Earlier]) -> list[Earlier]:
    """The attempts that count as tries: finished ones that were not voided."""
    return [attempt for attempt in earlier if attempt.state != State.VOIDED and attempt.state not in OPEN]


def tries_left(plan: Exam, earlier: Sequence[Earlier], given: Help = NO_HELP) -> int | None:
    """How many tries remain beside one under way, whether or not one may begin now; None for no limit."""
    begun = sum(attempt.state != State.VOIDED for attempt in earlier)
    return None if plan.attempts is None else max(0, plan.attempts + given.extra_tries - begun)


def waits_for_marks(plan: Exam, tries: Sequence[Earlier]) -> Earlier | None:
    """The first try whose marks are not all in and whose result may decide about the exam, by what the plan counts.

    The best of several decides nothing more once one has passed, the first only if it is the one that is marked.
    """
    waiting = next((attempt for attempt in tries if attempt.state == State.SUBMITTED), None)
    if waiting is None:
        return None
    match plan.counts:
        case "best":
            return None if any(attempt.passed for attempt in tries) else waiting
        case "first":
            return waiting if tries[0] is waiting else None
        case _:
            return waiting


def lesson_first(plan: Exam, earlier: Sequence[Earlier]) -> LessonFirst | None:
    """The lesson that the plan puts before the next try, if the last one was failed; its number counts tries taken."""
    tries = taken(earlier)
    rule = plan.before_try.get(str(len(tries) + 1))
    if rule is None or not tries or tries[-1].passed or tries[-1].finished_at is None:
        return None
    return LessonFirst(rule.lesson, tries[-1].finished_at)


def may_start(
    plan: Exam, opening: Opening, earlier: Sequence[Earlier], now: datetime, given: Help = NO_HELP
) -> MayStart | MayNotStart:
    """Whether a new attempt may begin; voided attempts count as if they had never been.

    An attempt that is still open is not asked about here: it is continued.
    """
    if opening.is_reserved:
        return MayNotStart(Message(N_("This exam is for people to whom it was assigned. Ask your manager or trainer.")))
    if opening.opens_at is not None and now < opening.opens_at:
        return MayNotStart(Message(N_("This exam is not open yet.")), opening.opens_at)
    if opening.closes_at is not None and now >= opening.closes_at:
        return MayNotStart(Message(N_("This exam is closed.")))
    tries = taken(earlier)
    most = None if plan.attempts is None else plan.attempts + given.extra_tries
    if most is not None and len(tries) >= most:
        return MayNotStart(Message(USED_AND_TOLD if given.is_escalated else USED, {"count": most}))
    if (waiting := waits_for_marks(plan, tries)) is not None:
        return MayNotStart(Message(BEING_MARKED, {"number": waiting.number}))
    if given.lesson is not None:
        return MayNotStart(Message(LESSON_FIRST), lesson=given.lesson)
    ends = [attempt.finished_at for attempt in tries if attempt.finished_at is not None]
    again_at = max(ends) + timedelta(hours=float(plan.wait_hours)) if ends else None
    if again_at is not None and now < again_at:
        wait = N_("There must be %(hours)s hours between two attempts.")
        return MayNotStart(Message(wait, {"hours": f"{plan.wait_hours.normalize():f}"}), again_at)
    return MayStart(None if most is None else most - len(tries))


def deadline(plan: Exam, opening: Opening, now: datetime) -> datetime | None:
    """Until when an attempt begun now takes answers: its time limit, but never past the closing of the exam."""
    limits = [opening.closes_at] if opening.closes_at is not None else []
    if plan.time_limit_minutes is not None:
        limits.append(now + timedelta(minutes=plan.time_limit_minutes))
    return min(limits) if limits else None


@dataclass(frozen=True, slots=True)
class Extra:
    """Extra time somebody has by an allowance: a percentage of the time they would have, or so many minutes."""

    allowance_id: int
    percent: int | None
    minutes: int | None

    def of(self, regular: timedelta) -> timedelta:
        """How much it adds to this much time, in whole seconds."""
        if self.minutes is not None:
            return timedelta(minutes=self.minutes)
        return timedelta(seconds=int(regular.total_seconds()) * (self.percent or 0) // 100)


@dataclass(frozen=True, slots=True)
class ExtraTime:
    """What is added to the deadline, and by which allowance."""

    by: Extra
    amount: timedelta


def extra_time(
    plan: Exam, deadline_at: datetime | None, allowances: Sequence[Extra], now: datetime
) -> ExtraTime | None:
    """What the best of somebody's allowances adds to the time that everybody has; they do not add up.

    It is added after the closing of the exam has been looked at: whoever has more time by right is not cut short by
    beginning when others may begin. Without a time limit nobody needs more.
    """
    if plan.time_limit_minutes is None or deadline_at is None or not allowances:
        return None
    regular = deadline_at - now
    best = max(allowances, key=lambda each: each.of(regular))
    return ExtraTime(best, best.of(regular)) if best.of(regular) > timedelta(0) else None


def grace_end(plan: Exam, deadline_at: datetime | None) -> datetime | None:
    """Until when an overdue attempt may be handed in; None without a deadline or without grace."""
    if deadline_at is None or plan.when_time_is_up != "grace":
        return None
    return deadline_at + timedelta(minutes=plan.grace_minutes)
