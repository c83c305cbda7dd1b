"""``make train-replies``: train the next version of the scorer of typed replies and write it, if it is good enough.

Reads the word lists of ``reply_cues`` and the labelled replies of ``reply_corpus`` (splits train, dev and former,
never test), plus any export of replies that trainers corrected (``--more FILE``, same line format, ``domain`` the
scenario's key). Every figure it decides by comes from trades the linear model did not see: the trades are dealt into
folds, and each fold is judged by a model trained on the others. Then one model is trained on everything.

The same input gives the same bytes: no chance is involved, weights are rounded, nothing names the day.
scikit-learn is needed here only; the product reads the numbers this writes.
"""

import argparse
import hashlib
import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from benchmarks.replies_corpus import ADVERSARIAL, FOLDER, LABELS, LANGUAGES, Labelled, corpus, macro_f1
from lms.scenarios.replies_engine import NONE, TABOO, clarity
from lms.scenarios.replies_features import features
from lms.scenarios.replies_guards import without_asides
from lms.scenarios.replies_limits import FIRST
from lms.scenarios.replies_odds import chance, cue_odds, dense_odds, fused, opinions, shares
from lms.scenarios.replies_scorers import FORMATS, Model, Scorer, built, versions
from lms.scenarios.replies_semantic import embeddings
from lms.scenarios.replies_sentences import normalised, sentences
from lms.scenarios.replies_taboos import without_quotations

CUES = Path(__file__).parent / "reply_cues"
MODELS = Path(__file__).parent.parent / "lms" / "scenarios" / "reply_models"
OTHER_LABELS = {
    "guards": ("flattery", "sarcasm", "negation", "off_topic", "rubric_words", "quoted", "aside"),
    "meanings": ("apologize", "thank", "explain", "greet", "close"),
}
FLOORS = {"linear": {"spin": 0.79, "lscat": 0.77}, "semantic": {"spin": 0.84, "lscat": 0.82}}
CUT = {"linear": {"spin": 0.0, "lscat": 0.44}, "semantic": {"spin": 0.0, "lscat": 0.46}}
"""From which share on a step is guessed; fixed, not fitted."""
CUTS: dict[str, dict[str, dict[str, float]]] = {"linear": {}, "semantic": {}}
"""Cuts of single labels, by tier and task."""
WEIGHTS: dict[str, dict[str, dict[str, list[float]]]] = {
    "linear": {"spin": {"zh": [0.3, 0.7], "en": [0.5, 0.5]}, "lscat": {"zh": [0.25, 0.75], "en": [0.4, 0.6]}},
    "semantic": {
        "spin": {"zh": [0.3, 0.3, 0.4], "en": [0.3, 0.3, 0.4]},
        "lscat": {"zh": [0.3, 0.4, 0.3], "en": [0.3, 0.3, 0.4]},
    },
}
"""How much word lists, linear model and embedding count, by tier, task and language; tenths, not fitted."""
STRENGTH = {"spin": 60, "lscat": 20}
STRENGTH_OF_EMBEDDINGS = {"spin": 10, "lscat": 20}
"""How freely weights may grow (the C of logistic regression)."""
WRITTEN_WITH = frozenset(
    ("retail", "telecom", "banking", "ecommerce", "insurance", "logistics", "property", "restaurant", "carrepair")
) | {"saas", "software", "clinic", "airline", "appliance", "gym", "utilities"}
"""Trades in view when the word lists were written: there the lists look better than they are."""
TRAINED_ON = ("train", "dev", "former")
FOLDS = 8
TRADES_PER_FEATURE = 3
PRECISION = 0.98
WHOLE_ACCURACY = 0.95
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """What the linear model is trained on: a whole SPIN reply, or one sentence of a complaint reply."""

    owner: int
    text: str


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
        "cut": CUT[tier].get(task, 0.5),
        "cuts": CUTS[tier].get(task, {}),
        "weights": WEIGHTS[tier].get(task, {}).get(language, []),
        "thresholds": {},
    }


def _key(task: str, label: str) -> str:
    return label.replace("_", "-") if task == "spin" else label


def pieces_of(replies: Sequence[Labelled], task: str, language: str, cues: Scorer) -> list[Piece]:
    """The texts to train on, cut as the engine cuts them."""
    found = []
    for number, reply in enumerate(replies):
        if task == "spin":
            found.append(Piece(number, without_asides(normalised(reply.text), language, cues).strip()))
        else:
            found += [Piece(number, without_quotations(part.text)) for part in sentences(reply.text)]
    return found


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Features that occur in several trades, and how rare each is."""

    idf: dict[str, float]
    places: dict[str, int]


def vocabulary(counts: Sequence[Counter[str]], trades: Sequence[str]) -> Vocabulary:
    """Only what at least three trades say: the rest is about goods, not about steps."""
    frequency: Counter[str] = Counter()
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for count, trade in zip(counts, trades, strict=True):
        for name in count:
            frequency[name] += 1
            seen[name].add(trade)
    enough = min(TRADES_PER_FEATURE, len(set(trades)))
    names = sorted(name for name in frequency if len(seen[name]) >= enough)
    idf = {name: round(math.log((1 + len(counts)) / (1 + frequency[name])) + 1, 3) for name in names}
    return Vocabulary(idf, {name: place for place, name in enumerate(names)})


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


@dataclass(frozen=True, slots=True)
class Material:
    """The pieces of one task and language, read once: features, log-odds by the word lists, embeddings (or none)."""

    task: str
    language: str
    replies: list[Labelled]
    pieces: list[Piece]
    counts: list[Counter[str]]
    odds: list[dict[str, float]]
    by_cues: list[dict[str, float]]
    vectors: list[tuple[float, ...]]

    def trade(self, place: int) -> str:
        """The trade of a piece."""
        return self.replies[self.pieces[place].owner].trade

    def labels(self, place: int) -> tuple[str, ...]:
        """What people found in the reply that a piece belongs to."""
        return self.replies[self.pieces[place].owner].labels


def material(replies: list[Labelled], task: str, language: str, cues: Scorer) -> Material:
    """All that training needs to know of the replies of one language."""
    pieces = pieces_of(replies, task, language, cues)
    model = cues.models[(task, language)]
    odds = [cue_odds(model, piece.text) for piece in pieces]
    return Material(
        task=task,
        language=language,
        replies=replies,
        pieces=pieces,
        counts=[features(piece.text, language, tail=task == "spin") for piece in pieces],
        odds=odds,
        by_cues=[spread(task, row) for row in odds],
        vectors=embeddings([piece.text for piece in pieces]) if cues.tier == "semantic" else [],
    )


def spread(task: str, odds: dict[str, float]) -> dict[str, float]:
    """Shares of labels that exclude each other (SPIN) or do not."""
    if task == "spin":
        return dict(zip(odds, shares(list(odds.values())), strict=True))
    return {label: chance(value) for label, value in odds.items()}


def trained(given: Material, chosen: Sequence[int]) -> dict[str, Any]:
    """The stored form of a linear model trained on the chosen pieces."""
    counts = [given.counts[place] for place in chosen]
    known = vocabulary(counts, [given.trade(place) for place in chosen])
    rows = matrix(counts, known)
    starts, columns = fitted_columns(given.task, rows, [(given, place) for place in chosen], STRENGTH[given.task])
    return {
        "tail": given.task == "spin",
        "labels": list(LABELS[given.task]),
        "intercepts": [round(float(start), 3) for start in starts],
        "features": {
            name: [idf, *(round(float(column[known.places[name]]), 2) for column in columns)]
            for name, idf in known.idf.items()
        },
    }


def trained_dense(chosen: Sequence[tuple[Material, int]]) -> dict[str, Any]:
    """The stored form of a model over embeddings, trained on both languages at once."""
    task = chosen[0][0].task
    rows = np.array([given.vectors[place] for given, place in chosen])
    starts, columns = fitted_columns(task, rows, chosen, STRENGTH_OF_EMBEDDINGS[task])
    return {
        "labels": list(LABELS[task]),
        "intercepts": [round(float(start), 3) for start in starts],
        "rows": [[round(float(weight), 3) for weight in column] for column in columns],
    }


def fitted_columns(task: str, rows: Any, chosen: Sequence[tuple[Material, int]], strength: float) -> tuple[Any, Any]:
    """Intercepts and weights, one of each per label."""
    labels = LABELS[task]
    if task == "spin":
        answers = [given.labels(place)[0] for given, place in chosen]
        fitted = LogisticRegression(C=strength, max_iter=400, tol=1e-6).fit(rows, answers)
        order = [list(fitted.classes_).index(label) for label in labels]
        return fitted.intercept_[order], fitted.coef_[order]
    fits = [_one_label(rows, chosen, label, strength) for label in labels]
    return [fit.intercept_[0] for fit in fits], [fit.coef_[0] for fit in fits]


def _one_label(rows: Any, chosen: Sequence[tuple[Material, int]], label: str, strength: float) -> LogisticRegression:
    """Labels belong to replies, not to sentences: the most likely sentence of a labelled reply is taken to hold it."""
    by_cues = [given.by_cues[place][label] for given, place in chosen]
    score = by_cues
    held: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for row, (given, place) in enumerate(chosen):
        if label in given.labels(place):
            held[(given.language, given.pieces[place].owner)].append(row)
    for _ in range(ROUNDS):
        holds = [False] * len(chosen)
        for candidates in held.values():
            best = max(candidates, key=lambda row: (score[row], -row))
            for row in candidates:
                holds[row] = row == best or score[row] > 0.5
        fitted = LogisticRegression(C=strength, solver="liblinear", class_weight="balanced").fit(rows, holds)
        by_model = fitted.predict_proba(rows)[:, 1]
        score = [(cue + float(share)) / 2 for cue, share in zip(by_cues, by_model, strict=True)]
    return fitted


def unseen_shares(every: dict[str, Material], stored: dict[str, dict[str, Any]]) -> dict[str, list[dict[str, float]]]:
    """By language, for each reply the shares by models that saw nothing of its trade, in any language.

    Adversarial text trains every fold and is judged by none.
    """
    task = next(iter(every.values())).task
    trades = sorted({reply.trade for given in every.values() for reply in given.replies} - {ADVERSARIAL})
    fold = {trade: place % FOLDS for place, trade in enumerate(trades)}
    best = {language: [dict.fromkeys(LABELS[task], 0.0) for _ in given.replies] for language, given in every.items()}
    for number in range(min(FOLDS, len(trades))):
        seen = {
            language: [place for place in range(len(given.pieces)) if fold.get(given.trade(place), -1) != number]
            for language, given in every.items()
        }
        models = fitted_models(every, seen, stored)
        for language, given in every.items():
            for place in sorted(set(range(len(given.pieces))) - set(seen[language])):
                text = given.pieces[place].text
                model = models[language]
                said = opinions(replace(model, dense=None), text, language, given.odds[place])
                if model.dense:
                    said.append(dense_odds(model.dense, given.vectors[place]))
                row = fused([spread(task, odds) for odds in said], model.weights)
                known = best[language][given.pieces[place].owner]
                known.update({label: max(row[label], share) for label, share in known.items()})
    return best


def fitted_models(
    every: dict[str, Material], chosen: dict[str, list[int]], stored: dict[str, dict[str, Any]]
) -> dict[str, Model]:
    """Models trained on the chosen pieces."""
    task = next(iter(every.values())).task
    whole = with_weights(every, chosen, stored)
    ready = built(_version("linear", 0, {task: whole}, {}))
    return {language: ready.models[(task, language)] for language in every}


def with_weights(
    every: dict[str, Material], chosen: dict[str, list[int]], stored: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """The stored models with weights trained on the chosen pieces."""
    both = [(given, place) for language, given in every.items() for place in chosen[language] if given.vectors]
    dense = trained_dense(both) if both else None
    return {
        language: {**stored[language], "linear": trained(given, chosen[language]), "dense": dense}
        for language, given in every.items()
    }


def guess(task: str, row: dict[str, float], model: Model) -> tuple[str, ...]:
    """The best guess from shares."""
    if task == "spin":
        return (max(LABELS[task], key=lambda label: row[label]),)
    return tuple(label for label in LABELS[task] if row[label] >= model.cut_of(label))


@dataclass(frozen=True, slots=True)
class Unseen:
    """A reply, its shares by models that saw nothing of its trade, and the guess they make."""

    reply: Labelled
    shares: dict[str, float]
    guess: tuple[str, ...]


def thresholds(every: dict[str, list[Unseen]], model: Model) -> dict[str, dict[str, float]]:
    """By language, from which share on a label is believed, so that on trades not trained on it holds in 98 of 100.

    Only trades count that the word lists had not seen either. A threshold must hold for each label and language, and
    over all steps and both languages together with one mistake more than was seen.
    """
    every = {language: [row for row in rows if row.reply.trade not in WRITTEN_WITH] for language, rows in every.items()}
    fresh = [row for rows in every.values() for row in rows]
    steps = [label for label in model.labels if label not in (NONE, TABOO)]
    least = _threshold(_credited(fresh, steps), PRECISION, reserve=1)
    clear = _threshold(_clear(fresh, model), WHOLE_ACCURACY, reserve=1)
    found = {}
    for language, rows in every.items():
        found[language] = {
            label: max(least if label in steps else 0.0, _threshold(_credited(rows, (label,)), PRECISION, reserve=0))
            for label in model.labels
        }
        found[language]["whole"] = max(clear, _threshold(_clear(rows, model), WHOLE_ACCURACY, reserve=0))
    return found


def _credited(rows: Sequence[Unseen], labels: Sequence[str]) -> list[tuple[float, bool]]:
    return [(row.shares[label], label in row.reply.labels) for row in rows for label in labels if label in row.guess]


def _clear(rows: Sequence[Unseen], model: Model) -> list[tuple[float, bool]]:
    return [(clarity(model, row.shares), set(row.guess) == set(row.reply.labels)) for row in rows] if model.cut else []


def _threshold(pairs: list[tuple[float, bool]], wanted: float, reserve: int) -> float:
    """The lowest share from which on the wanted part is right, were there ``reserve`` more mistakes; 2 if there is
    none."""
    lowest = 2.0
    right = 0
    for number, (share, is_right) in enumerate(sorted(pairs, key=lambda pair: -pair[0]), 1):
        right += is_right
        if right >= wanted * (number + reserve):
            lowest = share
    return round(lowest + 0.0005, 3) if lowest < 2 else 2.0


def _version(tier: str, number: int, tasks: dict[str, Any], trained_on: dict[str, Any]) -> dict[str, Any]:
    name = f"{tier}-{number}"
    limits = {**asdict(FIRST), "doubts_taboos": True, "most_searched": 600}
    return {
        "version": name,
        "format": FORMATS[-1],
        "tier": tier,
        "limits": limits,
        "trained_on": trained_on,
        "tasks": tasks,
    }


def train(tier: str, more: Sequence[Path]) -> dict[str, Any]:
    """The next version's content, with its figures by framework and language on trades not trained on."""
    tasks: dict[str, Any] = {
        task: {language: model_of(task, language, tier) for language in LANGUAGES} for task in (*LABELS, *OTHER_LABELS)
    }
    cues = built(_version(tier, 0, tasks, {}))
    figures: dict[str, dict[str, float]] = {}
    for task in LABELS:
        replies = corpus(task, TRAINED_ON, more)
        every = {
            language: material([reply for reply in replies if reply.language == language], task, language, cues)
            for language in LANGUAGES
        }
        rows = unseen_shares(every, tasks[task])
        model = cues.models[(task, "zh")]
        figures[task] = told(every, rows, model)
        judged = {
            language: [
                Unseen(reply, row, guess(task, row, model))
                for reply, row in zip(given.replies, rows[language], strict=True)
                if reply.trade != ADVERSARIAL
            ]
            for language, given in every.items()
        }
        for language, found in thresholds(judged, model).items():
            tasks[task][language]["thresholds"] = found
        everything = {language: list(range(len(given.pieces))) for language, given in every.items()}
        tasks[task] = with_weights(every, everything, tasks[task])
    inputs = [
        *sorted(FOLDER.glob("*.jsonl")),
        *sorted(CUES.glob("*.yaml")),
        *more,
    ]
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in inputs}
    at_hand = versions(tier)
    number = int(at_hand[-1].rpartition("-")[2]) + 1 if at_hand else 1
    return _version(tier, number, tasks, {"files": digests, "macro_f1": figures})


def told(every: dict[str, Material], rows: dict[str, list[dict[str, float]]], model: Model) -> dict[str, float]:
    """Macro-F1 by language and split, adversarial text left out; "fresh" are the trades no word list was written with."""
    found = {}
    pairs: defaultdict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = defaultdict(list)
    for language, given in every.items():
        for reply, row in zip(given.replies, rows[language], strict=True):
            if reply.trade != ADVERSARIAL:
                pair = (reply.labels, guess(given.task, row, model))
                pairs[f"{language} {reply.split}"].append(pair)
                pairs[f"pooled {reply.split}"].append(pair)
                if reply.trade not in WRITTEN_WITH:
                    pairs[f"{language} fresh"].append(pair)
                    pairs["pooled fresh"].append(pair)
    task = next(iter(every.values())).task
    for name, both in sorted(pairs.items()):
        found[name] = round(macro_f1(both, LABELS[task]), 3)
    return found


def main() -> None:
    """Train, tell the figures, and write the version unless it stays below the floors."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tier", choices=["linear", "semantic"], default="linear")
    parser.add_argument("--more", type=Path, action="append", default=[], help="an export of corrected replies (JSONL)")
    parser.add_argument("--dry-run", action="store_true", help="tell the figures, write nothing")
    parser.add_argument("--into", type=Path, default=MODELS, help="folder of the versions")
    options = parser.parse_args()
    try:
        version = train(options.tier, options.more)
    except (OSError, ValueError, LookupError) as fault:
        sys.exit(f"Nothing was written: {fault}")
    for task, figures in version["trained_on"]["macro_f1"].items():
        print(task, " ".join(f"{name} {value:.3f}" for name, value in figures.items()))
        floor = FLOORS[options.tier][task]
        if figures["pooled dev"] < floor:
            sys.exit(f"Nothing was written: {task} reaches {figures['pooled dev']:.3f}, the floor is {floor}.")
    if options.dry_run:
        return
    write(version, options.into)


def write(version: dict[str, Any], folder: Path) -> None:
    """Write the version and its line in the register; a version that is there is never overwritten."""
    path = folder / f"{version['version']}.json"
    text = json.dumps(version, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
    with path.open("x", encoding="utf-8") as stream:
        stream.write(text)
    register = folder / "register.json"
    known = json.loads(register.read_text(encoding="utf-8")) if register.exists() else {}
    known[version["version"]] = hashlib.sha256(text.encode()).hexdigest()
    register.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{path.name} written, {len(text.encode()) // 1024} KiB; switch it on by restarting the servers")


if __name__ == "__main__":
    main()
