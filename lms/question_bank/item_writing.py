"""Advice on writing items: what gives answers away or confuses, as warnings for authors (pure).

The rules are those of the item-writing handbooks (one clear question, no clues in length, place or wording); where a
rule speaks about a whole bank, chance is allowed for: a warning comes only beyond 2.5 standard deviations.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import sqrt
from typing import Any

from lms.core.content import Fault, Loc
from lms.core.texts import LANGUAGES, N_, Text
from lms.question_bank.content import Topic
from lms.question_bank.items import (
    AnyItem,
    Classify,
    Emotion,
    Essay,
    Judgement,
    Matching,
    Multiple,
    Ordering,
    Single,
    TrueFalse,
)
from lms.question_bank.panels import panel_advice
from lms.question_bank.short_answers import normalised

FEWEST_ITEMS = 8
STANDARD_DEVIATIONS = 2.5

ALL_OF_THE_ABOVE = re.compile(
    r"\b(all|none|both|neither|any) of (the above|these|them)\b|以上(都|皆|全|均)|(都|均)(不是|不对|正确)$",
    re.IGNORECASE,
)
NEGATIVE = re.compile(
    r"\b(?:not|except|least|incorrect|n't)\b|n't\b|n’t\b|不属于|不是|不正确|不符合|不应|不该|不恰当|不合适|错误的|除了",
    re.IGNORECASE,
)
ASKS_FOR_ONE = re.compile(r"\b(which|what|who|when|where)\b|哪", re.IGNORECASE)
EMPHASISED = re.compile(r"\*\*.+?\*\*|__.+?__|\b(?:NOT|EXCEPT|LEAST|INCORRECT)\b")
ABSOLUTE = re.compile(
    r"\b(?:always|never|absolutely|completely|in every case|under no circumstances)\b"
    r"|总是|从不|从来不|绝对|永远|一律|任何情况",
    re.IGNORECASE,
)
SPOKEN = re.compile(r"“[^”]*”|\"[^\"]*\"|「[^」]*」")
SENTENCE = re.compile(r"[^.!?。！？\n]+[.!?。！？]?")


def advice(topic: Topic) -> Iterator[Fault]:
    """Every warning about the items of a topic, with places in its file."""
    for index, item in enumerate(topic.items):
        for fault in advice_on_item(item):
            yield fault.under("items", index)
    yield from advice_on_bank(topic.items)


def advice_on_item(item: AnyItem) -> Iterator[Fault]:
    """Every warning about one item."""
    if item.rationale is None and not isinstance(item, Essay):
        yield _warning(("key",), N_("There is no rationale; say why the answer is right."))
    for language, words in item.stem.items():
        yield from _stem_advice(item, language, words)
    for field in ("options", "left", "right", "statements", "categories"):
        yield from _likeness(field, getattr(item, field, {}))
    if isinstance(item, Single | Multiple | Judgement):
        yield from _option_advice(item)
    yield from _key_advice(item)
    yield from panel_advice(item)


def _warning(loc: Loc, template: str, **values: Any) -> Fault:
    return Fault(loc, template, values, "warning")


def _stem_advice(item: AnyItem, language: str, words: str) -> Iterator[Fault]:
    """A question that asks for the exception has to say so loudly; only questions that offer a choice can."""
    if not isinstance(item, Single | Multiple | Emotion | Judgement):
        return
    sentences = SENTENCE.findall(SPOKEN.sub("", words))
    last = sentences[-1] if sentences else ""
    if ASKS_FOR_ONE.search(last) and NEGATIVE.search(EMPHASISED.sub("", last)):
        yield _warning(
            ("stem", language), N_("The question is negative; ask for what is right, or set the negation in bold.")
        )


def _likeness(field: str, texts: Mapping[str, Text]) -> Iterator[Fault]:
    for language in LANGUAGES:
        first: dict[str, str] = {}
        for key, text in texts.items():
            words = text.get(language, "").strip()
            same = normalised(words) or words
            if same and same in first:
                message = N_("This reads like “%(other)s”; make them differ.")
                yield _warning((field, key, language), message, other=first[same])
            first.setdefault(same, key)


def _option_advice(item: Single | Multiple | Judgement) -> Iterator[Fault]:
    right = right_keys(item)
    for key, text in item.options.items():
        for language, words in text.items():
            loc = ("options", key, language)
            if ALL_OF_THE_ABOVE.search(words):
                yield _warning(
                    loc, N_("“All” or “none of the above” tests logic, not the subject; write the options out.")
                )
            found = ABSOLUTE.search(SPOKEN.sub("", words))
            if found and key not in right:
                message = N_("“%(word)s” gives a wrong option away; say it less absolutely.")
                yield _warning(loc, message, word=found[0])


def _key_advice(item: AnyItem) -> Iterator[Fault]:
    if isinstance(item, Multiple) and len(item.answer) == len(item.options):
        yield _warning(("answer",), N_("Every option is right; add one that is not."))
    if isinstance(item, Judgement) and max(item.values.values()) < 1:
        yield _warning(("values",), N_("No option earns all the points; give the best one the value 1."))
    if isinstance(item, Emotion) and item.panel.get(item.answer, 0) < max(item.panel.values(), default=0):
        yield _warning(
            ("panel",), N_("The panel chose another label more often than the answer; look at the item again.")
        )
    if isinstance(item, Matching | Classify) and len(set(item.answer.values())) == 1 and len(item.answer) > 1:
        yield _warning(("answer",), N_("All belong to the same one; vary them."))
    if isinstance(item, Ordering) and item.answer == list(item.options):
        yield _warning(("options",), N_("The options stand in the right order already; write them in another."))


def right_keys(item: Single | Multiple | Judgement) -> set[str]:
    """The options that earn the most."""
    if isinstance(item, Single):
        return {item.answer}
    if isinstance(item, Multiple):
        return set(item.answer)
    best = max(item.values.values())
    return {key for key, value in item.values.items() if value == best}


def advice_on_bank(items: Sequence[AnyItem]) -> Iterator[Fault]:
    """Every warning about how the items of a bank are keyed together."""
    singles = [item for item in items if isinstance(item, Single)]
    for language in LANGUAGES:
        yield from _length_advice([item for item in singles if _is_written(item, language)], language)
    yield from _place_advice(singles)
    judged = [item.answer for item in items if isinstance(item, TrueFalse)]
    for answer, word in ((True, "true"), (False, "false")):
        count = judged.count(answer)
        if _is_beyond_chance(count, [0.5] * len(judged)):
            message = N_("%(count)s of %(total)s true-false items are %(word)s; mix them.")
            yield _warning(("items",), message, count=count, total=len(judged), word=word)


def _is_written(item: Single, language: str) -> bool:
    return all(language in text for text in item.options.values())


def _length_advice(items: Sequence[Single], language: str) -> Iterator[Fault]:
    longest = 0
    for item in items:
        lengths = {key: len(text[language]) for key, text in item.options.items()}
        rest = [length for key, length in lengths.items() if key != item.answer]
        longest += lengths[item.answer] > max(rest)
    if _is_beyond_chance(longest, [1 / len(item.options) for item in items]):
        yield _warning(
            ("items",),
            N_(
                "In %(count)s of %(total)s items the longest option is the answer (%(language)s); even the lengths out."
            ),
            count=longest,
            total=len(items),
            language=language,
        )


def _place_advice(items: Sequence[Single]) -> Iterator[Fault]:
    """Items with equally many options together: does the answer stand in one place too often?"""
    places: dict[int, Counter[int]] = defaultdict(Counter)
    for item in items:
        places[len(item.options)][list(item.options).index(item.answer)] += 1
    for options, counter in places.items():
        total = counter.total()
        for place, count in counter.items():
            if _is_beyond_chance(count, [1 / options] * total):
                message = N_("In %(count)s of %(total)s items the answer is option %(place)s; spread the answers.")
                yield _warning(("items",), message, count=count, total=total, place=place + 1)


def _is_beyond_chance(count: int, chances: Sequence[float]) -> bool:
    """Whether so many hits among trials with these chances are more than luck explains."""
    deviation = sqrt(sum(chance * (1 - chance) for chance in chances))
    return len(chances) >= FEWEST_ITEMS and count > sum(chances) + STANDARD_DEVIATIONS * deviation
