"""The files that come with an item's form: kept at once, so that a form which comes back has not lost them."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request

from lms.core import clock
from lms.core.access import viewer
from lms.core.content import MOST_MEDIA_BYTES
from lms.core.errors import Invalid
from lms.core.form_fields import Fields
from lms.core.texts import Message
from lms.question_bank import service_media
from lms.question_bank.uploads import SLOTS, Upload, placed


@dataclass(frozen=True, slots=True)
class Received:
    """A form with the names of its files, and why a file was refused, by field."""

    fields: Mapping[str, str]
    refused: Mapping[str, Message]


def received(fields: Fields, names: Mapping[str, object]) -> Received:
    """The form with the files that came along; ``names`` are the fields that the item's type has."""
    placed_in, refused = dict(fields), dict[str, Message]()
    for slot in SLOTS:
        sent = request.files.get(f"file.{slot}")
        if slot not in names or sent is None or not sent.filename:
            continue
        upload = Upload(slot, sent.filename, sent.stream.read(MOST_MEDIA_BYTES + 1))
        try:
            name = service_media.keep_upload(upload, actor=viewer(), now=clock.now())
        except Invalid as error:
            refused[slot] = error.message
        else:
            placed_in = placed(placed_in, slot, name)
    return Received(placed_in, refused)
