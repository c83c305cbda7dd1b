"""What content files are made of: texts, keys, definitions, documents and the problems found in them (pure)."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    PlainSerializer,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    WrapValidator,
    model_validator,
)
from pydantic.fields import FieldInfo

from lms.core.definition_errors import Fault, combined, refusal
from lms.core.texts import ENGLISH, LANGUAGES, N_, Message

Severity = Literal["error", "warning"]
Loc = tuple[str | int, ...]

KEY_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
KEY_LENGTH = 64
UNTRANSLATED = N_("A translation is missing: %(languages)s.")


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


def _read_text(value: object, info: ValidationInfo) -> dict[str, str]:
    context: Mapping[str, Any] = info.context or {}
    if isinstance(value, str):
        value = {context.get("default_language", ENGLISH): value}
    if not isinstance(value, Mapping):
        raise refusal(_not_a_text(value))
    faults = [fault for language, words in value.items() for fault in _translation_faults(language, words)]
    if not value:
        faults = [Fault((), N_("The text is empty; write it."))]
    if faults:
        raise combined("text", faults)
    missing = [language for language in LANGUAGES if language not in value]
    if missing and context.get("all_languages"):
        raise refusal(Message(UNTRANSLATED, {"languages": ", ".join(missing)}))
    return {language: value[language].strip() for language in LANGUAGES if language in value}


def _not_a_text(value: object) -> Message:
    if value is None:
        return Message(N_("The text is empty; write it."))
    if isinstance(value, list):
        return Message(N_("Write one text here, not a list."))
    return Message(N_("Write a text here; put %(value)s in quotes."), {"value": spelled(value)})


def _translation_faults(language: str, words: object) -> Iterator[Fault]:
    if language not in LANGUAGES:
        yield Fault(
            (language,),
            N_(
                "“%(language)s” is not a language of this product (%(known)s); if it belongs to the text, "
                "put the whole text in quotes."
            ),
            {"language": language, "known": ", ".join(LANGUAGES)},
        )
    elif not isinstance(words, str):
        yield Fault((language,), _not_a_text(words).template, _not_a_text(words).values)
    elif not words.strip():
        yield Fault((language,), N_("The text is empty; write it."))


def spelled(value: object) -> str:
    """A value as it is spelled in a content file."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def _text_schema(**marks: str) -> WithJsonSchema:
    words = {"type": "string", "minLength": 1, **marks}
    by_language = {
        "type": "object",
        "properties": dict.fromkeys(LANGUAGES, words),
        "additionalProperties": False,
        "minProperties": 1,
    }
    return WithJsonSchema({"anyOf": [words, by_language]})


def _read_key(value: str) -> str:
    if not re.fullmatch(KEY_PATTERN, value):
        raise refusal(
            Message(
                N_("“%(key)s” is not a key; use lower-case letters and digits, words joined by hyphens."),
                {"key": value},
            )
        )
    if len(value) > KEY_LENGTH:
        raise refusal(Message(N_("The key is too long; use at most %(most)s characters."), {"most": KEY_LENGTH}))
    return value


def _read_number(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise refusal(Message(N_("Write a number here, without quotes.")))
    number = Decimal(str(value))
    if not number.is_finite():
        raise refusal(Message(N_("Write a finite number here.")))
    return number


def _read_day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise refusal(Message(N_("Write a day that exists here, as in 2027-06-30.")))


def _read_moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", value):
            return datetime.fromisoformat(value)
    except ValueError:
        pass
    raise refusal(Message(N_("Write a day and a time here, as in 2027-06-30T09:00 or 2027-06-30T09:00+08:00.")))


Text = Annotated[dict[str, str], PlainValidator(_read_text), _text_schema()]
"""A text: in the file a string in the pack's default language or a map of languages; here always a map."""

Md = Annotated[dict[str, str], PlainValidator(_read_text), _text_schema(contentMediaType="text/markdown")]
"""A text whose words are Markdown."""

Key = Annotated[
    str,
    AfterValidator(_read_key),
    WithJsonSchema({"type": "string", "pattern": KEY_PATTERN, "maxLength": KEY_LENGTH}),
]
"""A key: lower-case words with hyphens."""

Number = Annotated[Decimal, PlainValidator(_read_number), WithJsonSchema({"type": "number"})]
"""An exact number; a file's 0.1 is one tenth."""

Day = Annotated[date, PlainValidator(_read_day), WithJsonSchema({"type": "string", "format": "date"})]
"""A day, as in 2027-06-30."""

Moment = Annotated[
    datetime,
    PlainValidator(_read_moment),
    PlainSerializer(lambda moment: moment.isoformat(timespec="minutes"), return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A day and a time; without an offset it is meant in the organisation's time zone."""


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
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def canonical(definition: Definition) -> bytes:
    """The definition as JSON that is the same for the same content; the order of options is content."""
    return json.dumps(plain(definition), ensure_ascii=False, separators=(",", ":")).encode()


def digest(definition: Definition) -> str:
    """The SHA-256 of the canonical form, in hexadecimal: a changed digest means a new version."""
    return hashlib.sha256(canonical(definition)).hexdigest()
