"""What would follow for certificates if results changed: asked before a regrading, changes nothing."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from lms.certification import queries
from lms.certification.queries import Record, Rule
from lms.certification.queries_titles import titles_of
from lms.certification.requirements import Evidence, Leaf
from lms.certification.service_withdrawals import held_evidence, issued_to, stands
from lms.certification.validity import Phase
from lms.core import events


def of_changes(changes: Sequence[events.WouldChange], now: datetime) -> list[dict[str, Any]]:
    """Per certification and effect, how many people it would touch; a few queries per person whose pass changes."""
    counts: Counter[tuple[str, str]] = Counter()
    for change in changes:
        if change.passes_now and not change.passes_then:
            counts.update(("certificate-revoked", key) for key in _lost(change))
        elif change.passes_then and not change.passes_now:
            counts.update(("certificate-issued", key) for key in _won(change, now))
    titles = titles_of(Leaf("certification", key) for _kind, key in counts)
    return [
        {"kind": kind, "label": dict(titles[Leaf("certification", key)]), "people": n}
        for (kind, key), n in sorted(counts.items())
    ]


def _lost(change: events.WouldChange) -> Iterable[str]:
    issued = issued_to([change.person_id])
    held = held_evidence(change.person_id, without=[f"attempt:{change.attempt_id}"])
    leaf = Leaf("exam", change.exam_key)
    return [
        one.key
        for one in issued
        if one.certificate.revoked_at is None and one.rests_on(leaf) and not stands(one, issued, held)
    ]


def _won(change: events.WouldChange, now: datetime) -> Iterable[str]:
    rules: list[Rule] = queries.rules_mentioning(Leaf("exam", change.exam_key))
    if not rules:
        return []
    held = queries.record_of(change.person_id)
    passed = Evidence("exam", change.exam_key, change.at, f"attempt:{change.attempt_id}")
    record = Record(held.person_id, [*held.done, passed], held.certificates, held.licences)
    found = queries.ways(rules, record, now)
    return [way.rule.key for way in found if way.standing.is_met and way.phase is not Phase.HELD]
