"""What one does to the scenes, replies, endings, criteria and variables of a draft as a whole: add, duplicate, take
away, move, rename, with everything that names them following (pure). Every move returns a new body."""

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lms.core.texts import N_, Message
from lms.scenarios.conditions import RESERVED
from lms.scenarios.drafts_shape import Part, Place, is_key, value_at

Body = dict[str, Any]
STEMS = {"scenes": "scene", "endings": "ending", "choices": "reply", "criteria": "criterion", "state": "variable"}
"""What a new thing's key begins with, by the map it stands in."""

NEW_SCENE, NEW_ENDING = "+scene", "+ending"
"""What a reply leads to that leads to something new; no key has a plus sign."""

NOT_A_KEY = N_("“%(key)s” is not a key; use lower-case letters and digits, words joined by hyphens.")
TAKEN = N_("The key “%(key)s” stands here already; choose another.")
WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Moved:
    """A body after a move, and the place to look at now."""

    body: Body
    place: Place


def is_entry(body: Mapping[str, Any], place: Place) -> bool:
    """Whether a place is a scene, a reply, an ending, a criterion, a variable or a typed reply of the body."""
    known = (len(place) == 2 and place[0] in ("scenes", "endings", "criteria", "state")) or (
        place[0] == "scenes" and (place[2:3], len(place)) in ((("choices",), 4), (("typed",), 3))
    )
    return known and value_at(body, place) is not None


def added(body: Mapping[str, Any], around: Place, after: str | None = None) -> Moved:
    """A new entry of the map at ``around``, behind the one named or last."""
    made = _copied(body)
    entries = _map_at(made, around)
    key = _free(made, around, STEMS[around[-1]])
    content: Any = {"choices": {"reply-1": {}, "reply-2": {}}} if around == ("scenes",) else {}
    _insert(entries, key, content, after)
    if around == ("scenes",) and not isinstance(value_at(made, ("start",)), str):
        made["start"] = key
    return Moved(made, (*around, key))


def with_typed(body: Mapping[str, Any], scene: str) -> Moved:
    """A scene that takes a reply in the learner's own words."""
    made = _copied(body)
    place = ("scenes", scene, "typed")
    _map_at(made, place[:2]).setdefault("typed", {"steps": {}})
    return Moved(made, place)


def duplicated(body: Mapping[str, Any], place: Place) -> Moved:
    """A copy of an entry, right behind it."""
    made = _copied(body)
    entries = _map_at(made, place[:-1])
    key = _free(made, place[:-1], place[-1][:60], first=2)
    _insert(entries, key, copy.deepcopy(entries[place[-1]]), place[-1])
    return Moved(made, (*place[:-1], key))


def removed(body: Mapping[str, Any], place: Place) -> Moved:
    """The body without an entry. What led to it leads nowhere now, which the checks say; points and effects of a
    criterion or a variable go with it."""
    made = _copied(body)
    del _map_at(made, place[:-1])[place[-1]]
    if place[0] in ("criteria", "state"):
        for numbers in _numbers(made, place[0]):
            numbers.pop(place[-1], None)
        _drop_empty(made)
    return Moved(made, place[:-1])


def moved(body: Mapping[str, Any], place: Place, by: int) -> Moved:
    """An entry some places further up (``by`` below 0) or down among its like."""
    made = _copied(body)
    entries = _map_at(made, place[:-1])
    keys = list(entries)
    at = keys.index(place[-1])
    keys.insert(min(max(at + by, 0), len(keys) - 1), keys.pop(at))
    _reorder(entries, keys)
    return Moved(made, place)


def why_no_key(body: Mapping[str, Any], place: Place, key: str) -> Message | None:
    """Why an entry may not take that key; None if it may."""
    if not is_key(key):
        return Message(NOT_A_KEY, {"key": key})
    if key in _taken(body, place[:-1]) - {place[-1]}:
        return Message(TAKEN, {"key": key})
    if place[0] == "state" and key in RESERVED:
        return Message(N_("“%(key)s” is a word of conditions; choose another name."), {"key": key})
    return None


def renamed(body: Mapping[str, Any], place: Place, key: str) -> Moved:
    """An entry under another key; whatever names it names it so now, conditions too."""
    made = _copied(body)
    entries = _map_at(made, place[:-1])
    old = place[-1]
    keys = [key if each == old else each for each in entries]
    entries[key] = entries.pop(old)
    _reorder(entries, keys)
    if place[0] in ("scenes", "endings") and len(place) == 2:
        _follow_target(made, old, key)
    elif place[0] in ("criteria", "state"):
        for numbers in _numbers(made, place[0]):
            if old in numbers:
                order = [key if each == old else each for each in numbers]
                numbers[key] = numbers.pop(old)
                _reorder(numbers, order)
    for option in _options(made):
        if place[0] == "criteria" and option.get("criterion") == old:
            option["criterion"] = key
        if isinstance(when := option.get("when"), str) and len(place) == 2:
            option["when"] = _condition(when, place[0], old, key)
    return Moved(made, (*place[:-1], key))


def led_on(body: Mapping[str, Any], part: Part) -> tuple[Body, Place | None]:
    """The body with new scenes and endings for the replies that ask for one, and the first of them."""
    made = _copied(body)
    first: Place | None = None
    for option in list(_options(made)):
        for field in ("goto", "goto_taboo"):
            if option.get(field) in (NEW_SCENE, NEW_ENDING):
                around = ("scenes",) if option[field] == NEW_SCENE else ("endings",)
                key = _free(made, around, STEMS[around[0]])
                content: Body = {"choices": {"reply-1": {}, "reply-2": {}}} if around == ("scenes",) else {}
                _insert(_map_at(made, around), key, content, part.key)
                option[field] = key
                first = first or (*around, key)
    return made, first


def _copied(body: Mapping[str, Any]) -> Body:
    return copy.deepcopy(dict(body))


def _map_at(body: Body, place: Place) -> Body:
    for key in place:
        body = body.setdefault(key, {})
    return body


def _taken(body: Mapping[str, Any], around: Place) -> set[str]:
    """Keys in use: a scene and an ending may not share one."""
    if around in (("scenes",), ("endings",)):
        return {*(value_at(body, ("scenes",)) or ()), *(value_at(body, ("endings",)) or ())}
    return set(value_at(body, around) or ())


def _free(body: Mapping[str, Any], around: Place, stem: str, first: int = 1) -> str:
    taken = _taken(body, around)
    number = first
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def _insert(entries: Body, key: str, content: Any, after: str | None) -> None:
    keys = list(entries)
    at = keys.index(after) + 1 if after in entries else len(keys)
    keys.insert(at, key)
    entries[key] = content
    _reorder(entries, keys)


def _reorder(entries: Body, keys: list[str]) -> None:
    values = {key: entries[key] for key in keys}
    entries.clear()
    entries.update(values)


def _options(body: Body) -> Iterator[Body]:
    """Every reply: the choices and the typed reply of each scene."""
    for scene in (body.get("scenes") or {}).values():
        yield from (scene.get("choices") or {}).values()
        if isinstance(scene.get("typed"), dict):
            yield scene["typed"]


def _numbers(body: Body, kind: str) -> Iterator[Body]:
    """Every map of numbers by criterion (``criteria``) or by variable (``state``)."""
    field = "points" if kind == "criteria" else "effect"
    holders = [*_options(body), *((body.get("endings") or {}).values() if kind == "criteria" else ())]
    yield from (holder[field] for holder in holders if isinstance(holder.get(field), dict))
    if kind == "criteria" and isinstance(cuts := value_at(body, ("pass", "criteria")), dict):
        yield cuts


def _drop_empty(body: Body) -> None:
    for holder in (*_options(body), *(body.get("endings") or {}).values(), body.get("pass") or {}):
        for field in ("points", "effect", "criteria"):
            if holder.get(field) == {}:
                del holder[field]


def _follow_target(body: Body, old: str, new: str) -> None:
    if body.get("start") == old:
        body["start"] = new
    for option in _options(body):
        for field in ("goto", "goto_taboo"):
            if option.get(field) == old:
                option[field] = new


def _condition(when: str, kind: str, old: str, new: str) -> str:
    """A condition with a scene (inside ``visited()``) or a variable (elsewhere) under its new name."""
    if kind not in ("scenes", "state"):
        return when

    def replaced(found: re.Match[str]) -> str:
        is_scene = re.search(r"\bvisited\s*\(\s*$", when[: found.start()]) is not None
        return new if found[0] == old and is_scene == (kind == "scenes") else found[0]

    return WORD.sub(replaced, when)


MOVES: Mapping[str, Callable[[Mapping[str, Any], Place], Moved]] = {
    "duplicate": duplicated,
    "remove": removed,
    "up": lambda body, place: moved(body, place, -1),
    "down": lambda body, place: moved(body, place, 1),
    "first": lambda body, place: Moved({**_copied(body), "start": place[-1]}, place),
}
"""What a button may do to an entry, by the name in its value."""
