"""What a button of an item's form does to its entries: add, take away, move (pure). The rest of the form stays."""

from collections.abc import Mapping

from lms.core.form_fields import Fields, keys_of, moved, without
from lms.question_bank.editing_shape import GROUPS

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def done(kind: str, fields: Fields, do: str) -> dict[str, str]:
    """The fields after what a button asks for, such as "up:options.b"; a button that means nothing changes nothing."""
    verb, _, place = do.partition(":")
    if verb == "add" and _is_group(kind, place, fields):
        return _added(fields, place)
    around, _, key = place.rpartition(".")
    if not _is_group(kind, around, fields) or key not in keys_of(fields, around):
        return dict(fields)
    if verb in ("up", "down"):
        return moved(fields, around, key, -1 if verb == "up" else 1)
    return _without(kind, fields, around, key) if verb == "remove" else dict(fields)


def _is_group(kind: str, place: str, fields: Fields) -> bool:
    head, _, line = place.partition(".")
    return head in GROUPS.get(kind, ()) and (not line or (head == "rubric" and line in keys_of(fields, "rubric")))


def _added(fields: Fields, group: str) -> dict[str, str]:
    keys = keys_of(fields, group)
    key = _free(group, keys)
    made = {**fields, f"keys.{group}": " ".join([*keys, key])}
    return {**made, f"keys.rubric.{key}": "0 1 2"} if group == "rubric" else made


def _free(group: str, taken: list[str]) -> str:
    """A key that no entry has: a letter, or a number behind a stem; levels are numbered."""
    is_level = "." in group
    free = [letter for letter in LETTERS if letter not in taken]
    if group != "rubric" and not is_level and free:
        return free[0]
    stem = "" if is_level else "line-" if group == "rubric" else "entry-"
    numbers = (f"{stem}{number}" for number in range(0 if is_level else 1, len(taken) + 2))
    return next(key for key in numbers if key not in taken)


def _without(kind: str, fields: Fields, group: str, key: str) -> dict[str, str]:
    """The form without an entry, and without what was said about it."""
    about: list[str] = []
    if group == "options":
        about = [f"{name}.{key}" for name in ("feedback", "values", "answer")]
    elif group in ("left", "statements"):
        about = [f"answer.{key}"]
    return _unanswered(kind, without(fields, group, key, about), group, key)


def _unanswered(kind: str, fields: Mapping[str, str], group: str, key: str) -> dict[str, str]:
    """The form without answers that name an entry which is gone; the places of an order close up."""
    named = (group == "options" and kind == "single") or group in ("right", "categories")
    made = {
        name: "" if named and name.partition(".")[0] == "answer" and words == key else words
        for name, words in fields.items()
    }
    if kind != "ordering":
        return made
    keys = keys_of(made, "options")
    order = sorted(
        (each for each in keys if made.get(f"answer.{each}", "").isdecimal()), key=lambda e: int(made[f"answer.{e}"])
    )
    return {**made, **{f"answer.{each}": str(place) for place, each in enumerate(order, start=1)}}
