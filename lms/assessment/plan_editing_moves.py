"""What happens to the parts of a plan's form: buttons that add, move and take away, and two who wrote at once (pure)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from lms.assessment.plan_editing import Body, shown
from lms.core.form_fields import (
    MOST_ENTRIES,
    Fields,
    Merged,
    as_sent,
    brought_over,
    keys_of,
    moved,
    stands_under,
    without,
)

GROUP = "sections"
ORDER = f"keys.{GROUP}"


def done(fields: Fields, do: str) -> dict[str, str]:
    """The fields after what a button asks for, such as "up:sections.1"; one that means nothing changes nothing."""
    verb, _, place = do.partition(":")
    keys, key = keys_of(fields, GROUP), place.removeprefix(f"{GROUP}.")
    if verb == "add" and place == GROUP and len(keys) < MOST_ENTRIES:
        return {**fields, ORDER: " ".join([*keys, _free(keys)])}
    if key not in keys or place == key:
        return dict(fields)
    if verb in ("up", "down"):
        return moved(fields, GROUP, key, -1 if verb == "up" else 1)
    return without(fields, GROUP, key) if verb == "remove" else dict(fields)


def _free(taken: Iterable[str]) -> str:
    """A number that no part has, greater than all: what a part was called is not used for another."""
    return str(max((int(key) for key in taken if key.isdecimal()), default=-1) + 1)


# ---- two who wrote at the same time ------------------------------------------------------


def merged(base: Body, newer: Body, fields: Fields) -> Merged:
    """A form that was filled over ``base``, brought over ``newer``.

    Parts are known again by what they draw from, wherever they stand now; then what was not touched here shows the newer
    words. A part that was touched here stays although it is gone there; one that was taken away here stays away.
    """
    names = _renamed(base.get("sections") or (), newer.get("sections") or (), fields)
    before, typed, now = _with_names(shown(base), names), _with_names(as_sent(fields), names), shown(newer)
    was, here, there = (keys_of(form, GROUP) for form in (before, typed, now))
    touched = {key for key in was if _part(typed, key) != _part(before, key)}
    kept = [key for key in here if key in was and key not in there and key in touched]
    order = _order(was, here, there, kept)
    met = brought_over(before, now, typed)
    made = {name: words for name, words in met.fields.items() if not _belongs(name, {*was, *here} - set(order))}
    made |= {name: words for name, words in typed.items() if _belongs(name, kept)}
    both = {name: words for name, words in met.both.items() if _belongs(name, order) or not name.startswith(GROUP)}
    both = {name: words for name, words in both.items() if name != ORDER and not _belongs(name, kept)}
    both |= {f"{GROUP}.{key}": "" for key in kept}
    is_lost = any(key in there and key not in here and _part(now, key) != _part(before, key) for key in was)
    if is_lost or here != was != there != here:
        both[ORDER] = ""
    return Merged({**made, ORDER: " ".join(order)}, both)


def _renamed(base: Sequence[Body], newer: Sequence[Body], fields: Fields) -> dict[str, str]:
    """By the key of a part in the form the key it has in a form of the newer plan; a key of its own where it has none."""
    names = {str(one): str(other) for one, other in _pairs(base, newer)}
    taken = {str(number) for number in range(len(newer))}
    for key in [*(str(number) for number in range(len(base))), *keys_of(fields, GROUP)]:
        if key not in names:
            names[key] = _free(taken)
            taken.add(names[key])
    return names


def _pairs(base: Sequence[Body], newer: Sequence[Body]) -> Iterator[tuple[int, int]]:
    """Which part of one plan is which of the other: alike in all, from the same source, of the same title, or else in
    the same place."""
    here, there = dict(enumerate(base)), dict(enumerate(newer))
    for look in LOOKS:
        for one, part in list(here.items()):
            known = look(one, part)
            other = next((n for n, new in there.items() if known is not None and look(n, new) == known), None)
            if other is not None:
                del here[one], there[other]
                yield one, other


def _source(_number: int, part: Body) -> Any:
    return {name: part[name] for name in ("topic", "sop", "items") if part.get(name)} or None


LOOKS: tuple[Callable[[int, Body], Any], ...] = (
    lambda _number, part: part,
    _source,
    lambda _number, part: part.get("title"),
    lambda number, _part: number,
)
"""By what a part is known again, the surest first."""


def _with_names(fields: Fields, names: Mapping[str, str]) -> dict[str, str]:
    made = {}
    for place, words in fields.items():
        group, _, rest = place.partition(".")
        key, dot, field = rest.partition(".")
        made[f"{group}.{names.get(key, key)}{dot}{field}" if group == GROUP else place] = words
    return {**made, ORDER: " ".join(names[key] for key in keys_of(fields, GROUP))}


def _belongs(name: str, keys: Iterable[str]) -> bool:
    return stands_under(name, (f"{GROUP}.{key}" for key in keys))


def _part(fields: Fields, key: str) -> dict[str, str]:
    return {name: words for name, words in fields.items() if words and _belongs(name, (key,))}


def _order(was: list[str], here: list[str], there: list[str], kept: list[str]) -> list[str]:
    """The order of whoever changed it, of this form where both did; with what either added, without what either took
    away."""
    first = there if here == was else here
    known = [
        key
        for key in (*here, *there)
        if (key in here or key not in was) and (key in there or key not in was or key in kept)
    ]
    known = list(dict.fromkeys(known))
    return sorted(known, key=lambda key: first.index(key) if key in first else len(first))
