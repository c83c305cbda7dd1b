"""The terms a text is found by, in Chinese and English alike (pure).

English words are lower-cased and lightly stemmed. Chinese has no spaces: a text is indexed by its single characters
and by its bigrams; a query of two or more characters is looked up by bigrams only, which makes it precise.
Width, case and accents are folded (NFKC), so that ＳＰＩＮ finds spin.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_RUN = re.compile(rf"(?P<han>[{HAN}]+)|(?P<word>[^\W_{HAN}]+(?:['’][^\W_{HAN}]+)*)")
_STOP = frozenset(
    """
    a an and are as at be been but by can did do does for from had has have how i if in into is it its me my
    of on or our out she so that the their them then there they this to up us was we were what when which
    who will with you your
    """.split()  # noqa: SIM905 - a list of words reads better as words
)
_STOP_HAN = frozenset("的了和是在就也把被吗呢吧啊与及或么")
MOST_TERMS = 24
LONGEST = 40


def folded(text: str) -> str:
    """The text without differences of width, case and accents."""
    wide = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", "".join(c for c in wide if not unicodedata.combining(c)))


def index_terms(lines: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Every term of the lines with its summed weight; a line is (text, weight)."""
    weights: Counter[str] = Counter()
    for text, weight in lines:
        for term in set(_terms(text, for_query=False)):
            weights[term] += weight
    return dict(weights)


def query_terms(text: str) -> list[str]:
    """The terms of a search, each once, at most ``MOST_TERMS``."""
    return list(dict.fromkeys(_terms(text, for_query=True)))[:MOST_TERMS]


def least_matches(count: int) -> int:
    """How many of ``count`` query terms a text must have to be shown: both of two, two fifths of more.

    Two fifths, because a third or more of a Chinese query's bigrams join the end of one word to the next.
    """
    return count if count <= 2 else max(2, -(-count * 2 // 5))


def _terms(text: str, *, for_query: bool) -> Iterator[str]:
    for found in _RUN.finditer(folded(text)):
        if found["word"]:
            word = found["word"].replace("’", "'").removesuffix("'s")
            if word not in _STOP:
                yield stem(word)[:LONGEST]
        else:
            yield from _han_terms(found["han"], for_query)


def _han_terms(run: str, for_query: bool) -> Iterator[str]:
    pairs = [run[index : index + 2] for index in range(len(run) - 1)]
    if for_query:
        meaningful = [pair for pair in pairs if not _STOP_HAN.intersection(pair)]
        yield from meaningful or pairs or [run]
    else:
        yield from run
        yield from pairs


def stem(word: str) -> str:
    """A word without the commonest English endings; the same for an index and its queries, which is all that counts."""
    if len(word) <= 3 or not word.isascii() or not word.isalpha():
        return word
    for ending, put in (("sses", "ss"), ("ies", "y"), ("ied", "y")):
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            return word[: -len(ending)] + put
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        base = word.removesuffix(ending)
        if base != word and len(base) >= 3 and re.search("[aeiouy]", base):
            word = _undoubled(base)
            break
    return word.removesuffix("e") if len(word) > 3 else word


def _undoubled(base: str) -> str:
    if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz":
        return base[:-1]
    return base
