"""A new role-play out of a starter or another one, under a title and a key of its own (pure)."""

import copy
import re
from collections.abc import Collection, Mapping
from typing import Any

from lms.core.texts import ENGLISH
from lms.scenarios.drafts_shape import is_key


def begun_from(origin: Mapping[str, Any], titles: Mapping[str, str], chosen: Mapping[str, str]) -> dict[str, Any]:
    """A body to write on: the origin's, with the title that was given and the channel, skill and framework chosen."""
    body = copy.deepcopy(dict(origin))
    given = {"title": dict(titles), **chosen}
    body.update({field: value for field, value in given.items() if value})
    for field in ("status", "sites", "assigned_only"):
        body.pop(field, None)
    order = ("scenario", "title", "skill", "framework", "channel")
    return {key: body[key] for key in (*(key for key in order if key in body), *(k for k in body if k not in order))}


def key_of(titles: Mapping[str, str], known: Collection[str]) -> str:
    """A key that is free: the English title's words, else role-play-1 and so on."""
    words = re.findall(r"[a-z0-9]+", titles.get(ENGLISH, "").lower())
    stem = "-".join(words)[:50].strip("-")
    if is_key(stem) and stem not in known:
        return stem
    stem = stem if is_key(stem) else "role-play"
    return next(
        key
        for number in range(2 if stem != "role-play" else 1, len(known) + 3)
        if (key := f"{stem}-{number}") not in known
    )
