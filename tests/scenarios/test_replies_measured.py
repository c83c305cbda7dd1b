"""The scorer in use on trades it was not trained on: below these floors it may not be the one in use."""

import pytest

from benchmarks.replies import Judged, judged, precision_of_credited, wilson
from benchmarks.replies_corpus import ADVERSARIAL, LABELS, corpus, macro_f1
from lms.scenarios.replies import scorer
from lms.scenarios.replies_scorers import in_use

FLOORS = {"spin": 0.79, "lscat": 0.77}


def on_unseen_trades(task: str) -> list[Judged]:
    replies = [reply for reply in corpus(task, ("test",)) if reply.trade != ADVERSARIAL]
    assert not {reply.trade for reply in replies} & {reply.trade for reply in corpus(task, ("train", "dev", "former"))}
    return judged(replies, scorer(in_use("linear")))


@pytest.mark.parametrize("task", ["spin", "lscat"])
def test_the_scorer_in_use_is_above_its_floor_on_unseen_trades(task: str) -> None:
    rows = on_unseen_trades(task)
    assert len(rows) > 150
    assert macro_f1([row.pair for row in rows], LABELS[task]) >= FLOORS[task]
    share, count = precision_of_credited(rows)
    assert share is not None and count > 20
    assert share >= 0.95


def test_few_cases_are_told_with_their_interval() -> None:
    assert wilson(8, 10) == "0.800 (0.49–0.94) of 10"
    assert wilson(0, 0) == "– of 0"
