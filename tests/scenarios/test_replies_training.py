"""Training a scorer: the same input gives the same bytes, and a version that is there is never overwritten."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sklearn", reason="scikit-learn comes with make setup-dev")

from benchmarks import train_replies as training
from benchmarks import train_replies_fitting as fitting
from benchmarks import train_replies_judging as judging
from benchmarks.replies_corpus import ADVERSARIAL, LABELS, Labelled, corpus
from benchmarks.train_replies_material import Material, folds_of, material, model_of, version_of
from lms.scenarios.queries_frameworks import product_frameworks
from lms.scenarios.replies import ReplyContext
from lms.scenarios.replies_engine import judge
from lms.scenarios.replies_scorers import Scorer, built
from lms.scenarios.replies_taboos import without_quotations


@cache
def given(task: str) -> Material:
    """Fifty replies or so, of every trade a few: fitting them takes a moment."""
    replies = [reply for reply in corpus(task, ("train",)) if reply.language == "en"][::24]
    return material(
        replies, task, "en", built(version_of("linear", 3, word_lists(), {})), model_of(task, "en", "linear")
    )


def word_lists() -> dict[str, Any]:
    return {
        task: {language: model_of(task, language, "linear") for language in ("zh", "en")}
        for task in (*LABELS, "guards", "meanings")
    }


def everything(of: Material) -> list[int]:
    return list(range(len(of.replies)))


def small_scorer(of: Material) -> Scorer:
    """A scorer with weights from a few English replies; Chinese has word lists only."""
    tasks = word_lists()
    tasks[of.task] |= fitting.with_weights({"en": of}, {"en": everything(of)}, {"en": tasks[of.task]["en"]}, "linear")
    return built(version_of("linear", 3, tasks, {}))


@pytest.mark.parametrize("task", ["spin", "lscat"])
def test_the_same_replies_give_the_same_weights(task: str) -> None:
    few = given(task)
    once, again = fitting.trained(few, everything(few)), fitting.trained(few, everything(few))
    assert json.dumps(once, sort_keys=True) == json.dumps(again, sort_keys=True)
    assert once["labels"] == list(LABELS[task])


def test_only_what_several_trades_say_becomes_a_feature_and_no_more_than_a_file_should_hold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(fitting.MOST_FEATURES, "spin", 300)
    every = given("spin")
    features = fitting.trained(every, everything(every))["features"]
    assert len(features) == 300
    for name in list(features)[::20]:
        trades = {
            reply.trade
            for reply, pieces in zip(every.replies, every.pieces, strict=True)
            if any(name in piece.counts for piece in pieces)
        }
        assert len(trades) >= fitting.TRADES_PER_FEATURE, name


def test_figures_are_those_of_the_engine() -> None:
    """What training reckons from kept counts is what the engine says of the same reply. (Where others are quoted
    training sees the quoted words blanked, the engine blanks them for taboos and for the reply as a whole.)"""
    few = given("lscat")
    by = small_scorer(few)
    model = by.models[("lscat", "en")]
    context = ReplyContext(product_frameworks()["lscat"], "en")
    plain = [place for place, reply in enumerate(few.replies) if without_quotations(reply.text) == reply.text]
    assert len(plain) > 20
    for place in plain:
        reply = few.replies[place]
        found = judge(reply.text, context, by)
        shares = judging.shares_of(few, place, model)
        for finding in found.reading.findings:
            assert finding.confidence == pytest.approx(shares[finding.step], abs=0.001), reply.text
        assert set(found.labels) == set(judging.guess(model, shares)), reply.text


def test_a_trade_is_judged_by_models_that_did_not_see_it() -> None:
    every = {"en": given("spin")}
    folds = folds_of(every, 6)["en"]
    by_trade: dict[str, set[int]] = {}
    for reply, fold in zip(every["en"].replies, folds, strict=True):
        by_trade.setdefault(reply.trade, set()).add(fold)
    assert all(len(found) == 1 for trade, found in by_trade.items() if trade != ADVERSARIAL)
    assert len(by_trade[ADVERSARIAL]) > 1


def unseen(share: float, is_right: bool, trade: str = "bakery", split: str = "train") -> judging.Unseen:
    reply = Labelled("1", "en", trade, split, "lscat", "", ("listen",) if is_right else ())
    return judging.Unseen(reply, {"listen": share}, ("listen",), guarded=False)


def test_only_fresh_trades_set_thresholds_and_floors() -> None:
    assert unseen(0.9, True).is_fresh
    assert not unseen(0.9, True, trade="retail").is_fresh
    assert not unseen(0.9, True, trade=ADVERSARIAL).is_fresh
    assert not unseen(0.9, True, split="former").is_fresh
    assert training.JUDGED_BY == "pooled fresh"


def test_a_version_below_its_floor_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = {"spin": {training.JUDGED_BY: 0.95}, "lscat": {training.JUDGED_BY: 0.769}}
    version = {"version": "linear-9", "trained_on": {"figures": figures}}
    monkeypatch.setattr(training, "train", lambda tier, more: version)
    monkeypatch.setattr("sys.argv", ["train_replies", "--into", str(tmp_path)])
    with pytest.raises(SystemExit, match=r"lscat reaches 0\.769, the floor is 0\.77"):
        training.main()
    assert not list(tmp_path.iterdir())
    figures["lscat"][training.JUDGED_BY] = 0.77
    training.main()
    assert (tmp_path / "linear-9.json").exists()


def test_the_word_lists_are_good_patterns() -> None:
    tasks = {task: {language: model_of(task, language, "linear") for language in ("zh", "en")} for task in LABELS}
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
    assert judging.threshold(pairs, 0.98, reserve=1) == pytest.approx(threshold, abs=0.001)
