"""Scores from the workplace, month by month, and the review cycles they go into."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from lms.core import clock
from lms.demo.people import SHIFTED, Member, Story
from lms.demo.stage import REORGANISED, Stage, Steps, random_of
from lms.hr import service as hr
from lms.hr.models import ReviewCycle
from lms.hr.performance import Component, Kind, Missing
from lms.hr.quality import NewScore
from lms.hr.service_freezing import freeze_revision
from lms.identity.models import Person

COUNTERS = ("counter-east", "counter-west")


def stories(stage: Stage) -> Iterator[Steps]:
    """Scores every month; the cycle that ended, frozen; the cycle that runs."""
    yield _scores(stage)
    this = _Half.of(clock.day_of(stage.now))
    yield _finished_cycle(stage, this.before)
    yield _running_cycle(stage, this)


# ---- scores ----------------------------------------------------------------------------


def _scores(stage: Stage) -> Steps:
    """HR records what was observed in the thirty days before."""
    number, at = 0, stage.began + timedelta(days=32, hours=8)
    while True:
        yield at
        rng = random_of("scores", number)
        scores = [score for member in stage.members for score in _scores_of(stage, member, at, number, rng)]
        hr.record_quality_scores(scores, actor=stage.people["hr"], now=at)
        number, at = number + 1, at + timedelta(days=30)


def _scores_of(stage: Stage, member: Member, at: datetime, number: int, rng: Random) -> Iterator[NewScore]:
    """One person's scores of a month: who serves at a counter is also inspected and visited unrecognised."""
    person = stage.people.get(member.email)
    serves = member.story not in (Story.MANAGER, Story.NEW) and member.department != "quality"
    if person is None or not person.is_active or not serves or stage.ago(member.days - 45) > at:
        return
    kinds = [Kind.CUSTOMER_FEEDBACK]
    if member.department in COUNTERS:
        kinds += [Kind.INSPECTION] if number % 3 == 0 else [Kind.MYSTERY_SHOPPER] if number % 3 == 1 else []
    else:
        kinds.append(Kind.CALL_QUALITY)
    for kind in kinds:
        observed = at - timedelta(days=rng.randint(1, 29))
        slump = 9 if member.department == SHIFTED and observed > stage.ago(REORGANISED) else 0
        score = round(min(100.0, max(40.0, rng.gauss(25 + 63 * member.ability - slump, 4.5))))
        yield NewScore(
            employee_number=str(person.employee_number), source=kind, observed_on=clock.day_of(observed),
            score=Decimal(score), max_score=Decimal(100),
            reference=f"{clock.day_of(at):%Y%m}-{kind.upper()[:2]}-{person.employee_number}",
        )  # fmt: skip


# ---- review cycles ---------------------------------------------------------------------


class _Half:
    """A calendar half-year."""

    def __init__(self, year: int, half: int) -> None:
        self.year, self.half = year, half
        self.starts_on = date(year, 1 if half == 1 else 7, 1)
        self.ends_on = date(year, 6, 30) if half == 1 else date(year, 12, 31)

    @classmethod
    def of(cls, day: date) -> "_Half":
        return cls(day.year, 1 if day.month <= 6 else 2)

    @property
    def before(self) -> "_Half":
        return _Half(self.year, 1) if self.half == 2 else _Half(self.year - 1, 2)

    @property
    def title(self) -> dict[str, str]:
        return {
            "en": f"Service staff, {'first' if self.half == 1 else 'second'} half of {self.year}",
            "zh-Hans": f"{self.year}年{'上' if self.half == 1 else '下'}半年服务人员考评",
        }


def _finished_cycle(stage: Stage, half: _Half) -> Steps:
    """Opened when it began, frozen when it had ended."""
    at = max(_ten_o_clock(half.starts_on + timedelta(days=5)), stage.began + timedelta(days=40))
    yield at
    cycle = _open(half, stage.people["hr"], at)
    at = min(_ten_o_clock(half.ends_on + timedelta(days=8)), stage.now - timedelta(hours=5))
    yield at
    freeze_revision(cycle, actor=stage.people["hr"], now=at)
    return at


def _running_cycle(stage: Stage, half: _Half) -> Steps:
    at = min(_ten_o_clock(half.starts_on + timedelta(days=5)), stage.now - timedelta(hours=5))
    yield at
    _open(half, stage.people["hr"], at)
    return at


def _ten_o_clock(day: date) -> datetime:
    return datetime.combine(day, time(10), clock.timezone())


def _open(half: _Half, actor: Person, at: datetime) -> ReviewCycle:
    wanted = hr.NewCycle(
        key=f"{half.year}-h{half.half}", title=half.title, starts_on=half.starts_on, ends_on=half.ends_on,
        missing=Missing.REWEIGH,
        components=[
            Component(Kind.SKILL, "complaint-handling", Decimal(30)),
            Component(Kind.SKILL, "emotion-recognition", Decimal(20)),
            Component(Kind.CALL_QUALITY, None, Decimal(25)),
            Component(Kind.CUSTOMER_FEEDBACK, None, Decimal(25)),
        ],
    )  # fmt: skip
    return hr.open_cycle(wanted, actor=actor, now=at)
