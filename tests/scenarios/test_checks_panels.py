"""What loading says of panels: a question that counts needs people who agree; one that does not is only remarked on."""

from typing import Any

import pytest

from lms.scenarios.checks_panels import panel_faults
from lms.scenarios.definitions import ScenarioDefinition


def asked(**emotion: Any) -> ScenarioDefinition:
    scene = {
        "says": "Well?",
        "emotion": {"answer": "angry", **emotion},
        "choices": {"go": {"reply": "Go", "goto": "end"}},
    }
    made = {"scenario": "s", "title": "S", "start": "a", "scenes": {"a": scene}, "endings": {"end": {"title": "End"}}}
    return ScenarioDefinition.model_validate(made)


@pytest.mark.parametrize(
    ("panel", "said"),
    [
        ({"angry": 3}, "Only 3 people judged this feeling, and every role-play can be an exam: ask at least 7,"),
        ({"angry": 8, "sad": 6}, "Only 57 % of the panel chose the same label, an exam needs 60 %:"),
        ({"angry": 4, "sad": 10}, "The panel chose another label more often than the answer; correct the answer,"),
    ],
)
def test_a_question_with_points_is_refused_where_people_do_not_agree(panel: dict[str, int], said: str) -> None:
    (fault,) = panel_faults(asked(panel=panel))
    assert fault.severity == "error"
    assert fault.loc == ("scenes", "a", "emotion", "panel")
    assert str(fault.message).startswith(said)


def test_without_points_it_may_stay_and_is_said_not_to_count() -> None:
    (fault,) = panel_faults(asked(panel={"angry": 3}, points=0))
    assert fault.severity == "warning"


@pytest.mark.parametrize("emotion", [{}, {"panel": {"angry": 11, "sad": 3}}])
def test_people_who_agree_or_no_panel_at_all_are_no_fault(emotion: dict[str, Any]) -> None:
    assert list(panel_faults(asked(**emotion))) == []
