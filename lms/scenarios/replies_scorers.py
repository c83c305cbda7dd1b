"""Scorers of typed replies by number: each is one file of ``reply_models``, never changed once it was used (pure)."""

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from lms.scenarios.replies_limits import FIRST, Limits, limits_of
from lms.scenarios.replies_semantic import MISSING, is_installed

FORMATS = (1, 2, 3)
"""Format 1 knows no limits of its own and no doubtful taboos; format 2 holds both in the file. Format 3 also reads the
reply as a whole, with models that list what they look at (``replies_traits``), and sets shares right by label."""

TIERS = ("linear", "semantic")
NAME = re.compile(r"(linear|semantic)-([1-9][0-9]*)")
SLOT = re.compile(r"<([A-Z_]+)>")


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that speak for a label (or, with a weight below 0, against it); weights are log-odds."""

    label: str
    weight: float
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Logistic regression over TF-IDF features: ``weights[feature]`` holds one log-odds per label.

    The weights already contain the inverse document frequency; ``idf`` is needed for the length of the vector.
    """

    labels: tuple[str, ...]
    intercepts: tuple[float, ...]
    idf: Mapping[str, float]
    weights: Mapping[str, tuple[float, ...]]
    tail: bool = False
    """Whether the last clause counts once more."""
    kinds: tuple[str, ...] = ()
    """What it looks at, by the names of ``replies_traits``; none: the features of formats 1 and 2."""
    lists: tuple[tuple[str, re.Pattern[str]], ...] = ()
    """Named lists of words, for ``kinds``."""


@dataclass(frozen=True, slots=True)
class DenseModel:
    """Logistic regression over a sentence embedding: one row of weights per label."""

    labels: tuple[str, ...]
    intercepts: tuple[float, ...]
    rows: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Model:
    """What one language of one task is read with.

    A step is guessed from a share of ``cut`` on (or its own of ``cuts``); ``thresholds`` by label say from which
    share on it is believed, and ``whole`` from which clarity on a whole reply is.
    """

    labels: tuple[str, ...]
    cues: tuple[Cue, ...]
    biases: Mapping[str, float]
    linear: LinearModel | None
    dense: DenseModel | None = None
    cut: float = 0.5
    thresholds: Mapping[str, float] = field(default_factory=dict)
    most_odds: float = FIRST.most_odds
    most_searched: int = FIRST.most_searched
    cuts: Mapping[str, float] = field(default_factory=dict)
    weights: tuple[float, ...] = ()
    """How much each opinion counts, in the order of ``replies_odds.opinions``; none: all alike."""
    whole: "Whole | None" = None
    rights: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Slope and start by label, on log-odds: what makes a share mean how often it is right."""

    def cut_of(self, label: str) -> float:
        """From which share on a label is guessed."""
        return self.cuts.get(label, self.cut)


@dataclass(frozen=True, slots=True)
class Whole:
    """What reads a reply as a whole beside its sentences; ``share`` from 0 to 1 is how much that counts."""

    linear: LinearModel
    dense: DenseModel | None
    weights: tuple[float, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Scorer:
    """A numbered scorer: models by task (``spin``, ``lscat``, ``guards``, ``meanings``) and language (zh, en)."""

    version: str
    tier: str
    models: Mapping[tuple[str, str], Model]
    limits: Limits = FIRST


_chosen = {"name": "linear"}


def choose(name: str) -> None:
    """Say what ``scorer()`` means: a tier (``linear``, ``semantic``: its version in use) or a version (``linear-3``).

    ``LookupError`` with a sentence for anything else, and for ``semantic`` without its package.
    """
    if name not in TIERS and NAME.fullmatch(name) is None:
        raise LookupError(f"LMS_REPLY_SCORER is {name!r}; write linear, semantic or a version such as linear-1.")
    tier = name.partition("-")[0]
    if tier == "semantic" and not is_installed():
        raise LookupError(MISSING)
    if not versions(tier) or (name not in TIERS and name not in versions(tier)):
        raise LookupError(f"There is no scorer {name} for typed replies; there are {', '.join(versions())}.")
    _chosen["name"] = name


def versions(tier: str | None = None) -> list[str]:
    """The versions at hand, oldest first."""
    names = [entry.name.removesuffix(".json") for entry in (files("lms.scenarios") / "reply_models").iterdir()]
    matches = sorted((found[1], int(found[2])) for name in names if (found := NAME.fullmatch(name)))
    return [f"{kind}-{number}" for kind, number in matches if tier in (None, kind)]


def in_use(tier: str) -> str:
    """The version that a tier's name stands for: ``in_use.json`` names it, for a version counts only once it was
    found better than the one before."""
    stored = json.loads((files("lms.scenarios") / "reply_models" / "in_use.json").read_text(encoding="utf-8"))
    return str(stored[tier])


def scorer(version: str | None = None) -> Scorer:
    """That version; without one what was chosen at the start. ``LookupError`` for a version that is not here."""
    name = version or _chosen["name"]
    if name in TIERS:
        name = in_use(name)
    if name.startswith("semantic") and not is_installed():
        raise LookupError(MISSING)
    return _loaded(name)


@functools.cache
def _loaded(version: str) -> Scorer:
    file = files("lms.scenarios") / "reply_models" / f"{version}.json"
    if NAME.fullmatch(version) is None or not file.is_file():
        raise LookupError(f"There is no scorer {version} for typed replies.")
    return built(json.loads(file.read_text(encoding="utf-8")))


def built(stored: Mapping[str, Any]) -> Scorer:
    """The scorer of a version file's content."""
    if stored["format"] not in FORMATS:
        known = " and ".join(map(str, FORMATS))
        raise LookupError(f"Scorer {stored['version']} has format {stored['format']}; this program reads {known}.")
    limits = FIRST if stored["format"] == 1 else limits_of(stored["limits"])
    models = {
        (task, language): _model(model, limits)
        for task, languages in stored["tasks"].items()
        for language, model in languages.items()
    }
    return Scorer(stored["version"], stored["tier"], models, limits)


def _model(stored: Mapping[str, Any], limits: Limits) -> Model:
    words = stored.get("words", {})
    cues = tuple(Cue(label, weight, compiled(pattern, words)) for label, weight, pattern in stored["cues"])
    linear, dense, whole = stored.get("linear"), stored.get("dense"), stored.get("whole")
    return Model(
        labels=tuple(stored["labels"]),
        cues=cues,
        biases=stored.get("biases", {}),
        linear=_linear(linear, words) if linear else None,
        dense=_dense(dense) if dense else None,
        cut=stored.get("cut", 0.5),
        thresholds=stored.get("thresholds", {}),
        most_odds=limits.most_odds,
        most_searched=limits.most_searched,
        cuts=stored.get("cuts", {}),
        weights=tuple(stored.get("weights", ())),
        whole=_whole(whole, words) if whole else None,
        rights={label: (slope, start) for label, (slope, start) in stored.get("rights", {}).items()},
    )


def _whole(stored: Mapping[str, Any], words: Mapping[str, str]) -> Whole:
    dense = stored.get("dense")
    return Whole(
        linear=_linear(stored["linear"], words),
        dense=_dense(dense) if dense else None,
        weights=tuple(stored["weights"]),
        share=stored["share"],
    )


def compiled(pattern: str, words: Mapping[str, str]) -> re.Pattern[str]:
    """The pattern with each ``<NAME>`` replaced by the list of words of that name."""
    while SLOT.search(pattern):
        pattern = SLOT.sub(lambda slot: f"(?:{words[slot[1]]})", pattern)
    return re.compile(pattern)


def _linear(stored: Mapping[str, Any], words: Mapping[str, str]) -> LinearModel:
    """In format 3 weights are whole hundredths, and ``kinds`` is there."""
    features, kinds = stored["features"], tuple(stored.get("kinds", ()))
    weights = {name: tuple(row[1:]) for name, row in features.items()}
    if kinds:
        weights = {name: tuple(number / 100 for number in row) for name, row in weights.items()}
    return LinearModel(
        labels=tuple(stored["labels"]),
        intercepts=tuple(stored["intercepts"]),
        idf={name: row[0] for name, row in features.items()},
        weights=weights,
        tail=stored.get("tail", False),
        kinds=kinds,
        lists=lists_of(words, stored["bounded"]) if kinds else (),
    )


def lists_of(words: Mapping[str, str], bounded: bool) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The word lists of that model by name; ``bounded``: only where words begin and end, as English needs it."""
    edge = r"\b" if bounded else ""
    return tuple((name, compiled(f"{edge}<{name}>{edge}", words)) for name in sorted(words))


def _dense(stored: Mapping[str, Any]) -> DenseModel:
    return DenseModel(tuple(stored["labels"]), tuple(stored["intercepts"]), tuple(map(tuple, stored["rows"])))
