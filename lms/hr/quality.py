"""Workplace quality scores as they are sent or stand in a file, and what is wrong with them (pure)."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from lms.core.table_files import Row, RowError, day_written
from lms.core.texts import N_, Message
from lms.hr.performance import WORKPLACE, Kind

COLUMNS = {
    "employee_number": ("employee number", "employee no", "number", "工号", "员工编号"),
    "source": ("kind", "来源", "类型"),
    "observed_on": ("observed on", "date", "day", "日期", "检查日期"),
    "score": ("points", "得分", "分数"),
    "max_score": ("max score", "maximum", "满分"),
    "reference": ("id", "编号", "单号"),
}
REQUIRED = ("employee_number", "source", "observed_on", "score", "max_score", "reference")
SOURCES = {
    **{kind.value: kind.value for kind in WORKPLACE},
    "日常检查": Kind.INSPECTION.value,
    "神秘顾客": Kind.MYSTERY_SHOPPER.value,
    "客户反馈": Kind.CUSTOMER_FEEDBACK.value,
    "通话质检": Kind.CALL_QUALITY.value,
}
MOST = 100_000
LONGEST = 120


@dataclass(frozen=True, slots=True)
class NewScore:
    """One score as it is sent; ``reference`` is the sender's own number for it, which makes repeating safe."""

    employee_number: str
    source: str
    observed_on: date
    score: Decimal
    max_score: Decimal
    reference: str

    @property
    def identity(self) -> tuple[str, str]:
        """What tells one score from another: the reference within its source."""
        return self.source, self.reference


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the score at ``index`` of a list, in one of its fields."""

    index: int
    field: str
    message: Message


def faults(scores: Sequence[NewScore], known_numbers: Set[str], today: date) -> Iterator[Fault]:
    """Everything wrong with a list of scores; with any fault nothing of it is recorded."""
    seen: dict[tuple[str, str], NewScore] = {}
    for index, score in enumerate(scores):
        for field, message in _faults(score, known_numbers, today):
            yield Fault(index, field, message)
        earlier = seen.setdefault(score.identity, score)
        if earlier != score:
            yield Fault(
                index,
                "reference",
                Message(N_("This reference stands further up with other figures; mend one of them.")),
            )


def _faults(score: NewScore, known_numbers: Set[str], today: date) -> Iterator[tuple[str, Message]]:
    if score.employee_number not in known_numbers:
        text = N_("There is nobody with the employee number “%(number)s”.")
        yield "employee_number", Message(text, {"number": score.employee_number})
    if score.source not in {kind.value for kind in WORKPLACE}:
        text = N_("“%(value)s” is not a source. Known: %(known)s.")
        yield "source", Message(text, {"value": score.source, "known": ", ".join(WORKPLACE)})
    if score.observed_on > today:
        yield "observed_on", Message(N_("This day is still to come."))
    if not 0 < score.max_score <= MOST:
        text = N_("The greatest possible score must be above 0 and at most %(most)s.")
        yield "max_score", Message(text, {"most": MOST})
    elif not 0 <= score.score <= score.max_score:
        text = N_("The score must lie between 0 and %(most)s.")
        yield "score", Message(text, {"most": f"{score.max_score.normalize():f}"})
    if not 0 < len(score.reference) <= LONGEST or not score.reference.isprintable():
        text = N_("A reference has 1 to %(most)s characters on one line.")
        yield "reference", Message(text, {"most": LONGEST})


@dataclass(frozen=True, slots=True)
class Reading:
    """The rows of a file as scores, with the line each stands on; and the cells that could not be read."""

    scores: tuple[NewScore, ...]
    lines: tuple[int, ...]
    errors: tuple[RowError, ...]


def read(rows: Sequence[Row]) -> Reading:
    """Scores from the rows of a file."""
    scores: list[NewScore] = []
    lines: list[int] = []
    errors: list[RowError] = []
    for row in rows:
        wrong = list(_unreadable(row))
        errors += wrong
        if not wrong:
            scores.append(_score(row.cells))
            lines.append(row.line)
    return Reading(tuple(scores), tuple(lines), tuple(errors))


def _unreadable(row: Row) -> Iterator[RowError]:
    if day_written(row.cells.get("observed_on", "")) is None:
        yield RowError(row.line, "observed_on", Message(N_("Write the day as 2026-03-31.")))
    for column in ("score", "max_score"):
        if _number(row.cells.get(column, "")) is None:
            text = N_("“%(value)s” is not a number.")
            yield RowError(row.line, column, Message(text, {"value": row.cells.get(column, "")}))


def _score(cells: Mapping[str, str]) -> NewScore:
    written = cells.get("source", "").strip().lower()
    day, score, most = day_written(cells["observed_on"]), _number(cells["score"]), _number(cells["max_score"])
    assert day is not None and score is not None and most is not None
    return NewScore(
        employee_number=cells.get("employee_number", ""),
        source=SOURCES.get(written, written),
        observed_on=day,
        score=score,
        max_score=most,
        reference=cells.get("reference", ""),
    )


def _number(value: str) -> Decimal | None:
    try:
        number = Decimal(value.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**9 else None
