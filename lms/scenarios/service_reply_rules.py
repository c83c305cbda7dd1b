"""The verbs of rules for typed replies: how many people mark, and whether what the scorer is sure of counts."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from lms.core import audit
from lms.core.database import db
from lms.core.errors import Conflict, Invalid
from lms.core.texts import N_, Message
from lms.scenarios import queries, queries_reply_agreement, queries_reply_rules
from lms.scenarios.models import Scenario
from lms.scenarios.models_replies import ReplyRule
from lms.scenarios.queries_reply_agreement import Agreement
from lms.scenarios.service_reasons import stated_reason


class NotMeasured(Conflict):
    """The scorer's agreement with trainers does not allow that its readings count; ``found`` holds the numbers."""

    def __init__(self, message: Message, found: Agreement | None) -> None:
        super().__init__(message)
        self.found = found


def set_share(key: str | None, percent: int | None, reason: str, *, actor: Any, now: datetime) -> None:
    """Let two people mark so many percent of the replies of a scenario, or with key None of the organisation.

    ``percent`` None gives a scenario back to the organisation's share. What waits already keeps the marks it needs.
    """
    if (percent is None and key is None) or (percent is not None and not 0 <= percent <= 100):
        said = Message(N_("Enter a whole number from 0 to 100."))
        raise Invalid(said, errors={"percent": said})
    scenario_id = None if key is None else _held(key)
    held = queries_reply_rules.rules().get(scenario_id) if scenario_id is not None else None
    _add(
        scenario_id,
        percent,
        counts=held.confident_counts if held else False,
        version=held.version if held else None,
        reason=stated_reason(reason),
        actor=actor,
        now=now,
    )
    audit.record("reply.share", _subject(key), actor=actor, now=now, percent=percent, reason=reason.strip())


def let_count(key: str, reason: str, *, actor: Any, now: datetime) -> Agreement:
    """Let replies that the scorer is sure of count without a person, from now on, for this version of the scorer.

    Raises ``NotMeasured`` unless at least 300 replies of this scenario were marked by two people and the scorer agrees
    with them on every step asked for, and on the taboo, as well as they do with each other minus .05.
    """
    scenario_id = _held(key)
    reason = stated_reason(reason)
    of = next((one for one in queries_reply_agreement.measured() if one.id == scenario_id), None)
    if of is None:
        raise NotMeasured(Message(N_("No typed reply of this role-play was marked yet.")), None)
    found = queries_reply_agreement.agreement(of)
    if found.missing:
        raise NotMeasured(
            Message(N_("Not allowed yet: the scorer is not shown to judge this role-play as well as trainers do.")),
            found,
        )
    held = queries_reply_rules.rule_of(scenario_id)
    _add(
        scenario_id,
        held.double_own,
        counts=True,
        version=found.version,
        reason=reason,
        actor=actor,
        now=now,
        figures=found.as_json(),
    )
    audit.record(
        "reply.let-count",
        _subject(key),
        actor=actor,
        now=now,
        version=found.version,
        figures=found.as_json(),
        reason=reason,
    )
    return found


def stop_counting(key: str, *, actor: Any, now: datetime) -> None:
    """Send every reply to people again, at once; what counted before stays, with its history. The same again changes
    nothing."""
    scenario_id = _held(key)
    held = queries_reply_rules.rule_of(scenario_id)
    if not held.confident_counts:
        return
    _add(scenario_id, held.double_own, counts=False, version=None, reason="", actor=actor, now=now)
    audit.record("reply.stop-counting", _subject(key), actor=actor, now=now, version=held.version)


def _held(key: str) -> int:
    """The scenario's id, its rules changed by nobody else until the unit of work ends: a new rule repeats parts of the
    last one."""
    scenario_id = queries.scenario_id_of(key)
    db.session.execute(select(Scenario.id).where(Scenario.id == scenario_id).with_for_update())
    return scenario_id


def _subject(key: str | None) -> str:
    return "organisation" if key is None else f"scenario:{key}"


def _add(
    scenario_id: int | None,
    percent: int | None,
    *,
    counts: bool,
    version: str | None,
    reason: str,
    actor: Any,
    now: datetime,
    figures: dict[str, Any] | None = None,
) -> None:
    db.session.add(
        ReplyRule(
            scenario_id=scenario_id,
            double_percent=percent,
            confident_counts=counts,
            scorer_version=version,
            reason=reason,
            figures=figures,
            set_at=now,
            set_by_id=actor.id,
        )
    )
    db.session.flush()
