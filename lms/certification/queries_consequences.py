"""What would follow for certificates if results changed: asked before a regrading, changes nothing."""

from collections import Counter, defaultdict
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
    """Per certification and effect, how many people it would touch; a few queries per person whose pass changes.

    What one person's attempts at an exam lose and win is judged together: one pass may stand in for another.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for flips in _flips(changes):
        lost = [change for change in flips if change.passes_now]
        won = [_passed(change) for change in flips if change.passes_then]
        if lost:
            counts.update(("certificate-revoked", key) for key in _lost(lost, won))
        if won:
            counts.update(("certificate-issued", key) for key in _won(flips[0], lost, won, now))
    titles = titles_of(Leaf("certification", key) for _kind, key in counts)
    return [
        {"kind": kind, "label": dict(titles[Leaf("certification", key)]), "people": n}
        for (kind, key), n in sorted(counts.items())
    ]


def _flips(changes: Sequence[events.WouldChange]) -> Iterable[list[events.WouldChange]]:
    """What begins or ceases to hold, by person and exam."""
    found: dict[tuple[int, str], list[events.WouldChange]] = defaultdict(list)
    for change in changes:
        if change.passes_now != change.passes_then:
            found[change.person_id, change.exam_key].append(change)
    return found.values()


def _passed(change: events.WouldChange) -> Evidence:
    return Evidence("exam", change.exam_key, change.at, f"attempt:{change.attempt_id}")


def _without(lost: Sequence[events.WouldChange]) -> list[str]:
    return [f"attempt:{change.attempt_id}" for change in lost]


def _lost(lost: Sequence[events.WouldChange], won: Sequence[Evidence]) -> Iterable[str]:
    issued = issued_to([lost[0].person_id])
    held = [*held_evidence(lost[0].person_id, without=_without(lost)), *won]
    leaf = Leaf("exam", lost[0].exam_key)
    return [
        one.key
        for one in issued
        if one.certificate.revoked_at is None and one.rests_on(leaf) and not stands(one, issued, held)
    ]


def _won(
    one: events.WouldChange, lost: Sequence[events.WouldChange], won: Sequence[Evidence], now: datetime
) -> Iterable[str]:
    rules: list[Rule] = queries.rules_mentioning(Leaf("exam", one.exam_key))
    if not rules:
        return []
    held, gone = queries.record_of(one.person_id), set(_without(lost))
    done = [piece for piece in held.done if piece.reference not in gone]
    record = Record(held.person_id, [*done, *won], held.certificates, held.licences)
    found = queries.ways(rules, record, now)
    return [way.rule.key for way in found if way.standing.is_met and way.phase is not Phase.HELD]
