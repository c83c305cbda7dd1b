"""Which old saves of a draft may go (pure)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

DAYS_WHOLE = 14
"""For so many days every save stays."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One save: its number, and the day on which it was made where the organisation is."""

    number: int
    day: date


def to_thin(saves: Iterable[Kept], held: Collection[int], first_whole: date) -> list[int]:
    """The numbers of saves that may go, in their order: those of days before ``first_whole`` that are neither the last
    of their day nor ``held`` (published, put away) nor the last of all."""
    ordered = sorted(saves, key=lambda save: save.number)
    last_of_day = {save.day: save.number for save in ordered}
    stay = {*last_of_day.values(), *held, *(save.number for save in ordered[-1:])}
    return [save.number for save in ordered if save.day < first_whole and save.number not in stay]
