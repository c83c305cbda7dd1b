"""What makes a password acceptable (pure)."""

from lms.core.texts import N_, Message

MIN_LENGTH = 10
MAX_LENGTH = 200


def weakness(password: str, *, email: str = "", name: str = "") -> Message | None:
    """Why the password is refused, or None. Length and guessability only, as NIST SP 800-63B advises."""
    if len(password) < MIN_LENGTH:
        return Message(N_("Use at least %(count)s characters; three or four words do well."), {"count": MIN_LENGTH})
    if len(password) > MAX_LENGTH:
        return Message(N_("Use at most %(count)s characters."), {"count": MAX_LENGTH})
    low = password.lower()
    if len(set(low)) < 5 or (low.isdigit() and (low in "01234567890123456789" or low in "98765432109876543210")):
        return Message(N_("This is too easy to guess; use three or four words."))
    if any(part and len(part) > 3 and part in low for part in (email.partition("@")[0].lower(), name.lower())):
        return Message(N_("Leave your name and address out of the password."))
    return None
