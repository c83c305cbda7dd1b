"""How much two texts have in common, by pairs of signs in Chinese and by words in English (pure)."""

import functools
import re

from lms.scenarios.replies_sentences import normalised

HAN = re.compile(r"[\u3400-\u9fff]")
LATIN_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|[0-9]+")
SMALL_WORDS = frozenset(
    re.findall(
        r"\S+",
        "a an the and or but so of to in on at by for from with as is are was were be been am it its this that these "
        "those i you he she we they me him her us them my your his our their do does did have has had will would can "
        "could should shall may might not no yes if then than there here what which who when where how why please "
        "just very really about into out up down over again also too i'm i'll i've it's that's you're we'll we're",
    )
)


def language_of(text: str, default: str) -> str:
    """``zh`` or ``en``, by the script the reply is written in; ``default`` is the language of the page."""
    han, latin = len(HAN.findall(text)), len(LATIN_WORD.findall(normalised(text)))
    if han == latin == 0:
        return "zh" if default.startswith("zh") else "en"
    return "zh" if han >= latin else "en"


@functools.lru_cache(maxsize=2048)
def pieces(text: str, language: str) -> frozenset[str]:
    """Pairs of signs, or words that carry meaning."""
    flat = normalised(text)
    if language == "zh":
        signs = "".join(sign for sign in flat if sign.isalnum())
        return frozenset(signs[place : place + 2] for place in range(len(signs) - 1)) or frozenset(signs)
    words = [word for word in LATIN_WORD.findall(flat) if word not in SMALL_WORDS]
    return frozenset(word[:6] for word in words)


def share_of(part: str, whole: str, language: str) -> float:
    """How much of ``part`` stands in ``whole``, from 0 to 1."""
    sought = pieces(part, language)
    return len(sought & pieces(whole, language)) / len(sought) if sought else 0.0


def likeness(one: str, other: str, language: str) -> float:
    """How alike the two are, from 0 to 1 (Dice's coefficient)."""
    first, second = pieces(one, language), pieces(other, language)
    total = len(first) + len(second)
    return 2 * len(first & second) / total if total else 0.0


@functools.lru_cache(maxsize=2048)
def bare(text: str) -> str:
    """Letters and digits only, folded: for finding a phrase whatever stands between its words."""
    return "".join(sign for sign in normalised(text) if sign.isalnum())
