"""An organisation's own framework is a file: loaded, played, scored, linted and written out again like LSCAT."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask

from lms import packs
from lms.core import clock
from lms.core.access import Role
from lms.core.content import dump_yaml
from lms.core.database import unit_of_work
from lms.scenarios import queries_frameworks, replies, service
from lms.scenarios.checks import framework_faults
from lms.scenarios.definitions import FrameworkDefinition, ScenarioDefinition
from lms.scenarios.sync import export_frameworks
from tests import factories

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "frameworks"
FILES = sorted(FOLDER.glob("*.yaml"))


def framework(name: str) -> FrameworkDefinition:
    return FrameworkDefinition.model_validate(yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))


def text(english: str) -> dict[str, str]:
    return {"en": english, "zh-Hans": f"{english}（中）"}


def scenario(of: FrameworkDefinition, **reply: Any) -> dict[str, Any]:
    """A talk of one scene for every step but the last, which is typed."""
    *chosen, typed = [step.key for step in of.steps]
    scenes: dict[str, Any] = {}
    for number, step in enumerate(chosen):
        ahead = chosen[number + 1] if number + 1 < len(chosen) else typed
        good = {
            "reply": text(f"I {step} now"),
            "step": step,
            "points": {"steps": 2},
            "feedback": text("Good."),
            "goto": ahead,
        }
        poor = {"reply": text("Well, these things happen, you know"), "feedback": text("No."), "goto": ahead, **reply}
        scenes[step] = {
            "says": text(f"Well, {step}?"),
            "choices": {"poor": poor, "good": good} if number % 2 else {"good": good, "poor": poor},
        }
    scenes[typed] = {
        "says": text("And?"), "typed": {"steps": {typed: 2}, "criterion": "steps", "min_chars": 5, "goto": "end"},
    }  # fmt: skip
    return {
        "scenario": f"with-{of.framework}", "title": text("A talk"), "framework": of.framework, "start": chosen[0],
        "criteria": {"steps": text("Steps")}, "scenes": scenes, "endings": {"end": {"title": text("End")}},
    }  # fmt: skip


def pack(folder: Path, name: str, **reply: Any) -> Path:
    """A pack with one framework and a scenario of it."""
    (folder / "courses").mkdir(parents=True)
    (folder / "courses" / "pack.yaml").write_text("pack: ours\ndefault_language: en\n", encoding="utf-8")
    for kind, key, words in (
        ("frameworks", name, (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")),
        ("scenarios", f"with-{name}", dump_yaml(ScenarioDefinition.model_validate(scenario(framework(name), **reply)))),
    ):
        (folder / "question_bank" / kind).mkdir(parents=True)
        (folder / "question_bank" / kind / f"{key}.yaml").write_text(words, encoding="utf-8")
    return folder


def load(folder: Path) -> Any:
    return packs.load([folder], take=None, actor=None, now=clock.now())


@pytest.mark.parametrize("name", [path.stem for path in FILES])
def test_a_framework_of_ones_own_goes_the_whole_way(app: Flask, in_app: None, tmp_path: Path, name: str) -> None:
    assert [str(problem) for problem in packs.check([pack(tmp_path / "in", name)]).problems] == []
    load(tmp_path / "in")
    assert queries_frameworks.framework(name) == framework(name)
    with unit_of_work():
        person = factories.person()
        view = service.start_play(f"with-{name}", person, "practice", now=clock.now(), language="en")
        while view.offer is not None and not view.offer.typed:
            shown = next(choice.id for choice in view.offer.choices if choice.key == "good")
            view = service.take_turn(view.play.id, person, view.state.turn, choice=shown, now=clock.now())
        words = framework(name).steps[-1].examples[0]["en"]
        view = service.take_turn(view.play.id, person, view.state.turn, reply=words, now=clock.now())
        assert (view.play.state, view.play.ending) == ("finished", "end")
        assert view.play.score is not None and view.play.score >= 2 * (len(framework(name).steps) - 1)
    assert packs.export(tmp_path / "out", "ours") == 3
    again = tmp_path / "out" / "question_bank" / "frameworks" / f"{name}.yaml"
    assert yaml.safe_load(again.read_text(encoding="utf-8"))["framework"] == name
    assert export_frameworks("ours") == [framework(name)]


@pytest.mark.parametrize("name", [path.stem for path in FILES])
def test_the_scorer_finds_the_taboos_of_the_file(name: str) -> None:
    own = framework(name)
    taboo = own.taboos[0]
    for language in ("en", "zh-Hans"):
        context = replies.ReplyContext(framework=own, language=language, steps=tuple(step.key for step in own.steps))
        reading = replies.read_reply(f"{taboo.phrase[language]}。", context, replies.scorer())
        assert [hit.instead for hit in reading.taboos] == [taboo.instead], language


def test_steps_a_framework_does_not_have_are_errors_in_choices_and_typed_replies() -> None:
    own = framework("last")
    body = scenario(own)
    body["scenes"]["listen"]["choices"]["good"]["step"] = "sympathize"
    body["scenes"]["thank"]["typed"]["steps"] = {"clarify": 1}
    errors = [
        fault for fault in framework_faults(ScenarioDefinition.model_validate(body), own) if fault.severity == "error"
    ]
    assert [fault.loc for fault in errors] == [
        ("scenes", "listen", "choices", "good", "step"), ("scenes", "thank", "typed", "steps", "clarify"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("reply", "warned"),
    [
        ({"reply": text("Sorry, that is not my department!")}, True),
        ({"reply": {"en": "Sorry.", "zh-Hans": "不好意思，这不归我管。"}}, True),
        ({"reply": text("That is not my department."), "taboo": True}, False),
        ({"reply": text("Who told you “That is not my department”?")}, False),  # quoted, not said
        ({"reply": text("My department does that.")}, False),
    ],
)
def test_a_taboo_of_the_framework_said_unmarked_is_warned_of(reply: dict[str, Any], warned: bool) -> None:
    own = framework("last")
    found = list(framework_faults(ScenarioDefinition.model_validate(scenario(own, **reply)), own))
    assert all(fault.severity == "warning" and fault.loc[-1] == "reply" for fault in found)
    assert len(found) == (3 if warned else 0)


def test_the_authors_page_shows_the_steps_with_their_examples(app: Flask, sign_in: Any, tmp_path: Path) -> None:
    with app.app_context():
        load(pack(tmp_path / "in", "last"))
    page = sign_in(Role.TRAINER).get("/author/scenarios/with-last").text
    assert "What the steps of LAST mean" in page
    assert "I am sorry that nobody rang you back on Monday." in page
    assert "That is not my department" in page
