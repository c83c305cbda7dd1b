"""What playing all routes says of a scenario, in sentences, the gravest first (pure)."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from lms.core.texts import CHINESE, ENGLISH, N_, Message
from lms.scenarios.routes_chances import Labels
from lms.scenarios.routes_played import Habit, Played, RoutesPlayed

OFTEN = Fraction(1, 20)
"""From this share of blind plays on, passing by luck is a fault of the scenario."""
RARELY = Fraction(1, 100)


class Weight(StrEnum):
    """How grave a finding is: a fault to mend, something to know, a strength."""

    FAULT = "fault"
    NOTE = "note"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class RouteFinding:
    """One sentence about a scenario."""

    weight: Weight
    message: Message


HABITS = {
    (Habit.FIRST, None): N_(
        "Knowing the feelings and always taking the first reply as written passes, at %(percent)s %%: change the order."
    ),
    (Habit.LONGEST, ENGLISH): N_(
        "Knowing the feelings and always taking the longest English reply passes, at %(percent)s %%: shorten the best."
    ),
    (Habit.LONGEST, CHINESE): N_(
        "Knowing the feelings and always taking the longest Chinese reply passes, at %(percent)s %%: shorten the best."
    ),
}


def findings(played: RoutesPlayed) -> tuple[RouteFinding, ...]:
    """Everything worth saying, faults first; the first one is the page's conclusion."""
    return (*_faults(played), *_strengths(played), *_notes(played))


def shown_percent(percent: Fraction | None) -> str:
    """One decimal, cut off; what is more than nothing never looks like nothing."""
    tenths = int((percent or Fraction(0)) * 10)
    if percent and not tenths:
        return "< 0.1"
    return f"{tenths // 10}.{tenths % 10}".removesuffix(".0")


def _faults(played: RoutesPlayed) -> Iterator[RouteFinding]:
    worst = played.player(Habit.WORST, Labels.WRONG)
    if worst is not None and worst.passed:
        message = N_("Everybody passes: even the route with the fewest points reaches the pass line.")
        yield RouteFinding(Weight.FAULT, Message(message))
    if played.blind.passing >= OFTEN:
        message = N_(
            "Whoever chooses blindly passes in %(percent)s %% of plays: raise the pass line or the price of mistakes."
        )
        yield _with_percent(Weight.FAULT, message, played.blind.passing * 100)
    for (habit, language), template in HABITS.items():
        passing = [each for each in _plays(played, habit, language) if each.passed]
        if passing:
            yield _with_percent(Weight.FAULT, template, passing[0].percent)
    if played.knowing.passing >= OFTEN > played.blind.passing:
        message = N_(
            "Whoever recognises every feeling and then chooses blindly passes in %(percent)s %% of plays: give the replies more weight."
        )
        yield _with_percent(Weight.FAULT, message, played.knowing.passing * 100)


def _strengths(played: RoutesPlayed) -> Iterator[RouteFinding]:
    if played.blind.passing < OFTEN:
        message = N_("Luck does not pass: of blind plays %(percent)s %% reach the pass line.")
        if not played.blind.passing and played.blind.plays is None:
            message = N_("Luck does not pass: no blind play reaches the pass line.")
        yield _with_percent(Weight.GOOD, message, played.blind.passing * 100)
    if not any(each.passed for habit, language in HABITS for each in _plays(played, habit, language)):
        message = N_("No habit passes: neither the longest nor the first reply gives the best one away.")
        yield RouteFinding(Weight.GOOD, Message(message))


def _notes(played: RoutesPlayed) -> Iterator[RouteFinding]:
    for ending in played.unreached:
        yield RouteFinding(Weight.NOTE, Message(N_("No route reaches the ending “%(ending)s”."), {"ending": ending}))
    greedy = played.player(Habit.GREEDY, Labels.RIGHT)
    if greedy is not None and not greedy.passed:
        message = N_(
            "Taking the most points at every turn does not pass, at %(percent)s %%: the best route has to pass up points."
        )
        yield _with_percent(Weight.NOTE, message, greedy.percent)
    rare = [key for key in played.blind.endings if key is not None and played.blind.share_of(key) < RARELY]
    if rare:
        message = N_("Blind players reach these endings in fewer than 1 %% of plays: %(endings)s.")
        yield RouteFinding(Weight.NOTE, Message(message, {"endings": ", ".join(sorted(rare))}))


def _plays(played: RoutesPlayed, habit: Habit, language: str | None) -> list[Played]:
    """The plays of a habit, the one with the feelings recognised first."""
    plays = (played.player(habit, labels, language) for labels in (Labels.RIGHT, Labels.WRONG))
    return [each for each in plays if each is not None]


def _with_percent(weight: Weight, template: str, percent: Fraction | None) -> RouteFinding:
    return RouteFinding(weight, Message(template, {"percent": shown_percent(percent)}))
