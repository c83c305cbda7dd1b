"""Adding up what speaks for each label, with sums and products only, so that every machine gets the same (pure)."""

import math
from collections.abc import Iterable, Mapping, Sequence

from lms.scenarios.replies_features import features
from lms.scenarios.replies_reading import Evidence
from lms.scenarios.replies_scorers import DenseModel, LinearModel, Model, Whole
from lms.scenarios.replies_semantic import embedding
from lms.scenarios.replies_traits import traits


def exponential(value: float) -> float:
    """e to the ``value`` between -16 and 16 by repeated squaring: unlike ``math.exp`` the same in every C library."""
    result = 1.0 + max(-16.0, min(16.0, value)) / 4096.0
    for _ in range(12):
        result *= result
    return result


def chance(odds: float) -> float:
    """The share from 0 to 1 for log-odds."""
    power = exponential(odds)
    return power / (1.0 + power)


def shares(odds: Sequence[float]) -> list[float]:
    """Shares that add up to 1, one for each label's log-odds."""
    powers = [exponential(value) for value in odds]
    total = math.fsum(powers)
    return [power / total for power in powers]


def cue_odds(model: Model, text: str) -> dict[str, float]:
    """Log-odds of each label by the cues of ``text``; a cue counts once."""
    odds = {label: [model.biases.get(label, 0.0)] for label in model.labels}
    text = text[-model.most_searched :]
    for cue in model.cues:
        if cue.pattern.search(text):
            odds[cue.label].append(cue.weight)
    return {label: max(-model.most_odds, min(model.most_odds, math.fsum(parts))) for label, parts in odds.items()}


def cue_words(model: Model, label: str, text: str) -> list[Evidence]:
    """Where words stand that speak for ``label``, overlapping ones joined."""
    spans = sorted(
        match.span()
        for cue in model.cues
        if cue.label == label and cue.weight > 0
        for match in cue.pattern.finditer(text)
        if match.end() > match.start()
    )
    return joined(Evidence(start, end) for start, end in spans)


def joined(found: Iterable[Evidence]) -> list[Evidence]:
    """Overlapping or touching spans made one; in the order of the text."""
    merged: list[Evidence] = []
    for words in sorted(found, key=lambda words: (words.start, words.end)):
        if merged and words.start <= merged[-1].end + 1:
            merged[-1] = Evidence(merged[-1].start, max(merged[-1].end, words.end))
        else:
            merged.append(words)
    return merged


def linear_odds(model: LinearModel, text: str, language: str) -> dict[str, float]:
    """Log-odds of each label by the linear model."""
    return weighed(model, seen(model, text, language))


def seen(model: LinearModel, text: str, language: str) -> Mapping[str, int]:
    """What the model sees of a text, by count."""
    if model.kinds:
        return traits(text, language, model.kinds, model.lists, model.tail)
    return features(text, language, model.tail)


def weighed(model: LinearModel, counts: Mapping[str, int]) -> dict[str, float]:
    """Log-odds of each label by what was seen."""
    counts = {name: count for name, count in counts.items() if name in model.idf}
    length = math.sqrt(math.fsum((count * model.idf[name]) ** 2 for name, count in counts.items()))
    odds = []
    for column, intercept in enumerate(model.intercepts):
        parts = [count * model.idf[name] * model.weights[name][column] for name, count in counts.items()]
        odds.append(intercept + (math.fsum(parts) / length if length else 0.0))
    return dict(zip(model.labels, odds, strict=True))


def dense_odds(model: DenseModel, vector: Sequence[float]) -> dict[str, float]:
    """Log-odds of each label by a sentence's embedding."""
    odds = [
        intercept + math.fsum(value * weight for value, weight in zip(vector, row, strict=True))
        for intercept, row in zip(model.intercepts, model.rows, strict=True)
    ]
    return dict(zip(model.labels, odds, strict=True))


def opinions(model: Model, text: str, language: str, by_cues: dict[str, float]) -> list[dict[str, float]]:
    """The log-odds of everyone who has a say: the word lists, the linear model, the embedding."""
    found = [by_cues]
    if model.linear:
        found.append(linear_odds(model.linear, text, language))
    if model.dense:
        found.append(dense_odds(model.dense, embedding(text)))
    return found


def fused(rows: Sequence[Mapping[str, float]], weights: Sequence[float] = ()) -> dict[str, float]:
    """The mean of several opinions, with fixed weights that add up to 1; without any all count alike."""
    if weights:
        weighted = list(zip(weights, rows, strict=True))
        return {label: math.fsum(weight * row[label] for weight, row in weighted) for label in rows[0]}
    return {label: math.fsum(row[label] for row in rows) / len(rows) for label in rows[0]}


def whole_shares(whole: Whole, text: str, language: str) -> dict[str, float]:
    """The share of each label in a reply read as a whole."""
    said = [linear_odds(whole.linear, text, language)]
    if whole.dense:
        said.append(dense_odds(whole.dense, embedding(text)))
    return fused([{label: chance(odds) for label, odds in opinion.items()} for opinion in said], whole.weights)


def righted(model: Model, label: str, share: float) -> float:
    """The share that says how often it is right."""
    if label not in model.rights:
        return share
    slope, start = model.rights[label]
    return chance(start + slope * log_odds(share))


def log_odds(share: float) -> float:
    """The log-odds of a share, between -16 and 16: where ``chance`` comes near it, halving the way each time."""
    low, high = -16.0, 16.0
    for _ in range(40):
        middle = (low + high) / 2.0
        low, high = (middle, high) if chance(middle) < share else (low, middle)
    return (low + high) / 2.0
