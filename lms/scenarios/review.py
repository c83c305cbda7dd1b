"""What a play tells its learner once it may: turn by turn, the customer's mood, what it cost, what to work on (pure).

Nothing here may be shown of an examination that is not over.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lms.core.texts import N_, Message, Text
from lms.scenarios.definitions import FrameworkStep, ScenarioDefinition
from lms.scenarios.outline import EMOTION
from lms.scenarios.play_states import Line, PlayState, is_open
from lms.scenarios.plot import Plot, Points, Variable, whole_if_possible
from lms.scenarios.scoring import PlayScore, reaches

CALM, UPSET = 100.0, 0.0
FALLING = frozenset({"anger", "tension", "frustration", "worry", "impatience", "stress"})
"""Variables of which less is better; of every other one more is."""


@dataclass(frozen=True, slots=True)
class TurnReview:
    """One turn with its worth: ``points`` of the ``best`` that was open in it, feelings included.

    ``is_right`` is None where no feeling was asked for; ``partly`` says that some of the panel chose that label too.
    """

    line: Line
    points: Points
    best: int
    is_right: bool | None
    partly: bool

    @property
    def number(self) -> int:
        return self.line.number

    @property
    def lost(self) -> Points:
        return whole_if_possible(self.best - self.points)

    @property
    def is_good(self) -> bool:
        """Nothing lost, nothing forbidden said, the feeling recognised."""
        return not self.lost and not self.line.taboo and self.is_right is not False


def turn_reviews(plot: Plot, states: Sequence[PlayState]) -> list[TurnReview]:
    """Every turn of a replayed play, in order."""
    return [_reviewed(plot, before, after.lines[-1]) for before, after in pairwise(states)]


def _reviewed(plot: Plot, before: PlayState, line: Line) -> TurnReview:
    scene = plot.scenes[line.scene]
    question = scene.question
    best = max(sum(option.highest) for option in scene.options if is_open(plot, before, option))
    points = whole_if_possible(sum(line.points))
    share = question.share(line.turn.emotion) if question else None
    return TurnReview(
        line=line,
        points=points,
        best=best + (question.points if question else 0),
        is_right=None if question is None else line.turn.emotion == question.answer,
        partly=question is not None and line.turn.emotion != question.answer and bool(share),
    )


# ---- the conclusion ---------------------------------------------------------------


def what_it_cost(reviews: Sequence[TurnReview], score: PlayScore, *, taboo_fails: bool) -> Message:
    """The second half of the headline: what the score was lost by, in one sentence."""
    lost = whole_if_possible(score.max_score - score.score)
    costly = [review for review in reviews if review.lost > 0]
    taboos = [review.number for review in reviews if review.line.taboo]
    if taboos and taboo_fails:
        return Message(N_("What must never be said was said in turn %(turn)s."), {"turn": taboos[0]})
    if not lost:
        return Message(N_("No point was left behind."))
    if len(costly) == 1:
        return _counted(costly[0].lost, N_("One turn cost you one point."), N_("One turn cost you %(points)s points."))
    if costly:
        worst = max(costly, key=lambda review: review.lost)
        one = N_("Turn %(turn)s cost you most: one point.")
        return _counted(worst.lost, one, N_("Turn %(turn)s cost you most: %(points)s points."), turn=worst.number)
    return _counted(lost, N_("Another way earns one point more."), N_("Another way earns %(points)s points more."))


def _counted(points: Points, one: str, many: str, **values: object) -> Message:
    return Message(one, values) if points == 1 else Message(many, {"points": _shown(points), **values})


def _shown(points: Points) -> str:
    return f"{float(points):.2f}".rstrip("0").rstrip(".")


# ---- the customer's mood ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Curve:
    """The customer's mood after each turn, the beginning first: 0 is upset, 100 is calm; with what it is made of."""

    mood: tuple[float, ...]
    values: Mapping[str, tuple[int, ...]]


def curve(plot: Plot, state: PlayState) -> Curve | None:
    """Mood is the mean of all variables on their own scales, with those of ``FALLING`` upside down; None without any."""
    if not plot.variables:
        return None
    moments = state.curve
    mood = tuple(
        sum(_calm(variable, moment[name]) for name, variable in plot.variables.items()) / len(plot.variables)
        for moment in moments
    )
    return Curve(mood, {name: tuple(moment[name] for moment in moments) for name in plot.variables})


def _calm(variable: Variable, value: int) -> float:
    span = variable.high - variable.low
    share = (value - variable.low) / span if span else 1.0
    return CALM * (1 - share if variable.name in FALLING else share)


def deepest_dip(mood: Sequence[float]) -> int | None:
    """The turn after which the mood fell most; None when it never fell."""
    falls = [(before - after, turn) for turn, (before, after) in enumerate(pairwise(mood), start=1)]
    worst = max(falls, default=(0.0, 0), key=lambda fall: fall[0])
    return worst[1] if worst[0] > 0 else None


def mood_sentence(mood: Sequence[float], name: str) -> Message:
    """The chart in one sentence."""
    dip = deepest_dip(mood)
    end = {"name": name}
    if dip is None and mood[-1] > mood[0]:
        return Message(N_("%(name)s grew calmer from turn to turn."), end)
    if dip is None:
        return Message(N_("The mood of %(name)s did not change."), end)
    if mood[-1] > mood[0]:
        return Message(N_("After turn %(turn)s the mood fell; in the end %(name)s was calmer."), {**end, "turn": dip})
    return Message(
        N_("After turn %(turn)s the mood fell most, and %(name)s left no calmer than before."), {**end, "turn": dip}
    )


# ---- what to work on ------------------------------------------------------------------


def weakest(score: PlayScore) -> str | None:
    """The criterion furthest under its cut, else the one with the least share of its maximum; None at full points."""
    below = [
        (each.score * 100 - each.cut * each.max_score, name)
        for name, each in score.criteria.items()
        if each.cut is not None and each.max_score and not reaches(each.score, each.max_score, each.cut)
    ]
    if below:
        return min(below)[1]
    open_ones = [
        (each.percent, name) for name, each in score.criteria.items() if each.percent is not None and each.percent < 100
    ]
    return min(open_ones)[1] if open_ones else None


def steps_left_out(
    definition: ScenarioDefinition, steps: Iterable[FrameworkStep], state: PlayState
) -> list[FrameworkStep]:
    """The framework's steps that this scenario asks for and nothing said performed, in the framework's order."""
    performed = frozenset[str]().union(*(line.steps for line in state.lines))
    asked = set(_asked(definition))
    return [step for step in steps if step.key in asked - performed]


def _asked(definition: ScenarioDefinition) -> Iterator[str]:
    for scene in definition.scenes.values():
        yield from (choice.step for choice in scene.choices.values() if choice.step)
        yield from (scene.typed.steps if scene.typed else ())


RECOGNISING = Message(N_("Recognising the customer's emotion"))


def criterion_title(definition: ScenarioDefinition, name: str) -> Text | Message:
    """What a criterion is called; the built-in one has a name of its own where the author gave none."""
    if name in definition.criteria:
        return definition.criteria[name]
    return RECOGNISING if name == EMOTION else {"en": name}
