"""Sums for home and reports: only examinations that are over count."""

from datetime import timedelta

import pytest

from lms.core import clock
from lms.identity.models import Person
from lms.scenarios import service
from lms.scenarios.queries_statistics import EmotionFilters, emotion_answers, skill_plays
from tests import factories
from tests import factories_scenarios as sets

pytestmark = pytest.mark.usefixtures("unit")


def play(person: Person, mode: str, *turns: tuple[str, str | None]) -> None:
    view = service.start_play("wet-floor", person, mode, now=clock.now(), language="en")
    for key, emotion in turns:
        assert view.offer is not None
        choice = next(shown.id for shown in view.offer.choices if shown.key == key)
        view = service.take_turn(view.play.id, person, view.state.turn, emotion=emotion, choice=choice, now=clock.now())


GOOD = (("hear-her-out", "angry"), ("name-and-time", None))
POOR = (("ask-number", "sad"), ("soon-enough", None))


def test_skills_add_up_over_finished_examinations() -> None:
    sets.scenario()
    person = factories.person()
    play(person, "exam", *GOOD)
    play(person, "exam", *POOR)
    play(person, "practice", *GOOD)
    play(person, "exam", GOOD[0])
    sums = skill_plays(person)
    assert (sums.plays, sums.emotions_right, sums.emotions_asked) == (2, 1, 2)
    assert (sums.criteria["lscat"].score, sums.criteria["lscat"].max_score) == (10, 16)
    assert sums.skills["complaint-handling"].share == pytest.approx(13 / 20)
    assert sums.criterion_titles["lscat"]["en"] == "Taking the steps"


def test_nothing_played_is_nothing_known() -> None:
    sums = skill_plays(factories.person())
    assert (sums.plays, sums.emotions_asked, sums.skills) == (0, 0, {})


def test_emotions_are_counted_by_the_department_of_then() -> None:
    sets.scenario()
    hotline = [factories.person(department="hotline") for _ in range(2)]
    counter = factories.person(department="counter")
    play(hotline[0], "exam", *GOOD)
    play(hotline[1], "exam", *POOR)
    play(counter, "exam", ("soothe-her", None))
    play(counter, "practice", *GOOD)
    counts = {each.department: (each.right, each.asked, each.plays, each.share) for each in emotion_answers()}
    assert counts == {"counter": (0, 1, 1, 0.0), "hotline": (1, 2, 2, 0.5)}


def test_filters_narrow_by_day_scenario_and_department() -> None:
    sets.scenario()
    person = factories.person(department="hotline")
    play(person, "exam", *GOOD)
    now = clock.now()
    wanted = [
        (EmotionFilters(begins_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1)), 1),
        (EmotionFilters(begins_at=now + timedelta(hours=1)), 0),
        (EmotionFilters(ends_at=now - timedelta(hours=1)), 0),
        (EmotionFilters(scenario="wet-floor"), 1),
        (EmotionFilters(scenario="other"), 0),
        (EmotionFilters(departments=frozenset({person.department_id or 0})), 1),
        (EmotionFilters(departments=frozenset()), 0),
    ]
    for filters, count in wanted:
        assert len(emotion_answers(filters)) == count, filters
