"""The verbs of certification: award, revoke, record and withdraw licences, note what time has done."""

import secrets
from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from lms.certification import codes, queries
from lms.certification.models import Certificate, CertificateChange, Licence
from lms.certification.queries import Rule, Way
from lms.certification.requirements import evidence_of
from lms.certification.validity import CountedDay, DateRule, Held, Phase, State, Validity, validity
from lms.core import audit, clock, events
from lms.core.database import db
from lms.core.errors import Conflict, Invalid, NotAllowed
from lms.core.texts import N_, Message
from lms.enrolment import service as enrolment
from lms.identity.models import Person


class Verb(StrEnum):
    """What can happen to a certificate; also the verb of the news about it."""

    ISSUED = "issued"
    RENEWED = "renewed"
    REVOKED = "revoked"
    RESTORED = "restored"
    WINDOW_OPENED = "window-opened"
    EXPIRED = "expired"


# ---- award ------------------------------------------------------------------------


def award(person_id: int, rules: Iterable[Rule], *, now: datetime) -> list[Certificate]:
    """Issue or renew every one of the certificates whose requirements the person meets; usually none.

    Runs in the unit of work of the last requirement. Who meets everything gets it once: what earned a certificate
    earns no second one, and a renewal that would not end later is none.
    """
    awarded: list[Certificate] = []
    record = None
    for one in rules:
        record = record or queries.record_of(person_id)
        way = queries.ways([one], record, now)[0]
        certificate = _award(person_id, way, now)
        if certificate is not None:
            awarded.append(certificate)
            record = None  # the news of it may have earned further ones
    return awarded


def _award(person_id: int, way: Way, now: datetime) -> Certificate | None:
    met_at = way.standing.met_at
    if met_at is None or way.phase is Phase.HELD:
        return None
    days = _days(person_id, way, clock.day_of(met_at))
    completed_on, today = clock.day_of(met_at), clock.day_of(now)
    if way.certificate is None and days.expires_on < today:
        completed_on = today  # met before there was such a rule: counted from the day it is found
        days = _days(person_id, way, completed_on)
    old = way.certificate
    if old is not None and old.revoked_at is None and days.expires_on <= old.expires_on:
        return None
    return _issue(person_id, way, completed_on, days, max(now, met_at))


def _days(person_id: int, way: Way, completed_on: date) -> Validity:
    old, terms = way.certificate, way.rule.terms
    if old is not None and old.revoked_at is None:
        held = Held(CountedDay.between(old.anchor_on, old.expires_on), old.window_opens_on)
        return validity(terms, completed_on, held=held)
    wanted = terms.rule is not DateRule.COMPLETION and old is None
    return validity(terms, completed_on, due_on=queries.due_on(person_id, way.rule.key) if wanted else None)


def _issue(person_id: int, way: Way, completed_on: date, days: Validity, at: datetime) -> Certificate:
    old, key = way.certificate, way.rule.key
    last = queries.last_issued(person_id, way.rule.certification_id)
    certificate = Certificate(
        code=codes.new_code(secrets.choice), certification_id=way.rule.certification_id,
        certification_version_id=way.rule.version_id, person_id=person_id, number=last.number + 1 if last else 1,
        previous_id=last.id if last else None, completed_on=completed_on, base_on=days.base_on,
        anchor_on=days.anchor_on, expires_on=days.expires_on, window_opens_on=days.window_opens_on, issued_at=at,
    )  # fmt: skip
    db.session.add(certificate)
    db.session.flush()
    verb = Verb.RENEWED if old is not None and old.revoked_at is None else Verb.ISSUED
    evidence = [
        {"kind": piece.kind, "key": piece.key, "at": piece.at.isoformat(), "reference": piece.reference}
        for piece in evidence_of(way.standing)
    ]
    note(certificate, key, verb, at, evidence=evidence)
    reference = f"certificate:{certificate.code}"
    enrolment.complete(person_id, "certification", key, at=at, reference=reference)
    return certificate


_ACTIONS = {
    Verb.ISSUED: "certificate.issue",
    Verb.RENEWED: "certificate.renew",
    Verb.REVOKED: "certificate.revoke",
    Verb.RESTORED: "certificate.restore",
    Verb.EXPIRED: "certificate.expire",
}


def note(
    certificate: Certificate,
    key: str,
    verb: Verb,
    at: datetime,
    *,
    actor: Any = None,
    reason: str = "",
    evidence: list[Any] | None = None,
) -> None:
    """Add to the certificate's history; changes of consequence also to the audit trail and the news."""
    db.session.add(
        CertificateChange(
            certificate_id=certificate.id, verb=verb.value, at=at, actor_id=getattr(actor, "id", None), reason=reason,
            evidence=evidence or [],
        )
    )  # fmt: skip
    db.session.flush()
    if verb is Verb.WINDOW_OPENED:
        return
    details = {"person": certificate.person_id, "certification": key, "expires_on": certificate.expires_on.isoformat()}
    subject = f"certificate:{certificate.code}"
    audit.record(_ACTIONS[verb], subject, actor=actor, now=at, **details, **({"reason": reason} if reason else {}))
    events.publish(
        events.CertificateChanged(
            certificate.id, certificate.person_id, key, verb.value, at, certificate.expires_on
        )
    )


# ---- revoke -----------------------------------------------------------------------


def revoke(certificate: Certificate, key: str, *, actor: Any, reason: str, now: datetime) -> None:
    """Take a certificate away, and with it every other of the same certification that still holds.

    To hold it again, everything must be done anew after this instant. Raises ``Invalid`` without a reason,
    ``Conflict`` when it is revoked already, ``NotAllowed`` for one's own. One that proved unfounded, and would hold again
    with the result it was founded on, is revoked for good.
    """
    if not reason.strip():
        message = Message(N_("Say why it is revoked; the person may ask, and the audit trail keeps it."))
        raise Invalid(message, errors={"reason": message})
    if certificate.revoked_at is not None and not certificate.is_unfounded:
        raise Conflict(Message(N_("This certificate is revoked already.")))
    if getattr(actor, "id", None) == certificate.person_id:
        raise NotAllowed(Message(N_("Nobody revokes their own certificate; ask a colleague.")))
    today = clock.day_of(now)
    taken = [certificate]
    if certificate.is_unfounded or queries.certificate_state(certificate, today) is State.VALID:
        taken += [
            other
            for other in queries.certificates_of(certificate.person_id)
            if other.certification_id == certificate.certification_id
            and other.id != certificate.id
            and queries.certificate_state(other, today) is State.VALID
        ]
    for one in taken:
        one.revoked_at, one.is_unfounded = now, False
        note(one, key, Verb.REVOKED, now, actor=actor, reason=reason.strip()[:500])


# ---- licences ---------------------------------------------------------------------


def record_licence(
    person: Person, key: str, number: str, *, expires_on: date | None, actor: Any, now: datetime
) -> Licence:
    """Put an outside licence on file that ``actor`` has seen and checked.

    Raises ``Invalid`` for one that has run out, ``Conflict`` for one on file, ``NotAllowed`` for one's own.
    """
    if getattr(actor, "id", None) == person.id:
        raise NotAllowed(Message(N_("Nobody verifies their own licence; ask a colleague.")))
    if expires_on is not None and expires_on < clock.day_of(now):
        message = Message(N_("This licence has run out; ask for a valid one."))
        raise Invalid(message, errors={"expires_on": message})
    for known in queries.licences_of(person.id):
        if (known.key, known.number, known.expires_on) == (key, number, expires_on) and known.withdrawn_at is None:
            raise Conflict(Message(N_("This licence is on file already.")))
    licence = Licence(
        person_id=person.id, key=key, number=number, expires_on=expires_on, verified_by_id=actor.id, verified_at=now
    )
    db.session.add(licence)
    db.session.flush()
    until = expires_on.isoformat() if expires_on else None
    audit.record("licence.verify", f"licence:{licence.id}", actor=actor, now=now, person=person.id, key=key, until=until)
    enrolment.complete(person, "licence", key, at=now, reference=f"licence:{licence.id}")
    return licence


def withdraw_licence(licence: Licence, *, actor: Any, reason: str, now: datetime) -> None:
    """Take a licence off the file that was recorded wrongly or taken away; it stays in the history."""
    if not reason.strip():
        message = Message(N_("Say why the licence is withdrawn."))
        raise Invalid(message, errors={"reason": message})
    if licence.withdrawn_at is not None:
        raise Conflict(Message(N_("This licence is withdrawn already.")))
    licence.withdrawn_at, licence.withdrawn_by_id = now, getattr(actor, "id", None)
    licence.withdrawn_reason = reason.strip()[:500]
    audit.record("licence.withdraw", f"licence:{licence.id}", actor=actor, now=now, reason=licence.withdrawn_reason)


# ---- what time does -----------------------------------------------------------------


def note_expiry(certificate: Certificate, key: str, *, now: datetime) -> None:
    """Add to the history that a certificate ran out; its state says so by itself since its last day."""
    note(certificate, key, Verb.EXPIRED, now)


def open_window(certificate: Certificate, one: Rule, *, now: datetime) -> None:
    """Add to the history that renewal may begin; courses of the way are assigned anew, so that they can be repeated.

    A way of licences and certificates alone may be met at once: then the certificate is renewed here.
    """
    note(certificate, one.key, Verb.WINDOW_OPENED, now)
    if award(certificate.person_id, [one], now=now):
        return
    person = db.session.get(Person, certificate.person_id)
    if person is None or not person.is_active:
        return
    for course in queries.courses_to_repeat(one, person.id, now):
        enrolment.assign(
            person, "course", course, actor=None, now=now, due_on=certificate.expires_on, reason=one.key, anew=True
        )
