"""A reply is read for ever as it was read on its day: kept readings by every version, compared whole."""

import pytest

from benchmarks.golden_replies import golden, lines_for, read
from lms.scenarios.replies import versions
from lms.scenarios.replies_semantic import is_installed

CHANGED = (
    "{version} reads {text!r} otherwise than it is kept in golden_readings.jsonl. Versions in use never change: "
    "keep the old way of reading, and give the new one a new number in replies_scorers.FORMATS."
)


@pytest.mark.parametrize("version", versions())
def test_every_version_reads_as_it_always_did(version: str) -> None:
    lines = golden()
    assert len(lines) >= 200
    if version.startswith("semantic") and not is_installed():
        pytest.skip("the extra package is not there")
    for line in lines_for(version, lines):
        assert version in line["readings"], "run python -m benchmarks.golden_replies once for a new version"
        assert read(line, version) == line["readings"][version], CHANGED.format(version=version, text=line["text"])


def test_kept_replies_hold_steps_doubts_guards_and_taboos() -> None:
    kept = [reading for line in golden() for reading in line["readings"].values()]
    for part in ("findings", "taboos", "guards"):
        assert sum(bool(reading[part]) for reading in kept) > 20, part
    assert {line["framework"] for line in golden()} == {"spin", "lscat", "last"}
