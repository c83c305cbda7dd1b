"""What is to be mended in a plan's form: at which field, what the field is called, and in whose words (pure)."""

import re
from collections.abc import Iterable, Iterator, Mapping

from lms.assessment.plan_editing_shape import ANOTHER_TRY, MORE_STEPS
from lms.core.content import Problem
from lms.core.form_fields import Fields, keys_of
from lms.core.form_notes import Note, Notes, parts_of
from lms.core.form_notes import noted as noted_in
from lms.core.texts import N_, Message

PART = N_("Part %(number)s")
LABELS: Mapping[str, str] = {
    "answers": N_("Show the right answers"),
    "assigned_only": N_("Only for people to whom it was assigned"),
    "attempts": N_("Tries"),
    "avoid_seen": N_("Items that somebody has seen come last"),
    "balance": N_("How far papers may differ, in points of percent"),
    "before_try": N_("A lesson before a try"),
    "blind": N_("Markers do not see whose answer it is"),
    "calibration": N_("Agreement a marker needs, in percent"),
    "closes_at": N_("Closes"),
    "count": N_("How many items"),
    "counts": N_("Which attempt counts"),
    "cover": N_("Wished SOP steps"),
    "cut": N_("Pass line, in percent"),
    "difficulty": N_("How many of each difficulty"),
    "draw": N_("How many items"),
    "easy": N_("Easy"),
    "escalate_after": N_("Tell the trainers after so many failed tries"),
    "exposure_cap": N_("Most papers an item may stand in, in percent"),
    "grace_minutes": N_("Grace, in minutes"),
    "hard": N_("Hard"),
    "items": N_("These items, one key a line"),
    "key": N_("Key"),
    "lesson": N_("Lesson"),
    "margin": N_("Points two markers may lie apart"),
    "markers": N_("Markers for each essay"),
    "marking": N_("Marking of essays"),
    "medium": N_("Medium"),
    "number": N_("Before try"),
    "opens_at": N_("Opens"),
    "options": N_("Options come in another order for everybody"),
    "score": N_("Show the score"),
    "sections": N_("Parts"),
    "show": N_("What learners see"),
    "shuffle": N_("Order"),
    "sites": N_("Sites that try it"),
    "sop": N_("Items that cover an SOP place"),
    "status": N_("State"),
    "step": N_("SOP place"),
    "time_limit_minutes": N_("Time limit, in minutes"),
    "title": N_("Title"),
    "topic": N_("Items of a topic"),
    "wait_hours": N_("Hours between two tries"),
    "when_time_is_up": N_("When time is up"),
}
"""What fields are called, by the last word of their place."""

SHUFFLED = N_("Items come in another order for everybody")
IN_LISTS = ("items", "sites")
IN_THE_BROWSER: Mapping[str, str] = {
    "Say where the items come from: add topic, sop or items.": N_(
        "Say where the items come from: choose a topic, name an SOP place, or list items."
    ),
    "Items come from one place; keep %(first)s or %(second)s.": N_(
        "Items come from one place: keep the topic, the SOP place or the list, and empty the others."
    ),
    "Grace needs its length; add grace_minutes.": N_("Say how many minutes of grace there are."),
    "Nothing closes, so nothing would ever be shown; add closes_at.": N_(
        "Without a closing time this would never be shown: say when the exam closes, or choose another time."
    ),
    "Give opens_at and closes_at both with a time zone, or both without.": N_(
        "Give both times with a time zone, or both without."
    ),
    "Sites belong to a pilot; add “status: pilot” or take them away.": N_(
        "Sites belong to a pilot: choose the pilot, or untick the sites."
    ),
    "Give at least %(bound)s here.": N_("An exam has at least one part; add one."),
}
"""What the engine of the content files says of fields by their names there, for those who see a form."""


def worded(message: Message) -> Message:
    """The sentence as it is said at a form."""
    return Message(IN_THE_BROWSER.get(message.template, message.template), message.values)


def noted(problems: Iterable[Problem], refused: Mapping[str, Message], fields: Fields) -> Notes[Note]:
    """Everything to mend by field; ``refused`` is what could not be read at all, and says it alone."""
    return noted_in(
        problems, refused, lambda dotted: anchor_of(dotted, fields), lambda anchor: words_of(anchor, fields)
    )


def anchor_of(dotted: str, fields: Fields) -> str:
    """The field at which something of a body's place (``sections[1].cover.lscat/greet``) is mended."""
    if found := re.match(r"sections\[(\d+)\]\.?(.*)", dotted, re.S):
        return _part_place(int(found[1]), found[2], fields)
    parts = parts_of(dotted)
    if parts[:1] == ["before_try"]:
        return ".".join(parts[:2])
    if parts[:1] in ([], ["exam"]):
        return "key"
    return parts[0] if parts[0] in IN_LISTS else ".".join(parts)


def _part_place(number: int, rest: str, fields: Fields) -> str:
    keys = keys_of(fields, "sections")
    if number >= len(keys):
        return "sections"
    place = f"sections.{keys[number]}"
    if rest.startswith("cover."):
        return f"{place}.{rest}" if f"{place}.{rest}" in fields else f"{place}.cover"
    parts = parts_of(rest)
    if not parts:
        return place
    return f"{place}.items" if parts[0] in IN_LISTS else ".".join([place, *parts])


def words_of(anchor: str, fields: Fields) -> Iterator[Message]:
    """The words that name a field, from large to small."""
    head, _, rest = anchor.removeprefix("keys.").partition(".")
    if head != "sections":
        yield from _named(anchor)
        return
    key, _, field = rest.partition(".")
    keys = keys_of(fields, "sections")
    if key in keys:
        yield Message(PART, {"number": keys.index(key) + 1})
    if field or key not in keys:
        yield from _named(field or "sections")


def _named(field: str) -> Iterator[Message]:
    head, _, rest = field.partition(".")
    if field == "shuffle.items":
        yield Message(SHUFFLED)
    elif head in ("show", "shuffle", "marking"):
        yield Message(LABELS[rest or head])
    else:
        yield Message(LABELS.get(head, head))
        last = rest.removeprefix(f"{ANOTHER_TRY}.") if rest.split(".")[0] in MORE_STEPS else rest
        last = last.split(".")[-1]
        if last:
            yield Message(LABELS[last]) if last in LABELS else Message("%(word)s", {"word": last})
