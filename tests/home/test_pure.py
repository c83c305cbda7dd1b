"""Greetings, the one next step, what is in sight, and how people stand; without a database."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from lms.certification.validity import Phase, State
from lms.home import board, team_rows
from lms.home.board import CertificateLine, SkillSums
from lms.home.greetings import called, day_at_work, greeting
from lms.home.next_step import Lesson, address, choose, lesson_to_go_on
from lms.home.team_rows import CertificateState, Given, Required
from lms.statistics.proportions import Verdict

TODAY = date(2026, 11, 19)
AT = datetime(2026, 11, 18, tzinfo=UTC)


@dataclass
class Doing:
    """A task as enrolment tells it."""

    key: str
    kind: str = "exam"
    state: str = "open"
    due_on: date | None = None
    position: int = 0
    done: int | None = None
    total: int | None = None
    title: Any = None


@pytest.mark.parametrize(
    ("hour", "words"),
    [(0, "evening"), (5, "morning"), (11, "morning"), (12, "afternoon"), (18, "evening"), (23, "evening")],
)
def test_the_day_is_greeted_by_its_hour(hour: int, words: str) -> None:
    assert greeting(time(hour)) == f"Good {words}, %(name)s"


@pytest.mark.parametrize(
    ("name", "short"), [("林小雨", "小雨"), ("何静", "何静"), ("欧阳小明", "小明"), ("Lin Xiaoyu", "Lin Xiaoyu")]
)
def test_people_are_called_as_they_are_called(name: str, short: str) -> None:
    assert called(name) == short


@pytest.mark.parametrize(
    ("hired", "day"),
    [
        (TODAY, 1),
        (date(2026, 11, 10), 10),
        (date(2026, 8, 22), 90),
        (date(2026, 8, 21), None),
        (date(2026, 11, 20), None),
        (None, None),
    ],
)
def test_the_days_of_the_new_are_counted(hired: date | None, day: int | None) -> None:
    assert day_at_work(hired, TODAY) == day


def test_what_is_due_first_comes_first_and_others_last() -> None:
    soon, late = date(2026, 11, 21), date(2026, 11, 18)
    tasks = [
        Doing("session", "session", due_on=late), Doing("later", due_on=soon, position=1), Doing("someday"),
        Doing("locked", state="locked", due_on=late), Doing("late", due_on=late, position=3),
        Doing("begun", "course", due_on=late, position=9, done=2),
    ]  # fmt: skip
    order = []
    while (found := choose(tasks)) is not None:
        order.append(found.key)
        found.state = "done"
    assert order == ["begun", "late", "later", "someday", "session"]


def test_the_lesson_to_go_on_with_is_the_first_undone() -> None:
    lessons = [Lesson("a", "three", "", 5, 3, 4), Lesson("a", "two", "", 5, 2, 4), Lesson("b", "one", "", 5, 1, 1)]
    found = lesson_to_go_on("a", lessons)
    assert found is not None and found.key == "two"
    assert lesson_to_go_on("c", lessons) is None


def test_addresses_lead_straight_to_the_thing() -> None:
    assert address("course", "lscat", "listen") == "/courses/lscat/listen"
    assert address("exam", "level-1") == "/exams/level-1"
    assert address("scenario", "wet-floor") == "/scenarios/wet-floor"
    assert address("session", "workshop") is None


def test_emotions_are_judged_by_labels_and_skills_by_plays() -> None:
    sums = {"spin": SkillSums(4, 3, 10, 6), None: SkillSums(2, 1, 8, 8), "complaint-handling": SkillSums(20, 20, 0, 0)}
    emotion, complaints, spin = board.skill_lines(sums)
    assert (emotion.of.passed, emotion.of.n, emotion.verdict) == (14, 18, Verdict.NOT_PROVEN)
    assert (emotion.of.low, emotion.of.high) == pytest.approx((0.5479, 0.9100), abs=5e-5)
    assert (complaints.of.n, complaints.verdict) == (20, Verdict.MET)
    assert (spin.of.passed, spin.of.n, spin.verdict) == (3, 4, Verdict.NOT_PROVEN)


def test_a_skill_without_data_says_so() -> None:
    assert {line.verdict for line in board.skill_lines({})} == {Verdict.NO_DATA}


@pytest.mark.parametrize(("done", "seen"), [(0, (0, 5)), (1, (0, 5)), (4, (3, 8)), (11, (7, 12)), (12, (7, 12))])
def test_a_long_path_shows_the_part_around_now(done: int, seen: tuple[int, int]) -> None:
    steps = [Doing(str(place), state="done" if place < done else "open") for place in range(12)]
    assert board.in_sight(steps) == seen
    assert board.in_sight(steps[:6]) == (0, 6)


def line(expires_on: date, opens_on: date, revoked: bool = False) -> CertificateLine:
    return board.certificate_line(
        "k", "C", {}, (date(2026, 1, 1), expires_on, opens_on), AT if revoked else None, TODAY
    )


def test_a_certificate_is_valid_through_its_last_day() -> None:
    assert (line(TODAY, TODAY).state, line(TODAY, TODAY).days_left, line(TODAY, TODAY).kind) == (State.VALID, 0, "soon")
    assert line(date(2026, 11, 18), TODAY).state is State.EXPIRED
    assert line(date(2027, 1, 1), date(2026, 12, 1), revoked=True).kind == "not-met"
    held = line(date(2027, 1, 1), date(2026, 12, 1))
    assert (held.phase, held.kind, held.days_left) == (Phase.HELD, "met", 43)


def test_renewals_are_due_from_the_window_to_ninety_days_after() -> None:
    lines = [
        line(date(2026, 12, 1), date(2026, 10, 1)), line(date(2027, 6, 1), date(2027, 4, 1)),
        line(date(2026, 10, 1), date(2026, 8, 1)), line(date(2026, 3, 1), date(2026, 2, 1)),
        line(date(2026, 12, 1), date(2026, 10, 1), revoked=True),
    ]  # fmt: skip
    assert board.to_renew(lines, TODAY) == [lines[0], lines[2]]


def test_what_was_assigned_without_a_day_stands_last_and_leaves_when_done() -> None:
    assigned = [
        Doing("whenever"),
        Doing("later", due_on=date(2026, 12, 24)),
        Doing("soon", due_on=TODAY),
        Doing("over", state="done"),
    ]
    assert [row.key for row in board.due_rows([], assigned, [], TODAY)] == ["soon", "later", "whenever"]


REQUIRED = [Required("a", {"en": "A"}), Required("b", {"en": "B"})]


@pytest.mark.parametrize(
    ("held", "state"),
    [
        ({}, CertificateState.MISSING),
        ({"a": line(date(2027, 6, 1), date(2027, 4, 1))}, CertificateState.MISSING),
        ({"a": line(date(2026, 11, 1), TODAY), "b": line(TODAY, TODAY)}, CertificateState.EXPIRED),
        ({"a": line(TODAY, TODAY), "b": line(date(2027, 6, 1), date(2027, 4, 1))}, CertificateState.EXPIRING),
        ({key: line(date(2027, 6, 1), date(2027, 4, 1)) for key in "ab"}, CertificateState.VALID),
    ],
)
def test_the_worst_certificate_speaks(held: Any, state: CertificateState) -> None:
    assert team_rows.certificate_standing(REQUIRED, held).state is state
    assert team_rows.certificate_standing([], held).state is CertificateState.NOT_REQUIRED


def test_late_is_what_is_past_its_day_and_not_done() -> None:
    path = Given("path", "p", {}, date(2026, 11, 18), (("course", "a"), ("exam", "b")))
    again = Given("course", "a", {}, date(2026, 11, 18), (("course", "a"),), datetime(2026, 11, 17, tzinfo=UTC))
    done = {("course", "a"): datetime(2026, 11, 16, tzinfo=UTC)}
    assert team_rows.late([path, again], done, TODAY) == (path, again)
    assert team_rows.late([path, again], {("course", "a"): AT, ("exam", "b"): AT}, TODAY) == ()
    assert team_rows.late([path], {}, date(2026, 11, 18)) == ()
    assert team_rows.present_path([path], done) == (path, 1)
    assert team_rows.present_path([again], done) == (None, 0)
