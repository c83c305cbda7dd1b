"""``make bench-replies``: how well typed replies are read, in trades the scorer was not trained on.

Scores only; nothing is trained. ``test`` are trades kept apart from training and from writing word lists; ``former`` is what
``test`` was for version 1.
"""

import argparse
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.replies_corpus import ADVERSARIAL, LABELS, LANGUAGES, Labelled, corpus, macro_f1
from lms.scenarios.queries_frameworks import product_frameworks
from lms.scenarios.replies import ReplyContext, Scorer, choose, scorer
from lms.scenarios.replies_engine import Judgement, judge

TONGUES = {"zh": "zh-Hans", "en": "en"}


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled reply, what the scorer says of it, and how long that took (seconds)."""

    reply: Labelled
    judgement: Judgement
    seconds: float

    @property
    def pair(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Given by people, guessed by the scorer."""
        return self.reply.labels, self.judgement.labels

    @property
    def is_right(self) -> bool:
        """Whether the whole guess is as people labelled it."""
        return set(self.reply.labels) == set(self.judgement.labels)


def judged(replies: Iterable[Labelled], by: Scorer) -> list[Judged]:
    """Every reply read by one scorer."""
    frameworks = product_frameworks()
    found = []
    for reply in replies:
        context = ReplyContext(frameworks[reply.task], TONGUES[reply.language])
        began = time.perf_counter()
        judgement = judge(reply.text, context, by)
        found.append(Judged(reply, judgement, time.perf_counter() - began))
    return found


def precision_of_credited(rows: Sequence[Judged]) -> tuple[float | None, int]:
    """Of the steps credited as sure (``taboo`` and ``none`` apart), the share that people see too; and how many."""
    right = total = 0
    for row in rows:
        for step in row.judgement.reading.found:
            total += 1
            right += step in row.reply.labels
    return (right / total if total else None), total


def recall_and_precision(rows: Sequence[Judged], label: str) -> tuple[float | None, float | None]:
    """Of one label."""
    hits = sum(label in row.reply.labels and label in row.judgement.labels for row in rows)
    given = sum(label in row.reply.labels for row in rows)
    guessed = sum(label in row.judgement.labels for row in rows)
    return (hits / given if given else None), (hits / guessed if guessed else None)


def report(task: str, split: str, by: Scorer) -> None:
    """One block of the table."""
    replies = corpus(task, (split,))
    honest = judged([reply for reply in replies if reply.trade != ADVERSARIAL], by)
    trades = sorted({row.reply.trade for row in honest})
    print(f"\n{task}, {split}: {len(honest)} replies, trades {', '.join(trades)}")
    for language in (*LANGUAGES, "pooled"):
        rows = [row for row in honest if language in (row.reply.language, "pooled")]
        decided = [row for row in rows if row.judgement.is_sure]
        credited, count = precision_of_credited(rows)
        line = [
            f"{language:7}",
            f"macro-F1 {macro_f1([row.pair for row in rows], LABELS[task]):.3f}",
            f"credited {_share(credited)} of {count}",
            f"decided {len(decided) / len(rows):.2f} at {_share(_mean(row.is_right for row in decided))}",
            f"{statistics.median(row.seconds for row in rows) * 1000:.2f} ms",
        ]
        if task == "lscat":
            recall, precision = recall_and_precision(rows, "taboo")
            line.append(f"taboo recall {_share(recall)} precision {_share(precision)}")
        print("  " + "  ".join(line))
    for label in LABELS[task]:
        recall, precision = recall_and_precision(honest, label)
        print(f"    {label:12} recall {_share(recall)}  precision {_share(precision)}")
    tricky = judged([reply for reply in replies if reply.trade == ADVERSARIAL], by)
    if tricky:
        credited, count = precision_of_credited(tricky)
        right = sum(row.is_right for row in tricky)
        guarded = sum(row.judgement.reading.to_person for row in tricky)
        print(
            f"  adversarial: {right} of {len(tricky)} right, {guarded} to a person, credited {_share(credited)} of {count}"
        )


def _mean(flags: Iterable[bool]) -> float | None:
    values = list(flags)
    return sum(values) / len(values) if values else None


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def main() -> None:
    """Print the table for one version."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--version", help="a numbered version; default: the newest of the tier")
    parser.add_argument("--tier", default="linear")
    parser.add_argument("--split", action="append", choices=["train", "dev", "former", "test"], help="default: test")
    options = parser.parse_args()
    choose(options.tier)
    by = scorer(options.version)
    print(f"scorer {by.version}")
    for split in options.split or ["test"]:
        for task in LABELS:
            report(task, split, by)


if __name__ == "__main__":
    main()
