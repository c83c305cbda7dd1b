"""Reads of all typed replies that are kept, in pieces: to read them again by another version, or to learn from them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from lms.core.database import db
from lms.identity.models import Person
from lms.scenarios import hearing, queries
from lms.scenarios.definitions import FrameworkDefinition
from lms.scenarios.judging import How
from lms.scenarios.masking import masked
from lms.scenarios.models import Play, Scenario, Turn
from lms.scenarios.models_replies import ReplyDecision, WrittenReply
from lms.scenarios.queries_frameworks import frameworks
from lms.scenarios.replies import ReplyReading, Scorer, read_reply

AT_ONCE = 500
NO_STEP = "none"
TABOO = "taboo"


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """A kept reply with the reading of the time and that of another version; ``points`` are what each would earn."""

    play_id: int
    turn: int
    scenario: str
    before: ReplyReading | None
    after: ReplyReading
    points_before: int
    points_after: int

    @property
    def is_changed(self) -> bool:
        return self.before is None or _counting(self.before) != _counting(self.after)


def _counting(reading: ReplyReading) -> tuple[Any, ...]:
    return frozenset(reading.found), bool(reading.taboos), reading.guards, reading.to_person


def read_again(by: Scorer, scenario: str | None = None) -> Iterator[ReadAgain]:
    """Every kept reply, read by that version; nothing is written. Replies without a framework are passed over."""
    known = frameworks()
    query = (
        select(Turn, Play.scenario_version_id, Scenario.key)
        .join(Play, Play.id == Turn.play_id)
        .join(Scenario, Scenario.id == Play.scenario_id)
        .where(Turn.reply.is_not(None))
        .order_by(Turn.id)
    )
    if scenario is not None:
        query = query.where(Play.scenario_id == queries.scenario_id_of(scenario))
    for turn, version_id, key in db.session.execute(query.execution_options(yield_per=AT_ONCE)):
        definition = queries.compiled(version_id).definition
        scene, framework = definition.scenes[turn.scene], known.get(definition.framework or "")
        if framework is None or scene.typed is None:
            continue
        before, text = hearing.reading_kept(turn.heard), turn.reply or ""
        after = read_reply(text, hearing.context_of(text, scene, framework), by)
        yield ReadAgain(
            turn.play_id,
            turn.number,
            key,
            before,
            after,
            _worth(scene.typed.steps, before.found if before else ()),
            _worth(scene.typed.steps, after.found),
        )


def _worth(steps: Mapping[str, int], found: tuple[str, ...]) -> int:
    return sum(points for step, points in steps.items() if step in found)


def learnt_from(scenario: str | None = None) -> Iterator[dict[str, Any]]:
    """The replies that people decided, as lines of a corpus: id, lang, domain, split, task, text, labels.

    Names of the learner and of the customer, numbers, codes and addresses are masked; the id is the row's own and
    leads to nobody outside the database. A SPIN reply in which people saw several steps has no one label: left out.
    """
    known = frameworks()
    last = select(func.max(ReplyDecision.id)).where(ReplyDecision.reply_id == WrittenReply.id).correlate(WrittenReply)
    query = (
        select(WrittenReply.id, Turn.reply, Play.scenario_version_id, Scenario.key, Person, ReplyDecision)
        .join(Turn, Turn.id == WrittenReply.turn_id)
        .join(Play, Play.id == WrittenReply.play_id)
        .join(Scenario, Scenario.id == WrittenReply.scenario_id)
        .join(Person, Person.id == WrittenReply.person_id)
        .join(ReplyDecision, ReplyDecision.id == last.scalar_subquery())
        .where(ReplyDecision.how != How.MACHINE.value)
        .order_by(WrittenReply.id)
    )
    if scenario is not None:
        query = query.where(WrittenReply.scenario_id == queries.scenario_id_of(scenario))
    for reply_id, text, version_id, key, person, decision in db.session.execute(
        query.execution_options(yield_per=AT_ONCE)
    ):
        definition = queries.compiled(version_id).definition
        framework = known.get(definition.framework or "")
        labels = _labels(decision, framework) if framework else None
        if framework is None or labels is None:
            continue
        customer = definition.customer.name or {}
        names = [person.name, person.employee_number or "", *customer.values()]
        text = text or ""
        spoken = hearing.written_in(text)
        yield {
            "id": f"reply-{reply_id}",
            "lang": "en" if spoken == "en" else "zh",
            "domain": key,
            "split": "train",
            "task": framework.framework,
            "text": masked(text, names, spoken),
            "labels": labels,
        }


def _labels(decision: ReplyDecision, framework: FrameworkDefinition) -> list[str] | None:
    """In the words of the corpus: SPIN has exactly one label, the others any steps, and the taboo."""
    steps = [step.key for step in framework.steps if step.key in decision.steps]
    if framework.framework == "spin":
        return None if len(steps) > 1 else [step.replace("-", "_") for step in steps] or [NO_STEP]
    return [*steps, TABOO] if decision.taboo else steps
