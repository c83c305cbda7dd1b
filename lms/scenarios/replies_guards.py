"""Why a reply is for a person: words of the rubric, a copied script, flattery, repetition, sarcasm (pure)."""

from collections import Counter
from collections.abc import Sequence

from lms.core.texts import in_language
from lms.scenarios.replies_likeness import bare, likeness
from lms.scenarios.replies_odds import cue_odds
from lms.scenarios.replies_reading import Guard, ReplyContext
from lms.scenarios.replies_scorers import Scorer
from lms.scenarios.replies_sentences import Sentence

ASIDE = "aside"
HOLLOW = frozenset((Guard.NEGATION, Guard.SARCASM, Guard.RUBRIC_WORDS, Guard.FLATTERY))
"""Signs with which a sentence takes no step, whatever its other words are."""


def guards_of(
    text: str, parts: Sequence[Sentence], context: ReplyContext, language: str, scorer: Scorer
) -> tuple[Guard, ...]:
    """Every reason to let a person look, in the order of ``Guard``."""
    found = set()
    words, limits = bare(text), scorer.limits
    if len(words) < (limits.fewest_signs_zh if language == "zh" else limits.fewest_signs_en):
        found.add(Guard.TOO_SHORT)
    if len(text) > limits.most_signs:
        found.add(Guard.TOO_LONG)
    if words and not any(sign.isalpha() for sign in words):
        found.add(Guard.OFF_TOPIC)
    if _repeats(parts):
        found.add(Guard.REPEATED)
    if any(likeness(script, text, language) >= limits.script_alike for script in context.scripts):
        found.add(Guard.COPIED_SCRIPT)
    if _rubric_words(text, context, language) >= limits.rubric_names:
        found.add(Guard.RUBRIC_WORDS)
    found |= _by_cues(parts, language, scorer)
    return tuple(guard for guard in Guard if guard in found)


def _repeats(parts: Sequence[Sentence]) -> bool:
    counts = Counter(bare(part.text) for part in parts)
    return any(count > 1 and len(words) > 3 for words, count in counts.items())


def _rubric_words(text: str, context: ReplyContext, language: str) -> int:
    """How many steps are called by their names rather than taken."""
    tongue = "zh-Hans" if language == "zh" else "en"
    words = f" {' '.join(''.join(sign if sign.isalnum() else ' ' for sign in text.lower()).split())} "
    named = 0
    for step in context.framework.steps:
        title = in_language(step.title, tongue).lower()
        named += title in words if language == "zh" else f" {title} " in words
    return named


def _by_cues(parts: Sequence[Sentence], language: str, scorer: Scorer) -> set[Guard]:
    found: set[Guard] = set()
    for part in parts:
        found |= signs_of(part.text, language, scorer)
    return found


def signs_of(sentence: str, language: str, scorer: Scorer) -> set[Guard]:
    """The guards whose words stand in one sentence."""
    odds = cue_odds(scorer.models[("guards", language)], sentence)
    return {Guard(label) for label, value in odds.items() if value > 0 and label != ASIDE}


def without_asides(text: str, language: str, scorer: Scorer) -> str:
    """The text with what it says it will not ask ("never mind how many, …") blanked; its length stays."""
    for cue in scorer.models[("guards", language)].cues:
        if cue.label == ASIDE:
            text = cue.pattern.sub(lambda match: " " * len(match[0]), text)
    return text
