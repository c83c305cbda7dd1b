"""``make bench-replies``: how well typed replies are read, in trades the scorer was not trained on.

Scores only; nothing is trained. ``test`` are trades kept apart from training and from writing word lists; ``former`` is what
``test`` was for version 1. ``blind`` are replies of another hand again, looked at once, when linear-3 and semantic-2 were
ready.
"""

import argparse
import math
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.replies_corpus import ADVERSARIAL, LABELS, LANGUAGES, Labelled, corpus, macro_f1
from lms.scenarios.queries_frameworks import product_frameworks
from lms.scenarios.replies import ReplyContext, Scorer, choose, scorer
from lms.scenarios.replies_engine import TABOO, Judgement, judge

SPLITS = ("train", "dev", "former", "test", "blind")
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


def wilson(right: int, total: int) -> str:
    """The share with its 95 % interval (Wilson), for few cases."""
    if not total:
        return "– of 0"
    share, square = right / total, 1.96**2
    middle = (share + square / (2 * total)) / (1 + square / total)
    half = 1.96 * math.sqrt(share * (1 - share) / total + square / (4 * total**2)) / (1 + square / total)
    return f"{share:.3f} ({middle - half:.2f}–{middle + half:.2f}) of {total}"


def report(task: str, split: str, by: Scorer) -> None:
    """One block of the table."""
    replies = corpus(task, (split,))
    if not replies:
        return
    honest = judged([reply for reply in replies if reply.trade != ADVERSARIAL], by)
    trades = sorted({row.reply.trade for row in honest})
    print(f"\n{task}, {split}: {len(honest)} replies, trades {', '.join(trades)}")
    for language in (*LANGUAGES, "pooled"):
        rows = [row for row in honest if language in (row.reply.language, "pooled")]
        if rows:
            print("  " + "  ".join(_figures(task, language, rows)))
    for label in LABELS[task]:
        recall, precision = recall_and_precision(honest, label)
        print(f"    {label:12} recall {_share(recall)}  precision {_share(precision)}")
    tricky = judged([reply for reply in replies if reply.trade == ADVERSARIAL], by)
    for language in (*LANGUAGES, "pooled") if tricky else ():
        rows = [row for row in tricky if language in (row.reply.language, "pooled")]
        credited = [step in row.reply.labels for row in rows for step in row.judgement.reading.found]
        decided = [row.is_right for row in rows if row.judgement.is_sure]
        guarded = sum(row.judgement.reading.to_person for row in rows)
        print(
            f"  adversarial {language}: {sum(row.is_right for row in rows)} of {len(rows)} right, {guarded} to a person, "
            f"credited {wilson(sum(credited), len(credited))}, decided {wilson(sum(decided), len(decided))}"
        )


def _figures(task: str, language: str, rows: Sequence[Judged]) -> list[str]:
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
        recall, precision = recall_and_precision(rows, TABOO)
        sure = [TABOO in row.reply.labels for row in rows if row.judgement.reading.taboos]
        line.append(f"taboo recall {_share(recall)} precision {_share(precision)}, sure {wilson(sum(sure), len(sure))}")
    return line


def _mean(flags: Iterable[bool]) -> float | None:
    values = list(flags)
    return sum(values) / len(values) if values else None


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def main() -> None:
    """Print the table for one version."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--version", help="a numbered version; default: the one in use of the tier")
    parser.add_argument("--tier", default="linear")
    parser.add_argument("--split", action="append", choices=SPLITS, help="default: test and blind")
    options = parser.parse_args()
    choose(options.tier)
    by = scorer(options.version)
    print(f"scorer {by.version}")
    for split in options.split or ("test", "blind"):
        for task in LABELS:
            report(task, split, by)


if __name__ == "__main__":
    main()
