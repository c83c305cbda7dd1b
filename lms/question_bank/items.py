"""What an item is, by type: its fields, and what must fit together inside it (pure)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from lms.core.content import Definition, Fault, Key, Md, NotNegative, Number, Share, Text, unique_by
from lms.core.texts import N_
from lms.question_bank.item_fields import Keys, MediaName, Points, Some, SopRef, Two
from lms.question_bank.short_answers import normalised

EMOTIONS = ("angry", "anxious", "disappointed", "confused", "impatient", "sad", "satisfied", "neutral")
"""The labels of an emotion item that names none."""


def unknown(loc: Iterable[str | int], key: str, known: Collection[str], what: str) -> Fault:
    """The fault of naming something that is not there; ``what`` is the field where it should be."""
    values = {"key": key, "what": what, "known": ", ".join(known)}
    return Fault(tuple(loc), N_("“%(key)s” does not stand under %(what)s; use one of: %(known)s."), values)


class BaseItem(Definition):
    """What items of every type have."""

    written_last: ClassVar[tuple[str, ...]] = ("rationale", "feedback", "points", "skill", "sop", "difficulty")

    key: Key
    type: str
    stem: Md
    rationale: Md | None = None
    feedback: dict[Key, Md] = {}
    points: Points = Decimal(1)
    skill: Key | None = None
    sop: Annotated[list[SopRef], unique_by()] = []
    difficulty: Literal["easy", "medium", "hard"] = "medium"

    def choosable(self) -> Collection[str]:
        """The keys a learner can pick, which feedback may speak about."""
        return ()

    def faults(self) -> Iterator[Fault]:
        for key in self.feedback:
            if key not in self.choosable():
                yield unknown(("feedback", key), key, self.choosable(), "options")


class OptionsItem(BaseItem):
    """What items with options have."""

    options: Two

    def choosable(self) -> Collection[str]:
        return self.options.keys()


class Single(OptionsItem):
    """One right option among several."""

    type: Literal["single"]
    answer: Key

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        if self.answer not in self.options:
            yield unknown(("answer",), self.answer, self.options, "options")


class TrueFalse(BaseItem):
    """A statement that is true or false."""

    type: Literal["true-false"]
    answer: bool

    def choosable(self) -> Collection[str]:
        return ("true", "false")


class Multiple(OptionsItem):
    """Several right options."""

    type: Literal["multiple"]
    answer: Keys
    scoring: Literal["all-or-nothing", "partial"] = "all-or-nothing"

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        for index, key in enumerate(self.answer):
            if key not in self.options:
                yield unknown(("answer", index), key, self.options, "options")


class Ordering(OptionsItem):
    """Options to be put in order."""

    type: Literal["ordering"]
    answer: Keys
    scoring: Literal["exact", "pairs"] = "exact"

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        for index, key in enumerate(self.answer):
            if key not in self.options:
                yield unknown(("answer", index), key, self.options, "options")
        if missing := [key for key in self.options if key not in self.answer]:
            yield Fault(
                ("answer",), N_("The order leaves out: %(keys)s; name every option once."), {"keys": ", ".join(missing)}
            )


def _pairing_faults(
    pairs: Mapping[str, str], sources: Collection[str], targets: Collection[str], names: tuple[str, str]
) -> Iterator[Fault]:
    for source, target in pairs.items():
        if source not in sources:
            yield unknown(("answer", source), source, sources, names[0])
        if target not in targets:
            yield unknown(("answer", source), target, targets, names[1])
    for source in sources:
        if source not in pairs:
            yield Fault(("answer",), N_("“%(key)s” has no answer; add it."), {"key": source})


class Matching(BaseItem):
    """Things on the left, each with its partner on the right."""

    type: Literal["matching"]
    left: Some
    right: Two
    answer: dict[Key, Key]

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        yield from _pairing_faults(self.answer, self.left, self.right, ("left", "right"))


class Classify(BaseItem):
    """Statements to be sorted into categories."""

    type: Literal["classify"]
    categories: Two
    statements: Some
    answer: dict[Key, Key]

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        yield from _pairing_faults(self.answer, self.statements, self.categories, ("statements", "categories"))


class Judgement(OptionsItem):
    """A situation and ways to act in it, each worth a share of the points."""

    type: Literal["judgement"]
    values: dict[Key, Share]

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        for key in self.values:
            if key not in self.options:
                yield unknown(("values", key), key, self.options, "options")
        for key in self.options:
            if key not in self.values:
                yield Fault(("values",), N_("“%(key)s” has no value; add one from 0 to 1."), {"key": key})
        if self.values and max(self.values.values()) <= 0:
            yield Fault(("values",), N_("No option is worth anything; give at least one a value above 0."))


class Emotion(BaseItem):
    """An utterance whose feeling is to be named."""

    type: Literal["emotion"]
    stem: Md = {"en": "How does this customer feel?", "zh-Hans": "这位客户是什么情绪？"}
    utterance: Text
    cues: list[Text] = []
    audio: MediaName | None = None
    transcript: Text | None = None
    image: MediaName | None = None
    alt: Text | None = None
    labels: Annotated[list[Key], Field(min_length=2), unique_by()] = list(EMOTIONS)
    answer: Key
    panel: dict[Key, Annotated[int, Field(ge=0, le=1_000_000)]] = {}
    scoring: Literal["strict", "panel"] = "strict"
    intensity: Annotated[int, Field(ge=1, le=5)] | None = None

    def choosable(self) -> Collection[str]:
        return self.labels

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        if self.answer not in self.labels:
            yield unknown(("answer",), self.answer, self.labels, "labels")
        for label in self.panel:
            if label not in self.labels:
                yield unknown(("panel", label), label, self.labels, "labels")
        if self.panel and not any(self.panel.values()):
            yield Fault(("panel",), N_("Nobody of the panel chose anything; write the counts or take the panel away."))
        if self.scoring == "panel" and not self.panel:
            yield Fault(("scoring",), N_("Scoring by the panel needs the panel's counts; add “panel”."))
        if self.image and not self.alt:
            yield Fault(("image",), N_("The picture needs words for those who cannot see it; add “alt”."))


class NumberItem(BaseItem):
    """A number to be found, right within a tolerance."""

    type: Literal["number"]
    answer: Number
    tolerance: NotNegative = Decimal(0)


class ShortText(BaseItem):
    """A few words to be written."""

    type: Literal["short-text"]
    accepted: Annotated[list[Text], Field(min_length=1)]
    match: Literal["normalised", "exact"] = "normalised"

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        for index, text in enumerate(self.accepted):
            if self.match == "normalised" and not all(map(normalised, text.values())):
                yield Fault(("accepted", index), N_("Nothing is left of this without punctuation; use “match: exact”."))


class Level(Definition):
    """One level of a rubric line."""

    points: NotNegative
    description: Text | None = None


class RubricLine(Definition):
    """One thing markers look at, with its levels."""

    key: Key
    title: Text
    levels: Annotated[list[Level], Field(min_length=1)]

    def faults(self) -> Iterator[Fault]:
        if max(level.points for level in self.levels) <= 0:
            yield Fault(("levels",), N_("No level is worth anything; give at least one points above 0."))


class Essay(BaseItem):
    """A longer text, marked by people with a rubric."""

    type: Literal["essay"]
    rubric: Annotated[list[RubricLine], Field(min_length=1), unique_by("key")]
    min_chars: Annotated[int, Field(ge=0)] = 0
    max_chars: Annotated[int, Field(ge=1, le=20000)] = 5000

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        if self.min_chars > self.max_chars:
            yield Fault(
                ("min_chars",), N_("The least length is above the greatest, %(most)s."), {"most": self.max_chars}
            )


AnyItem = (
    Single
    | TrueFalse
    | Multiple
    | Ordering
    | Matching
    | Classify
    | Judgement
    | Emotion
    | NumberItem
    | ShortText
    | Essay
)
Item = Annotated[AnyItem, Field(discriminator="type")]

ITEM_TYPES: dict[str, type[BaseItem]] = {
    "single": Single,
    "true-false": TrueFalse,
    "multiple": Multiple,
    "ordering": Ordering,
    "matching": Matching,
    "classify": Classify,
    "judgement": Judgement,
    "emotion": Emotion,
    "number": NumberItem,
    "short-text": ShortText,
    "essay": Essay,
}


def item_of(body: Mapping[str, Any]) -> AnyItem:
    """The item of a body as it was stored (``plain``); a body that is not sound raises ``ValidationError``."""
    return ITEM_TYPES[body["type"]].model_validate(body)  # type: ignore[return-value]
