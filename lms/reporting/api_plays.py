"""First plays of a role-play over the REST API: scenes, replies, flags."""

from typing import Any

from lms.core.api import Answer
from lms.reporting import views_plays_words as words
from lms.reporting.api_figures import FigureAnswer, IntervalAnswer, figure_json, interval_json
from lms.reporting.play_figures import ChoiceFigures, SceneFigures
from lms.reporting.play_flags import Flag, flags_of
from lms.reporting.play_times import Times
from lms.reporting.queries_play_figures import FirstPlays
from lms.statistics.figures import MINIMUM_N


class FifthAnswer(Answer):
    """How many of a fifth took a reply, of those it was offered to."""

    taken: int
    offered: int


class FirstChoiceAnswer(Answer):
    """A reply (key null: typed): ``offered`` and ``taken`` in turns, ``rate`` 0-1, ``points`` its worth or typed replies'
    mean, ``discrimination`` in percent; ``fifths`` of the rest of the play, the weakest first."""

    key: str | None
    points: float | None
    offered: int
    taken: int
    rate: float | None
    discrimination: FigureAnswer
    fifths: list[FifthAnswer]


class TimesAnswer(Answer):
    """Seconds a turn took: quartiles over ``n`` turns; breaks of more than an hour are left out."""

    n: int
    low: int
    median: int
    high: int


class FirstSceneAnswer(Answer):
    """A scene: ``plays`` that met it, ``turns`` in it, plays ``left`` in it; ``discrimination`` of its points, in percent."""

    key: str
    plays: int
    turns: int
    left: int
    seconds: TimesAnswer | None
    discrimination: FigureAnswer
    choices: list[FirstChoiceAnswer]


class FlagAnswer(Answer):
    """What to look at: a concern about a scene, or one of its replies; advice and evidence in the caller's language."""

    concern: str
    scene: str
    choice: str | None
    advice: str
    evidence: str


class FirstPlaysAnswer(Answer):
    """Everybody's first finished play: mean and SD in percent, ``histogram`` by tenths, ``left`` unfinished, ``waiting``
    for marks; ``flags`` the worst first."""

    n: int
    waiting: int
    left: int
    passed: int
    rate: float | None
    interval: IntervalAnswer | None
    mean: FigureAnswer
    sd: FigureAnswer
    histogram: list[int]
    scenes: list[FirstSceneAnswer]
    flags: list[FlagAnswer]


def first_plays_json(plays: FirstPlays) -> dict[str, Any] | None:
    """The body; None where the role-play has no version."""
    if plays.figures is None or plays.compiled is None:
        return None
    figures, definition = plays.figures, plays.compiled.definition
    flags = flags_of(figures, words.lengths(definition)) if figures.n >= MINIMUM_N else []
    return {
        "n": figures.n,
        "waiting": plays.waiting,
        "left": figures.left,
        "passed": figures.passing.passed,
        "rate": figures.passing.rate,
        "interval": interval_json(figures.passing),
        "mean": figure_json(figures.mean),
        "sd": figure_json(figures.sd),
        "histogram": list(figures.histogram),
        "scenes": [_scene(scene) for scene in figures.scenes],
        "flags": [_flag(flag, plays) for flag in flags],
    }


def _scene(scene: SceneFigures) -> dict[str, Any]:
    return {
        "key": scene.key,
        "plays": scene.plays,
        "turns": scene.turns,
        "left": scene.left,
        "seconds": _times(scene.times) if scene.times else None,
        "discrimination": figure_json(scene.telling),
        "choices": [_choice(choice) for choice in scene.choices],
    }


def _times(times: Times) -> dict[str, int]:
    return {"n": times.n, "low": times.low, "median": times.median, "high": times.high}


def _choice(choice: ChoiceFigures) -> dict[str, Any]:
    return {
        "key": choice.key,
        "points": choice.points,
        "offered": choice.offered,
        "taken": choice.taken,
        "rate": choice.rate,
        "discrimination": figure_json(choice.discrimination),
        "fifths": [{"taken": taken, "offered": offered} for taken, offered in choice.fifths],
    }


def _flag(flag: Flag, plays: FirstPlays) -> dict[str, Any]:
    definition = plays.compiled.definition if plays.compiled else None
    return {
        "concern": flag.concern.value,
        "scene": flag.scene,
        "choice": flag.choice,
        "advice": words.advice(flag, definition),
        "evidence": words.evidence(flag),
    }
