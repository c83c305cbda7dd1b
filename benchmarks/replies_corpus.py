"""The labelled replies that the scorer is trained on and judged by: one JSON object a line, split by trade.

Lines with ``split`` "test" are trades kept apart for judging. Training never reads them, and no rule may be written
from them. The test trades that judged version 1 have been seen by now: they are the split "former", and train.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

FOLDER = Path(__file__).parent / "reply_corpus"
FORMER = ("lscat_test.jsonl", "spin_test.jsonl")
"""Files whose test trades judged version 1."""
BLIND = ("blind3_lscat.jsonl", "blind3_spin.jsonl")
"""Files that judged linear-3 and semantic-2 once, after both were trained; training never reads them."""

ADVERSARIAL = "adversarial"
LABELS = {
    "spin": ("situation", "problem", "implication", "need-payoff", "none"),
    "lscat": ("listen", "sympathize", "clarify", "advise", "track", "taboo"),
}
LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A reply and what people found in it; ``trade`` is the trade or, in an export, the scenario's key."""

    id: str
    language: str
    trade: str
    split: str
    task: str
    text: str
    labels: tuple[str, ...]


def labelled(lines: Iterable[str], name: str) -> list[Labelled]:
    """The replies of a file's lines; ``ValueError`` with name and line number for a line that does not fit."""
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
            labels = tuple(label.replace("_", "-") for label in raw["labels"])
            reply = Labelled(raw["id"], raw["lang"][:2], raw["domain"], raw["split"], raw["task"], raw["text"], labels)
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise ValueError(f"{name}:{number}: this is no labelled reply ({fault})") from None
        unknown = set(labels) - set(LABELS.get(reply.task, labels))
        if unknown:
            raise ValueError(f"{name}:{number}: {sorted(unknown)} are no labels of {reply.task}")
        found.append(reply)
    return found


def corpus(task: str, splits: Collection[str], more: Iterable[Path] = ()) -> list[Labelled]:
    """All replies of a task in these splits, files by name, then ``more`` files in the order given."""
    replies = []
    for path in (*sorted(FOLDER.glob("*.jsonl")), *more):
        with path.open(encoding="utf-8") as lines:
            read = labelled(lines, path.name)
        if path.name in FORMER:
            read = [replace(reply, split="former") for reply in read]
        if path.name in BLIND:
            read = [replace(reply, split="blind") for reply in read]
        replies += [reply for reply in read if reply.task == task and reply.split in splits]
    return replies


def macro_f1(pairs: Collection[tuple[Collection[str], Collection[str]]], labels: Iterable[str]) -> float:
    """The mean of F1 over labels, from pairs of (given by people, guessed); a label nobody used is left out."""
    scores = []
    for label in labels:
        hits = sum(label in given and label in guessed for given, guessed in pairs)
        wrong = sum((label in given) != (label in guessed) for given, guessed in pairs)
        if hits or wrong:
            scores.append(2 * hits / (2 * hits + wrong))
    return sum(scores) / len(scores) if scores else 0.0
