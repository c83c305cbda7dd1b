"""Files that authors bring for an item: what is taken, what it is called, and where it goes in the form (pure)."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from lms.core.content import MOST_MEDIA_BYTES, MOST_MEDIA_MEGABYTES, TOO_LARGE_MEDIA, media_type_of
from lms.core.form_fields import Fields
from lms.core.pictures import MOST_PIXELS, picture_size
from lms.core.recordings import has_sound
from lms.core.texts import LANGUAGES, N_, Message

SLOTS: Mapping[str, str] = {"image": "image/", "audio": "audio/", "stem": "image/"}
"""What a file can be brought for, and the media types it takes: the field of the item, or a place in its question."""

WORDS = "picture"
"""The fields beside a picture for the question: its words, by language."""

ENDINGS: Mapping[str, str] = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
}
MOST_NAME = 60
EMPTY = N_("The file is empty.")
NO_PICTURE = N_(
    "This is not a picture (PNG, JPEG, GIF, WebP), or it was cut off. SVG is not taken: it can carry programs."
)
NO_RECORDING = N_("This is not a recording (MP3, Ogg, WAV), or it holds no sound.")
TOO_MANY_PIXELS = N_("The picture has %(size)s pixels; at most %(most)s can be shown. Make it smaller.")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent; its name is only a wish."""

    slot: str
    name: str
    raw: bytes


def media_type_for(upload: Upload) -> str | Message:
    """The type that the file's content tells, or why it cannot stand there."""
    wanted = SLOTS[upload.slot]
    if not upload.raw:
        return Message(EMPTY)
    if len(upload.raw) > MOST_MEDIA_BYTES:
        return Message(TOO_LARGE_MEDIA, {"most": MOST_MEDIA_MEGABYTES})
    found = media_type_of(upload.raw)
    if found is None or not found.startswith(wanted):
        return Message(NO_PICTURE if wanted == "image/" else NO_RECORDING)
    if wanted == "audio/" and not has_sound(upload.raw, found):
        return Message(NO_RECORDING)
    if wanted == "image/":
        size = picture_size(upload.raw, found)
        if size is None:
            return Message(NO_PICTURE)
        if size.pixels > MOST_PIXELS:
            return Message(TOO_MANY_PIXELS, {"size": f"{size.width} × {size.height}", "most": f"{MOST_PIXELS:,}"})
    return found


def tidy_name(wish: str, media_type: str) -> str:
    """A name that every folder and every Markdown text can hold: letters, digits, hyphens, and the type's own ending."""
    own = unicodedata.normalize("NFKC", re.split(r"[/\\]", wish)[-1])
    words = re.findall(r"[^\W_]+", (own.rpartition(".")[0] or own).lower())
    usual = "picture" if media_type.startswith("image/") else "recording"
    return f"{'-'.join(words)[:MOST_NAME].strip('-') or usual}.{ENDINGS[media_type]}"


def free_name(wanted: str, taken: Collection[str]) -> str:
    """The name, or the first one with a number behind it, that stands for no other content; large and small letters are
    the same, as in some folders."""
    known = {name.lower() for name in taken}
    stem, _, ending = wanted.rpartition(".")
    names = (wanted if number == 1 else f"{stem}-{number}.{ending}" for number in range(1, len(known) + 2))
    return next(name for name in names if name.lower() not in known)


def placed(fields: Fields, slot: str, name: str) -> dict[str, str]:
    """The form with the file in it: its name in its field, or the picture at the end of the question in each language that
    has a question or words for the picture."""
    if slot != "stem":
        return {**fields, slot: name}
    made = dict(fields)
    for language in LANGUAGES:
        words = _in_brackets(made.pop(f"{WORDS}.{language}", ""))
        question = made.get(f"stem.{language}", "").rstrip()
        if question or words:
            made[f"stem.{language}"] = f"{question}\n\n![{words}](media/{name})".lstrip()
    return made


def _in_brackets(words: str) -> str:
    """Words that leave the brackets around them as they are."""
    return " ".join(words.replace("[", "(").replace("]", ")").replace("\\", "＼").split())
