"""What a name, an address, a number and the key of a place may look like (pure)."""

import re
from collections.abc import Callable, Mapping

from lms.core.texts import N_, Message

NOT_SHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, halves of characters, and what turns the reading direction of the words around it."""
LONGEST_NAME, LONGEST_ADDRESS, LONGEST_NUMBER, LONGEST_KEY = 120, 254, 40, 80
MOST_LEVELS = 10


def name_fault(text: str) -> Message | None:
    """What is wrong with a person's name."""
    if not text.strip():
        return Message(N_("The name is missing."))
    return _text_fault(text.strip(), LONGEST_NAME)


def address_fault(text: str) -> Message | None:
    """What is wrong with an e-mail address; whether mail arrives there is another question."""
    local, _, host = text.rpartition("@")
    if not local or not host or re.search(r"\s", text) or NOT_SHOWN.search(text) or len(text) > LONGEST_ADDRESS:
        return Message(N_("“%(value)s” is not an e-mail address."), {"value": text[:LONGEST_ADDRESS]})
    return None


def number_fault(text: str) -> Message | None:
    """What is wrong with an employee number; none at all is fine."""
    return _text_fault(text, LONGEST_NUMBER)


def key_fault(text: str) -> Message | None:
    """What is wrong with the key of a site or a job role; none at all is fine."""
    return _text_fault(text, LONGEST_KEY)


def department_fault(text: str) -> Message | None:
    """The same for a department, written with those above it: ``service/hotline``."""
    levels = text.split("/") if text else []
    if not all(level.strip() for level in levels) or len(levels) > MOST_LEVELS:
        return Message(N_("Write departments as service/hotline, at most %(most)s levels deep."), {"most": MOST_LEVELS})
    return next((fault for level in levels if (fault := key_fault(level))), None)


FAULTS: Mapping[str, Callable[[str], Message | None]] = {
    "employee_number": number_fault,
    "department": department_fault,
    "site": key_fault,
    "job_role": key_fault,
}
"""By column, the checks of what may be left out."""


def _text_fault(text: str, longest: int) -> Message | None:
    if len(text) > longest:
        return Message(N_("This has more than %(most)s characters; shorten it."), {"most": longest})
    if NOT_SHOWN.search(text):
        return Message(N_("This holds a character that cannot be shown; type it anew."))
    return None
