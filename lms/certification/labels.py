"""What licences are called: content names them by key alone."""

from collections.abc import Mapping

from lms.core.texts import N_

LICENCES: Mapping[str, str] = {
    "low-voltage-electrician": N_("Low-voltage electrician"),
    "food-health": N_("Food handler’s health certificate"),
    "driving": N_("Driving licence"),
    "fire-safety": N_("Fire safety"),
    "first-aid": N_("First aid"),
}


def licence_name(key: str) -> str:
    """The licence's name, to be translated; one that is not known here reads as its key."""
    return LICENCES.get(key, key.replace("-", " ").capitalize())
