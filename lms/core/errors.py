"""Expected failures: each carries a sentence that says what happened and what to do."""

from collections.abc import Mapping

from lms.core.texts import N_, Message


class LmsError(Exception):
    """Base of everything a person may read; turned into a page or a problem+json in one place."""

    status = 400
    title = N_("That did not work")

    def __init__(self, message: str | Message, *, errors: Mapping[str, Message] | None = None, **extra: object) -> None:
        """``errors`` maps a field (or row) to its sentence; ``extra`` joins the problem+json body."""
        self.message = Message(message) if isinstance(message, str) else message
        self.errors = dict(errors or {})
        self.extra = extra
        super().__init__(str(self.message))


class Invalid(LmsError):
    """What was sent cannot be used as it is."""

    status = 422
    title = N_("Please check what you entered")


class NotAllowed(LmsError):
    """The person lacks the right."""

    status = 403
    title = N_("You may not do this")


class NotFound(LmsError):
    """It is not there, or the person may not know that it is."""

    status = 404
    title = N_("This page is not here")


class Conflict(LmsError):
    """It clashes with what is already so."""

    status = 409
    title = N_("This has changed meanwhile")


class TooMany(LmsError):
    """Too many tries in too short a time."""

    status = 429
    title = N_("Too many tries")


class Unavailable(LmsError):
    """Not now; trying again helps."""

    status = 503
    title = N_("Not available just now")


NOT_HERE = N_("Nothing is here, or it is not meant for you. Check the address, or start from your training page.")
"""What a person reads where nothing is, or nothing for them."""
