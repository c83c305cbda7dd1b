"""An exam plan as a form: what every field shows, and the body that filled fields make (pure).

A field that comes back as it was shown keeps the very value it stands for, and one that does not come back at all is
left alone, so that a form sent unchanged changes nothing. Parts are numbered in the form (``sections.0.draw``), and
``keys.sections`` holds their order.
"""

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lms.assessment.plan_editing_shape import ANOTHER_TRY, LEVELS, MORE_STEPS, PLAN, SECTION, USUAL, Kind, usual
from lms.core.form_fields import (
    YES,
    Fields,
    Filled,
    as_sent,
    keys_of,
    lines_in,
    number_in,
    own,
    stands_under,
    text_fields,
    text_in,
    too_long,
)
from lms.core.texts import N_, Message

Body = Mapping[str, Any]

PLACE = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+){0,2}")
LESSON = re.compile(r"[a-z0-9-]+/[a-z0-9-]+")
NO_WHOLE = N_("Write a whole number here.")
NO_PLACE = N_("Write course/lesson/step here, as in complaint-handling/lscat/listen.")
NO_LESSON = N_("Write course/lesson here, as in complaint-handling/lscat.")
NO_COUNT = N_("Say how many items.")
NO_TRY = N_("Write the number of a try here, from 2 to 100.")
TWICE = N_("“%(key)s” stands here a second time; every one must differ.")


# ---- a body as fields ----------------------------------------------------------------


def shown(body: Body) -> dict[str, str]:
    """Every field of a plan's form with what it shows: what the plan says, or what holds without it."""
    fields: dict[str, str] = {}
    for name, how in PLAN.items():
        value = _at(body, name)
        fields.update(_shown(name, how, usual(name) if value is None and name in USUAL else value))
    sections = body.get("sections") or ()
    for number, section in enumerate(sections):
        for name, how in SECTION.items():
            fields.update(_shown(f"sections.{number}.{name}", how, section.get(name)))
    fields["keys.sections"] = " ".join(str(number) for number in range(len(sections)))
    return {name: words for name, words in fields.items() if words}


def blank() -> dict[str, str]:
    """The fields of a new plan: one part, and what holds by itself."""
    return {**shown({}), "keys.sections": "0"}


def _at(body: Body, name: str) -> Any:
    group, _, field = name.rpartition(".")
    return ((body.get(group) or {}) if group else body).get(field)


def _shown(name: str, how: Kind, value: Any) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    match how:
        case Kind.TEXT:
            yield from text_fields(name, value)
        case Kind.WORDS:
            yield name, "\n".join(value)
        case Kind.TRUTH:
            yield name, YES if value else ""
        case Kind.PICKS:
            yield from ((f"{name}.{word}", YES) for word in value)
        case Kind.LEVELS | Kind.COVER:
            yield from ((f"{name}.{key}", str(count)) for key, count in value.items())
        case Kind.TRIES:
            yield from ((f"{name}.{number}", rule["lesson"]) for number, rule in value.items())
        case _:
            yield name, str(value)


# ---- fields as a body ------------------------------------------------------------------


def settled(fields: Fields) -> dict[str, str]:
    """The form after whole further rows (a step with its count, a try with its lesson) joined those that have a name."""
    made = dict(fields)
    for key in keys_of(fields, "sections"):
        group = f"sections.{key}.cover"
        for row in MORE_STEPS:
            step, count = (fields.get(f"{group}.{row}.{name}", "").strip() for name in ("step", "count"))
            if PLACE.fullmatch(step) and count and not made.get(f"{group}.{step}"):
                made |= {f"{group}.{step}": count, f"{group}.{row}.step": "", f"{group}.{row}.count": ""}
    number, lesson = (fields.get(f"before_try.{ANOTHER_TRY}.{name}", "").strip() for name in ("number", "lesson"))
    if _is_try(number) and LESSON.fullmatch(lesson) and not made.get(f"before_try.{int(number)}"):
        row = f"before_try.{ANOTHER_TRY}"
        made |= {f"before_try.{int(number)}": lesson, f"{row}.number": "", f"{row}.lesson": ""}
    return made


def _is_try(words: str) -> bool:
    return re.fullmatch("[0-9]{1,3}", words) is not None and 2 <= int(words) <= 100


def filled(base: Body, fields: Fields) -> Filled:
    """The body with what was typed; ``base`` is what the form was made of, empty for a new plan."""
    before, body = shown(base), copy.deepcopy(dict(base))
    refused: dict[str, Message] = {}
    for name, how in PLAN.items():
        if _is_new(name, before, fields):
            _put(body, name, _value(name, how, fields, _at(base, name), refused))
    body.setdefault("title", {})  # said to be empty, rather than left out
    if "keys.sections" in fields:
        known = {str(number): section for number, section in enumerate(base.get("sections") or ())}
        keys = keys_of(fields, "sections")
        body["sections"] = [_section(key, known.get(key, {}), before, fields, refused) for key in keys]
    return Filled(body, refused)


def _section(key: str, base: Body, before: Fields, fields: Fields, refused: dict[str, Message]) -> dict[str, Any]:
    section = dict(base)
    for field, how in SECTION.items():
        name = f"sections.{key}.{field}"
        if _is_new(name, before, fields):
            value = _value(name, how, fields, base.get(field), refused)
            section.pop(field, None)
            if value not in (None, "", [], {}):
                section[field] = value
    return section


def _is_new(name: str, before: Fields, fields: Fields) -> bool:
    told = own(fields, name)
    if not told and not any(stands_under(place, (name,)) for place in fields):
        return False
    return as_sent(told) != as_sent(own(before, name))


def _put(body: dict[str, Any], name: str, value: Any) -> None:
    """The value into its place; nothing takes the place away, and a group that holds nothing."""
    group, _, field = name.rpartition(".")
    inner = body.setdefault(group, {}) if group else body
    inner.pop(field, None)
    if value is not None and value not in ("", [], {}):
        inner[field] = value
    if group and not inner:
        del body[group]


def _value(name: str, how: Kind, fields: Fields, was: Any, refused: dict[str, Message]) -> Any:
    refused |= too_long(own(fields, name))
    match how:
        case Kind.TEXT:
            return text_in(fields, name)
        case Kind.WORDS:
            return lines_in(fields.get(name, ""))
        case Kind.TRUTH:
            return fields.get(name) == YES
        case Kind.NUMBER:
            return number_in(fields, name, refused)
        case Kind.WHOLE:
            return whole_in(fields, name, refused)
        case Kind.PICKS:
            return _in_order((word for word, words in _under(name, fields).items() if words == YES), was)
        case Kind.LEVELS:
            counts = {level: whole_in(fields, f"{name}.{level}", refused) for level in _in_order(LEVELS, was)}
            return {level: count for level, count in counts.items() if count is not None}
        case Kind.COVER:
            return _cover(name, fields, was, refused)
        case Kind.TRIES:
            return _tries(name, fields, was, refused)
    return fields.get(name, "").strip()


def _under(name: str, fields: Fields) -> dict[str, str]:
    """The named fields under a field, without the rows for more."""
    heads = {place.removeprefix(f"{name}."): words for place, words in fields.items() if place.startswith(f"{name}.")}
    return {head: words.strip() for head, words in heads.items() if words.strip() and not head.startswith("+")}


def _in_order(words: Iterable[str], was: Iterable[str] | None) -> list[str]:
    """Words in the order they had before, new ones behind."""
    found = list(words)
    return [word for word in was or () if word in found] + [word for word in found if word not in (was or ())]


def whole_in(fields: Fields, place: str, refused: dict[str, Message]) -> int | None:
    """A whole number as it was typed; what is none is said in ``refused``."""
    number = number_in(fields, place, refused)
    if number is not None and not isinstance(number, int):
        refused[place] = Message(NO_WHOLE)
        return None
    return number


def _cover(name: str, fields: Fields, was: Any, refused: dict[str, Message]) -> dict[str, int]:
    known = _under(name, fields)
    counts = {step: whole_in(fields, f"{name}.{step}", refused) for step in _in_order(known, was)}
    for row in MORE_STEPS:
        step, count = (fields.get(f"{name}.{row}.{field}", "").strip() for field in ("step", "count"))
        if step in known:
            refused[f"{name}.{row}.step"] = Message(TWICE, {"key": step})
        elif (step or count) and not PLACE.fullmatch(step):
            refused[f"{name}.{row}.step"] = Message(NO_PLACE)
        elif step and not count:
            refused[f"{name}.{row}.count"] = Message(NO_COUNT)
    return {step: count for step, count in counts.items() if count is not None}


def _tries(name: str, fields: Fields, was: Any, refused: dict[str, Message]) -> dict[str, Any]:
    known = _under(name, fields)
    row = f"{name}.{ANOTHER_TRY}"
    number, lesson = (fields.get(f"{row}.{field}", "").strip() for field in ("number", "lesson"))
    if number in known:
        refused[f"{row}.number"] = Message(TWICE, {"key": number})
    elif (number or lesson) and not _is_try(number):
        refused[f"{row}.number"] = Message(NO_TRY)
    elif number and not LESSON.fullmatch(lesson):
        refused[f"{row}.lesson"] = Message(NO_LESSON)
    return {number: {**(was or {}).get(number, {}), "lesson": known[number]} for number in _in_order(known, was)}
