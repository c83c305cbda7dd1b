"""What a scenario file and a framework file define, and what must fit together inside one file (pure)."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ModelWrapValidatorHandler, ValidationError, model_validator

from lms.core.definition_errors import Fault, combined
from lms.core.definitions import Definition, Key, Text, pilot_faults, plain, unique_by
from lms.core.texts import N_
from lms.question_bank.item_fields import SopRef
from lms.scenarios.outline import outline_faults

EMOTIONS = ("angry", "anxious", "disappointed", "confused", "impatient", "sad", "satisfied", "neutral")
"""The labels a learner chooses from unless the scene names others."""

MOST_VISITS = 20
Points = Annotated[int, Field(ge=0, le=1000)]
Whole = Annotated[int, Field(ge=-1000, le=1000)]
Percent = Annotated[int, Field(ge=0, le=100)]


class Customer(Definition):
    """Whom the learner talks to."""

    name: Text | None = None
    profile: Text | None = None
    backstory: Text | None = None


class VariableDefinition(Definition):
    """A whole number the play changes, cut to its bounds."""

    start: Whole
    min: Whole = 0
    max: Whole = 10

    def faults(self) -> Iterator[Fault]:
        if not self.min <= self.start <= self.max:
            yield Fault(
                ("start",),
                N_("The start %(start)s lies outside the bounds %(low)s to %(high)s."),
                {"start": self.start, "low": self.min, "high": self.max},
            )


class EmotionDefinition(Definition):
    """The question for the customer's feeling that a scene asks first."""

    answer: Key
    labels: Annotated[list[Key], Field(min_length=2), unique_by()] = list(EMOTIONS)
    panel: dict[Key, Annotated[int, Field(ge=0)]] | None = None
    intensity: Annotated[int, Field(ge=1, le=5)] | None = None
    scoring: Literal["strict", "panel"] = "strict"
    points: Points = 1

    def faults(self) -> Iterator[Fault]:
        known = ", ".join(self.labels)
        if self.answer not in self.labels:
            yield Fault(
                ("answer",),
                N_("“%(label)s” is not one of the labels: %(known)s."),
                {"label": self.answer, "known": known},
            )
        for label in self.panel or ():
            if label not in self.labels:
                yield Fault(
                    ("panel", label),
                    N_("“%(label)s” is not one of the labels: %(known)s."),
                    {"label": label, "known": known},
                )
        if self.panel is not None and not any(self.panel.values()):
            yield Fault(("panel",), N_("Nobody of the panel chose a label; write at least one count above 0."))
        if self.scoring == "panel" and self.panel is None:
            yield Fault(("scoring",), N_("Scoring by panel needs a panel; add the counts."))


class ChoiceDefinition(Definition):
    """One thing the learner may say."""

    when: str | None = None
    reply: Text
    reaction: Text | None = None
    step: Key | None = None
    taboo: bool = False
    points: dict[Key, Points] = {}
    effect: dict[Key, Whole] = {}
    feedback: Text | None = None
    goto: Key


class TypedDefinition(Definition):
    """A reply in the learner's own words: points for every framework step found in it."""

    steps: Annotated[dict[Key, Points], Field(min_length=1)]
    criterion: Key
    min_chars: Annotated[int, Field(ge=0, le=2000)] = 10
    facts: list[Text] = []
    options: list[Text] = []
    forbidden: list[Text] = []
    goto: Key
    goto_taboo: Key | None = None


class SceneDefinition(Definition):
    """What the customer says, and what the learner may answer; ``sop`` names the SOP steps it exercises."""

    says: Text
    cues: list[Text] = []
    emotion: EmotionDefinition | None = None
    choices: dict[Key, ChoiceDefinition] = {}
    typed: TypedDefinition | None = None
    visits: Annotated[int, Field(ge=1, le=MOST_VISITS)] = 1
    sop: Annotated[list[SopRef], unique_by()] = []

    def faults(self) -> Iterator[Fault]:
        if not self.choices and self.typed is None:
            yield Fault((), N_("The learner has nothing to say here; add choices or a typed reply."))


class EndingDefinition(Definition):
    """How a play may end."""

    title: Text
    text: Text | None = None
    points: dict[Key, Points] = {}
    failed: bool = False


class PassDefinition(Definition):
    """What a play must reach to pass: percent of the maximum of all routes, in all and per criterion."""

    score: Percent = 80
    criteria: dict[Key, Percent] = {}
    taboo: Literal["fail", "allow"] = "fail"


class ScenarioDefinition(Definition):
    """A role-play: scenes, the choices between them, and what they are worth."""

    scenario: Key
    title: Text
    skill: Key | None = None
    framework: Key | None = None
    channel: Literal["counter", "phone", "chat", "mail"] = "phone"
    assigned_only: bool = False
    status: Literal["live", "pilot"] = "live"
    sites: Annotated[list[Key], unique_by()] = []
    customer: Customer = Customer()
    state: dict[Key, VariableDefinition] = {}
    criteria: dict[Key, Text] = {}
    start: Key
    scenes: Annotated[dict[Key, SceneDefinition], Field(min_length=1)]
    endings: Annotated[dict[Key, EndingDefinition], Field(min_length=1)]
    passing: Annotated[PassDefinition, Field(alias="pass")] = PassDefinition()

    def faults(self) -> Iterator[Fault]:
        yield from pilot_faults(self.status, self.sites)

    @model_validator(mode="wrap")
    @classmethod
    def _fitting_together(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Everything named must be there; said even beside other problems. ``checks`` then looks at the graph."""
        try:
            definition = handler(value)
        except ValidationError as error:
            raise combined(cls.__name__, outline_faults(value), error) from error
        if faults := list(outline_faults(plain(definition))):
            raise combined(cls.__name__, faults)
        return definition


class FrameworkStep(Definition):
    """One step of a framework, in the words a learner reads."""

    key: Key
    title: Text
    description: Text | None = None
    examples: list[Text] = []


class FrameworkTaboo(Definition):
    """A phrase that is never said, and what to say instead."""

    phrase: Text
    instead: Text


class FrameworkDefinition(Definition):
    """A way of handling a talk, step by step, such as LSCAT or SPIN."""

    framework: Key
    title: Text
    steps: Annotated[list[FrameworkStep], Field(min_length=1), unique_by("key")]
    ordered: bool = True
    taboos: list[FrameworkTaboo] = []
