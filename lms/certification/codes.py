"""Verification codes: ten characters that can be read aloud and cannot be guessed (pure)."""

from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, so that nothing is read as something else."""
LENGTH = 10
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "-": "", " ": "", "\u2013": ""})


def new_code(choose: Callable[[str], str]) -> str:
    """A code of 50 random bits; ``choose`` picks one character (``secrets.choice``)."""
    return "".join(choose(ALPHABET) for _ in range(LENGTH))


def shown(code: str) -> str:
    """The code as people see it, in two halves: "7K3MQ-4TZ9X"."""
    return f"{code[:5]}-{code[5:]}"


def read(typed: str) -> str | None:
    """The code that somebody typed, in any case, with or without the dash, 0 and 1 written as letters; else None."""
    code = typed.strip().upper().translate(_READ_AS)
    return code if len(code) == LENGTH and all(character in ALPHABET for character in code) else None
