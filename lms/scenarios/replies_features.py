"""What the linear model sees of a reply: pieces of words and short runs of words, counted (pure)."""

import re
from collections import Counter
from collections.abc import Iterator

WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|[0-9]+(?:[.:,][0-9]+)*|[?!]")
BLANK = re.compile(r"\s+")
CLAUSE = re.compile(r"[，,。；;！!？?]")
NUMBER = re.compile(r"[0-9]+(?:[.:,][0-9]+)*%?")


def features(text: str, language: str, tail: bool = False) -> Counter[str]:
    """Features by count: signs 1–3 for Chinese; pieces 2–5 inside words and runs of 1–3 words for English.

    With ``tail`` those of the last clause come once more under names of their own (in English its runs of words): what
    a reply ends with is what it asks.
    """
    flat = NUMBER.sub("0", BLANK.sub(" ", text))
    counts = Counter(_chinese(flat) if language == "zh" else _english(flat))
    if tail:
        clauses = [clause for clause in CLAUSE.split(flat) if clause.strip()]
        last = clauses[-1] if clauses else flat
        counts.update(f"§{name}" for name in (_chinese(last) if language == "zh" else runs(WORD.findall(last))))
    return counts


def _chinese(text: str) -> Iterator[str]:
    padded = f"^{text.replace(' ', '')}$"
    for size in (1, 2, 3):
        for start in range(len(padded) - size + 1):
            yield padded[start : start + size]


def _english(text: str) -> Iterator[str]:
    words = WORD.findall(text)
    for word in words:
        padded = f" {word} "
        for size in (2, 3, 4, 5):
            for start in range(len(padded) - size + 1):
                yield padded[start : start + size]
    yield from runs(words)


def runs(words: list[str]) -> Iterator[str]:
    """Runs of 1–3 words, with the ends of the text as words of their own."""
    run = ["^", *words, "$"]
    for size in (1, 2, 3):
        for start in range(len(run) - size + 1):
            yield "_".join(run[start : start + size]) + "_"
