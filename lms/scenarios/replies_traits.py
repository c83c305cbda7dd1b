"""What linear models see from format 3 on: pieces and runs of words, gaps, kinds of words, tone, counted (pure).

Each kind is a few lines and has a name, which a version file lists for each of its models:

- ``pieces``, ``runs``: as ``replies_features`` counts them (``runs``: in Chinese the same as ``pieces``);
- ``gaps``: stems of English words, alone, in pairs and with one or two words between; pairs of signs likewise;
- ``kinds``: runs in which a word of a named list (times, feelings, …) stands as the name of that list;
- ``tone``: how long, who is spoken of, what is denied, asked and offered; short answers are told apart by little else.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from lms.scenarios.replies_features import BLANK, NUMBER, WORD, features, runs

KINDS = ("pieces", "runs", "gaps", "kinds", "tone")
MOST_READ = 2400
"""Of a longer text only the last so many signs are read."""
ENDINGS = (
    (("'s", "'ll", "'d", "'ve", "'re", "n't"), 2),
    (("ingly", "edly", "ings", "ing", "ied", "ies", "ed", "ly", "es", "s", "e"), 3),
)
"""Endings that a stem goes without, and how many letters must stay before each."""
APART = re.compile(r"\S+")
I_AND_WE = frozenset(APART.findall("i i'm i'll i've i'd my me we we'll we're we've our us we'd"))
YOU = frozenset(APART.findall("you your you're you've you'll yours yourself you'd"))
DENYING = frozenset(
    APART.findall(
        "not no never nothing nobody none can't won't don't didn't isn't aren't wasn't doesn't cannot couldn't "
        "wouldn't shouldn't haven't hasn't nowhere neither nor without hardly"
    )
)
POLITE = frozenset(APART.findall("sorry thank thanks please appreciate apologies apologise apologize understand"))
ZH_POLITE = re.compile("对不起|抱歉|不好意思|谢谢|感谢|请")
ZH_DENYING = re.compile("[不没别无]")
ZH_ASKING = re.compile("[?？]|吗|呢")
ZH_NUMBER = re.compile("[0-9一二三四五六七八九十]")
ZH_OR = re.compile("或者|还是|要么|要不")
ZH_BUT = re.compile("但|可是|不过")
ZH_TOKEN = re.compile(r"\{[A-Z]\}|.")

Lists = Sequence[tuple[str, re.Pattern[str]]]
"""Named lists of words."""


def traits(text: str, language: str, kinds: Sequence[str], lists: Lists, tail: bool = False) -> Counter[str]:
    """Features by count, of the kinds asked for; ``tail`` as in ``features``."""
    text = text[-MOST_READ:]
    flat = NUMBER.sub("0", BLANK.sub(" ", text))
    counts: Counter[str] = Counter()
    if "pieces" in kinds or ("runs" in kinds and language == "zh"):
        counts.update(features(text, language, tail))
    elif "runs" in kinds:
        counts.update(runs(WORD.findall(flat)))
    if "gaps" in kinds:
        counts.update(_gaps_zh(flat) if language == "zh" else _gaps_en(flat))
    if "kinds" in kinds:
        counts.update(_kinds(flat, language, lists))
    if "tone" in kinds:
        counts.update(_tone_zh(text) if language == "zh" else _tone_en(flat))
    return counts


def stem(word: str) -> str:
    """The English word without its ending, by letters alone."""
    for endings, least in ENDINGS:
        for ending in endings:
            if word.endswith(ending) and len(word) - len(ending) >= least:
                return word[: -len(ending)]
    return word


def _gaps_en(flat: str) -> Iterator[str]:
    stems = ["^", *map(stem, WORD.findall(flat)), "$"]
    for place, word in enumerate(stems):
        yield f"~{word}"
        for distance, sign in ((1, "_"), (2, "*"), (3, "*")):
            if place + distance < len(stems):
                yield f"~{word}{sign}{stems[place + distance]}"


def _gaps_zh(flat: str) -> Iterator[str]:
    padded = f"^{flat.replace(' ', '')}$"
    for place, sign in enumerate(padded):
        if place + 4 <= len(padded):
            yield padded[place : place + 4]
        if place + 2 < len(padded):
            yield f"{sign}*{padded[place + 2]}"
        if place + 3 < len(padded):
            yield f"{sign}**{padded[place + 3]}"


def _kinds(flat: str, language: str, lists: Lists) -> Iterator[str]:
    named = flat
    for name, pattern in lists:
        named = pattern.sub(f" {name.lower()}zz " if language == "en" else f"{{{name[0]}}}", named)
    if named == flat:
        return
    tokens = WORD.findall(named) if language == "en" else ZH_TOKEN.findall(named.replace(" ", ""))
    padded = ["^", *tokens, "$"]
    for size in (1, 2, 3):
        for start in range(len(padded) - size + 1):
            run = padded[start : start + size]
            if any(token.endswith("zz") if language == "en" else len(token) == 3 for token in run):
                yield "@" + ("_" if language == "en" else "").join(run)


def _step(count: int, *over: int) -> int:
    """How many of these the count is over."""
    return sum(count > least for least in over)


def _tone_en(flat: str) -> Iterator[str]:
    words = WORD.findall(flat)
    own, other = sum(word in I_AND_WE for word in words), sum(word in YOU for word in words)
    denied = sum(word in DENYING for word in words)
    known = set(words)
    yield f"#n{_step(len(words), 4, 8, 13, 20, 32, 48)}"
    yield f"#i{_step(own, 0, 1, 3)}"
    yield f"#y{_step(other, 0, 1, 3)}"
    yield f"#d{_step(denied, 0, 1)}"
    yield f"#iyd{own > 0:d}{other > 0:d}{denied > 0:d}"
    yield f"#p{not known.isdisjoint(POLITE):d}"
    yield f"#?{_step(words.count('?'), 0, 1)}"
    yield f"#!{'!' in known:d}"
    yield f"#0{_step(words.count('0'), 0, 1)}"
    yield f"#if{'if' in known:d}"
    yield f"#or{'or' in known:d}"
    yield f"#but{'but' in known:d}"
    yield "#ends" + ("?" if flat.rstrip().endswith("?") else ".")


def _tone_zh(text: str) -> Iterator[str]:
    own, other = text.count("我"), text.count("您") + text.count("你")
    denied = len(ZH_DENYING.findall(text))
    yield f"#n{_step(len(text), 6, 10, 16, 26, 40, 60)}"
    yield f"#i{_step(own, 0, 1, 3)}"
    yield f"#y{_step(other, 0, 1, 3)}"
    yield f"#你{'你' in text:d}"
    yield f"#d{_step(denied, 0, 1, 2)}"
    yield f"#iyd{own > 0:d}{other > 0:d}{denied > 0:d}"
    yield f"#p{ZH_POLITE.search(text) is not None:d}"
    yield f"#?{_step(len(ZH_ASKING.findall(text)), 0, 1)}"
    yield f"#!{'！' in text or '!' in text:d}"
    yield f"#0{ZH_NUMBER.search(text) is not None:d}"
    yield f"#or{ZH_OR.search(text) is not None:d}"
    yield f"#but{ZH_BUT.search(text) is not None:d}"
    yield f"#ends{text.rstrip('。.！! ')[-1:]}"
