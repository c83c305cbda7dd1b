"""The figures of a version of a role-play from first plays: the whole, each scene, each choice (pure)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from lms.core.texts import N_
from lms.reporting.play_records import Move, PlayRecord, Way, way_of, worth
from lms.reporting.play_times import Times, times_of
from lms.scenarios.plot import Plot
from lms.statistics.fifths import FIFTHS, by_fifth, fifth_of
from lms.statistics.figures import MINIMUM_N, Figure, known, too_few, unknown
from lms.statistics.one_sided import Sample
from lms.statistics.proportions import Proportion, proportion
from lms.statistics.rests import Rests

LEAST_TAKERS = 5
"""A discrimination needs so many people on either side."""
BINS = 10

NO_REST = N_("The plays that met it had nothing else to tell people apart by.")
ALL_ALIKE = N_("Everybody, or nobody, took it.")
TOO_ALIKE = N_("Fewer than 5 people took it, or fewer than 5 did not.")
ALL_EQUAL = N_("Everybody earned the same here.")

Key = str | None
"""A choice's key; None is a reply in own words."""


@dataclass(frozen=True, slots=True)
class Met:
    """The first meetings of one scene, a play each, by move: how many, and the ``rests`` (how well those plays went without
    this scene) with their counts by fifth; a play that ended here at once has no rest."""

    plays: Mapping[Move, int]
    rests: Mapping[Move, Sample]
    fifths: Mapping[Move, tuple[int, ...]]

    def taken(self, keys: set[Key]) -> tuple[int, int]:
        """(plays that took one of these choices, plays that were offered one)."""
        taken = sum(n for move, n in self.plays.items() if move.option in keys)
        return taken, sum(n for move, n in self.plays.items() if keys & move.offered)

    def sample(self, of: set[Key], beside: set[Key]) -> Sample:
        """The rests of plays that took one of these choices where one of the others was open too."""
        fitting = (one for move, one in self.rests.items() if move.option in of and beside & move.offered)
        return Sample.joined(fitting)


@dataclass(frozen=True, slots=True)
class ChoiceFigures:
    """A choice: ``offered`` and ``taken`` count turns; the rest counts a play once, at its first meeting of the scene.

    ``discrimination`` (percent) is the correlation of taking it with the rest of the play among those it was offered to;
    ``fifths`` are (taken, offered) from the weakest fifth of the rest to the best. ``points`` are its worth; of typed
    replies what they earned on average, None where no marks are known.
    """

    key: Key
    points: float | None
    is_best: bool
    is_taboo: bool
    offered: int
    taken: int
    discrimination: Figure
    fifths: tuple[tuple[int, int], ...]

    @property
    def rate(self) -> float | None:
        """Taken of offered, 0-1."""
        return self.taken / self.offered if self.offered else None


@dataclass(frozen=True, slots=True)
class SceneFigures:
    """A scene: ``plays`` that met it of all finished ones, ``turns`` in it, plays ``left`` in it and not finished.

    ``telling`` (percent) is the correlation of what was earned in it with the rest of the play.
    """

    key: str
    plays: int
    turns: int
    left: int
    times: Times | None
    felt: Proportion
    telling: Figure
    choices: tuple[ChoiceFigures, ...]
    met: Met

    @property
    def best(self) -> tuple[ChoiceFigures, ...]:
        """The choices worth most."""
        return tuple(one for one in self.choices if one.is_best)

    @property
    def came(self) -> int:
        """All plays that came to it, those left in it included."""
        return self.plays + self.left


@dataclass(frozen=True, slots=True)
class PlayFigures:
    """A version of a role-play: finished first plays, and how many begun ones were ``left`` unfinished.

    Scores are in percent of the best route; ``histogram`` counts them by tenths. ``flows`` count the plays that went a
    way, each once, however often it met the scene again.
    """

    n: int
    left: int
    mean: Figure
    sd: Figure
    passing: Proportion
    histogram: tuple[int, ...]
    scenes: tuple[SceneFigures, ...]
    endings: Mapping[str, int]
    flows: Mapping[Way, int]

    def scene(self, key: str) -> SceneFigures:
        """One scene."""
        return next(scene for scene in self.scenes if scene.key == key)


def figures_of(
    plot: Plot,
    finished: Sequence[PlayRecord],
    left: Sequence[PlayRecord] = (),
    seconds: Mapping[str, Mapping[int, int]] | None = None,
    *,
    minimum_n: int = MINIMUM_N,
) -> PlayFigures:
    """All figures; ``left`` are plays that were given up, ``seconds`` count turns by scene and how long they took.

    Under ``minimum_n`` a figure is withheld with its reason.
    """
    places = {key: place for place, key in enumerate(plot.scenes)}
    turns = Counter(move for play in finished for move in play.moves)
    met, left_in = _meetings(finished, places), Counter(play.stopped_in or plot.start for play in left)
    percents = [play.percent for play in finished if play.percent is not None]
    mean, sd = spread(percents, minimum_n)
    by_scene: dict[str, dict[Move, int]] = defaultdict(dict)
    for move, n in turns.items():
        by_scene[move.scene][move] = n
    return PlayFigures(
        n=len(finished),
        left=len(left),
        mean=mean,
        sd=sd,
        passing=proportion(sum(play.passed is True for play in finished), len(finished)),
        histogram=histogram(percents),
        scenes=tuple(
            _scene(plot, key, by_scene[key], met[key], times_of((seconds or {}).get(key, {})), left_in[key], minimum_n)
            for key in places
        ),
        endings=Counter(play.ending for play in finished if play.ending is not None),
        flows=_flows(finished, turns),
    )


def _flows(finished: Sequence[PlayRecord], moves: Iterable[Move]) -> Mapping[Way, int]:
    """How many plays went each way, a play once however often it met the scene again."""
    ways = {move: way_of(move) for move in moves}
    return Counter(way for play in finished for way in {ways[move] for move in play.moves})


def histogram(percents: Iterable[float]) -> tuple[int, ...]:
    """How many scores lie in each tenth; 100 % belongs to the last."""
    counts = [0] * BINS
    for percent in percents:
        counts[min(int(percent * BINS / 100), BINS - 1)] += 1
    return tuple(counts)


def _meetings(finished: Sequence[PlayRecord], places: Mapping[str, int]) -> dict[str, Met]:
    """The first meetings of every scene, in one pass over the turns.

    A scene with other replies open is another task: what was said before may have closed the better or the worse ones.
    """
    moves = dict.fromkeys(move for play in finished for move in play.moves)
    tasks: dict[tuple[str, frozenset[Key]], int] = {}
    task_of = {move: tasks.setdefault((move.scene, move.offered), len(tasks)) for move in moves}
    answers = [[(task_of[move], move.quality) for move in play.moves if move.quality is not None] for play in finished]
    rests = Rests(answers, len(tasks), [places[scene] for scene, _ in tasks])
    plays: dict[str, Counter[Move]] = {key: Counter() for key in places}
    told: dict[str, dict[Move, list[float]]] = {key: defaultdict(list) for key in places}
    for person, play in enumerate(finished):
        seen = set()
        for move in play.moves:
            if (key := move.scene) not in seen:
                seen.add(key)
                plays[key][move] += 1
                rest = rests.without(person, places[key])
                if rest is not None:
                    told[key][move].append(rest)
    return {key: _met(plays[key], told[key]) for key in places}


def _met(plays: Mapping[Move, int], told: Mapping[Move, list[float]]) -> Met:
    counted = {move: Counter(rests) for move, rests in told.items()}
    fifths = fifth_of(sum(counted.values(), Counter[float]()))
    return Met(
        plays,
        {move: Sample.of(rests) for move, rests in told.items()},
        {move: by_fifth(counts, fifths) for move, counts in counted.items()},
    )


def _scene(
    plot: Plot, key: str, turns: Mapping[Move, int], met: Met, times: Times | None, left: int, minimum_n: int
) -> SceneFigures:
    asked = sum(n for move, n in turns.items() if move.felt is not None)
    right = sum(n for move, n in turns.items() if move.felt)
    return SceneFigures(
        key=key,
        plays=sum(met.plays.values()),
        turns=sum(turns.values()),
        left=left,
        times=times,
        felt=proportion(right, asked),
        telling=correlation(
            [(move.quality, one) for move, one in met.rests.items() if move.quality is not None], minimum_n, ALL_EQUAL
        ),
        choices=tuple(_choices(plot, key, turns, met, minimum_n)),
        met=met,
    )


def _choices(plot: Plot, key: str, turns: Mapping[Move, int], met: Met, minimum_n: int) -> Iterable[ChoiceFigures]:
    scene = plot.scenes[key]
    worths = {name: worth(choice) for name, choice in scene.choices.items()}
    highest = max([*worths.values(), *([float(sum(scene.typed.highest))] if scene.typed else [])])
    lowest = min([*worths.values(), *([0.0] if scene.typed else [])])
    for name in (*worths, *((None,) if scene.typed else ())):
        among = [move for move in met.rests if name in move.offered]
        yield ChoiceFigures(
            key=name,
            points=worths[name] if name is not None else _typed_mean(turns),
            is_best=name is not None and worths[name] == highest > lowest,
            is_taboo=name is not None and scene.choices[name].way.taboo,
            offered=sum(n for move, n in turns.items() if name in move.offered),
            taken=sum(n for move, n in turns.items() if move.option == name),
            discrimination=_of_taking([(move.option == name, met.rests[move]) for move in among], minimum_n),
            fifths=tuple(
                (
                    sum(met.fifths[move][fifth] for move in among if move.option == name),
                    sum(met.fifths[move][fifth] for move in among),
                )
                for fifth in range(FIFTHS)
            ),
        )


def _typed_mean(turns: Mapping[Move, int]) -> float | None:
    marked = [(move.points, n) for move, n in turns.items() if move.option is None and move.points is not None]
    n = sum(count for _, count in marked)
    return sum(points * count for points, count in marked) / n if n else None


def _of_taking(among: Sequence[tuple[bool, Sample]], minimum_n: int) -> Figure:
    n, takers = sum(one.n for _, one in among), sum(one.n for is_taken, one in among if is_taken)
    if n >= minimum_n and min(takers, n - takers) < LEAST_TAKERS:
        return unknown(n, TOO_ALIKE if 0 < takers < n else ALL_ALIKE)
    return correlation([(float(is_taken), one) for is_taken, one in among], minimum_n, ALL_ALIKE)


def correlation(groups: Sequence[tuple[float, Sample]], minimum_n: int, alike: str) -> Figure:
    """Pearson's correlation, in percent, of a value with the rests of the people who have it; ``alike`` says why there is
    none where all values are the same."""
    values = Sample(
        sum(one.n for _, one in groups),
        sum(value * one.n for value, one in groups),
        sum(value * value * one.n for value, one in groups),
    )
    if (reason := too_few(values.n, minimum_n, least=3)) is not None:
        return reason
    rests = Sample.joined(one for _, one in groups)
    if values.variance < 1e-12:
        return unknown(values.n, alike)
    if rests.variance < 1e-12:
        return unknown(values.n, NO_REST)
    together = sum(value * one.total for value, one in groups) - values.total * rests.total / values.n
    r = together / (values.n - 1) / sqrt(values.variance * rests.variance)
    return known(values.n, 100 * min(max(r, -1.0), 1.0))


def spread(percents: Sequence[float], minimum_n: int = MINIMUM_N) -> tuple[Figure, Figure]:
    """(mean, standard deviation) of scores."""
    n = len(percents)
    if (few := too_few(n, minimum_n, least=2)) is not None:
        return few, few
    mean = sum(percents) / n
    return known(n, mean), known(n, sqrt(sum((percent - mean) ** 2 for percent in percents) / (n - 1)))
