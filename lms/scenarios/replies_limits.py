"""The numbers and meanings that the reading of a reply turns on, beside its weights; a version file holds its own.

The defaults are those of format 1, whose files hold none; they never change. What is left in code (how text is cut
and compared) belongs to the format: readings kept in ``tests/scenarios/golden_readings.jsonl`` fail when it changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

MEANINGS = (
    ("apologize", r"apolog|sorry|道歉|致歉|歉"),
    ("thank", r"thank|gratitude|感谢|致谢|谢"),
    ("sympathize", r"sympath|empath|acknowledg|feel|共情|同理|同情|安抚|理解|体谅"),
    ("clarify", r"clarif|confirm|understand|ask|inquir|probe|investigat|澄清|确认|核实|询问|了解|提问"),
    ("listen", r"listen|hear|attend|倾听|聆听|听"),
    ("explain", r"explain|inform|educat|解释|说明|告知"),
    ("track", r"track|follow|notif|check-?back|update|跟踪|跟进|回访|通知|反馈|追踪"),
    (
        "advise",
        r"advis|suggest|option|offer|solv|solution|resolv|recommend|react|act|fix|建议|解决|方案|处理|推荐|行动",
    ),
    ("greet", r"greet|welcome|问候|欢迎|迎"),
    ("close", r"clos|farewell|goodbye|结束|告别|道别|送别"),
)
"""Meaning and the words it is known by, the most telling first."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Likenesses and shares from 0 to 1, log-odds, and counts of signs."""

    most_odds: float = 8.0
    """Log-odds of word lists are cut here: no list of words makes anything certain."""
    most_searched: int = 1_000_000
    """Word lists look at the last so many signs of a reply or sentence; people do not write longer ones."""
    scene_enough: float = 0.5
    """How much of a fact or an option a sentence must name to speak of it."""
    scene_fact: float = 1.5
    scene_option: float = 3.0
    """Log-odds a sentence gains when it asks about the scene's own facts, or names one of its options."""
    taboo_alike: float = 0.72
    """From here on a sentence is nearly the same as a known taboo."""
    taboo_signs_zh: int = 4
    taboo_signs_en: int = 8
    """A known taboo of so many letters counts wherever it stands in a sentence."""
    better_alike: float = 0.25
    """From here on a taboo's better words fit a sentence."""
    script_alike: float = 0.85
    most_signs: int = 4000
    fewest_signs_zh: int = 2
    fewest_signs_en: int = 4
    rubric_names: int = 2
    """So many steps called by their names are the words of the rubric."""
    own_step: float = 0.5
    """From which share a step of a framework of one's own is guessed."""
    doubts_taboos: bool = False
    """Whether a taboo below its threshold is a doubt only; in format 1 every hit counted."""
    meanings: tuple[tuple[str, str], ...] = MEANINGS
    calm: float = 1.0
    """The share of a taboo up to which steps are believed: mockery borrows the words of steps."""
    asks_last: bool = False
    """Whether a question is believed only if nothing is said after it: one that is answered at once asks nothing."""


SINCE_THE_THIRD = ("calm", "asks_last")
"""Limits that files of format 2 do not name."""


def limits_of(stored: Mapping[str, Any]) -> Limits:
    """The limits of a version file from format 2 on; ``KeyError`` for one that it does not name."""
    values = {each.name: stored[each.name] for each in fields(Limits) if each.name not in SINCE_THE_THIRD}
    values |= {name: stored[name] for name in SINCE_THE_THIRD if name in stored}
    values["meanings"] = tuple((meaning, pattern) for meaning, pattern in stored["meanings"])
    return Limits(**values)


FIRST = Limits()
