"""What content files are made of: texts, keys, definitions, documents and the problems found in them (pure)."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    WrapValidator,
    model_validator,
)
from pydantic.fields import FieldInfo

from lms.core.definition_errors import Fault, combined
from lms.core.field_types import (
    UNTRANSLATED,
    Day,
    Key,
    Line,
    Md,
    Moment,
    NotNegative,
    Number,
    Percent,
    Positive,
    Share,
    Text,
    spelled,
)
from lms.core.texts import N_, Message

__all__ = [
    "UNTRANSLATED",
    "Day",
    "Definition",
    "Document",
    "Fault",
    "Key",
    "Line",
    "Loc",
    "Md",
    "Moment",
    "NotNegative",
    "Number",
    "Percent",
    "Positive",
    "Problem",
    "Reference",
    "Severity",
    "Share",
    "Text",
    "canonical",
    "digest",
    "dotted",
    "names",
    "pilot_faults",
    "plain",
    "unique_by",
]

Severity = Literal["error", "warning"]
Loc = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a content file; ``str()`` gives ``path:line: field: message``."""

    path: str
    line: int
    field: str
    message: Message
    severity: Severity = "error"

    def __str__(self) -> str:
        if not self.field:
            return f"{self.path}:{self.line}: {self.message}"
        return f"{self.path}:{self.line}: {self.field}: {self.message}"


def dotted(loc: Loc) -> str:
    """A place inside a file as people read it: ``items[3].answer``, list places counted from 0."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc]
    return "".join(parts).removeprefix(".")


@dataclass(frozen=True)
class Document:
    """The data of one file, with the line on which every key and element stands.

    ``unread`` are the places whose value is not known because its spelling was refused.
    """

    path: str
    data: Any
    lines: Mapping[Loc, int] = field(default_factory=dict)
    unread: tuple[Loc, ...] = ()

    def line(self, loc: Loc) -> int:
        """The line of that key or element, counted from 1, or of its nearest parent."""
        for length in range(len(loc), -1, -1):
            if (found := self.lines.get(tuple(loc[:length]))) is not None:
                return found
        return 1

    def problem(self, loc: Loc, message: Message, severity: Severity = "error") -> Problem:
        """A problem at that place of this file."""
        return Problem(self.path, self.line(loc), dotted(loc), message, severity)

    def located(self, faults: Iterable[Fault]) -> list[Problem]:
        """The problems of faults whose places are given from the top of this file."""
        return [self.problem(fault.loc, fault.message, fault.severity) for fault in faults]


@dataclass(frozen=True, slots=True)
class Reference:
    """Something of another file that a definition names: ``Reference("topic", "lscat", ("lessons", 0, "check"))``."""

    kind: str
    key: str
    loc: Loc


def unique_by(name: str | None = None) -> WrapValidator:
    """For a list: no two elements alike, or no two whose field ``name`` is alike; found even beside other problems."""

    def unique(value: object, handler: Any) -> Any:
        faults = list(_repeats(value, name))
        try:
            result = handler(value)
        except ValidationError as error:
            raise combined("list", faults, error) from error
        if faults:
            raise combined("list", faults)
        return result

    return WrapValidator(unique)


def _repeats(value: object, name: str | None) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, element in enumerate(value if isinstance(value, list) else ()):
        own = element.get(name) if name and isinstance(element, Mapping) else element
        if not isinstance(own, str):
            continue
        if own in seen:
            loc = (index, name) if name else (index,)
            yield Fault(loc, N_("“%(key)s” stands here a second time; every one must differ."), {"key": own})
        seen.add(own)


class Definition(BaseModel):
    """The base of everything a content file defines: strict, closed, frozen, and named as in the file."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, serialize_by_alias=True)

    written_last: ClassVar[tuple[str, ...]] = ()
    """Fields that stand last in a file although a base class declares them."""

    def faults(self) -> Iterator[Fault]:
        """What is wrong between the fields of this definition; rooms override it."""
        return iter(())

    @model_validator(mode="wrap")
    @classmethod
    def _explained(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            definition = handler(value)
        except ValidationError as error:
            raise combined(cls.__name__, (), error, fields=names(cls)) from error
        if faults := list(definition.faults()):
            raise combined(cls.__name__, faults)
        return definition


def pilot_faults(status: str, sites: list[str]) -> Iterator[Fault]:
    """A pilot names the sites that try it; what is live is for all."""
    if status == "pilot" and not sites:
        yield Fault(("sites",), N_("A pilot needs the sites that try it; add them."))
    if status == "live" and sites:
        yield Fault(("sites",), N_("Sites belong to a pilot; add “status: pilot” or take them away."))


def names(model: type[BaseModel]) -> list[str]:
    """The names of a definition's fields as they stand in a file, in their order."""
    return [info.alias or name for name, info in _fields(model)]


def _fields(model: type[BaseModel]) -> list[tuple[str, FieldInfo]]:
    last: tuple[str, ...] = getattr(model, "written_last", ())
    return sorted(model.model_fields.items(), key=lambda item: item[0] in last)


def plain(definition: Definition) -> dict[str, Any]:
    """A definition as a file holds it: names and order as declared, defaults left out, numbers exact."""
    return {
        info.alias or name: _plain(value)
        for name, info in _fields(type(definition))
        if (value := getattr(definition, name)) != info.default or info.is_required()
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Definition):
        return plain(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, date):
        return spelled(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def canonical(definition: Definition) -> bytes:
    """The definition as JSON that is the same for the same content; the order of options is content."""
    return json.dumps(plain(definition), ensure_ascii=False, separators=(",", ":")).encode()


def digest(definition: Definition) -> str:
    """The SHA-256 of the canonical form, in hexadecimal: a changed digest means a new version."""
    return hashlib.sha256(canonical(definition)).hexdigest()
