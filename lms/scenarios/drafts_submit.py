"""A form that was sent: what was typed, the keys that were renamed, and what its button asks for, as one change (pure)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lms.core.texts import Message
from lms.scenarios import drafts_moves as moves
from lms.scenarios.drafts_shape import ENDINGS, GENERAL, Part, Place, value_at
from lms.scenarios.editing import filled

ADDABLE = (("scenes",), ("endings",), ("criteria",), ("state",))


@dataclass(frozen=True, slots=True)
class Submitted:
    """The body that a sent form makes, the form to show next and the element on it; ``refused`` says why nothing may
    be saved, by field. ``removed`` tells that something was taken away."""

    body: dict[str, Any]
    part: Part
    anchor: str
    refused: Mapping[str, Message] = field(default_factory=dict)
    removed: bool = False


def submitted(
    body: Mapping[str, Any], part: Part, typed: Mapping[str, str], do: str = "", steps: tuple[str, ...] = ()
) -> Submitted:
    """The draft after a form of it was sent; ``do`` is the value of the button, such as "up:scenes.opening"."""
    made = filled(body, part, typed, steps)
    refused = dict(made.refused)
    now, first = moves.led_on(made.body, part)
    renames = list(_renames(now, part, typed))
    for place, key in renames:
        if why := moves.why_no_key(now, place, key):
            refused[f"{'.'.join(place)}.key"] = why
        else:
            now = moves.renamed(now, place, key).body
    if refused:
        return Submitted(made.body, part, next(iter(refused)), refused)
    part = _followed(part, renames)
    if do:
        return _done(now, part, do, renames)
    if first is not None:
        return Submitted(now, _part_at(first, part), "part")
    return Submitted(now, part, "")


def entries(body: Mapping[str, Any], part: Part) -> Iterator[Place]:
    """What has a key that may be changed on this form, the innermost first."""
    arounds: tuple[Place, ...] = (("criteria",), ("state",))
    if part.kind == "scene":
        arounds = (("scenes", part.key, "choices"),)
    elif part.kind == "endings":
        arounds = (("endings",),)
    for around in arounds:
        yield from ((*around, key) for key in value_at(body, around) or ())
    if part.kind == "scene" and value_at(body, ("scenes", part.key)) is not None:
        yield ("scenes", part.key)


def _renames(body: Mapping[str, Any], part: Part, typed: Mapping[str, str]) -> Iterator[tuple[Place, str]]:
    for place in entries(body, part):
        key = typed.get(f"{'.'.join(place)}.key", place[-1]).strip()
        if key != place[-1]:
            yield place, key


def _followed(part: Part, renames: list[tuple[Place, str]]) -> Part:
    for place, key in renames:
        if part.kind == "scene" and place == ("scenes", part.key):
            return Part("scene", key)
    return part


def _done(body: dict[str, Any], part: Part, do: str, renames: list[tuple[Place, str]]) -> Submitted:
    """The body after what a button asks for; a button that means nothing here only saves."""
    verb, _, dotted = do.partition(":")
    place = tuple(dotted.split("."))
    for old, key in renames:
        if place[: len(old)] == old:
            place = (*old[:-1], key, *place[len(old) :])
    if verb == "add":
        return _added(body, part, place)
    if verb not in moves.MOVES or not moves.is_entry(body, place):
        return Submitted(body, part, "")
    if place[0] == "scenes" and len(place) == 3 and verb != "remove":
        return Submitted(body, part, "")
    moved = moves.MOVES[verb](body, place)
    after = moved.place
    if verb == "remove" and len(place) == 2 and place[0] == "scenes":
        after = ("scenes", _neighbour(body, place[1]))
    return Submitted(moved.body, _part_at(after, part), ".".join(after), removed=verb == "remove")


def _added(body: dict[str, Any], part: Part, place: Place) -> Submitted:
    in_scene = len(place) == 3 and place[0] == "scenes" and value_at(body, place[:2]) is not None
    if in_scene and place[2] == "typed":
        moved = moves.with_typed(body, place[1])
    elif place in ADDABLE or (in_scene and place[2] == "choices"):
        moved = moves.added(body, place, part.key if place == ("scenes",) else None)
    else:
        return Submitted(body, part, "")
    return Submitted(moved.body, _part_at(moved.place, part), ".".join(moved.place))


def _neighbour(body: Mapping[str, Any], key: str) -> str:
    """The scene to look at when one goes."""
    keys = list(value_at(body, ("scenes",)) or ())
    at = keys.index(key)
    return next(iter(keys[at + 1 : at + 2] or keys[max(at - 1, 0) : at]), "")


def _part_at(place: Place, present: Part) -> Part:
    if place[0] == "scenes":
        return Part("scene", place[1]) if len(place) > 1 and place[1] else GENERAL
    return ENDINGS if place[0] == "endings" else present
