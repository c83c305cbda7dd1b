"""Plain sentences for what pydantic finds wrong in a content file (pure)."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from lms.core.texts import N_, Message

OWN = "content"
"""The pydantic error type of everything said by us."""


@dataclass(frozen=True)
class Fault:
    """Something wrong at a place counted from where it was found: a template and its values."""

    loc: tuple[str | int, ...]
    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    severity: Literal["error", "warning"] = "error"

    @property
    def message(self) -> Message:
        return Message(self.template, self.values)

    def under(self, *loc: str | int) -> "Fault":
        """The same fault seen from further up."""
        return Fault((*loc, *self.loc), self.template, self.values, self.severity)


def refusal(message: Message, depth: int = 0) -> PydanticCustomError:
    """The error a validator raises to say ``message``; the last ``depth`` places of its loc are to be kept."""
    context = {"template": message.template, "values": dict(message.values), "depth": depth, "said": str(message)}
    return PydanticCustomError(OWN, "{said}", context)


def combined(
    title: str, faults: Iterable[Fault], error: ValidationError | None = None, fields: Sequence[str] = ()
) -> ValidationError:
    """One error that says all the faults and, in our own words, all that ``error`` says."""
    details: list[InitErrorDetails] = [
        {"type": refusal(fault.message, len(fault.loc)), "loc": fault.loc, "input": None} for fault in faults
    ]
    for found in error.errors(include_url=False) if error else ():
        details.append({"type": _in_our_words(found, fields), "loc": _place(found), "input": found["input"]})
    return ValidationError.from_exception_data(title, details)


def _place(found: ErrorDetails) -> tuple[str | int, ...]:
    """Where to look: for a wrong or missing ``type`` that field, not the whole element."""
    if found["type"] in UNION_TAGS:
        return (*found["loc"], found["ctx"]["discriminator"].strip("'"))
    return found["loc"]


def _in_our_words(found: ErrorDetails, fields: Sequence[str]) -> PydanticCustomError:
    context = found.get("ctx", {})
    if found["type"] == OWN:
        return refusal(Message(context["template"], context["values"]), context["depth"])
    depth = 1 if found["type"] in ("missing", "extra_forbidden", *UNION_TAGS) else 0
    return refusal(sentence(found, fields), depth)


def sentence(found: ErrorDetails, fields: Sequence[str] = ()) -> Message:
    """What one pydantic error means for the author, and what to do about it."""
    kind, context = found["type"], found.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_field(str(found["loc"][-1]), fields)
    if kind in ("literal_error", "union_tag_invalid"):
        wanted = context.get("expected") or context.get("expected_tags")
        return Message(N_("Write one of these here: %(known)s."), {"known": _choices(str(wanted))})
    if kind in BOUNDS:
        return Message(BOUNDS[kind], {"bound": next(iter(context.values()))})
    if kind in LENGTHS:
        bound = context.get("min_length", context.get("max_length"))
        return Message(LENGTHS[kind], {"bound": bound})
    if kind == "string_type" and isinstance(found["input"], bool | int | float):
        return Message(N_("Write a text here; put %(value)s in quotes."), {"value": str(found["input"]).lower()})
    return Message(SENTENCES.get(kind, N_("What stands here is not allowed.")))


def _unknown_field(name: str, fields: Sequence[str]) -> Message:
    near = difflib.get_close_matches(name, fields, n=1)
    if near:
        return Message(
            N_("There is no field “%(name)s” here; did you mean “%(near)s”?"), {"name": name, "near": near[0]}
        )
    return Message(
        N_("There is no field “%(name)s” here; take it away, or use one of: %(known)s."),
        {"name": name, "known": ", ".join(fields)},
    )


def _choices(listed: str) -> str:
    return listed.replace("'", "").replace(" or ", ", ")


UNION_TAGS = ("union_tag_invalid", "union_tag_not_found")
BOUNDS = {
    "greater_than": N_("Write a number above %(bound)s."),
    "greater_than_equal": N_("Write a number that is at least %(bound)s."),
    "less_than": N_("Write a number below %(bound)s."),
    "less_than_equal": N_("Write a number that is at most %(bound)s."),
}
LENGTHS = {
    "too_short": N_("Give at least %(bound)s here."),
    "too_long": N_("Give at most %(bound)s here."),
    "string_too_short": N_("Write at least %(bound)s characters."),
    "string_too_long": N_("Write at most %(bound)s characters."),
}
SENTENCES = {
    "missing": N_("This is required; add it."),
    "union_tag_not_found": N_("This is required; add it."),
    "string_type": N_("Write a text here."),
    "bool_type": N_("Write true or false here, without quotes."),
    "int_type": N_("Write a whole number here, without quotes."),
    "int_from_float": N_("Write a whole number here, without quotes."),
    "list_type": N_("Write a list here: one line with a hyphen for each element."),
    "dict_type": N_("Write a map here: one line with “name: value” for each entry."),
    "model_type": N_("Write a map here: one line with “name: value” for each field."),
    "model_attributes_type": N_("Write a map here: one line with “name: value” for each field."),
    "string_pattern_mismatch": N_("This is not spelled as it must be."),
    "recursion_loop": N_("This is nested too deeply."),
}
