"""A scenario compiled once for playing and for analysis: conditions read, points in a fixed order (pure).

A plot depends on nothing but its definition, so callers may keep it as long as the version it came from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from lms.core.texts import Text
from lms.scenarios.conditions import Condition, parse
from lms.scenarios.definitions import (
    ChoiceDefinition,
    EmotionDefinition,
    ScenarioDefinition,
    SceneDefinition,
    TypedDefinition,
)
from lms.scenarios.outline import EMOTION
from lms.statistics.panels import is_weak

Points = int | Fraction
"""Points are exact: whole, or a fraction where a panel shares them out."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A whole number of the play with its bounds."""

    name: str
    start: int
    low: int
    high: int

    def moved(self, value: int, by: int) -> int:
        """The value after an effect, cut to the bounds."""
        return min(self.high, max(self.low, value + by))


@dataclass(frozen=True, slots=True)
class EmotionQuestion:
    """The question for the customer's feeling; ``panel`` counts how many raters chose each label.

    With ``intensity`` (1-5) learners are asked how strong it is, too; that earns nothing.
    """

    answer: str
    labels: tuple[str, ...]
    panel: Mapping[str, int]
    by_panel: bool
    points: int
    intensity: int | None = None

    def share(self, label: str | None) -> Fraction:
        """The share of the points a label earns: strict 1 or 0; by panel picks / largest count; no label 0."""
        if label is None:
            return Fraction(0)
        if self.by_panel:
            return Fraction(self.panel.get(label, 0), max(self.panel.values()))
        return Fraction(label == self.answer)

    def earned(self, label: str | None) -> Points:
        """The points a label earns."""
        return whole_if_possible(self.share(label) * self.points)

    @property
    def counts(self) -> bool:
        """Whether answers to it are a measurement: people agree on the label, or its author stands for it."""
        return not is_weak(self.panel, self.answer)

    @property
    def expected(self) -> Fraction:
        """The mean points when every label is equally likely."""
        return sum((self.share(label) for label in self.labels), Fraction(0)) * self.points / len(self.labels)


@dataclass(frozen=True, slots=True)
class Way:
    """Where an option may lead; a typed reply has one way without and one with a taboo."""

    target: str
    taboo: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """Something the learner may pick; ``points`` in the order of ``Plot.criteria``."""

    key: str
    when: Condition | None
    way: Way
    points: tuple[int, ...]
    effect: Mapping[str, int]
    step: str | None
    reply: Text
    reaction: Text | None
    feedback: Text | None

    @property
    def ways(self) -> tuple[Way, ...]:
        return (self.way,)

    @property
    def lowest(self) -> tuple[int, ...]:
        return self.points

    @property
    def highest(self) -> tuple[int, ...]:
        return self.points


@dataclass(frozen=True, slots=True)
class TypedReply:
    """A reply in own words; its outcomes are every set of steps found, with a taboo and without."""

    steps: Mapping[str, int]
    criterion: int
    criteria: int
    plain: Way
    with_taboo: Way
    min_chars: int

    key: None = None
    when: None = None

    @property
    def ways(self) -> tuple[Way, ...]:
        return (self.plain, self.with_taboo)

    @property
    def effect(self) -> Mapping[str, int]:
        return {}

    @property
    def lowest(self) -> tuple[int, ...]:
        return (0,) * self.criteria

    @property
    def highest(self) -> tuple[int, ...]:
        return self.earned(frozenset(self.steps))

    def earned(self, found: frozenset[str]) -> tuple[int, ...]:
        """Points per criterion for the steps found; steps the scene does not ask for earn nothing."""
        points = sum(worth for step, worth in self.steps.items() if step in found)
        return tuple(points if place == self.criterion else 0 for place in range(self.criteria))


Option = Choice | TypedReply
"""What a learner may do in a scene; ``key`` is None for the typed reply."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene; ``options`` are its choices in the author's order, then its typed reply."""

    key: str
    says: Text
    cues: tuple[Text, ...]
    question: EmotionQuestion | None
    choices: Mapping[str, Choice]
    typed: TypedReply | None
    visits: int
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """An ending; ``points`` in the order of ``Plot.criteria``."""

    key: str
    title: Text
    text: Text | None
    points: tuple[int, ...]
    failed: bool


@dataclass(frozen=True, slots=True)
class PassRule:
    """What passing takes: percent of the maximum of all routes, in all and per criterion."""

    score: int
    criteria: Mapping[str, int]
    taboo: Literal["fail", "allow"]

    @property
    def taboo_fails(self) -> bool:
        return self.taboo == "fail"


@dataclass(frozen=True, slots=True)
class Plot:
    """A scenario ready to be played and analysed."""

    key: str
    variables: Mapping[str, Variable]
    criteria: tuple[str, ...]
    scenes: Mapping[str, Scene]
    endings: Mapping[str, Ending]
    start: str
    passing: PassRule

    @property
    def emotion_place(self) -> int | None:
        """Where the points of emotion questions stand in ``criteria``."""
        return self.criteria.index(EMOTION) if EMOTION in self.criteria else None

    def by_criterion(self, points: tuple[Points, ...]) -> dict[str, Points]:
        """Points with the names of their criteria."""
        return dict(zip(self.criteria, points, strict=True))


def compile_plot(definition: ScenarioDefinition) -> Plot:
    """Compile a valid scenario; costs about a millisecond, a turn then a few microseconds."""
    criteria = _criteria(definition)
    return Plot(
        key=definition.scenario,
        variables={
            name: Variable(name, variable.start, variable.min, variable.max)
            for name, variable in definition.state.items()
        },
        criteria=criteria,
        scenes={key: _scene(key, scene, criteria) for key, scene in definition.scenes.items()},
        endings={
            key: Ending(key, ending.title, ending.text, _vector(ending.points, criteria), ending.failed)
            for key, ending in definition.endings.items()
        },
        start=definition.start,
        passing=PassRule(definition.passing.score, definition.passing.criteria, definition.passing.taboo),
    )


def whole_if_possible(points: Points) -> Points:
    """The same number as an int when it is whole."""
    return int(points) if points == int(points) else points


def _criteria(definition: ScenarioDefinition) -> tuple[str, ...]:
    """The declared criteria in their order, and the built-in one last if anything counts to it."""
    names = list(definition.criteria)
    earning = [choice.points for scene in definition.scenes.values() for choice in scene.choices.values()]
    earning += [ending.points for ending in definition.endings.values()]
    asked = any(scene.emotion for scene in definition.scenes.values())
    typed = any(scene.typed and scene.typed.criterion == EMOTION for scene in definition.scenes.values())
    cut = EMOTION in definition.passing.criteria
    if EMOTION not in names and (asked or typed or cut or any(EMOTION in points for points in earning)):
        names.append(EMOTION)
    return tuple(names)


def _scene(key: str, scene: SceneDefinition, criteria: tuple[str, ...]) -> Scene:
    choices = {name: _choice(name, choice, criteria) for name, choice in scene.choices.items()}
    typed = _typed(scene.typed, criteria) if scene.typed else None
    return Scene(
        key=key,
        says=scene.says,
        cues=tuple(scene.cues),
        question=_question(scene.emotion) if scene.emotion else None,
        choices=choices,
        typed=typed,
        visits=scene.visits,
        options=(*choices.values(), typed) if typed else tuple(choices.values()),
    )


def _question(emotion: EmotionDefinition) -> EmotionQuestion:
    return EmotionQuestion(
        emotion.answer, tuple(emotion.labels), emotion.panel or {}, emotion.scoring == "panel", emotion.points,
        emotion.intensity,
    )


def _choice(key: str, choice: ChoiceDefinition, criteria: tuple[str, ...]) -> Choice:
    return Choice(
        key=key,
        when=parse(choice.when) if choice.when is not None else None,
        way=Way(choice.goto, choice.taboo),
        points=_vector(choice.points, criteria),
        effect={name: by for name, by in choice.effect.items() if by},
        step=choice.step,
        reply=choice.reply,
        reaction=choice.reaction,
        feedback=choice.feedback,
    )


def _typed(typed: TypedDefinition, criteria: tuple[str, ...]) -> TypedReply:
    return TypedReply(
        steps=typed.steps,
        criterion=criteria.index(typed.criterion),
        criteria=len(criteria),
        plain=Way(typed.goto, taboo=False),
        with_taboo=Way(typed.goto_taboo or typed.goto, taboo=True),
        min_chars=typed.min_chars,
    )


def _vector(points: Mapping[str, int], criteria: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(points.get(name, 0) for name in criteria)
