"""Reads of marks of typed replies for agreement: by scenario and step, trainers with each other and with the scorer."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from lms.core.database import db
from lms.core.texts import Text
from lms.scenarios import hearing, queries
from lms.scenarios.judging_agreement import TABOO, Judged, Shortfall, StepAgreement, by_step, shortfalls
from lms.scenarios.models import Scenario, Turn
from lms.scenarios.models_replies import ReplyMark, WrittenReply
from lms.scenarios.play_states import Reading
from lms.scenarios.queries_frameworks import framework

MOST_MARKS = 4000
"""The latest marks of a scenario that agreement looks at."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A scenario whose examinations have marked replies; ``marked`` counts replies with a mark."""

    id: int
    key: str
    title: Text
    version_id: int
    marked: int


def measured() -> list[Measured]:
    """The scenarios of whose examinations replies were marked, those with most replies marked twice first; one query."""
    doubles = func.count().filter(WrittenReply.marks_in > 1)
    query = (
        select(Scenario.id, Scenario.key, Scenario.title, Scenario.version_id, func.count().label("marked"))
        .join(WrittenReply, WrittenReply.scenario_id == Scenario.id)
        .where(WrittenReply.purpose == "exam", WrittenReply.marks_in > 0)
        .group_by(Scenario.id)
        .order_by(doubles.desc(), func.count().desc(), Scenario.key)
    )
    return [Measured(row.id, row.key, row.title, row.version_id or 0, row.marked) for row in db.session.execute(query)]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement on one scenario by the version of the scorer in use.

    ``titles`` names the steps; ``left_out`` counts replies read by another version, or by none, before they were
    marked; ``missing`` is what keeps confident replies from counting.
    """

    version: str
    titles: Mapping[str, Text]
    steps: Sequence[StepAgreement]
    marked: int
    doubles: int
    left_out: int
    missing: Sequence[Shortfall]

    def as_json(self) -> dict[str, Any]:
        """The figures as they are kept with a decision that rests on them."""
        return {"doubles": self.doubles, "steps": {one.step: one.as_json() for one in self.steps}}


def agreement(of: Measured) -> Agreement:
    """Agreement on a scenario's typed replies; at most four queries.

    Only readings made before anybody marked enter: a version that was trained on these very replies would look better
    than it is.
    """
    version = hearing.version_in_use()
    found, left_out = _judged(of.id, version)
    asked = _asked(of.version_id)
    rows = by_step(asked, found)
    doubles = sum(one.is_double for one in found)
    definition = queries.compiled(of.version_id).definition
    known = framework(definition.framework)
    titles: dict[str, Text] = {step.key: step.title for step in known.steps} if known else {}
    return Agreement(version, titles, rows, len(found), doubles, left_out, shortfalls(rows, doubles))


def _asked(version_id: int) -> list[str]:
    """The steps that the scenario's typed scenes ask for, each once, in their order."""
    scenes = queries.compiled(version_id).definition.scenes.values()
    return list(dict.fromkeys(step for scene in scenes if scene.typed for step in scene.typed.steps))


def _judged(scenario_id: int, version: str) -> tuple[list[Judged], int]:
    query = (
        select(WrittenReply.id, ReplyMark.steps, ReplyMark.taboo, Turn.heard)
        .join(ReplyMark, ReplyMark.reply_id == WrittenReply.id)
        .join(Turn, Turn.id == WrittenReply.turn_id)
        .where(WrittenReply.scenario_id == scenario_id, WrittenReply.purpose == "exam", ReplyMark.number <= 2)
        .order_by(WrittenReply.id.desc(), ReplyMark.number)
        .limit(MOST_MARKS)
    )
    marks: dict[int, list[Reading]] = defaultdict(list)
    heard: dict[int, Any] = {}
    for reply_id, steps, taboo, stored in db.session.execute(query):
        marks[reply_id].append(Reading(frozenset(steps), taboo))
        heard[reply_id] = stored
    found, left_out = [], 0
    for reply_id, given in marks.items():
        reading = hearing.reading_kept(heard[reply_id])
        if reading is None or reading.version != version:
            left_out += 1
        else:
            machine = Reading(frozenset(reading.found), bool(reading.taboos))
            found.append(Judged(tuple(given), machine))
    return found, left_out


def is_taboo(step: str) -> bool:
    """Whether a row of agreement is about the taboo."""
    return step == TABOO
