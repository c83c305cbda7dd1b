"""Where the demo is played: the people, the days that matter, and the order in which everybody's story goes on."""

import heapq
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from lms.core import clock
from lms.demo.people import Member
from lms.identity.models import Person

SEED = 20_261_122
DAYS = 400
"""How long ago the LMS came."""
REORGANISED = 124
"""How many days ago the shifted department lost its mentor and got another manager."""
QUIZ = 47
"""How many days ago the house's own quiz was opened."""

Steps = Generator[datetime, None, datetime]
"""Part of a story: gives the instant of its next step before taking it, and at last when it was over."""


@dataclass(slots=True)
class Stage:
    """The organisation while the demo is played; people by the first part of their address."""

    now: datetime
    began: datetime
    members: Sequence[Member]
    people: dict[str, Person] = field(default_factory=dict)
    waiting: dict[str, list[Person]] = field(default_factory=dict)
    """Who wants to take part in the next session of a kind."""

    def ago(self, days: float) -> datetime:
        """So many days before today."""
        return self.now - timedelta(days=days)

    def wait_for(self, session: str, person: Person) -> None:
        """Put somebody on the list of the next session."""
        self.waiting.setdefault(session, []).append(person)


def random_of(*what: object) -> Random:
    """A random stream of its own for each thing: adding a person changes nobody else's past."""
    return Random(":".join(map(str, (SEED, *what))))


def working_hour(moment: datetime, rng: Random) -> datetime:
    """The same or the next working day, some minute of a working day in the organisation's zone."""
    local = moment.astimezone(clock.timezone())
    while local.weekday() == 6:
        local += timedelta(days=1)
    return local.replace(hour=rng.randint(9, 16), minute=rng.randint(0, 59), second=rng.randint(0, 59))


def perform(stories: Iterable[Steps], until: datetime) -> None:
    """Let all stories go on side by side, always the one whose next step is the earliest; what comes later is left out."""
    queue: list[tuple[datetime, int, Steps]] = []
    for number, story in enumerate(stories):
        _go_on(queue, story, number)
    while queue:
        at, number, story = heapq.heappop(queue)
        if at > until:
            return
        with clock.at(at):
            _go_on(queue, story, number)


def _go_on(queue: list[tuple[datetime, int, Steps]], story: Steps, number: int) -> None:
    following = next(story, None)
    if following is not None:
        heapq.heappush(queue, (following, number, story))
