"""Playing the demo: the bundled content, then everybody's year side by side, in one unit of work."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta

from lms import config, packs
from lms.core import clock
from lms.core.database import unit_of_work
from lms.demo import case, house, own_words, quiz, stories, workplace
from lms.demo.people import DEPARTMENTS, EVERYBODY, SITES
from lms.demo.stage import DAYS, Stage, perform
from lms.identity import service as identity

LAST_STEP = timedelta(hours=3)
"""Nothing begins in the last hours before now: it would not be over."""


def build(now: datetime) -> None:
    """Load the content, and let the people come and learn up to ``now``."""
    first_day = clock.day_of(now - timedelta(days=DAYS))
    stage = Stage(now, datetime.combine(first_day, time(8), clock.timezone()), EVERYBODY)
    with _seldom_collected(), unit_of_work():
        with clock.at(stage.began):
            packs.load([config.ROOT / "courses", config.ROOT / "question_bank"], take=None, actor=None, now=stage.began)
            _found()
        members = [stories.story(stage, member, number) for number, member in enumerate(EVERYBODY, start=1)]
        quizzes = [quiz.sat(stage, member) for member in EVERYBODY if quiz.takes_part(member)]
        perform(
            [
                *members, *house.stories(stage), *workplace.stories(stage), quiz.written(stage), *quizzes,
                *case.stories(stage), *own_words.stories(stage),
            ],
            until=now - LAST_STEP,
        )  # fmt: skip


def _found() -> None:
    """The departments as a tree, and the sites."""
    for key, (name, parent) in DEPARTMENTS.items():
        identity.ensure_department(key, name, identity.ensure_department(parent) if parent else None)
    for key, title in SITES.items():
        identity.ensure_site(key, title)


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Look for garbage seldom: the content that was read stays anyway, and going over it again and again takes a fifth
    of the time."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
