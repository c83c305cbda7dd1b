"""What a scorer of typed replies is trained on: word lists, and replies cut and counted as the engine does it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.replies_corpus import ADVERSARIAL, LABELS, Labelled
from lms.scenarios.queries_frameworks import product_frameworks
from lms.scenarios.replies_guards import HOLLOW, guards_of, signs_of, without_asides
from lms.scenarios.replies_limits import FIRST
from lms.scenarios.replies_odds import chance, cue_odds, shares
from lms.scenarios.replies_reading import ReplyContext
from lms.scenarios.replies_scorers import FORMATS, Scorer, lists_of
from lms.scenarios.replies_semantic import embeddings
from lms.scenarios.replies_sentences import normalised, sentences
from lms.scenarios.replies_taboos import without_quotations
from lms.scenarios.replies_traits import traits

CUES = Path(__file__).parent / "reply_cues"
OTHER_LABELS = {
    "guards": ("flattery", "sarcasm", "negation", "off_topic", "rubric_words", "quoted", "aside"),
    "meanings": ("apologize", "thank", "explain", "greet", "close"),
}
CUT = {"spin": 0.0, "lscat": 0.42}
"""From which share on a step is guessed; fixed, not fitted."""
CUTS: dict[str, dict[str, float]] = {"lscat": {"taboo": 0.36}}
"""Cuts of single labels by task."""
WEIGHTS: dict[str, dict[str, dict[str, list[float]]]] = {
    "linear": {"spin": {"zh": [0.3, 0.7], "en": [0.5, 0.5]}, "lscat": {"zh": [0.25, 0.75], "en": [0.4, 0.6]}},
    "semantic": {
        "spin": {"zh": [0.2, 0.4, 0.4], "en": [0.3, 0.3, 0.4]},
        "lscat": {"zh": [0.2, 0.4, 0.4], "en": [0.3, 0.3, 0.4]},
    },
}
"""How much word lists, linear model and embedding count, by tier, task and language; tenths, not fitted."""
CALM = 0.1
"""The share of a taboo up to which steps are believed; fixed, not fitted."""
KINDS = {
    ("spin", "zh"): ("pieces", "gaps", "kinds", "tone"),
    ("spin", "en"): ("pieces", "gaps", "kinds", "tone"),
    ("lscat", "zh"): ("pieces", "gaps", "kinds", "tone"),
    ("lscat", "en"): ("pieces", "gaps", "kinds", "tone"),
    ("whole", "zh"): ("pieces", "gaps", "kinds", "tone"),
    ("whole", "en"): ("runs", "gaps", "kinds", "tone"),
}
"""What linear models look at, by task (``whole``: a reply of LSCAT as a whole) and language."""


@dataclass(frozen=True, slots=True)
class Text:
    """A piece to train on or to judge: what is seen of it, and its embedding (empty without embeddings)."""

    words: str
    counts: Counter[str]
    vector: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """All that training needs to know of the replies of one task and language, read once.

    ``pieces``: the reply (SPIN) or its sentences, by reply. ``odds`` by the word lists, ``hollow`` for sentences that
    take no step. ``wholes`` and ``kept``: all that is spoken, and without hollow sentences (LSCAT only).
    ``guarded``: what goes to a person whatever the scorer says.
    """

    task: str
    language: str
    replies: list[Labelled]
    pieces: list[list[Text]]
    odds: list[list[dict[str, float]]]
    hollow: list[list[bool]]
    wholes: list[Text]
    kept: list[Text]
    guarded: list[bool]

    def truth(self, place: int, label: str) -> bool:
        """Whether people found the label in that reply."""
        return label in self.replies[place].labels


def model_of(task: str, language: str, tier: str) -> dict[str, Any]:
    """The stored form of a model that has word lists only."""
    read = yaml.safe_load((CUES / f"{task}.{language}.yaml").read_text(encoding="utf-8"))
    labels = LABELS.get(task) or OTHER_LABELS[task]
    return {
        "labels": list(labels),
        "words": read["words"],
        "biases": {_key(task, label): bias for label, bias in read["biases"].items()},
        "cues": [[_key(task, label), weight, pattern] for label, weight, pattern in read["cues"]],
        "linear": None,
        "cut": CUT.get(task, 0.5),
        "cuts": CUTS.get(task, {}),
        "weights": WEIGHTS[tier].get(task, {}).get(language, []),
        "thresholds": {},
    }


def _key(task: str, label: str) -> str:
    return label.replace("_", "-") if task == "spin" else label


def version_of(tier: str, number: int, tasks: dict[str, Any], trained_on: dict[str, Any]) -> dict[str, Any]:
    """The content of a version file."""
    return {
        "version": f"{tier}-{number}",
        "format": FORMATS[-1],
        "tier": tier,
        "limits": {**asdict(FIRST), "doubts_taboos": True, "most_searched": 600, "calm": CALM, "asks_last": True},
        "trained_on": trained_on,
        "tasks": tasks,
    }


def material(replies: Sequence[Labelled], task: str, language: str, cues: Scorer, stored: dict[str, Any]) -> Material:
    """The replies of one language, cut and counted; ``stored`` is the model of their word lists."""
    lists = lists_of(stored["words"], language == "en")
    context = ReplyContext(product_frameworks()[task], "zh-Hans" if language == "zh" else "en")
    words, hollow, guarded = [], [], []
    for reply in replies:
        parts = sentences(reply.text)
        if task == "spin":
            words.append([without_asides(normalised(reply.text), language, cues).strip()])
        else:
            words.append([without_quotations(part.text) for part in parts])
        hollow.append([bool(signs_of(text, language, cues) & HOLLOW) for text in words[-1]])
        guarded.append(bool(guards_of(reply.text, parts, context, language, cues)))
    several = task != "spin"
    model = cues.models[(task, language)]
    kinds = KINDS[(task, language)], KINDS[("whole", language)]
    wholes = [" ".join(texts) for texts in words] if several else []
    kept = [
        " ".join(text for text, skip in zip(texts, skips, strict=True) if not skip)
        for texts, skips in zip(words, hollow, strict=True)
    ]
    vectors = _vectors({*wholes, *kept, *(text for texts in words for text in texts)}) if _embeds(cues) else {}

    def text_of(text: str, looks: Sequence[str]) -> Text:
        return Text(text, traits(text, language, looks, lists, task == "spin"), vectors.get(text, ()))

    return Material(
        task=task,
        language=language,
        replies=list(replies),
        pieces=[[text_of(text, kinds[0]) for text in texts] for texts in words],
        odds=[[cue_odds(model, text) for text in texts] for texts in words],
        hollow=hollow,
        wholes=[text_of(text, kinds[1]) for text in wholes],
        kept=[text_of(text, kinds[1]) for text in kept] if several else [],
        guarded=guarded,
    )


def _embeds(cues: Scorer) -> bool:
    return cues.tier == "semantic"


def _vectors(texts: set[str]) -> dict[str, tuple[float, ...]]:
    ordered = sorted(texts)
    return dict(zip(ordered, embeddings(ordered), strict=True))


def spread(task: str, odds: dict[str, float]) -> dict[str, float]:
    """Shares of labels that exclude each other (SPIN) or do not."""
    if task == "spin":
        return dict(zip(odds, shares(list(odds.values())), strict=True))
    return {label: chance(value) for label, value in odds.items()}


def folds_of(every: dict[str, Material], folds: int) -> dict[str, list[int]]:
    """By language the fold of each reply: a trade is in one fold in every language; adversarial text is dealt out
    line by line."""
    trades = sorted({reply.trade for given in every.values() for reply in given.replies} - {ADVERSARIAL})
    fold = {trade: place % folds for place, trade in enumerate(trades)}
    return {
        language: [fold.get(reply.trade, place % folds) for place, reply in enumerate(given.replies)]
        for language, given in every.items()
    }
