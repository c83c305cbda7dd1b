"""Where a place of a draft is found in the editor: on which form, at which field, and what the field is called (pure)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lms.core import form_notes
from lms.core.texts import N_, Message
from lms.scenarios.drafts_checks import Finding
from lms.scenarios.drafts_moves import is_entry
from lms.scenarios.drafts_shape import ENDINGS, GENERAL, Part, Place, leaves, value_at

LABELS: Mapping[str, str] = {
    "answer": N_("Feeling the learner should recognise"),
    "assigned_only": N_("Only for people it is assigned to"),
    "backstory": N_("What happened"),
    "channel": N_("Channel"),
    "choices": N_("Replies"),
    "criteria": N_("Criteria"),
    "criterion": N_("Criterion"),
    "cues": N_("Cues, one a line"),
    "customer": N_("The customer"),
    "effect": N_("Effect"),
    "emotion": N_("Feeling"),
    "endings": N_("Endings"),
    "facts": N_("Facts of the case, one a line"),
    "failed": N_("Whoever ends here has not passed"),
    "feedback": N_("Reason for the learner"),
    "forbidden": N_("Never to be said, one a line"),
    "framework": N_("Framework"),
    "goto": N_("Leads to"),
    "goto_taboo": N_("Leads to, after a taboo"),
    "intensity": N_("Intensity, 1 to 5"),
    "labels": N_("Labels to choose from, one a line"),
    "max": N_("Greatest"),
    "min": N_("Least"),
    "min_chars": N_("Least number of characters"),
    "name": N_("Name"),
    "options": N_("What may be offered, one a line"),
    "panel": N_("Panel: how many people chose each label"),
    "pass": N_("Passing"),
    "points": N_("Points"),
    "profile": N_("Who"),
    "reaction": N_("How the customer reacts"),
    "reply": N_("What the learner says"),
    "says": N_("What the customer says"),
    "scenes": N_("All scenes"),
    "score": N_("Pass line, percent of the most"),
    "scoring": N_("How the label scores"),
    "sites": N_("Pilot sites, one a line"),
    "skill": N_("Skill"),
    "sop": N_("SOP steps it exercises"),
    "start": N_("Start"),
    "state": N_("State variables"),
    "status": N_("Status"),
    "step": N_("Step of the framework"),
    "steps": N_("Points for each step"),
    "taboo": N_("Taboo"),
    "text": N_("How it ends"),
    "title": N_("Title"),
    "typed": N_("Reply in own words"),
    "visits": N_("Most visits in one play"),
    "when": N_("Only offered when"),
}
"""What fields are called, by the last word of their place."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where to mend something: the form, the element on it, and the words that name the place, from large to small."""

    part: Part
    anchor: str
    words: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A finding with its spot; ``number`` counts from 1 over the list."""

    number: int
    finding: Finding
    spot: Spot


@dataclass(frozen=True, slots=True)
class Notes(form_notes.Notes[Note]):
    """All findings of a draft, and those of one form by the element they belong to."""

    def by_node(self) -> dict[str, int]:
        """How many errors each scene and each ending has, for the map."""
        counts: dict[str, int] = {}
        for note in self.errors:
            place = note.finding.place
            if place[:1] in (("scenes",), ("endings",)) and len(place) > 1:
                counts[place[1]] = counts.get(place[1], 0) + 1
        return counts


def noted(body: Mapping[str, Any], findings: Iterable[Finding], part: Part, steps: tuple[str, ...] = ()) -> Notes:
    """The findings with the spots where they are mended; ``part`` is the form that is open."""
    names: dict[Part, set[str]] = {}
    notes = []
    for number, finding in enumerate(findings, start=1):
        its = part_of(body, finding.place)
        if its not in names:
            names[its] = {leaf.name for leaf in leaves(body, its, steps)}
        notes.append(Note(number, finding, _spot(body, finding.place, its, names[its])))
    here = form_notes.by_anchor((note.spot.anchor, note) for note in notes if note.spot.part == part)
    return Notes(tuple(notes), here)


def part_of(body: Mapping[str, Any], place: Place) -> Part:
    """The form on which a place is mended."""
    if place[:1] == ("endings",):
        return ENDINGS
    if place[:1] == ("scenes",):
        key = place[1] if len(place) > 1 else next(iter(value_at(body, ("scenes",)) or ()), "")
        return Part("scene", key) if value_at(body, ("scenes", key)) is not None else GENERAL
    return GENERAL


def _spot(body: Mapping[str, Any], place: Place, part: Part, names: Collection[str]) -> Spot:
    for length in range(len(place), 0, -1):
        head = place[:length]
        if ".".join(head) in names or is_entry(body, head):
            return Spot(part, ".".join(head), tuple(words_of(body, place)))
    return Spot(part, "part", tuple(words_of(body, place)))


def words_of(body: Mapping[str, Any], place: Place) -> Iterable[Message]:
    """The names of a place: scene 3, reply 2, leads to."""
    rest = place
    if place[:1] == ("scenes",) and len(place) > 1:
        yield _counted(N_("Scene %(number)s"), body, place[:2])
        rest = place[2:]
        if rest[:1] == ("choices",) and len(rest) > 1:
            yield _counted(N_("Reply %(number)s"), body, place[:4])
            rest = rest[2:]
    elif place[:1] == ("endings",) and len(place) > 1:
        yield _counted(N_("Ending %(number)s"), body, place[:2])
        rest = place[2:]
    for word in rest:
        if word in LABELS:
            yield Message(LABELS[word])
        elif not word.isdigit() and word not in ("en", "zh-Hans"):
            yield Message("%(key)s", {"key": word})


def _counted(template: str, body: Mapping[str, Any], place: Place) -> Message:
    keys = list(value_at(body, place[:-1]) or ())
    before = len(value_at(body, ("scenes",)) or ()) if place[0] == "endings" else 0
    number: int | str = before + keys.index(place[-1]) + 1 if place[-1] in keys else place[-1]
    return Message(template, {"number": number})
