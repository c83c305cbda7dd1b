"""What may stand in the fields of items: SOP places, names of media, points, keys, texts by key (pure)."""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from lms.core.content import Key, Positive, Text, unique_by
from lms.core.definition_errors import refusal
from lms.core.field_types import KEY_PATTERN
from lms.core.texts import N_, Message

MOST_POINTS = 1000

SOP_PATTERN = KEY_PATTERN.removesuffix("$") + r"(/[a-z0-9]+(-[a-z0-9]+)*){0,2}$"
MEDIA_PATTERN = r"^[^/\\]+\.[A-Za-z0-9]+$"


def _sop_ref(value: str) -> str:
    if not re.fullmatch(SOP_PATTERN, value):
        raise refusal(Message(N_("Write course/lesson/step here, as in complaint-handling/lscat/listen.")))
    return value


def _media_name(value: str) -> str:
    if not re.fullmatch(MEDIA_PATTERN, value) or not value.isprintable():
        raise refusal(Message(N_("Write the name of a file in the folder media here, as in voice.mp3.")))
    return value


def _points(value: Decimal) -> Decimal:
    if value > MOST_POINTS or value != round(value, 6):
        message = N_("Write at most %(most)s points here, with six decimals at the most.")
        raise refusal(Message(message, {"most": MOST_POINTS}))
    return value


SopRef = Annotated[str, AfterValidator(_sop_ref), WithJsonSchema({"type": "string", "pattern": SOP_PATTERN})]
MediaName = Annotated[str, AfterValidator(_media_name), WithJsonSchema({"type": "string", "pattern": MEDIA_PATTERN})]
Points = Annotated[
    Positive,
    AfterValidator(_points),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": MOST_POINTS}),
]
Keys = Annotated[list[Key], Field(min_length=1), unique_by()]
Two = Annotated[dict[Key, Text], Field(min_length=2)]
Some = Annotated[dict[Key, Text], Field(min_length=1)]
