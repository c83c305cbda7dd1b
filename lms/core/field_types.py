"""The types of fields in content files: texts, keys, numbers, days and moments (pure)."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, PlainSerializer, PlainValidator, ValidationInfo, WithJsonSchema

from lms.core.definition_errors import Fault, combined, refusal
from lms.core.texts import CHINESE, ENGLISH, LANGUAGES, N_, Message

KEY_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
KEY_LENGTH = 64
MOST = Decimal(10) ** 12
NOT_KEPT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters and halves of characters: not every database and file keeps them."""
IN_NO = {ENGLISH: N_("The English is missing."), CHINESE: N_("The Chinese is missing.")}
"""What is said of a text that is not there in a language."""
UNTRANSLATED = frozenset(IN_NO.values())


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
        raise refusal(Message(IN_NO[missing[0]]))
    return {language: _tidy(value[language]) for language in LANGUAGES if language in value}


def _tidy(words: str) -> str:
    """Line ends as content files have them, however the text was typed; no blanks around."""
    return words.replace("\r\n", "\n").replace("\r", "\n").strip()


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
    elif found := NOT_KEPT.search(words):
        values = {"code": f"U+{ord(found[0]):04X}"}
        yield Fault((language,), N_("The character %(code)s cannot be kept; take it away."), values)


def spelled(value: object) -> str:
    """A value as it is spelled in a content file."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds" if value.second else "minutes")
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
    if not value:
        raise refusal(Message(N_("A key is missing; write lower-case letters and digits, words joined by hyphens.")))
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


def _read_line(value: str) -> str:
    if not value.isprintable() or not value.strip():
        raise refusal(Message(N_("Write one line of words here.")))
    return value.strip()


def _read_number(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise refusal(Message(N_("Write a number here, without quotes.")))
    number = Decimal(str(value))
    if not number.is_finite() or abs(number) > MOST:
        raise refusal(Message(N_("Write a smaller number here.")))
    return number


def _json_number(number: Decimal) -> int | float:
    """A number as JSON holds it, so that it can be read again."""
    return int(number) if number == number.to_integral_value() else float(number)


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
            return datetime.fromisoformat(value).replace(microsecond=0)
    except ValueError:
        pass
    raise refusal(Message(N_("Write a day and a time here, as in 2027-06-30T09:00 or 2027-06-30T09:00+08:00.")))


Text = Annotated[dict[str, str], PlainValidator(_read_text), _text_schema()]
"""A text: in the file a string in the pack's default language or a map of languages; here always a map."""

Md = Annotated[dict[str, str], PlainValidator(_read_text), _text_schema(contentMediaType="text/markdown")]
"""A text whose words are Markdown."""

Line = Annotated[str, AfterValidator(_read_line), WithJsonSchema({"type": "string", "minLength": 1})]
"""A line of words that is the same in every language, such as an address."""

Key = Annotated[
    str,
    AfterValidator(_read_key),
    WithJsonSchema({"type": "string", "pattern": KEY_PATTERN, "maxLength": KEY_LENGTH}),
]
"""A key: lower-case words with hyphens."""

Number = Annotated[
    Decimal,
    PlainValidator(_read_number),
    PlainSerializer(lambda number: _json_number(number), return_type=int | float, when_used="json"),
    WithJsonSchema({"type": "number"}),
]
"""An exact number; a file's 0.1 is one tenth."""

Day = Annotated[
    date,
    PlainValidator(_read_day),
    PlainSerializer(lambda day: day.isoformat(), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date"}),
]
"""A day, as in 2027-06-30."""

Moment = Annotated[
    datetime,
    PlainValidator(_read_moment),
    PlainSerializer(lambda moment: spelled(moment), return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A day and a time; without an offset it is meant in the organisation's time zone."""


def _above_zero(value: Decimal) -> Decimal:
    if value <= 0:
        raise refusal(Message(N_("Write a number above 0.")))
    return value


def _at_least_zero(value: Decimal) -> Decimal:
    if value < 0:
        raise refusal(Message(N_("Write a number that is at least 0.")))
    return value


def _share(value: Decimal) -> Decimal:
    if not 0 <= value <= 1:
        raise refusal(Message(N_("Write a number from 0 to 1.")))
    return value


def _percent(value: Decimal) -> Decimal:
    if not 0 <= value <= 100:
        raise refusal(Message(N_("Write a percentage from 0 to 100.")))
    return value


Positive = Annotated[Number, AfterValidator(_above_zero), WithJsonSchema({"type": "number", "exclusiveMinimum": 0})]
NotNegative = Annotated[Number, AfterValidator(_at_least_zero), WithJsonSchema({"type": "number", "minimum": 0})]
Share = Annotated[Number, AfterValidator(_share), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})]
Percent = Annotated[Number, AfterValidator(_percent), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100})]
