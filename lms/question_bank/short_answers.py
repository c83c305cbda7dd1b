"""When two short answers are the same words (pure)."""

import re
import unicodedata

INSIDE_NUMBER = re.compile(r"(?<=\d)[.,:/\-](?=\d)|(?<![\w])-(?=\d)")
KEPT = "%‰"


def normalised(text: str) -> str:
    """The text without what does not matter: NFKC forms, case, width, spaces and punctuation.

    Signs that belong to a number stay: 3.5 is not 35, -5 is not 5, 5% is not 5.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    numeric = {found.start() for found in INSIDE_NUMBER.finditer(folded)}
    return "".join(
        character
        for place, character in enumerate(folded)
        if place in numeric or character in KEPT or unicodedata.category(character)[0] not in "PZC"
    )


def same_words(text: str, accepted: str, *, exact: bool) -> bool:
    """Whether an answer is the accepted one, as it stands or normalised."""
    if exact:
        return unicodedata.normalize("NFC", text.strip()) == unicodedata.normalize("NFC", accepted.strip())
    return normalised(text) == normalised(accepted)
