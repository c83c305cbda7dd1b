"""Exams, role-plays, emotions and certificates as measurements, against figures computed by hand."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from lms.assessment.models import Exam, Grade
from lms.core import clock
from lms.core.access import Role
from lms.core.database import db
from lms.reporting import queries_certified
from lms.reporting import service_summaries as summaries
from tests import factories
from tests import factories_assessment as exams
from tests import factories_certification as certifications
from tests import factories_reporting as rows
from tests import factories_scenarios as scenarios

Books = Callable[[], Any]
ITEMS = [f"complaints-{number}" for number in range(1, 6)]
MAXIMA = [1, 1, 1, 1, 2]
MARKS = (
    [1, 1, 1, 1, 2], [1, 1, 1, 0, 2], [1, 1, 0, 1, 1], [1, 1, 1, 0, 1],
    [1, 0, 1, 0, 1], [1, 0, 0, 1, 0], [1, 1, 0, 0, 0], [0, 0, 0, 0, 0],
)  # fmt: skip
"""The worked vector of the measures: eight learners, five items."""


@pytest.fixture
def exam(books: Books) -> Exam:
    """An exam with the marks of the worked vector."""
    with books():
        exams.topic("complaints", 6)
        found = exams.exam("front-line")
        for marks in MARKS:
            rows.marked(found, marks, MAXIMA, ITEMS)
    return found


# ---- items ---------------------------------------------------------------------------


def test_the_worked_vector_comes_out_of_the_rows(exam: Exam, api: Callable[..., Any]) -> None:
    got = api(Role.TRAINER).get("/exams/front-line/statistics?minimum_n=2").get_json()
    items = {item["key"]: item for item in got["items"]}
    assert list(items) == ITEMS and got["version"] == 1 and got["n"] == 8
    for key, facility, sd, discrimination, efficiency, weight in (
        ("complaints-1", 0.875, 0.3536, 56.9516, 100.0, 16.5092),
        ("complaints-2", 0.625, 0.5175, 49.6609, 58.9744, 19.9586),
        ("complaints-4", 0.375, 0.5175, 5.7260, 6.9767, 13.7364),
        ("complaints-5", 0.4375, 0.8345, 77.4680, 100.0, 29.3187),
    ):
        found = [
            items[key][name]["value"] for name in ("facility", "sd", "discrimination", "efficiency", "effective_weight")
        ]
        assert found == pytest.approx([facility, sd, discrimination, efficiency, weight], abs=5e-5)
    totals = {name: figure["value"] for name, figure in got["totals"].items() if name != "n"}
    assert totals == pytest.approx(
        {
            "mean": 3.25, "median": 3.5, "sd": 1.908627, "skewness": -0.308198, "kurtosis": -0.155017,
            "alpha": 68.627451, "error_ratio": 56.011203, "sem": 1.069045,
        },
        abs=1e-6,
    )  # fmt: skip


def test_few_attempts_give_no_figure_but_a_reason(exam: Exam, api: Callable[..., Any]) -> None:
    got = api(Role.TRAINER).get("/exams/front-line/statistics").get_json()
    assert got["totals"]["alpha"] == {"value": None, "n": 8, "reason": "Not enough data: 8 of at least 10."}
    assert {item["facility"]["value"] for item in got["items"]} == {None}


def test_the_last_grade_of_a_slot_counts(books: Books, exam: Exam, api: Callable[..., Any]) -> None:
    with books():
        first = db.session.query(Grade).order_by(Grade.attempt_id, Grade.slot).first()
        assert first is not None
        again = {
            name: getattr(first, name) for name in ("attempt_id", "slot", "item_version_id", "max_points", "graded_at")
        }
        db.session.add(Grade(number=2, share=0, points=0, source="marker", **again))
    got = api(Role.TRAINER).get("/exams/front-line/statistics?minimum_n=2").get_json()
    assert got["items"][0]["facility"]["value"] == pytest.approx(6 / 8)
    assert got["items"][0]["n"] == 8


def test_later_and_unfinished_attempts_are_no_measurement(books: Books, exam: Exam, api: Callable[..., Any]) -> None:
    with books():
        row = rows.marked(exam, [0, 0, 0, 0, 0], MAXIMA, ITEMS)
        row.is_first = False
        rows.attempt(factories.person(), exam, passed=None, state="abandoned", score=None)
    assert api(Role.TRAINER).get("/exams/front-line/statistics").get_json()["n"] == 8


def test_drawn_papers_tell_reliability_from_their_places(books: Books, exam: Exam, api: Callable[..., Any]) -> None:
    with books():
        for marks in MARKS:
            drawn = [ITEMS[0], *ITEMS[1:4], "complaints-6", ITEMS[4]]
            rows.marked(exam, [None, *marks[1:4], marks[0], marks[4]], [1, 1, 1, 1, 1, 2], drawn)
    got = api(Role.TRAINER).get("/exams/front-line/statistics").get_json()
    assert got["n"] == 16
    assert {item["key"]: item["n"] for item in got["items"]}["complaints-1"] == 8
    assert got["totals"]["alpha"]["value"] is not None


def test_who_may_not_see_items_is_refused(exam: Exam, api: Callable[..., Any], sign_in: Callable[..., Any]) -> None:
    for role in (Role.HR, Role.MANAGER, Role.LEARNER, Role.ADMIN):
        assert api(role).get("/exams/front-line/statistics").status_code == 403
        assert sign_in(role).get("/reports/exams/front-line").status_code == 403
    assert api(Role.AUDITOR).get("/exams/ghost/statistics").status_code == 404
    assert api(Role.AUDITOR).get("/exams/front-line/statistics?version=9").status_code == 404


def test_the_page_of_an_exam_shows_figures_and_what_to_look_at(
    books: Books, exam: Exam, sign_in: Callable[..., Any]
) -> None:
    page = sign_in(Role.TRAINER).get("/reports/exams/front-line").get_data(as_text=True)
    assert "not enough data, 8 first attempts of at least 10" in page
    with books():
        for marks in MARKS:
            rows.marked(exam, marks, MAXIMA, ITEMS)
    page = sign_in(Role.TRAINER).get("/reports/exams/front-line").get_data(as_text=True)
    assert "measures with a reliability of" in page and "0 of 5 items ask for a look" in page, "16 people prove nothing"
    with books():
        for number in range(100):
            rows.marked(exam, [*MARKS[number % 8][:3], number // 8 % 2, MARKS[number % 8][4]], MAXIMA, ITEMS)
    page = sign_in(Role.TRAINER).get("/reports/exams/front-line").get_data(as_text=True)
    assert "1 of 5 items ask for a look" in page and "It hardly tells who knows more" in page
    assert "95\u202f% interval" not in page and "(95 % interval), n = 116." in page


def test_an_exam_whose_questions_pull_apart_claims_no_reliability(
    books: Books, exam: Exam, sign_in: Callable[..., Any]
) -> None:
    with books():
        for number in range(40):
            rows.marked(exam, [1, 0, 1, 0, 1] if number % 2 else [0, 1, 0, 1, 1], MAXIMA, ITEMS)
    page = sign_in(Role.TRAINER).get("/reports/exams/front-line").get_data(as_text=True)
    assert "does not measure one thing: its questions do not go together" in page
    assert "measures with a reliability of" not in page


def test_item_figures_cost_the_same_for_any_number_of_attempts(
    books: Books, exam: Exam, api: Callable[..., Any], count_queries: Callable[[], Any]
) -> None:
    trainer, spent = api(Role.TRAINER), []
    for number in range(4):
        with books():
            rows.marked(exam, MARKS[0], MAXIMA, ITEMS)
            if number > 1:
                summaries.count_due(clock.now())
        with count_queries() as statements:
            trainer.get("/exams/front-line/statistics")
        spent.append(len(statements))
    assert spent[1] <= 16, "the summaries, and what is due on the spot"
    assert spent[2] == spent[3] <= 10, "the summaries alone"


# ---- role-plays ------------------------------------------------------------------------

GOOD = (("opening", "angry", "hear-her-out"), ("closing-scene", None, "name-and-time"))
POOR = (("opening", "sad", "ask-number"), ("closing-scene", None, "soon-enough"))
MUTE = (("opening", None, "soothe-her"),)


@pytest.fixture
def plays(books: Books) -> None:
    """Five exam plays of the wet floor in two departments, and one for practice."""
    with books():
        scenarios.scenario()
        floor = rows.scenario_row("wet-floor")
        hotline, counter = factories.person(department="hotline"), factories.person(department="counter")
        rows.play(hotline, floor, labels=GOOD, percent=100)
        rows.play(hotline, floor, labels=GOOD, percent=90)
        rows.play(hotline, floor, labels=POOR, percent=30, passed=False)
        rows.play(counter, floor, labels=POOR, percent=30, passed=False)
        rows.play(counter, floor, labels=MUTE, percent=0, passed=False, ending="hung-up")
        rows.play(counter, floor, labels=MUTE, percent=0, passed=False, mode="practice")


def test_a_role_play_is_counted_by_scene_and_choice(plays: None, api: Callable[..., Any]) -> None:
    got = api(Role.TRAINER).get("/scenarios/wet-floor/statistics").get_json()
    assert (got["n"], got["passed"], got["mean_percent"]) == (5, 2, 50.0)
    opening = got["scenes"][0]
    assert {one["key"]: (one["n"], one["rate"]) for one in opening["choices"]} == {
        "hear-her-out": (2, 0.4), "ask-number": (2, 0.4), "soothe-her": (1, 0.2),
    }  # fmt: skip
    emotion = opening["emotion"]
    assert (emotion["n"], emotion["right"], emotion["strict"], emotion["panel_n"]) == (5, 2, 0.4, 2)
    assert emotion["proportional"] == pytest.approx(8 / 12, abs=1e-5)
    assert got["scenes"][1]["emotion"] is None and got["scenes"][1]["n"] == 4
    assert {one["key"]: one["n"] for one in got["endings"]} == {"settled": 4, "hung-up": 1}


def test_a_role_play_nobody_took_has_zeros(books: Books, api: Callable[..., Any]) -> None:
    with books():
        scenarios.scenario()
    got = api(Role.AUDITOR).get("/scenarios/wet-floor/statistics").get_json()
    assert (got["n"], got["rate"], got["verdict"], got["mean_percent"]) == (0, None, "no-data", None)
    assert got["scenes"][0]["n"] == 0


def test_the_page_of_a_role_play_is_for_trainers_and_auditors(
    plays: None, api: Callable[..., Any], sign_in: Callable[..., Any]
) -> None:
    page = sign_in(Role.TRAINER).get("/reports/scenarios/wet-floor").get_data(as_text=True)
    assert "The wet floor: not enough data, 2 first plays of at least 10." in page and "Please calm down." in page
    assert sign_in(Role.HR).get("/reports/scenarios/wet-floor").status_code == 403
    assert api(Role.HR).get("/scenarios/wet-floor/statistics").status_code == 403
    assert api(Role.TRAINER).get("/scenarios/ghost/statistics").status_code == 404


def test_emotions_are_told_by_department_and_by_confusion(plays: None, sign_in: Callable[..., Any]) -> None:
    page = sign_in(Role.AUDITOR).get("/reports/emotion").get_data(as_text=True)
    assert "Emotions are recognised in 50\u202f% of questions" in page, "the first play of each of the two people"
    assert "no label" in page and "Angry" in page and "Sad" in page
    assert "“Angry” for “Sad”, once" in page


def test_a_manager_sees_emotions_of_the_own_department(plays: None, books: Books, sign_in: Callable[..., Any]) -> None:
    with books():
        manager = factories.person(roles=[Role.MANAGER], department="counter")
    page = sign_in(manager).get("/reports/emotion").get_data(as_text=True)
    assert "counter" in page and "hotline" not in page
    assert "1 question in exam-mode role-plays" in page


# ---- certified on duty -------------------------------------------------------------------


@pytest.fixture
def certified(books: Books) -> dict[str, Any]:
    """Five front-line people who must hold two certificates, and one whose job role needs none."""
    with books():
        certifications.certification("basics", roles=["front-line"])
        certifications.certification("level-1", roles=["front-line"])
        today = clock.today()
        people = {
            name: factories.person(name=name, department="hotline", job_role="front-line")
            for name in ("Whole", "Half", "Expired", "Revoked", "Nothing")
        }
        factories.person(name="Free", department="hotline", job_role="cook")
        for name, days, revoked in (
            ("Whole", 90, False),
            ("Half", 90, False),
            ("Expired", -1, False),
            ("Revoked", 90, True),
        ):
            rows.certificate(people[name], "basics", expires_on=today + timedelta(days=90))
            if name != "Half":
                rows.certificate(people[name], "level-1", expires_on=today + timedelta(days=days), revoked=revoked)
        short = factories.person(name="Renewed", department="hotline", job_role="cook")
        first = rows.certificate(short, "basics", expires_on=today + timedelta(days=20))
        rows.certificate(short, "basics", expires_on=today + timedelta(days=400), after=first)
    return people


def test_certified_means_everything_that_the_job_role_needs_today(context: None, certified: dict[str, Any]) -> None:
    auditor = certified["Whole"]
    auditor.roles = [Role.AUDITOR]
    today = clock.today()
    whole = queries_certified.whole(auditor, today)
    assert (whole.certified, whole.n) == (1, 5)
    departments, job_roles = queries_certified.groups(auditor, today)
    assert [(one.key, one.certified, one.n) for one in departments] == [("hotline", 1, 5)]
    assert [(one.key, one.certified, one.n) for one in job_roles] == [("front-line", 1, 5)]
    missing, cursor = queries_certified.uncertified(auditor, today, None)
    assert cursor is None
    assert {one.person.name: len(one.lacks) for one in missing} == {"Half": 1, "Expired": 1, "Revoked": 1, "Nothing": 2}


def test_a_certificate_still_counts_on_its_last_day(context: None, certified: dict[str, Any]) -> None:
    auditor = certified["Whole"]
    auditor.roles = [Role.AUDITOR]
    eve = clock.today() + timedelta(days=90)
    assert queries_certified.whole(auditor, eve).certified == 1
    assert queries_certified.whole(auditor, eve + timedelta(days=1)).certified == 0


def test_names_are_for_those_who_may_see_them(
    certified: dict[str, Any], sign_in: Callable[..., Any], books: Books
) -> None:
    page = sign_in(Role.AUDITOR).get("/reports/certified").get_data(as_text=True)
    assert "1 of 5 who must be certified on duty are; the target is all." in page and "Revoked" in page
    page = sign_in(Role.TRAINER).get("/reports/certified").get_data(as_text=True)
    assert "1 of 5" in page and "Revoked" not in page
    with books():
        stranger = factories.person(roles=[Role.MANAGER], department="sales")
    page = sign_in(stranger).get("/reports/certified").get_data(as_text=True)
    assert "No job role here must hold a certificate." in page and "Revoked" not in page


def test_the_overview_says_the_three_targets(
    books: Books, certified: dict[str, Any], plays: None, sign_in: Callable[..., Any]
) -> None:
    with books():
        rows.group(exams.exam("level-1-exam"), 95, 97, department="hotline")
    page = sign_in(Role.TRAINER).get("/reports").get_data(as_text=True)
    assert "1 of 5 who must be certified on duty are; the target is all." in page
    assert "Exams are passed at 97.9\u202f% on first attempts, which meets the 90\u202f% target." in page
    assert "Emotions are recognised in 50.0\u202f% of questions; the 80\u202f% target is not proven." in page
    assert "Exams as measurements" in page and "Role-plays as measurements" in page
    assert "Exams as measurements" not in sign_in(Role.HR).get("/reports").get_data(as_text=True)
