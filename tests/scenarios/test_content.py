"""Scenario and framework files: the example of the format, every check with its exact problem, and the way back."""

from pathlib import Path

import pytest
import yaml

from lms.core.content import Definition, Document, canonical, dump_yaml, read_yaml, validate
from lms.core.definitions import Reference
from lms.scenarios.content import SCHEMAS, check, references
from lms.scenarios.definitions import FrameworkDefinition, ScenarioDefinition

LATE = """\
scenario: late-delivery
title: {en: Late again, zh-Hans: 又迟到}
skill: complaint-handling
framework: lscat
state:
  trust: {start: 3, min: 0, max: 10}
criteria: {lscat: {en: Steps, zh-Hans: 步骤}, outcome: {en: Outcome, zh-Hans: 结果}}
start: opening
scenes:
  opening:
    says: {en: Where is it, zh-Hans: 在哪儿}
    emotion: {answer: angry, intensity: 4, panel: {angry: 11, disappointed: 3}, points: 2}
    choices:
      explain:
        reply: {en: We are busy, zh-Hans: 我们很忙}
        taboo: true
        goto: walk-out
      listen:
        reply: {en: Tell me, zh-Hans: 请讲}
        step: listen
        points: {lscat: 2}
        effect: {trust: 1}
        goto: facts
  facts:
    says: {en: It is gone, zh-Hans: 没了}
    choices:
      offer:
        when: trust >= 4 and not taboo
        reply: {en: A voucher, zh-Hans: 代金券}
        points: {outcome: 1}
        goto: resolved
      wait:
        reply: {en: Please wait a moment then, zh-Hans: 那请您先稍等一会儿}
        goto: resolved
endings:
  resolved: {title: {en: Fine, zh-Hans: 好}, points: {outcome: 4}}
  walk-out: {title: {en: Gone, zh-Hans: 走了}, failed: true}
pass: {score: 80, criteria: {emotion: 80}, taboo: fail}
"""

LEAST = """\
framework: lscat
title: {en: Two steps, zh-Hans: 两步}
steps:
  - {key: listen, title: {en: Listen, zh-Hans: 倾听}}
  - {key: track, title: {en: Track, zh-Hans: 跟踪}}
"""


def document(text: str) -> Document:
    read, problems = read_yaml("late.yaml", text)
    assert read is not None and not problems, problems
    return read


def framework(text: str = LEAST) -> FrameworkDefinition:
    found, problems = validate(FrameworkDefinition, document(text))
    assert found is not None, problems
    return found


def changed(*edits: tuple[str, str], text: str = LATE) -> str:
    for old, new in edits:
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    return text


def problems_of(text: str, kind: type[Definition] = ScenarioDefinition) -> list[str]:
    """Every problem of a file as people read it, warnings marked."""
    read = document(text)
    definition, problems = validate(kind, read)
    if isinstance(definition, ScenarioDefinition | FrameworkDefinition):
        problems = problems + check(definition, read)
    return [str(problem) if problem.severity == "error" else f"warning {problem}" for problem in problems]


def test_the_example_is_sound() -> None:
    assert problems_of(LATE) == []


def test_out_and_in_again_is_the_same() -> None:
    first, _ = validate(ScenarioDefinition, document(LATE))
    assert first is not None
    written = dump_yaml(first)
    second, problems = validate(ScenarioDefinition, document(written))
    assert second is not None and problems == []
    assert canonical(second) == canonical(first)
    assert dump_yaml(second) == written


def test_the_kinds_of_this_room() -> None:
    assert {"scenario": ScenarioDefinition, "framework": FrameworkDefinition} == SCHEMAS


def test_a_scenario_refers_to_its_framework_and_skill() -> None:
    definition, _ = validate(ScenarioDefinition, document(LATE))
    assert definition is not None
    assert list(references(definition)) == [
        Reference("framework", "lscat", ("framework",)),
        Reference("skill", "complaint-handling", ("skill",)),
    ]
    assert list(references(framework())) == []


@pytest.mark.parametrize(
    ("edits", "problem"),
    [
        (
            [("start: opening", "start: begin")],
            "late.yaml:8: start: There is no scene “begin”; name the first scene.",
        ),
        (
            [("goto: facts", "goto: fact")],
            "late.yaml:23: scenes.opening.choices.listen.goto: There is no scene or ending “fact” in this scenario.",
        ),
        (
            [("effect: {trust: 1}", "effect: {trusst: 1}")],
            "late.yaml:22: scenes.opening.choices.listen.effect.trusst: "
            "There is no variable “trusst”; declare it under “state”.",
        ),
        (
            [("points: {lscat: 2}", "points: {steps: 2}")],
            "late.yaml:21: scenes.opening.choices.listen.points.steps: "
            "There is no criterion “steps”; declare it under “criteria”.",
        ),
        (
            [("points: {outcome: 4}", "points: {result: 4}")],
            "late.yaml:36: endings.resolved.points.result: "
            "There is no criterion “result”; declare it under “criteria”.",
        ),
        (
            [("criteria: {emotion: 80}", "criteria: {spin: 80}")],
            "late.yaml:38: pass.criteria.spin: There is no criterion “spin”; declare it under “criteria”.",
        ),
        (
            [("trust >= 4 and not taboo", "trust > = 4")],
            "late.yaml:28: scenes.facts.choices.offer.when: Column 9: write == to ask whether two numbers are equal.",
        ),
        (
            [("trust >= 4 and not taboo", "anger >= 4")],
            "late.yaml:28: scenes.facts.choices.offer.when: There is no variable “anger”; declare it under “state”.",
        ),
        (
            [("trust >= 4 and not taboo", "visited(resolved)")],
            "late.yaml:28: scenes.facts.choices.offer.when: There is no scene “resolved” in this scenario.",
        ),
        (
            [("  trust: {start: 3, min: 0, max: 10}", "  trust: {start: 3}\n  taboo: {start: 0}")],
            "late.yaml:7: state.taboo: “taboo” is a word of conditions; choose another name.",
        ),
        (
            [("start: 3, min: 0", "start: 3, min: 4")],
            "late.yaml:6: state.trust.start: The start 3 lies outside the bounds 4 to 10.",
        ),
        (
            [("  walk-out: {title", "  facts: {title"), ("goto: walk-out", "goto: facts")],
            "late.yaml:37: endings.facts: “facts” is a scene too; give the ending another key.",
        ),
        (
            [("answer: angry, ", "answer: furious, ")],
            "late.yaml:12: scenes.opening.emotion.answer: “furious” is not one of the labels: "
            "angry, anxious, disappointed, confused, impatient, sad, satisfied, neutral.",
        ),
        (
            [("disappointed: 3", "cross: 3")],
            "late.yaml:12: scenes.opening.emotion.panel.cross: “cross” is not one of the labels: "
            "angry, anxious, disappointed, confused, impatient, sad, satisfied, neutral.",
        ),
        (
            [("panel: {angry: 11, disappointed: 3}", "scoring: panel")],
            "late.yaml:12: scenes.opening.emotion.scoring: Scoring by panel needs a panel; add the counts.",
        ),
        (
            [("{angry: 11, disappointed: 3}", "{angry: 0}")],
            "late.yaml:12: scenes.opening.emotion.panel: "
            "Nobody of the panel chose a label; write at least one count above 0.",
        ),
        (
            [("    says: {en: It is gone", "    visits: 21\n    says: {en: It is gone")],
            "late.yaml:25: scenes.facts.visits: Write a number that is at most 20.",
        ),
        (
            [("points: {lscat: 2}", "points: {lscat: -2}")],
            "late.yaml:21: scenes.opening.choices.listen.points.lscat: Write a number that is at least 0.",
        ),
    ],
)
def test_a_mistake_is_said_where_it_stands(edits: list[tuple[str, str]], problem: str) -> None:
    assert problems_of(changed(*edits)) == [problem]


def test_everything_is_said_in_one_run() -> None:
    text = changed(
        ("goto: facts", "goto: fact"), ("points: {lscat: 2}", "points: {lscat: two}"), ("start: opening", "start: open")
    )
    assert [problem.split(": ")[1] for problem in problems_of(text)] == [
        "start",
        "scenes.opening.choices.listen.points.lscat",
        "scenes.opening.choices.listen.goto",
    ]


def test_a_scene_needs_something_to_say() -> None:
    facts = LATE[LATE.index("    choices:\n      offer:") : LATE.index("endings:")]
    found = problems_of(LATE.replace(facts, ""))
    assert found == ["late.yaml:24: scenes.facts: The learner has nothing to say here; add choices or a typed reply."]


TYPED = """\
    typed:
      steps: {listen: 2, track: 3}
      criterion: lscat
      facts: [{en: Order 7, zh-Hans: 七号单}]
      goto: resolved
      goto_taboo: walk-out
"""


def test_a_typed_reply_may_stand_beside_choices() -> None:
    assert problems_of(LATE.replace("endings:\n", TYPED + "endings:\n")) == []


def test_a_typed_reply_names_what_is_there() -> None:
    wrong = TYPED.replace("criterion: lscat", "criterion: spin").replace("walk-out", "walkout")
    assert problems_of(LATE.replace("endings:\n", wrong + "endings:\n")) == [
        "late.yaml:37: scenes.facts.typed.criterion: There is no criterion “spin”; declare it under “criteria”.",
        "late.yaml:40: scenes.facts.typed.goto_taboo: There is no scene or ending “walkout” in this scenario.",
    ]


# --- the framework


def with_framework(text: str) -> list[str]:
    read = document(text)
    definition, problems = validate(ScenarioDefinition, read)
    assert definition is not None, problems
    return [f"{problem.severity} {problem}" for problem in check(definition, read, {"lscat": framework()})]


def test_a_step_that_nobody_can_perform_is_warned_of() -> None:
    assert with_framework(LATE) == [
        "warning late.yaml:4: framework: No reply performs the step “track” of the framework “lscat”."
    ]


def test_a_step_the_framework_does_not_have_is_an_error() -> None:
    typed = TYPED.replace("track: 3", "trak: 3, track: 1")
    assert with_framework(LATE.replace("endings:\n", typed + "endings:\n")) == [
        "error late.yaml:36: scenes.facts.typed.steps.trak: "
        "The framework “lscat” has no step “trak”; it has: listen, track."
    ]


def test_a_framework_has_every_step_once() -> None:
    assert problems_of(LEAST.replace("key: track", "key: listen"), FrameworkDefinition) == [
        "late.yaml:5: steps[1].key: “listen” stands here a second time; every one must differ."
    ]


# --- what comes with the product


ROOT = Path(__file__).resolve().parents[2]
BUNDLED = sorted((ROOT / "question_bank" / "scenarios").glob("*.yaml"))
FRAMEWORKS = sorted((ROOT / "lms" / "scenarios" / "frameworks").glob("*.yaml"))


@pytest.mark.parametrize("path", [*BUNDLED, *FRAMEWORKS], ids=lambda path: path.stem)
def test_bundled_files_have_no_problem_at_all(path: Path) -> None:
    kind = "scenario" if path in BUNDLED else "framework"
    read, problems = read_yaml(path.name, path.read_text(encoding="utf-8"))
    assert read is not None and problems == []
    definition, problems = validate(SCHEMAS[kind], read)
    assert isinstance(definition, ScenarioDefinition | FrameworkDefinition), problems
    known = {}
    for each in FRAMEWORKS:
        found = FrameworkDefinition.model_validate(yaml.safe_load(each.read_text(encoding="utf-8")))
        known[found.framework] = found
    assert [str(problem) for problem in [*problems, *check(definition, read, known)]] == []
