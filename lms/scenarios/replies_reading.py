"""What the scorer says about a typed reply, as values that can be stored and read again (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lms.core.texts import Text
from lms.scenarios.definitions import FrameworkDefinition


@dataclass(frozen=True, slots=True)
class ReplyContext:
    """What the scenario knows; all texts are already in the reply's language.

    ``steps`` are the step keys asked for in this scene (empty: all of the framework); ``scripts`` are texts whose
    copy is suspicious: examples of the framework, the choices of the scene.
    """

    framework: FrameworkDefinition
    language: str
    steps: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words ``text[start:end]`` of the reply."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """A step the scorer sees; ``confidence`` from 0 to 1, and only a ``sure`` step is believed."""

    step: str
    sure: bool
    confidence: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class TabooHit:
    """Words that are never said: ``phrase`` as they stand, and what to say instead if the framework knows it."""

    evidence: Evidence
    phrase: str
    instead: Text | None


class Guard(StrEnum):
    """Why a reply is for a person to judge, whatever the scorer sees in it."""

    RUBRIC_WORDS = "rubric_words"
    COPIED_SCRIPT = "copied_script"
    FLATTERY = "flattery"
    REPEATED = "repeated"
    OFF_TOPIC = "off_topic"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NEGATION = "negation"
    SARCASM = "sarcasm"
    QUOTED = "quoted"


@dataclass(frozen=True, slots=True)
class ReplyReading:
    """A machine's opinion on one reply, by the numbered ``version`` of the scorer.

    A step that is not among the ``findings`` is not "missing": the scorer overlooks about one in six. ``taboos`` may
    be believed; ``doubtful`` are words that may be one: they change nothing and are for a person.
    """

    version: str
    findings: tuple[Finding, ...]
    taboos: tuple[TabooHit, ...]
    guards: tuple[Guard, ...]
    to_person: bool
    doubtful: tuple[TabooHit, ...] = ()

    @property
    def found(self) -> tuple[str, ...]:
        """The steps that may be believed."""
        return tuple(finding.step for finding in self.findings if finding.sure)

    @property
    def unsure(self) -> tuple[str, ...]:
        """The steps that may be there."""
        return tuple(finding.step for finding in self.findings if not finding.sure)


def to_json(reading: ReplyReading) -> dict[str, Any]:
    """The reading as plain values for a JSON column."""
    return {
        "version": reading.version,
        "findings": [
            {
                "step": finding.step,
                "sure": finding.sure,
                "confidence": finding.confidence,
                "evidence": [[words.start, words.end] for words in finding.evidence],
            }
            for finding in reading.findings
        ],
        "taboos": _hits_to_json(reading.taboos),
        "doubtful": _hits_to_json(reading.doubtful),
        "guards": [guard.value for guard in reading.guards],
        "to_person": reading.to_person,
    }


def _hits_to_json(hits: tuple[TabooHit, ...]) -> list[dict[str, Any]]:
    return [
        {
            "evidence": [hit.evidence.start, hit.evidence.end],
            "phrase": hit.phrase,
            "instead": dict(hit.instead) if hit.instead else None,
        }
        for hit in hits
    ]


def _hits_from_json(stored: list[dict[str, Any]]) -> tuple[TabooHit, ...]:
    return tuple(TabooHit(Evidence(*hit["evidence"]), hit["phrase"], hit["instead"]) for hit in stored)


def from_json(stored: Mapping[str, Any]) -> ReplyReading:
    """The reading that ``to_json`` wrote; older ones know no doubtful taboos."""
    return ReplyReading(
        version=stored["version"],
        findings=tuple(
            Finding(
                found["step"],
                found["sure"],
                found["confidence"],
                tuple(Evidence(start, end) for start, end in found["evidence"]),
            )
            for found in stored["findings"]
        ),
        taboos=_hits_from_json(stored["taboos"]),
        guards=tuple(Guard(name) for name in stored["guards"]),
        to_person=stored["to_person"],
        doubtful=_hits_from_json(stored.get("doubtful", [])),
    )
