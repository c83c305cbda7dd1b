"""Scenarios for tests: a small one, variations of it, and the bundled ones; call inside a unit of work."""

from pathlib import Path
from typing import Any

from lms.core import clock
from lms.core.content import read_yaml, validate
from lms.scenarios.definitions import FrameworkDefinition, ScenarioDefinition
from lms.scenarios.sync import sync

BUNDLED = Path(__file__).resolve().parent.parent / "question_bank" / "scenarios"

SMALL = """
scenario: wet-floor
title: {en: "The wet floor", zh-Hans: "地上的水"}
skill: complaint-handling
framework: lscat
channel: phone
customer: {name: {en: "Ms Wang", zh-Hans: "王女士"}, profile: {en: "41, Hangzhou", zh-Hans: "41岁，杭州"}}
state:
  trust: {start: 3, min: 0, max: 10}
  anger: {start: 6, min: 0, max: 10}
criteria: {lscat: {en: "Taking the steps", zh-Hans: "走完步骤"}}
start: opening
scenes:
  opening:
    says: {en: "The floor is wet again.", zh-Hans: "地上又是水。"}
    cues: [{en: "Loud", zh-Hans: "声音大"}]
    emotion: {answer: angry, panel: {angry: 8, sad: 4}, points: 2, scoring: panel}
    choices:
      hear-her-out:
        reply: {en: "Tell me from the beginning.", zh-Hans: "您从头说。"}
        reaction: {en: "All right.", zh-Hans: "好。"}
        step: listen
        points: {lscat: 4}
        effect: {trust: 2, anger: -2}
        feedback: {en: "She is heard.", zh-Hans: "她觉得有人听。"}
        goto: closing-scene
      ask-number:
        reply: {en: "Your number, please.", zh-Hans: "请报一下号码。"}
        points: {lscat: 1}
        effect: {anger: 1}
        feedback: {en: "Too early.", zh-Hans: "太早了。"}
        goto: closing-scene
      soothe-her:
        reply: {en: "Please calm down.", zh-Hans: "您别激动。"}
        taboo: true
        effect: {anger: 3}
        feedback: {en: "It judges the feeling.", zh-Hans: "这是在评判情绪。"}
        goto: hung-up
  closing-scene:
    says: {en: "And who calls me back?", zh-Hans: "谁给我回电话？"}
    choices:
      name-and-time:
        reply: {en: "I do, at noon.", zh-Hans: "我，中午十二点。"}
        step: track
        points: {lscat: 3}
        effect: {trust: 1, anger: -1}
        goto: settled
      soon-enough:
        reply: {en: "Somebody will.", zh-Hans: "会有人的。"}
        goto: settled
endings:
  settled: {title: {en: "A dry kitchen", zh-Hans: "厨房干了"}, points: {lscat: 1}}
  hung-up: {title: {en: "She hangs up", zh-Hans: "电话挂断"}, failed: true}
pass: {score: 80, criteria: {lscat: 50}, taboo: fail}
"""

SECRETS = ("hear-her-out", "ask-number", "soothe-her", "closing-scene", "name-and-time", "She is heard", "Too early")
"""Words of the small scenario that no learner may read before the end."""


def definition(text: str = SMALL, *changes: tuple[str, str]) -> ScenarioDefinition:
    """The scenario in a YAML text; each of ``changes`` replaces words in it first."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    document, problems = read_yaml("scenario.yaml", text)
    found, more = validate(ScenarioDefinition, document)
    assert found is not None, [str(problem) for problem in (*problems, *more)]
    return found


def with_typed_reply() -> ScenarioDefinition:
    """The small scenario whose last scene takes a reply in own words instead of choices."""
    start = SMALL.index("    choices:\n      name-and-time")
    end = SMALL.index("endings:")
    typed = "    typed: {steps: {track: 3}, criterion: lscat, min_chars: 5, goto: settled}\n"
    return definition(SMALL[:start] + typed + SMALL[end:])


def scenario(found: ScenarioDefinition | None = None, pack: str = "tests") -> ScenarioDefinition:
    """A scenario in the database, by default the small one."""
    found = found or definition()
    report = sync([found], pack=pack, now=clock.now())
    assert not report.conflicts
    return found


def bundled() -> list[ScenarioDefinition | FrameworkDefinition]:
    """The scenarios that come with the product, in the database."""
    found: list[Any] = [definition(path.read_text(encoding="utf-8")) for path in sorted(BUNDLED.glob("*.yaml"))]
    sync(found, pack="bundled", now=clock.now())
    return found
