"""Training a scorer: the same input gives the same bytes, and a version that is there is never overwritten."""

import json
from pathlib import Path

import pytest

pytest.importorskip("sklearn", reason="scikit-learn comes with make setup-dev")

from benchmarks import train_replies as training
from benchmarks.replies_corpus import LABELS, corpus
from lms.scenarios.replies import scorer
from lms.scenarios.replies_scorers import built


def test_the_same_replies_give_the_same_weights() -> None:
    replies = [reply for reply in corpus("spin", ("train",)) if reply.language == "en"][:80]
    given = training.material(replies, "spin", "en", scorer("linear-1"))
    places = list(range(len(given.pieces)))
    once, again = training.trained(given, places), training.trained(given, places)
    assert json.dumps(once, sort_keys=True) == json.dumps(again, sort_keys=True)
    assert once["labels"] == list(LABELS["spin"])
    assert len(once["features"]) > 100


def test_only_what_several_trades_say_becomes_a_feature() -> None:
    replies = [reply for reply in corpus("spin", ("train",)) if reply.language == "en"]
    given = training.material(replies, "spin", "en", scorer("linear-1"))
    features = training.trained(given, list(range(len(given.pieces))))["features"]
    for name in list(features)[::500]:
        trades = {given.trade(place) for place, counts in enumerate(given.counts) if name in counts}
        assert len(trades) >= training.TRADES_PER_FEATURE, name


def test_the_word_lists_are_good_patterns() -> None:
    tasks = {
        task: {language: training.model_of(task, language, "linear") for language in ("zh", "en")} for task in LABELS
    }
    ready = built({"version": "linear-1", "format": 1, "tier": "linear", "tasks": tasks})
    for model in ready.models.values():
        assert {cue.label for cue in model.cues} == set(model.labels)


def test_a_version_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    training.write({"version": "linear-1", "format": 1}, tmp_path)
    before = (tmp_path / "linear-1.json").read_bytes()
    with pytest.raises(FileExistsError):
        training.write({"version": "linear-1", "format": 2}, tmp_path)
    assert (tmp_path / "linear-1.json").read_bytes() == before


@pytest.mark.parametrize(
    ("pairs", "threshold"),
    [
        ([(0.9, True)] * 60 + [(0.5, False)] * 2, 0.9),
        ([(0.9, True)] * 10, 2.0),
        ([], 2.0),
    ],
)
def test_a_threshold_reckons_with_one_mistake_more_than_was_seen(
    pairs: list[tuple[float, bool]], threshold: float
) -> None:
    assert training._threshold(pairs, 0.98, reserve=1) == pytest.approx(threshold, abs=0.001)
