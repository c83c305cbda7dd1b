"""Weights for the scorer of typed replies: which features count, and how much each speaks for a label.

Nothing here is left to chance: the same replies give the same numbers on the same libraries.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from benchmarks.replies_corpus import LABELS
from benchmarks.train_replies_material import KINDS, Material, Text

STRENGTH = {"spin": 60.0, "lscat": 20.0, "whole": 20.0}
STRENGTH_OF_EMBEDDINGS = {"spin": 10.0, "lscat": 20.0, "whole": 20.0}
"""How freely weights may grow (the C of logistic regression), over features and over embeddings."""
WHOLE_SHARE = 0.5
WHOLE_WEIGHTS = {"linear": [1.0], "semantic": [0.6, 0.4]}
"""How much the reply as a whole counts beside its sentences, and of that features and embedding; tenths, not fitted."""
TRADES_PER_FEATURE = 3
MOST_FEATURES = {"spin": 6000, "lscat": 5000, "whole": 4000}
"""How many features of a model are kept: a file is loaded by every server."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Features that occur in several trades, and how rare each is."""

    idf: dict[str, float]
    places: dict[str, int]


@dataclass(frozen=True, slots=True)
class Examples:
    """Texts to fit: ``owners`` numbers the reply of each text from 0 on, in order; ``trades`` and ``truths`` (one
    column a label) are the replies'."""

    texts: list[Text]
    owners: list[int]
    trades: list[str]
    truths: Any


def vocabulary(counts: Sequence[Counter[str]], trades: Sequence[str]) -> Vocabulary:
    """Only what at least three trades say: the rest is about goods, not about steps."""
    frequency: Counter[str] = Counter()
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for count, trade in zip(counts, trades, strict=True):
        for name in count:
            frequency[name] += 1
            seen[name].add(trade)
    enough = min(TRADES_PER_FEATURE, len(set(trades)))
    rarity = {
        name: round(math.log((1 + len(counts)) / (1 + frequency[name])) + 1, 2)
        for name in frequency
        if len(seen[name]) >= enough
    }
    return _placed(rarity)


def _placed(rarity: dict[str, float]) -> Vocabulary:
    names = sorted(rarity)
    return Vocabulary({name: rarity[name] for name in names}, {name: place for place, name in enumerate(names)})


def matrix(counts: Sequence[Counter[str]], known: Vocabulary) -> csr_matrix:
    """TF-IDF rows of length 1."""
    rows, columns, values = [], [], []
    for row, count in enumerate(counts):
        weights = {name: number * known.idf[name] for name, number in sorted(count.items()) if name in known.idf}
        length = math.sqrt(math.fsum(weight**2 for weight in weights.values())) or 1.0
        for name, weight in weights.items():
            rows.append(row)
            columns.append(known.places[name])
            values.append(weight / length)
    return csr_matrix((values, (rows, columns)), shape=(len(counts), len(known.idf)))


def examples(given: Material, chosen: Sequence[int], whole: bool = False) -> Examples:
    """The chosen replies' pieces, or the replies as wholes; replies without a single word are left out."""
    texts: list[Text] = []
    owners: list[int] = []
    kept = [place for place in chosen if given.pieces[place]]
    for number, place in enumerate(kept):
        found = [given.wholes[place]] if whole else given.pieces[place]
        texts += found
        owners += [number] * len(found)
    labels = LABELS[given.task]
    truths = np.array([[given.truth(place, label) for label in labels] for place in kept], dtype=float)
    return Examples(texts, owners, [given.replies[place].trade for place in kept], truths)


def trained(given: Material, chosen: Sequence[int], whole: bool = False) -> dict[str, Any]:
    """The stored form of a linear model trained on the chosen replies, in whole hundredths.

    It is fitted twice: the second time on the features alone that weighed most in the first.
    """
    name = "whole" if whole else given.task
    known = examples(given, chosen, whole)
    counts = [text.counts for text in known.texts]
    words = vocabulary(counts, [known.trades[owner] for owner in known.owners])
    rows = matrix(counts, words)
    _, columns = fitted(name, rows, known, STRENGTH[name], hasty=True)
    weight = np.abs(np.array(columns)).max(axis=0) * np.sqrt(np.asarray(rows.multiply(rows).sum(axis=0)).ravel())
    order = sorted(words.places, key=lambda feature: (-round(float(weight[words.places[feature]]), 9), feature))
    words = _placed({feature: words.idf[feature] for feature in order[: MOST_FEATURES[name]]})
    starts, columns = fitted(name, matrix(counts, words), known, STRENGTH[name])
    return {
        "tail": given.task == "spin",
        "kinds": list(KINDS[(name, given.language)]),
        "bounded": given.language == "en",
        "labels": list(LABELS[given.task]),
        "intercepts": [round(float(start), 3) for start in starts],
        "features": {
            feature: [idf, *(round(100 * float(column[words.places[feature]])) for column in columns)]
            for feature, idf in words.idf.items()
        },
    }


def trained_dense(every: Sequence[tuple[Material, Sequence[int]]], whole: bool = False) -> dict[str, Any]:
    """The stored form of a model over embeddings, trained on both languages at once."""
    task = every[0][0].task
    name = "whole" if whole else task
    parts = [examples(given, chosen, whole) for given, chosen in every]
    texts: list[Text] = []
    owners: list[int] = []
    for part, before in zip(parts, np.cumsum([0, *(len(part.trades) for part in parts)]), strict=False):
        texts += part.texts
        owners += [int(before) + owner for owner in part.owners]
    trades = [trade for part in parts for trade in part.trades]
    both = Examples(texts, owners, trades, np.concatenate([part.truths for part in parts]))
    rows = np.array([text.vector for text in texts])
    starts, columns = fitted(name, rows, both, STRENGTH_OF_EMBEDDINGS[name])
    return {
        "labels": list(LABELS[task]),
        "intercepts": [round(float(start), 3) for start in starts],
        "rows": [[round(float(weight), 3) for weight in column] for column in columns],
    }


def fitted(name: str, rows: Any, known: Examples, strength: float, hasty: bool = False) -> tuple[Any, Any]:
    """Intercepts and weights, one of each per label; ``hasty``: nearly, which is enough to see what counts."""
    if name == "spin":
        answers = known.truths.argmax(axis=1)
        one = LogisticRegression(C=strength, max_iter=400, tol=1e-2 if hasty else 1e-5).fit(rows, answers)
        return one.intercept_, one.coef_
    if name == "whole":
        fits = [
            LogisticRegression(
                C=strength, solver="liblinear", class_weight="balanced", tol=1e-1 if hasty else 1e-4
            ).fit(rows, column)
            for column in known.truths.T
        ]
        return [fit.intercept_[0] for fit in fits], [fit.coef_[0] for fit in fits]
    rounds = 20 if hasty else 80
    found = [_by_sentences(rows, np.array(known.owners), column, strength, rounds) for column in known.truths.T]
    return [start for start, _ in found], [column for _, column in found]


def _by_sentences(rows: Any, owners: Any, truths: Any, strength: float, rounds: int) -> tuple[float, Any]:
    """Labels belong to replies, not to sentences: a reply's odds are a smooth maximum over its sentences'.

    Logistic regression on those odds (the sum of the sentences' powers), both answers weighing the same.
    """
    firsts = np.searchsorted(owners, np.arange(len(truths)))
    weights = np.where(truths == 1, 0.5 / max(truths.mean(), 1e-9), 0.5 / max(1 - truths.mean(), 1e-9))
    turned = rows.T.tocsr() if hasattr(rows, "tocsr") else rows.T

    def loss(state: Any) -> tuple[float, Any]:
        column, start = state[:-1], state[-1]
        odds = rows @ column + start
        highest = np.maximum.reduceat(odds, firsts)
        powers = np.exp(odds - highest[owners])
        totals = np.add.reduceat(powers, firsts)
        replies = highest + np.log(totals)
        chances = 1 / (1 + np.exp(-replies))
        slope = (weights * (chances - truths))[owners] * powers / totals[owners]
        size = (weights * (np.logaddexp(0, replies) - truths * replies)).sum() + column @ column / (2 * strength)
        return float(size), np.append(turned @ slope + column / strength, slope.sum())

    start = np.append(np.zeros(rows.shape[1]), -1.0)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": rounds})
    return float(best.x[-1]), best.x[:-1]


def with_weights(
    every: dict[str, Material], chosen: dict[str, list[int]], stored: dict[str, dict[str, Any]], tier: str
) -> dict[str, dict[str, Any]]:
    """The stored models with weights trained on the chosen replies."""
    both = [(given, chosen[language]) for language, given in every.items()]
    embeds = tier == "semantic"
    found = {}
    dense = trained_dense(both) if embeds else None
    dense_whole = trained_dense(both, whole=True) if embeds and both[0][0].wholes else None
    for language, given in every.items():
        found[language] = {**stored[language], "linear": trained(given, chosen[language]), "dense": dense}
        if given.wholes:
            found[language]["whole"] = {
                "linear": trained(given, chosen[language], whole=True),
                "dense": dense_whole,
                "weights": WHOLE_WEIGHTS[tier],
                "share": WHOLE_SHARE,
            }
    return found
