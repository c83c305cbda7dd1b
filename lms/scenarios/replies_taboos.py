"""Words that are never said: what the framework and the scene forbid, wherever they stand unquoted (pure)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lms.core.texts import Text, in_language
from lms.scenarios.replies_likeness import bare, likeness
from lms.scenarios.replies_limits import Limits
from lms.scenarios.replies_reading import Evidence, ReplyContext, TabooHit
from lms.scenarios.replies_sentences import Sentence, trimmed

QUOTATION = re.compile(r"“[^”]*”|‘[^’]*’|「[^」]*」|『[^』]*』|\"[^\"]*\"|(?<!\w)'[^']{3,}'(?!\w)")


@dataclass(frozen=True, slots=True)
class HeardTaboo:
    """A taboo, and whether it may be believed."""

    hit: TabooHit
    is_sure: bool


def parted(
    heard: Sequence[HeardTaboo], limits: Limits, quotes: bool
) -> tuple[tuple[TabooHit, ...], tuple[TabooHit, ...]]:
    """What may be believed, and what is a doubt only: below its threshold, or in a reply that quotes others."""
    if not limits.doubts_taboos:
        return tuple(one.hit for one in heard), ()
    sure = tuple(one.hit for one in heard if one.is_sure and not quotes)
    return sure, tuple(one.hit for one in heard if not one.is_sure or quotes)


def without_quotations(text: str) -> str:
    """The text with everything between quotation marks blanked; its length stays."""
    return QUOTATION.sub(lambda match: " " * len(match[0]), text)


def known_hits(
    text: str, parts: Sequence[Sentence], context: ReplyContext, language: str, limits: Limits
) -> list[HeardTaboo]:
    """Sentences that are, or nearly are, a taboo of the framework or a phrase the scene forbids."""
    tongue = "zh-Hans" if language == "zh" else "en"
    known: list[tuple[str, Text | None]] = [
        (in_language(taboo.phrase, tongue), taboo.instead) for taboo in context.framework.taboos
    ]
    known += [(phrase, None) for phrase in context.forbidden]
    spoken = without_quotations(text)
    hits = []
    for part in parts:
        for phrase, instead in known:
            if said(phrase, spoken[part.start : part.end], language, limits):
                start, end = trimmed(text, part.start, part.end)
                hits.append(HeardTaboo(TabooHit(Evidence(start, end), text[start:end], instead), is_sure=True))
                break
    return hits


def said(phrase: str, sentence: str, language: str, limits: Limits) -> bool:
    """Whether the sentence holds the phrase, or is nearly the same."""
    core = bare(phrase)
    if len(core) >= (limits.taboo_signs_zh if language == "zh" else limits.taboo_signs_en) and core in bare(sentence):
        return True
    return likeness(phrase, sentence, language) >= limits.taboo_alike


def better_words(sentence: str, context: ReplyContext, language: str, limits: Limits) -> Text | None:
    """What the framework says instead of the taboo most like the sentence; None if none is alike."""
    tongue = "zh-Hans" if language == "zh" else "en"
    ranked = [
        (likeness(in_language(taboo.phrase, tongue), sentence, language), place)
        for place, taboo in enumerate(context.framework.taboos)
    ]
    best = max(ranked, key=lambda pair: (pair[0], -pair[1]), default=(0.0, 0))
    return context.framework.taboos[best[1]].instead if best[0] >= limits.better_alike else None
