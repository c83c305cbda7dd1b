"""How the day is greeted, and how long somebody has been here (pure)."""

from datetime import date, time

from lms.core.texts import N_

GREETINGS = (
    (time(0), N_("Good evening, %(name)s")),
    (time(5), N_("Good morning, %(name)s")),
    (time(12), N_("Good afternoon, %(name)s")),
    (time(18), N_("Good evening, %(name)s")),
)
NEW_DAYS = 90
"""So long the days at work are counted."""


def greeting(at: time) -> str:
    """The greeting for a time of day where the organisation works, with a place for the name."""
    return [words for begins, words in GREETINGS if begins <= at][-1]


def called(name: str) -> str:
    """What somebody is called when greeted: a Chinese given name, else the first of several names."""
    name = name.strip()
    if all("\u4e00" <= letter <= "\u9fff" for letter in name):
        return name[1:] if len(name) == 3 else name[2:] if len(name) == 4 else name
    return name


def day_at_work(hired_on: date | None, today: date) -> int | None:
    """The how-manieth day it is, from 1; None before the first day, after ``NEW_DAYS``, or when nobody knows."""
    if hired_on is None:
        return None
    day = (today - hired_on).days + 1
    return day if 1 <= day <= NEW_DAYS else None
