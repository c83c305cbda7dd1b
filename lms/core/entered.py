"""What addresses and forms bring: plain numbers, and paths to go on to (pure)."""

MOST_DIGITS = 9


def whole_number(text: str | None) -> int | None:
    """The number that up to nine plain digits mean, else None: no signs, no other scripts' digits, nothing endless."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > MOST_DIGITS:
        return None
    return int(text)


def own_path(target: str | None) -> str | None:
    """The target if it is a path of our own, else None.

    Browsers read ``//host`` and ``/\\host`` as another host, and drop tabs and line ends before they look.
    """
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    return target if target.isprintable() and " " not in target else None
