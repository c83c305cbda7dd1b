"""What the plays of a role-play ask its author to look at; each flag says its evidence (pure).

A flag is a statistical test, not an impression: one-sided, and of all tests of a kind in one scenario so many are held for
discoveries that at most one in twenty is expected to be false (see lms.statistics.one_sided and decision 0028).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import atanh, sqrt, tanh
from statistics import NormalDist
from typing import Any

from lms.core.texts import N_, Message
from lms.reporting.play_figures import Key, PlayFigures, SceneFigures
from lms.statistics.one_sided import FALSE_DISCOVERIES, discoveries, p_mean_above, p_share_above, p_share_below

LEAST_N = 30
"""Fewer plays in a scene are not judged."""
LEAST_GROUP = 8
"""Fewer people who took a choice are not compared with others."""
RARELY = 0.05
"""A wrong choice that fewer take does no work (the usual rule for distractors: Haladyna and Downing, 1993)."""
SELDOM_SAID = 0.02
"""Taboos are rarer by nature."""
NEARLY_ALL = 0.9
"""A best choice that more take tells nobody apart."""
HARDLY_TELLS = 0.1
"""A scene whose correlation with the rest surely lies below this tells nothing."""
ONE_SIDED_95 = NormalDist().inv_cdf(0.95)
FEW_LEAVE = 0.02
"""So many leave anywhere."""
SLOW = 2.5
"""A scene is slow when its median, for its length, is so many times that of the others."""


class Concern(StrEnum):
    """Why a scene or a choice may need its author; the worst first."""

    KEY = "key"
    LEAVING = "leaving"
    OBVIOUS = "obvious"
    FLAT = "flat"
    DEAD = "dead"
    TABOO = "taboo"
    SLOW = "slow"
    HASTY = "hasty"


GRAVE = frozenset({Concern.KEY, Concern.LEAVING})

ADVICE = {
    Concern.KEY: N_("Those who play better elsewhere choose %(choice)s, though it is worth less: check the points."),
    Concern.LEAVING: N_("More people leave here than elsewhere: look at what the scene asks of them."),
    Concern.OBVIOUS: N_("Nearly everybody takes the best reply: make the others sound like what people really say."),
    Concern.FLAT: N_(
        "What is earned here says nothing about how people do elsewhere: make the replies differ in what matters."
    ),
    Concern.DEAD: N_("Hardly anybody takes %(choice)s: write one that somebody might say."),
    Concern.TABOO: N_("Nobody is tempted by %(choice)s: let the taboo sound more like what slips out."),
    Concern.SLOW: N_("It takes much longer than other scenes of its length: shorten it, or say it more clearly."),
    Concern.HASTY: N_("It is answered much faster than other scenes of its length: it may not be read."),
}
EVIDENCE = {
    Concern.KEY: N_("Its %(takers)s takers did better elsewhere than the %(others)s who took a reply worth more, by %(gap)s (p %(p)s)."),
    Concern.LEAVING: N_("%(left)s of the %(came)s who came here left; in the other scenes %(rate)s (p %(p)s)."),
    Concern.OBVIOUS: N_("%(taken)s of %(n)s took it."),
    Concern.FLAT: N_("Correlation with the rest %(low)s to %(high)s (one-sided 95 %% bounds), n = %(n)s."),
    Concern.DEAD: N_("%(taken)s of the %(n)s it was offered to took it."),
    Concern.TABOO: N_("%(taken)s of the %(n)s it was offered to took it."),
    Concern.SLOW: N_("Half of the turns take longer than %(median)s seconds; for its length %(times)s would be usual (n = %(n)s)."),
    Concern.HASTY: N_("Half of the turns take less than %(median)s seconds; for its length %(times)s would be usual (n = %(n)s)."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Flag:
    """A concern about a scene, or about one of its choices; shares in the evidence are 0-1 floats."""

    concern: Concern
    scene: str
    choice: str | None = None
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def is_grave(self) -> bool:
        return self.concern in GRAVE

    @property
    def advice(self) -> Message:
        """What to do; the reply's words are put in where it is shown."""
        return Message(ADVICE[self.concern])

    @property
    def evidence(self) -> Message:
        """Why."""
        return Message(EVIDENCE[self.concern], self.values)


Suspicion = tuple[float, Flag]
"""A p-value and the flag it would raise."""


def flags_of(figures: PlayFigures, lengths: dict[str, float] | None = None) -> list[Flag]:
    """All flags, the worst first, then in the order of the scenes; ``lengths`` are characters to read by scene."""
    suspected = list(_wrong_keys(figures))
    wrong = _one_each(_held(suspected, _popularity), suspected)
    obvious = _held(_too_obvious(figures))
    settled = {flag.scene for flag in (*wrong, *obvious)}
    dead = _held(_never_taken(figures, settled, is_taboo=False))
    taboos = _held(_never_taken(figures, settled, is_taboo=True))
    flat = [flag for flag in _held(_flat(figures)) if flag.scene not in settled]
    found = [*wrong, *_held(_leaving(figures)), *obvious, *flat, *dead, *taboos, *_odd_times(figures, lengths or {})]
    order, places = list(Concern), {scene.key: place for place, scene in enumerate(figures.scenes)}
    return sorted(found, key=lambda flag: (order.index(flag.concern), places[flag.scene]))


def _held(suspicions: Iterable[Suspicion], weight: Callable[[Flag], float] | None = None) -> list[Flag]:
    listed = list(suspicions)
    weights = [weight(flag) for _, flag in listed] if weight else None
    held = discoveries([p for p, _ in listed], weights=weights)
    return [flag for (_, flag), is_held in zip(listed, held, strict=True) if is_held]


# ---- a wrong key -----------------------------------------------------------------------------


def _wrong_keys(figures: PlayFigures) -> Iterator[Suspicion]:
    """Of each choice worth less than another: did those who took it better in the rest than those who took one worth more?

    Under a right key better people take what is worth more, whatever the scene's difficulty; a middle choice that goes
    with ability because the worst is worse still is no fault, so it is not compared with that.
    """
    for scene in figures.scenes:
        worths = {one.key: one.points for one in scene.choices if one.key is not None and one.points is not None}
        for key, points in worths.items():
            more: set[Key] = {other for other, its in worths.items() if its > points}
            if more and (one := _compared(scene, key, more)) is not None:
                yield one


def _compared(scene: SceneFigures, key: str, more: set[Key]) -> Suspicion | None:
    one, two = scene.met.sample({key}, more), scene.met.sample(more, {key})
    if min(one.n, two.n) < LEAST_GROUP:
        return None
    p = p_mean_above(one, two)
    if p is None:
        return None
    values = {"takers": one.n, "others": two.n, "gap": one.mean - two.mean, "p": p}
    return p, Flag(Concern.KEY, scene.key, key, values)


def _popularity(flag: Flag) -> float:
    """Where a wrong key is likelier, whoever took it: the more take the reply of those it is compared with. Squared."""
    takers, others = flag.values["takers"], flag.values["others"]
    return float(takers / (takers + others)) ** 4


def _one_each(held: Iterable[Flag], suspicions: Sequence[Suspicion]) -> list[Flag]:
    """One flag for each scene found: a wrong key makes several replies look wrong. Of those that do, by themselves, it
    names the one that most people took."""
    found = {flag.scene for flag in held}
    named: dict[str, Flag] = {}
    for p, flag in sorted(suspicions, key=lambda one: one[1].values["takers"]):
        if flag.scene in found and p <= FALSE_DISCOVERIES:
            named[flag.scene] = flag
    return list(named.values())


# ---- choices that do no work --------------------------------------------------------------------


def _too_obvious(figures: PlayFigures) -> Iterator[Suspicion]:
    for scene in figures.scenes:
        best = {one.key for one in scene.best}
        taken, n = scene.met.taken(best)
        if best and n >= LEAST_N and len(scene.choices) > 1:
            flag = Flag(Concern.OBVIOUS, scene.key, None, {"taken": taken, "n": n})
            yield p_share_above(taken, n, NEARLY_ALL), flag


def _never_taken(figures: PlayFigures, settled: set[str], *, is_taboo: bool) -> Iterator[Suspicion]:
    bound, concern = (SELDOM_SAID, Concern.TABOO) if is_taboo else (RARELY, Concern.DEAD)
    for scene in figures.scenes:
        for choice in scene.choices if scene.key not in settled else ():
            if choice.key is None or choice.is_taboo != is_taboo or choice.is_best or choice.offered < LEAST_N:
                continue
            taken, n = scene.met.taken({choice.key})
            yield p_share_below(taken, n, bound), Flag(concern, scene.key, choice.key, {"taken": taken, "n": n})


def _flat(figures: PlayFigures) -> Iterator[Suspicion]:
    """Is the correlation with the rest below what is worth asking for? By Fisher's transformation."""
    for scene in figures.scenes:
        n, value = scene.telling.n, scene.telling.value
        if value is None or n < LEAST_N:
            continue
        middle, error = atanh(min(max(value / 100, -0.999999), 0.999999)), 1 / sqrt(n - 3)
        low, high = tanh(middle - ONE_SIDED_95 * error), tanh(middle + ONE_SIDED_95 * error)
        p = NormalDist().cdf((middle - atanh(HARDLY_TELLS)) / error)
        yield p, Flag(Concern.FLAT, scene.key, None, {"low": low, "high": high, "n": n})


# ---- leaving, and time --------------------------------------------------------------------------------


def _leaving(figures: PlayFigures) -> Iterator[Suspicion]:
    """Is the share that leaves in a scene above that of all other scenes together, and above what need not trouble anybody?"""
    left, came = figures.left, sum(scene.came for scene in figures.scenes)
    for scene in figures.scenes:
        others = came - scene.came
        if scene.came < LEAST_N or not others or not scene.left:
            continue
        rate = (left - scene.left) / others
        p = p_share_above(scene.left, scene.came, max(rate, FEW_LEAVE))
        yield p, Flag(Concern.LEAVING, scene.key, None, {"left": scene.left, "came": scene.came, "rate": rate, "p": p})


def _odd_times(figures: PlayFigures, lengths: dict[str, float]) -> Iterator[Flag]:
    """Scenes whose quartile or third quartile lies beyond so many times what their length makes usual."""
    timed = [(scene, scene.times) for scene in figures.scenes if scene.times is not None and scene.times.n >= LEAST_N]
    paces = sorted(times.median / lengths.get(scene.key, 1.0) for scene, times in timed)
    if len(paces) < 3:
        return
    for scene, times in timed:
        usual = paces[len(paces) // 2] * lengths.get(scene.key, 1.0)
        values = {"median": times.median, "times": round(usual), "n": times.n}
        if times.median > SLOW * usual:
            yield Flag(Concern.SLOW, scene.key, None, values)
        elif times.median * SLOW < usual:
            yield Flag(Concern.HASTY, scene.key, None, values)
