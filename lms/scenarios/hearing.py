"""A typed reply as the scorer hears it in its scene, and what it heard as it is kept and shown (pure)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lms.core.texts import CHINESE, ENGLISH, Text
from lms.scenarios.definitions import FrameworkDefinition, SceneDefinition
from lms.scenarios.play_states import Reading
from lms.scenarios.replies import Evidence, ReplyContext, ReplyReading, Scorer, from_json, read_reply, scorer, to_json

HAN = ("\u3400", "\u9fff")


@dataclass(frozen=True, slots=True)
class Heard:
    """What a scorer made of a reply: ``reading`` is None where there is no framework to read it by, or no scorer."""

    reading: ReplyReading | None

    @property
    def reaction(self) -> Reading:
        """What the talk reacts to at once: the steps and taboos that may be believed; doubts change nothing."""
        if self.reading is None:
            return Reading()
        return Reading(frozenset(self.reading.found), bool(self.reading.taboos))


def in_use() -> Scorer | None:
    """The scorer of this installation; None where its file is not at hand: a talk goes on without it, and people
    judge what it did not read."""
    try:
        return scorer()
    except LookupError:
        return None


def version_in_use() -> str:
    """The version of that scorer; "" without one."""
    found = in_use()
    return found.version if found is not None else ""


def hear(text: str, scene: SceneDefinition, framework: FrameworkDefinition | None, by: Scorer | None) -> Heard:
    """Read a reply to this scene; the same words, scene, framework and scorer give the same for ever."""
    if framework is None or scene.typed is None or by is None:
        return Heard(None)
    return Heard(read_reply(text, context_of(text, scene, framework), by))


def context_of(text: str, scene: SceneDefinition, framework: FrameworkDefinition) -> ReplyContext:
    """What the scene knows, in the language the reply is written in."""
    spoken, typed = written_in(text), scene.typed
    assert typed is not None
    examples = [example for step in framework.steps for example in step.examples]
    return ReplyContext(
        framework=framework,
        language=spoken,
        steps=tuple(typed.steps),
        facts=_said(typed.facts, spoken),
        options=_said(typed.options, spoken),
        forbidden=_said(typed.forbidden, spoken),
        scripts=_said([*examples, *(choice.reply for choice in scene.choices.values())], spoken),
    )


def written_in(text: str) -> str:
    """Chinese as soon as there is a Han character, else English: people type in another language than they read."""
    return CHINESE if any(HAN[0] <= sign <= HAN[1] for sign in text) else ENGLISH


def _said(texts: Iterable[Text], spoken: str) -> tuple[str, ...]:
    return tuple(text[spoken] for text in texts if text.get(spoken))


def kept(heard: Heard) -> dict[str, Any]:
    """As it is stored with the turn: what the talk reacted to, and the whole reading."""
    reaction = heard.reaction
    return {
        "steps": sorted(reaction.steps),
        "taboo": reaction.taboo,
        "reading": to_json(heard.reading) if heard.reading else None,
    }


def reading_kept(stored: Mapping[str, Any] | None) -> ReplyReading | None:
    """The reading stored with a turn; None for a choice, and for replies from before there was a scorer."""
    found = (stored or {}).get("reading")
    return from_json(found) if found else None


# ---- the words that show it ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a reply; ``marked`` where they show something, ``taboo`` where they must never be said."""

    words: str
    marked: bool = False
    taboo: bool = False


def pieces(text: str, shown: Iterable[Evidence], taboos: Iterable[Evidence] = ()) -> list[Piece]:
    """The reply cut where marked words begin and end; joined again it is the reply, whatever the evidence says."""
    kinds = ["" for _ in text]
    for kind, spans in (("marked", shown), ("taboo", taboos)):
        for span in spans:
            for place in range(max(0, span.start), min(len(text), span.end)):
                kinds[place] = kind
    found: list[Piece] = []
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or kinds[place] != kinds[start]:
            found.append(Piece(text[start:place], kinds[start] == "marked", kinds[start] == "taboo"))
            start = place
    return found


def quoted(text: str, spans: Iterable[Evidence]) -> list[str]:
    """The very words of the evidence."""
    return [text[span.start : span.end] for span in spans if 0 <= span.start < span.end <= len(text)]
