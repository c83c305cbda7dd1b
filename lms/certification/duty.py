"""May this person work? The decision with its reasons, from the certificates that count at an instant (pure)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lms.core.texts import N_, Message, Text, in_language


class DutyState(StrEnum):
    """How somebody stands with a certification when asked about duty."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One certification asked about; ``lapsed_licences`` are those without which it cannot be worked on."""

    certification: str
    title: Text
    state: DutyState
    expires_on: date | None = None
    lapsed_licences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody may not work; ``template`` says it, with the certification's title, a day and a licence."""

    template: str
    title: Text | None = None
    day: date | None = None
    licence: str = ""

    def message(self, language: str, write_day: Callable[[date], str] = date.isoformat) -> Message:
        """The sentence, ready to be translated."""
        values = {
            "title": in_language(self.title, language),
            "day": write_day(self.day) if self.day else "",
            "licence": self.licence,
        }
        return Message(self.template, values)


@dataclass(frozen=True, slots=True)
class Duty:
    """The decision: allowed, or every reason against it."""

    allowed: bool
    reasons: tuple[Reason, ...]
    certifications: tuple[DutyLine, ...]


LEFT = N_("This person is no longer active.")
_SENTENCES = {
    DutyState.EXPIRED: N_("“%(title)s” ran out on %(day)s."),
    DutyState.REVOKED: N_("“%(title)s” was revoked."),
    DutyState.MISSING: N_("“%(title)s” is not held."),
}
_LICENCE = N_("“%(title)s” needs the licence “%(licence)s”, and none on file is valid.")


def decide(lines: Iterable[DutyLine], *, is_active: bool) -> Duty:
    """Allowed when somebody active holds every certification asked about and the licences these rest on."""
    lines = tuple(lines)
    reasons: list[Reason] = [] if is_active else [Reason(LEFT)]
    for line in lines:
        if line.state is not DutyState.VALID:
            reasons.append(Reason(_SENTENCES[line.state], line.title, line.expires_on))
        else:
            reasons.extend(Reason(_LICENCE, line.title, licence=licence) for licence in line.lapsed_licences)
    return Duty(not reasons, tuple(reasons), lines)
