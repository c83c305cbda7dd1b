"""``flask scenarios score-replies``, and how well the scorer does in trades it has not seen."""

import json
from pathlib import Path

import pytest
from flask import Flask

from benchmarks.replies import judged, precision_of_credited
from benchmarks.replies_corpus import ADVERSARIAL, LABELS, corpus, labelled, macro_f1
from lms.factory import create_app
from lms.scenarios.replies import scorer
from lms.scenarios.replies_semantic import is_installed

FLOORS = {"linear": {"spin": 0.79, "lscat": 0.77}, "semantic": {"spin": 0.84, "lscat": 0.82}}


@pytest.fixture
def bare_app(tmp_path: Path) -> Flask:
    """An installation whose database has no tables."""
    return create_app({"SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path / 'empty.sqlite'}", "TESTING": True})


def scored(app: Flask, file: Path, key: str):
    return app.test_cli_runner().invoke(args=["scenarios", "score-replies", "--framework", key, str(file)])


def line(number: int, text: str, language: str = "en") -> str:
    return json.dumps({"id": f"r{number}", "lang": language, "text": text}, ensure_ascii=False)


def test_it_prints_one_json_line_a_reply_on_an_empty_database(bare_app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "replies.jsonl"
    file.write_text(
        line(1, "If the figures checked themselves, how would that help you?")
        + "\n"
        + line(2, "您好，欢迎光临。", "zh")
        + "\n",
        encoding="utf-8",
    )
    result = scored(bare_app, file, "spin")
    first, second = (json.loads(row) for row in result.stdout.splitlines())
    assert result.exit_code == 0
    assert list(first) == ["id", "found", "unsure", "evidence", "to_person", "version"]
    assert first["found"] + first["unsure"] == ["need_payoff"]
    assert second["found"] + second["unsure"] == ["none"]
    assert second["evidence"] == {}


def test_taboos_are_among_the_labels_with_their_words(bare_app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "replies.jsonl"
    file.write_text(line(1, "Calm down, it's no big deal."), encoding="utf-8")
    (row,) = map(json.loads, scored(bare_app, file, "lscat").stdout.splitlines())
    assert row["found"] + row["unsure"] == ["taboo"]
    assert row["evidence"] == {"taboo": "Calm down, it's no big deal"}


def test_lines_that_do_not_fit_are_named_and_the_others_scored(bare_app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "replies.jsonl"
    good = line(1, "How many people work here?").encode()
    bad = [
        b"{",
        b"[1]",
        b'{"id": "x", "lang": "fr", "text": "?"}',
        b'{"id": "x", "lang": "en"}',
        b"\xff\xfe",
        b'{"lang": "en"}',
    ]
    file.write_bytes(b"\n".join([good, *bad, good]))
    result = scored(bare_app, file, "spin")
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 2
    assert [f":{number}:" in result.stderr for number in range(1, 9)] == [False, *[True] * 6, False]


def test_a_framework_that_is_not_there_is_named(bare_app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "replies.jsonl"
    file.write_text("", encoding="utf-8")
    result = scored(bare_app, file, "magic")
    assert result.exit_code == 1
    assert "There is no framework magic" in result.stderr


def test_an_unknown_scorer_keeps_the_product_from_starting(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="write linear, semantic"):
        create_app({"LMS_REPLY_SCORER": "magic", "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path / 'x.sqlite'}"})


TIERS = [
    "linear",
    pytest.param("semantic", marks=pytest.mark.skipif(not is_installed(), reason="make setup-semantic first")),
]


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("task", ["spin", "lscat"])
def test_in_trades_kept_apart_it_reaches_its_floor(task: str, tier: str) -> None:
    rows = judged((reply for reply in corpus(task, ("test",)) if reply.trade != ADVERSARIAL), scorer(tier))
    assert macro_f1([row.pair for row in rows], LABELS[task]) >= FLOORS[tier][task]


@pytest.mark.parametrize("task", ["spin", "lscat"])
def test_in_trades_kept_apart_a_credited_step_may_be_believed(task: str) -> None:
    rows = judged((reply for reply in corpus(task, ("test",)) if reply.trade != ADVERSARIAL), scorer("linear"))
    precision, count = precision_of_credited(rows)
    assert count > 50
    assert precision is not None and precision >= 0.9


def test_a_line_of_a_corpus_that_does_not_fit_is_named() -> None:
    with pytest.raises(ValueError, match="mine:2: this is no labelled reply"):
        labelled(["", '{"id": 1}'], "mine")


def test_f1_of_a_label_nobody_used_is_left_out() -> None:
    pairs = [(("a",), ("a",)), (("a",), ("b",)), (("b",), ("b",))]
    assert macro_f1(pairs, ("a", "b", "c")) == pytest.approx((2 / 3 + 2 / 3) / 2)
