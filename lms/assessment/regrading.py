"""What an answer earns under another key than the one it was graded by, and what that makes of an attempt (pure).

Answers are kept in keys, in whatever order the learner saw the options; so another version of the item can read them.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from lms.assessment import grading
from lms.core.texts import N_, Message
from lms.question_bank.item_scores import Answer, score
from lms.question_bank.items import AnyItem, Essay


class Rule(StrEnum):
    """By what the answers are graded again."""

    NEW_KEY = "new-key"
    GAIN = "gain"  # the new key, but nobody loses points
    FULL = "full"  # full marks for all who met it


class Outcome(StrEnum):
    """What the regrading does to an attempt."""

    CHANGED = "changed"
    SAME = "same"
    KEPT = "kept"  # a pass would have been lost, or a mean lowered, so the points stay


RULE_NAMES = {
    Rule.NEW_KEY: N_("By the new key"),
    Rule.GAIN: N_("By the new key, only for those who gain by it"),
    Rule.FULL: N_("Full marks for everybody who met the question"),
}

TYPE_CHANGED = N_("The new version asks in another way, so old answers cannot be read by it. Give full marks instead.")
PEOPLE_MARK = N_("Essays are marked by people; a key cannot grade them again.")


@dataclass(frozen=True, slots=True)
class Case:
    """An attempt that met the version: its marks that hold, the answer in question, and its result so far.

    ``percent`` and ``score`` are None while the attempt waits for other marks; ``is_by_machine`` is False for points
    that a person gave, ``is_in_mean`` True for a result that passes the exam together with others.
    """

    attempt_id: int
    slot: int
    answer: Answer
    marks: Mapping[int, grading.Mark]
    cut: Decimal
    section_cuts: Sequence[Decimal | None]
    score: Decimal | None
    max_score: Decimal
    percent: Decimal | None
    passed: bool | None
    is_by_machine: bool = True
    is_in_mean: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """What would become of one attempt."""

    attempt_id: int
    slot: int
    outcome: Outcome
    is_gone: bool
    old_share: Decimal
    new_share: Decimal
    max_points: Decimal
    old_score: Decimal | None
    new_score: Decimal | None
    max_score: Decimal
    old_percent: Decimal | None
    new_percent: Decimal | None
    old_passed: bool | None
    new_passed: bool | None


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer as a newer version reads it; ``is_gone``: it named something that version does not have."""

    answer: Answer
    is_gone: bool


def refusal(shown: AnyItem, corrected: AnyItem | None) -> Message | None:
    """Why these answers cannot be graded by the other version (None: full marks), if they cannot."""
    if isinstance(shown, Essay):
        return Message(PEOPLE_MARK)
    if corrected is not None and corrected.type != shown.type:
        return Message(TYPE_CHANGED)
    return None


def read(corrected: AnyItem, answer: Answer) -> Reading:
    """The answer without what the corrected version does not have: nobody wins or loses by an option taken out."""
    options = getattr(corrected, "options", None)
    if isinstance(answer, list) and options is not None:
        kept = [key for key in answer if key in options]
        return Reading(kept, len(kept) < len(answer))
    if isinstance(answer, str) and options is not None:
        return Reading(answer, answer not in options)
    if isinstance(answer, dict):
        sources = getattr(corrected, "left", None) or getattr(corrected, "statements", {})
        targets = getattr(corrected, "right", None) or getattr(corrected, "categories", {})
        pairs = {left: right for left, right in answer.items() if left in sources and right in targets}
        return Reading(pairs, len(pairs) < len(answer))
    return Reading(answer, False)


def line(case: Case, rule: Rule, corrected: AnyItem | None, *, keeps_passes: bool) -> Line:
    """What the rule makes of an attempt. Points that a person gave are left as they are."""
    old = case.marks[case.slot]
    share, is_gone = old.share, False
    if case.is_by_machine:
        share, is_gone = _share(case, old, rule, corrected)
    outcome = Outcome.CHANGED if share != old.share else Outcome.SAME
    after = _result(case, share) if outcome is Outcome.CHANGED else None
    if after is not None and keeps_passes and _may_cost_a_pass(case, after, share):
        outcome, share = Outcome.KEPT, old.share
    changes = after is not None and outcome is Outcome.CHANGED and case.percent is not None
    return Line(
        case.attempt_id, case.slot, outcome, is_gone,
        grading.rounded(old.share), grading.rounded(share), grading.rounded(old.max_points),
        case.score, grading.rounded(after.total.score) if changes and after else case.score, case.max_score,
        case.percent, grading.rounded(after.total.percent) if changes and after else case.percent,
        case.passed, after.passed if changes and after else case.passed,
    )  # fmt: skip


def _may_cost_a_pass(case: Case, after: grading.Result, share: Fraction) -> bool:
    """Whether this result would not pass any more, or would lower a mean that the exam may have been passed by."""
    return bool(case.passed and not after.passed) or (case.is_in_mean and share < case.marks[case.slot].share)


def _share(case: Case, old: grading.Mark, rule: Rule, corrected: AnyItem | None) -> tuple[Fraction, bool]:
    if rule is Rule.FULL or corrected is None:
        return Fraction(1), False
    reading = read(corrected, case.answer)
    new = grading.exact(score(corrected, reading.answer) or Decimal(0))
    return (max(old.share, new) if rule is Rule.GAIN else new), reading.is_gone


def _result(case: Case, share: Fraction) -> grading.Result:
    old = case.marks[case.slot]
    marks = {**case.marks, case.slot: grading.Mark(old.slot, old.section, share, old.max_points)}
    return grading.result(list(marks.values()), cut=case.cut, section_cuts=case.section_cuts)


def figures(lines: Iterable[Line]) -> dict[str, int]:
    """Counts of what a list of lines says."""
    counts: Counter[str] = Counter(
        attempts=0, changed=0, up=0, down=0, gained=0, lost=0, kept=0, gone=0, waiting=0
    )
    for one in lines:
        counts["attempts"] += 1
        counts["changed"] += one.outcome is Outcome.CHANGED
        counts["up"] += one.new_share > one.old_share
        counts["down"] += one.new_share < one.old_share
        counts["gained"] += bool(one.new_passed) and one.old_passed is False
        counts["lost"] += bool(one.old_passed) and one.new_passed is False
        counts["kept"] += one.outcome is Outcome.KEPT
        counts["gone"] += one.is_gone
        counts["waiting"] += one.old_percent is None
    return dict(counts)


def digest(lines: Iterable[Line]) -> str:
    """SHA-256 over the lines in their order: the same lines give the same, whichever database kept them."""
    sha256 = hashlib.sha256()
    for one in lines:
        sha256.update(json.dumps([_plain(getattr(one, name)) for name in Line.__slots__]).encode())
    return sha256.hexdigest()


def _plain(value: Any) -> Any:
    return str(value.quantize(grading.MILLIONTH)) if isinstance(value, Decimal) else value
