"""What is to be mended in an item's form: at which field, and what the field is called (pure)."""

from collections.abc import Iterable, Iterator, Mapping

from lms.core.content import Problem
from lms.core.form_fields import Fields, keys_of
from lms.core.form_notes import Note, Notes, parts_of
from lms.core.form_notes import noted as noted_in
from lms.core.texts import N_, Message

LABELS: Mapping[str, str] = {
    "accepted": N_("Accepted answers, one a line"),
    "alt": N_("The picture in words"),
    "answer": N_("Right answer"),
    "audio": N_("Recording"),
    "categories": N_("Groups"),
    "cues": N_("Cues, one a line"),
    "difficulty": N_("Difficulty"),
    "feedback": N_("Feedback"),
    "image": N_("Picture"),
    "intensity": N_("Intensity, 1 to 5"),
    "key": N_("Key"),
    "labels": N_("Labels to choose from, one a line"),
    "left": N_("Left side"),
    "match": N_("How words are compared"),
    "max_chars": N_("Most characters"),
    "min_chars": N_("Least characters"),
    "options": N_("Options"),
    "panel": N_("Panel: how many people chose each label"),
    "points": N_("Points it is worth"),
    "rationale": N_("Why it is right"),
    "right": N_("Right side"),
    "rubric": N_("Rubric"),
    "scoring": N_("Scoring"),
    "skill": N_("Skill"),
    "sop": N_("SOP steps it covers"),
    "statements": N_("Statements"),
    "stem": N_("Question"),
    "tolerance": N_("Tolerance"),
    "topic": N_("Topic"),
    "transcript": N_("What is said in the recording"),
    "utterance": N_("What the customer says"),
    "values": N_("Worth"),
}
"""What fields are called."""

ENTRY_NAMES: Mapping[str, str] = {
    "options": N_("Option %(number)s"),
    "left": N_("Left %(number)s"),
    "right": N_("Right %(number)s"),
    "categories": N_("Group %(number)s"),
    "statements": N_("Statement %(number)s"),
    "rubric": N_("Rubric line %(number)s"),
}
"""What an entry of a group is called."""

IN_LISTS = ("labels", "cues", "accepted", "sop")
ABOUT = ("feedback", "values", "answer")


def noted(problems: Iterable[Problem], refused: Mapping[str, Message], fields: Fields) -> Notes[Note]:
    """Everything to mend by field; ``refused`` is what could not be read at all, and says it alone."""
    return noted_in(
        problems, refused, lambda dotted: anchor_of(dotted, fields), lambda anchor: words_of(anchor, fields)
    )


def anchor_of(dotted: str, fields: Fields) -> str:
    """The field at which something of a body's place (``rubric[0].levels[1].points``) is mended."""
    parts = parts_of(dotted)
    if not parts or parts[0] in IN_LISTS or (parts[0] == "answer" and len(parts) > 1 and parts[1].isdecimal()):
        return parts[0] if parts else "stem"
    return ".".join(_rubric_place(parts, fields) if parts[0] == "rubric" else parts)


def _rubric_place(parts: list[str], fields: Fields) -> list[str]:
    """The place of a rubric's line and level by their keys in the form."""
    lines = keys_of(fields, "rubric")
    if len(parts) < 2 or not parts[1].isdecimal() or int(parts[1]) >= len(lines):
        return parts[:1]
    place = ["rubric", lines[int(parts[1])]]
    levels = keys_of(fields, ".".join(place))
    if parts[2:3] == ["levels"] and len(parts) > 3 and parts[3].isdecimal() and int(parts[3]) < len(levels):
        return [*place, levels[int(parts[3])], *parts[4:]]
    return place if parts[2:3] in ([], ["key"], ["levels"]) else [*place, *parts[2:]]


def words_of(anchor: str, fields: Fields) -> Iterator[Message]:
    """The words that name a field, from large to small."""
    head, _, rest = anchor.removeprefix("keys.").partition(".")
    entry = rest.split(".")[0]
    for group, name in ENTRY_NAMES.items():
        if entry and entry in keys_of(fields, group) and (head == group or (head in ABOUT and group != "right")):
            yield Message(name, {"number": keys_of(fields, group).index(entry) + 1})
            if head in ABOUT:
                yield Message(LABELS[head])
            return
    yield Message(LABELS.get(head, head))
