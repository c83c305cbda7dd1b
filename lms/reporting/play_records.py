"""Exam-mode plays as statistics want them: what was open in each turn, what was taken, what it was worth (pure)."""

from collections.abc import Collection
from dataclasses import dataclass

from lms.scenarios.plot import Choice, Plot, Scene

TYPED = None
"""The key of a reply in own words."""


@dataclass(frozen=True, slots=True, eq=False)
class Move:
    """What was done in a turn; a ``Reader`` makes equal moves one object, so that they are told apart by identity.

    ``points`` are those of the reply, None for a typed one whose marks are not known. ``felt`` is whether the feeling was
    named right, None where none was asked for. ``quality`` (0-1) is the part won of what was at stake in the turn: the
    points between the least and the most of the replies that were open, the question for the feeling included; None
    where nothing was at stake or the marks are not known. ``target`` is the scene or ending that followed.
    """

    scene: str
    option: str | None
    offered: frozenset[str | None]
    points: float | None
    felt: bool | None
    quality: float | None
    target: str
    is_taboo_way: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """A line of the map: what was said in a scene, None for own words, and whether they led the way of a taboo."""

    scene: str
    option: str | None
    is_taboo_way: bool


def way_of(move: Move) -> Way:
    """The line that a move went along."""
    return Way(move.scene, move.option, move.is_taboo_way)


@dataclass(frozen=True, slots=True)
class PlayRecord:
    """A play: its moves in order; ``percent`` and ``passed`` are None where it was left unfinished."""

    moves: tuple[Move, ...]
    percent: float | None = None
    passed: bool | None = None
    ending: str | None = None

    @property
    def stopped_in(self) -> str | None:
        """Where an unfinished play stopped; None before its first turn."""
        return self.moves[-1].target if self.moves else None


@dataclass(frozen=True, slots=True)
class Told:
    """A turn as it is kept: ``offered`` holds the keys of the choices that were open, empty where that is not known.

    ``typed`` are the points of a reply in own words, None where nobody knows them; ``taboo`` is what the scorer heard.
    """

    scene: str
    choice: str | None
    emotion: str | None
    offered: tuple[str, ...] = ()
    typed: float | None = None
    taboo: bool = False


class Reader:
    """Turns of one version of a scenario as moves; what was met before costs a look-up."""

    def __init__(self, plot: Plot) -> None:
        self.plot = plot
        self._known: dict[tuple[object, ...], Move] = {}

    def move(self, told: Told) -> Move:
        """The move that a turn was."""
        offered = open_options(self.plot.scenes[told.scene], told.offered)
        key = (told.scene, told.choice, told.emotion, offered, told.typed, told.taboo)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._read(told, offered)
        return found

    def _read(self, told: Told, offered: frozenset[str | None]) -> Move:
        scene = self.plot.scenes[told.scene]
        is_taboo_way = False
        points: float | None
        if told.choice is not None:
            option = scene.choices[told.choice]
            points, target = worth(option), option.way.target
        else:
            assert scene.typed is not None
            is_taboo_way = told.taboo
            points, target = told.typed, (scene.typed.with_taboo if told.taboo else scene.typed.plain).target
        question = scene.question
        felt = None if question is None else told.emotion == question.answer
        earned = float(question.earned(told.emotion)) if question else 0.0
        quality = _quality(scene, offered, points, earned)
        return Move(told.scene, told.choice, offered, points, felt, quality, target, is_taboo_way)


def open_options(scene: Scene, kept: Collection[str]) -> frozenset[str | None]:
    """The options that were open: the choices kept with the turn (all, where none were), and typing where there is any."""
    typed: tuple[None, ...] = (TYPED,) if scene.typed else ()
    return frozenset((*(key for key in scene.choices if not kept or key in kept), *typed))


def worth(choice: Choice) -> float:
    """All points of a choice together."""
    return float(sum(choice.points))


def _quality(scene: Scene, offered: frozenset[str | None], points: float | None, felt: float) -> float | None:
    worths = [worth(scene.choices[key]) for key in offered if key is not None]
    if scene.typed is not None and TYPED in offered:
        worths += [0.0, float(sum(scene.typed.highest))]
    least = min(worths, default=0.0)
    stake = max(worths, default=0.0) - least + (scene.question.points if scene.question else 0)
    return (points - least + felt) / stake if points is not None and stake else None


def always_open(plot: Plot) -> frozenset[str]:
    """The scenes whose replies are all on offer whenever they are met: no condition, and no way into a scene that may
    be met again."""
    again = _met_again(plot)
    return frozenset(
        key
        for key, scene in plot.scenes.items()
        if all(option.when is None and not any(way.target in again for way in option.ways) for option in scene.options)
    )


def _met_again(plot: Plot) -> frozenset[str]:
    onward = {
        key: {way.target for option in scene.options for way in option.ways} & plot.scenes.keys()
        for key, scene in plot.scenes.items()
    }
    found = set()
    for key in plot.scenes:
        waiting, seen = list(onward[key]), set(onward[key])
        while waiting:
            more = onward[waiting.pop()] - seen
            waiting.extend(more)
            seen |= more
        if key in seen:
            found.add(key)
    return frozenset(found)
