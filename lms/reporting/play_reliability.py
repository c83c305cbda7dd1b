"""What several role-plays together say of people: reliability, and how many role-plays it takes (pure)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lms.core.texts import N_, Message
from lms.reporting.play_figures import correlation
from lms.statistics.figures import MINIMUM_N, Figure
from lms.statistics.generalisability import Reliability, of_several, reliability, tasks_for
from lms.statistics.one_sided import Sample

WANTED = (0.7, 0.8)
"""Usual demands: for looking at groups and giving advice, and for decisions about single people (Nunnally, 1978)."""

LITTLE = 0.1
"""With a reliability surely under this, twenty role-plays would not reach 0.7."""

ALONE = N_("Those who took it took no other role-play.")


@dataclass(frozen=True, slots=True)
class Needed:
    """How many role-plays reach ``wanted``, from the estimate and from both ends of its interval (None: over 100)."""

    wanted: float
    plays: int | None
    least: int | None
    most: int | None


@dataclass(frozen=True, slots=True)
class Together:
    """The reliability of one role-play, of ``usual`` ones (how many a person took on average), and what others it takes.

    ``others`` is for each role-play the correlation (percent) with the mean of the person's other ones, the role-plays'
    own difficulty taken out.
    """

    found: Reliability
    usual: float
    of_usual: float | None
    needed: tuple[Needed, ...]
    others: Mapping[str, Figure]


def together(scores: Iterable[Mapping[str, float]]) -> Together:
    """From one mapping a person: role-play to percent."""
    rows = [row for row in scores if row]
    found = reliability(rows)
    one = found.one.value
    usual = sum(len(row) for row in rows) / len(rows) if rows else 0.0
    return Together(
        found=found,
        usual=usual,
        of_usual=of_several(one, usual) if one is not None and one > 0 else None,
        needed=tuple(
            Needed(wanted, tasks_for(one, wanted), tasks_for(found.high, wanted), tasks_for(found.low, wanted))
            for wanted in WANTED
        ),
        others=_with_others(rows),
    )


def _with_others(rows: list[Mapping[str, float]]) -> dict[str, Figure]:
    by_play: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        for key, percent in row.items():
            by_play[key].append(percent)
    means = {key: sum(values) / len(values) for key, values in by_play.items()}
    pairs: dict[str, list[tuple[float, Sample]]] = {key: [] for key in means}
    for row in rows:
        more = {key: percent - means[key] for key, percent in row.items()}
        whole = sum(more.values())
        if len(row) > 1:
            for key, own in more.items():
                pairs[key].append((own, Sample.of([(whole - own) / (len(row) - 1)])))
    return {key: correlation(found, MINIMUM_N, ALONE) for key, found in pairs.items()}


CANNOT = N_(
    "How reliably role-plays tell people apart cannot be told yet: %(n)s people took two or more, at least %(needed)s are needed."
)
NOTHING = N_("The role-plays do not go together: who does well in one does no better in another.")
UNPROVEN = N_(
    "Whether role-plays tell people apart is not proven: the reliability of one may be anything from %(low)s to %(high)s."
)
ENOUGH = N_("One role-play tells people apart with a reliability of %(one)s; %(plays)s reach %(wanted)s.")
MANY = N_(
    "One role-play tells people apart with a reliability of %(one)s; more than 100 would be needed for %(wanted)s."
)


def conclusion(of: Together, least: int) -> Message:
    """The page's title; reliabilities are written with two decimals."""
    one, first = of.found.one, of.needed[0]
    if one.value is None:
        return Message(CANNOT, {"n": one.n, "needed": least})
    if (of.found.high or 0) < LITTLE:
        return Message(NOTHING)
    if one.value <= 0 or (of.found.low or 0) <= 0:
        return Message(UNPROVEN, {"low": written(of.found.low or 0), "high": written(of.found.high or 0)})
    values = {"one": written(one.value), "wanted": written(first.wanted), "plays": first.plays}
    return Message(MANY if first.plays is None else ENOUGH, values)


def written(value: float) -> str:
    """A reliability with two decimals."""
    return f"{value:.2f}".replace("-", "−")
