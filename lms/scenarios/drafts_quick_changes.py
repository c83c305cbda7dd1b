"""What was changed in the quick shape, brought into a draft that holds more than the shape shows (pure).

The lines as shown and the lines as sent are read the same way; only where the two readings differ is the draft touched.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lms.scenarios.drafts_moves import is_entry
from lms.scenarios.drafts_shape import Place, value_at
from lms.scenarios.editing import differences, put


@dataclass(frozen=True, slots=True)
class Changed:
    """A draft after changes: the places that were changed, those of them that another author changed too, and those
    that are no longer there (which were left)."""

    body: dict[str, Any]
    places: tuple[Place, ...]
    both: tuple[Place, ...] = ()
    homeless: tuple[Place, ...] = ()


def changed(
    before: Mapping[str, Any], after: Mapping[str, Any], base: Mapping[str, Any], newer: Mapping[str, Any]
) -> Changed:
    """The newer draft with what differs between the two readings of lines; they were shown of ``base``."""
    made: dict[str, Any] = copy.deepcopy(dict(newer))
    places = list(_places(before, after))
    both, homeless = [], []
    for place in places:
        if not _has_home(made, after, base, place):
            homeless.append(place)
            continue
        now, value = value_at(newer, place), value_at(after, place)
        if now != value_at(base, place) and now != value:
            both.append(place)
        put(made, place, _with_other_languages(before, value, value_at(newer, place), place))
    orders = tuple(_in_order(made, before, after))
    return Changed(made, (*places, *orders), tuple(both), tuple(homeless))


def _places(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Place]:
    """The places at which two readings differ, the order of entries left out: whole scenes, replies and endings that came
    or went, else single words and numbers, so that what is not shown beside them stays."""
    for place in differences(before, after):
        old, new = value_at(before, place), value_at(after, place)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            continue
        yield from _inside(place, {**(old or {}), **(new or {})}) if _is_group(place, old, new) else (place,)


def _is_group(place: Place, old: Any, new: Any) -> bool:
    """Whether a place holds several things of which the lines show some. A feeling that is asked no more goes whole."""
    is_map = isinstance(old, Mapping) or isinstance(new, Mapping)
    is_whole = len(place) in (2, 4) and place[0] in ("scenes", "endings")
    return is_map and not is_whole and not (place[-1] == "emotion" and new is None)


def _inside(place: Place, values: Mapping[str, Any]) -> Iterator[Place]:
    for key, value in values.items():
        yield from _inside((*place, key), value) if isinstance(value, Mapping) else ((*place, key),)


def _has_home(made: Mapping[str, Any], after: Mapping[str, Any], base: Mapping[str, Any], place: Place) -> bool:
    """Whether the scene, reply or ending that a place stands in is there still."""
    inside = (place[:end] for end in range(1, len(place)))
    return not any(is_entry(base, head) and value_at(made, head) is None for head in inside)


def _with_other_languages(before: Mapping[str, Any], value: Any, now: Any, place: Place) -> Any:
    """A list of texts with the words of the other language that belong to the same lines. A text that has none in the
    language of the lines was not shown and stays."""
    old = value_at(before, place) or []
    texts = value if isinstance(value, list) else old if isinstance(old, list) else []
    if not texts:
        return value
    language = next(iter(texts[0]))
    here: list[dict[str, str]] = list(now or [])
    shown = [text for text in here if text.get(language)]
    made = []
    for number, text in enumerate(value or []):
        at = old.index(text) if text in old else number if len(old) == len(value) else len(shown)
        made.append({**(shown[at] if at < len(shown) else {}), **text})
    for number, text in enumerate(here):
        if not text.get(language):
            made.insert(number, text)
    return made or None


def _in_order(made: dict[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Place]:
    """Let scenes, endings and replies stand as their lines do, where that changed."""
    arounds: list[Place] = [("scenes",), ("endings",)]
    arounds += [("scenes", key, "choices") for key in value_at(after, ("scenes",)) or {}]
    for around in arounds:
        entries, wanted = value_at(made, around), list(value_at(after, around) or {})
        if not entries or list(value_at(before, around) or {}) == wanted:
            continue
        keys = [key for key in wanted if key in entries]
        keys += [key for key in entries if key not in keys]
        if keys != list(entries):
            for key in keys:
                entries[key] = entries.pop(key)
            yield around
