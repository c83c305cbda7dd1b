"""Work that waits for people's judgement in rooms that do not know each other: each tells the one page of what waits."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, current_app

from lms.core.texts import Message


@dataclass(frozen=True, slots=True)
class Work:
    """A queue of another room: ``waiting`` in all, ``mine`` that this person can judge now; ``endpoint`` opens it.

    For a heading, ``said`` counts in a sentence and ``counted`` in a few words what is this person's, or, for somebody
    who does not judge, all that waits.
    """

    title: Message
    note: Message
    said: Message
    counted: Message
    endpoint: str
    waiting: int
    mine: int
    oldest: datetime | None


Teller = Callable[[Any, datetime], Work | None]


def register(app: Flask, tellers: Iterable[Teller]) -> None:
    """Ask these rooms from now on."""
    app.extensions["lms.waiting"] = list(tellers)


def work_for(person: Any, now: datetime) -> list[Work]:
    """What waits in the rooms that were registered."""
    found = (tell(person, now) for tell in current_app.extensions.get("lms.waiting", []))
    return [work for work in found if work is not None]
