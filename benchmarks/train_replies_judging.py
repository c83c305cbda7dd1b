"""Judging a scorer of typed replies on trades kept apart: shares, what makes them right, and what may be believed.

A threshold or a slope comes only from replies whose trade neither the weights nor the word lists had seen.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.replies_corpus import ADVERSARIAL, LABELS, Labelled, macro_f1
from benchmarks.train_replies_fitting import with_weights
from benchmarks.train_replies_material import CALM, Material, Text, folds_of, spread, version_of
from lms.scenarios.replies_engine import NONE, TABOO, asks_last, clarity
from lms.scenarios.replies_odds import chance, dense_odds, fused, log_odds, righted, weighed
from lms.scenarios.replies_scorers import Model, Whole, built
from lms.scenarios.replies_sentences import normalised

WRITTEN_WITH = frozenset(
    ("retail", "telecom", "banking", "ecommerce", "insurance", "logistics", "property", "restaurant", "carrepair")
) | {"saas", "software", "clinic", "airline", "appliance", "gym", "utilities"}
"""Trades in view when the word lists were written: there the lists look better than they are."""
FOLDS = 5
STEP_PRECISION = 0.98
LABEL_PRECISION = 0.96
PRECISION = {TABOO: 0.95, NONE: 0.95}
"""How often what is believed must be right: all steps of a language, each of them alone, and what is no step."""
WHOLE_ACCURACY = 0.95


@dataclass(frozen=True, slots=True)
class Unseen:
    """A reply, its shares by models that saw nothing of its trade, and the guess they make."""

    reply: Labelled
    shares: dict[str, float]
    guess: tuple[str, ...]
    guarded: bool

    @property
    def is_fresh(self) -> bool:
        """Whether slopes and thresholds may come from it: its trade was in nobody's view, nor a test's before."""
        apart = self.reply.trade in WRITTEN_WITH or self.reply.trade == ADVERSARIAL
        return not apart and self.reply.split != "former"


def unseen_shares(
    every: dict[str, Material], stored: dict[str, dict[str, Any]], tier: str
) -> dict[str, list[dict[str, float]]]:
    """By language, for each reply the shares by models that saw nothing of its trade, in any language."""
    folds = folds_of(every, FOLDS)
    task = next(iter(every.values())).task
    found: dict[str, list[dict[str, float]]] = {
        language: [{} for _ in given.replies] for language, given in every.items()
    }
    for number in range(FOLDS):
        chosen = {
            language: [place for place, fold in enumerate(folds[language]) if fold != number] for language in every
        }
        whole = with_weights(every, chosen, stored, tier)
        models = built(version_of("linear", 0, {task: whole}, {})).models
        for language, given in every.items():
            for place, fold in enumerate(folds[language]):
                if fold == number:
                    found[language][place] = shares_of(given, place, models[(task, language)])
    return found


def shares_of(given: Material, place: int, model: Model) -> dict[str, float]:
    """The shares of a reply as the engine gives them, from what was read before."""
    rows = []
    for text, odds, hollow in zip(given.pieces[place], given.odds[place], given.hollow[place], strict=True):
        assert model.linear is not None
        said = [odds, weighed(model.linear, text.counts)]
        if model.dense:
            said.append(dense_odds(model.dense, text.vector))
        row = fused([spread(given.task, opinion) for opinion in said], model.weights)
        if hollow and given.wholes:
            row = {label: share if label == TABOO else 0.0 for label, share in row.items()}
        rows.append(row)
    best = {label: max((row[label] for row in rows), default=0.0) for label in LABELS[given.task]}
    if model.whole is None or not rows:
        return best
    every, kept = _whole(model.whole, given.wholes[place]), _whole(model.whole, given.kept[place])
    steps = kept if given.kept[place].words else dict.fromkeys(best, 0.0)
    part = model.whole.share
    return {
        label: (1 - part) * share + part * (every[label] if label == TABOO else steps[label])
        for label, share in best.items()
    }


def _whole(whole: Whole, text: Text) -> dict[str, float]:
    said = [weighed(whole.linear, text.counts)]
    if whole.dense:
        said.append(dense_odds(whole.dense, text.vector))
    return fused([{label: chance(odds) for label, odds in opinion.items()} for opinion in said], whole.weights)


def rights_of(every: dict[str, Material], rows: dict[str, list[dict[str, float]]]) -> dict[str, dict[str, list[float]]]:
    """By language and label, slope and start on log-odds that make shares mean how often they are right."""
    found: dict[str, dict[str, list[float]]] = {}
    for language, given in every.items():
        found[language] = {}
        judged = _unseen(given, rows[language], None)
        for label in LABELS[given.task]:
            pairs = [(log_odds(one.shares[label]), label in one.reply.labels) for one in judged if one.is_fresh]
            if len({truth for _, truth in pairs}) == 2:
                fit = LogisticRegression(C=100.0).fit(np.array([[odds] for odds, _ in pairs]), [t for _, t in pairs])
                found[language][label] = [round(float(fit.coef_[0][0]), 3), round(float(fit.intercept_[0]), 3)]
    return found


def _unseen(given: Material, rows: Sequence[dict[str, float]], model: Model | None) -> list[Unseen]:
    judged = zip(given.replies, rows, given.guarded, strict=True)
    found = []
    for reply, row, guarded in judged:
        said = guess(model, row) if model else ()
        answered = given.task == "spin" and NONE not in said and not asks_last(normalised(reply.text))
        found.append(Unseen(reply, row, said, guarded or answered))
    return found


def unseen(given: Material, rows: Sequence[dict[str, float]], model: Model) -> list[Unseen]:
    """The replies with shares set right and the guesses they make."""
    if model.rights:
        rows = [{label: righted(model, label, share) for label, share in row.items()} for row in rows]
    return _unseen(given, rows, model)


def guess(model: Model, row: dict[str, float]) -> tuple[str, ...]:
    """The best guess from shares: one label where they exclude each other (no cut), else all from the cut on."""
    if not model.cut:
        return (max(model.labels, key=lambda label: row[label]),)
    return tuple(label for label in model.labels if row[label] >= model.cut_of(label))


def thresholds(every: dict[str, list[Unseen]], model: Model) -> dict[str, dict[str, float]]:
    """By language, from which share on a label is believed, so that on trades not trained on it holds as often as
    ``PRECISION`` says; ``whole``: from which clarity on a whole reply is.

    Only fresh trades count, and no reply that goes to a person anyway. Thresholds must hold for all steps of a
    language together with one mistake more than was seen, and for each label alone as it was seen.
    """
    every = {language: [row for row in rows if row.is_fresh and not row.guarded] for language, rows in every.items()}
    steps = [label for label in model.labels if label not in (NONE, TABOO)]
    found = {}
    for language, rows in every.items():
        least = threshold(_credited(rows, steps), STEP_PRECISION, reserve=1)
        found[language] = {
            label: max(
                least if label in steps else 0.0,
                threshold(_credited(rows, (label,)), PRECISION.get(label, LABEL_PRECISION), reserve=0),
            )
            for label in model.labels
        }
    if model.cut:
        clear = [row for language, rows in every.items() for row in rows if _is_believed(row, found[language])]
        least = threshold(_clear(clear, model), WHOLE_ACCURACY, reserve=1)
        for language, rows in every.items():
            own = [row for row in rows if _is_believed(row, found[language])]
            found[language]["whole"] = max(least, threshold(_clear(own, model), WHOLE_ACCURACY, reserve=0))
    return found


def _believed(row: Unseen, limits: dict[str, float]) -> list[str]:
    """What is believed of the guess."""
    calm = row.shares.get(TABOO, 0.0) <= CALM
    return [label for label in row.guess if (calm or label == TABOO) and row.shares[label] >= limits[label]]


def _is_believed(row: Unseen, limits: dict[str, float]) -> bool:
    return len(_believed(row, limits)) == len(row.guess)


def _credited(rows: Sequence[Unseen], labels: Sequence[str]) -> list[tuple[float, bool]]:
    said = [(row, label) for row in rows for label in labels if label in row.guess]
    return [
        (row.shares[label], label in row.reply.labels)
        for row, label in said
        if label == TABOO or row.shares.get(TABOO, 0.0) <= CALM
    ]


def _clear(rows: Sequence[Unseen], model: Model) -> list[tuple[float, bool]]:
    return [(clarity(model, row.shares), set(row.guess) == set(row.reply.labels)) for row in rows]


def threshold(pairs: list[tuple[float, bool]], wanted: float, reserve: int) -> float:
    """The lowest share from which on the wanted part is right, were there ``reserve`` more mistakes; 2 if there is
    none."""
    lowest = 2.0
    right = 0
    for number, (share, is_right) in enumerate(sorted(pairs, key=lambda pair: -pair[0]), 1):
        right += is_right
        if right >= wanted * (number + reserve):
            lowest = share
    return round(lowest + 0.0005, 3) if lowest < 2 else 2.0


def told(every: dict[str, list[Unseen]], model: Model, limits: dict[str, dict[str, float]]) -> dict[str, float]:
    """Figures by language: macro-F1, of fresh trades alone too; what is credited, decided, heard; adversarial text."""
    labels = model.labels
    groups: defaultdict[str, list[tuple[Unseen, dict[str, float]]]] = defaultdict(list)
    for language, rows in every.items():
        for row in rows:
            names = ["adversarial"] if row.reply.trade == ADVERSARIAL else ["all", *(["fresh"] if row.is_fresh else [])]
            for name in names:
                groups[f"{language} {name}"].append((row, limits[language]))
                groups[f"pooled {name}"].append((row, limits[language]))
    found = {}
    for name, pairs in sorted(groups.items()):
        found[name] = round(macro_f1([(row.reply.labels, row.guess) for row, _ in pairs], labels), 3)
        if not name.endswith("all"):
            found |= {f"{name} {what}": share for what, share in _believed_shares(pairs, model).items()}
    return found


def _believed_shares(pairs: Sequence[tuple[Unseen, dict[str, float]]], model: Model) -> dict[str, float]:
    """How much is credited and decided, and how often that is right."""
    credited, taboos, decided = [], [], []
    for row, limits in pairs:
        is_open = not row.guarded
        sure = _believed(row, limits)
        if is_open:
            credited += [label in row.reply.labels for label in sure if label not in (NONE, TABOO)]
        taboos += [TABOO in row.reply.labels for label in sure if label == TABOO]
        whole = not model.cut or clarity(model, row.shares) >= limits["whole"]
        if is_open and whole and len(sure) == len(row.guess):
            decided.append(set(row.guess) == set(row.reply.labels))
    found = {"credited": _mean(credited), "credits": float(len(credited)), "right": _mean(decided)}
    found["decided"] = round(len(decided) / len(pairs), 3)
    if TABOO in model.labels:
        said = [row for row, _ in pairs if TABOO in row.reply.labels]
        found["taboo recall"] = _mean([TABOO in row.guess for row in said])
        found["taboo precision"] = _mean([TABOO in row.reply.labels for row, _ in pairs if TABOO in row.guess])
        found["taboo sure"] = float(len(taboos))
        found["taboo sure precision"] = _mean(taboos)
    return found


def _mean(flags: Sequence[bool]) -> float:
    return round(sum(flags) / len(flags), 3) if flags else 0.0


def with_rights(model: Model, rights: dict[str, list[float]]) -> Model:
    """The model with slopes and starts."""
    return replace(model, rights={label: (slope, start) for label, (slope, start) in rights.items()})
