"""Scheduled work: note what time has done to certificates, and find who meets a rule that is new.

Nothing changes silently here: a certificate's state follows from its dates, the sweep only writes the history.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from lms.certification import queries, service
from lms.certification.models import Certificate, CertificateChange, Certification, CertificationLeaf
from lms.certification.sync import AWARD
from lms.core import clock, jobs
from lms.core.database import db
from lms.core.jobs import Periodic
from lms.enrolment.models import Completion
from lms.identity.models import Person

SWEEP = "certification.sweep"
BATCH = 500
"""How many rows one job touches: the unit of work stays short, the rest is a job of its own."""

Newer = aliased(Certificate)


def _unnoted(verb: service.Verb) -> Any:
    """Newest certificates, not revoked, of active people, whose history does not have the verb yet."""
    noted = exists().where(CertificateChange.certificate_id == Certificate.id, CertificateChange.verb == verb.value)
    return (
        select(Certificate, Certification.key)
        .join(Certification, Certification.id == Certificate.certification_id)
        .join(Person, Person.id == Certificate.person_id)
        .where(Certificate.revoked_at.is_(None), ~noted, ~queries.has_newer(Newer))
        .where(Person.deactivated_at.is_(None))
        .order_by(Certificate.id)
        .limit(BATCH)
    )


def sweep(payload: Mapping[str, Any], now: datetime) -> None:
    """Note which certificates ran out and whose window has opened; what is noted already is left alone."""
    del payload
    today = clock.day_of(now)
    ran_out = db.session.execute(_unnoted(service.Verb.EXPIRED).where(Certificate.expires_on < today)).all()
    for certificate, key in ran_out:
        service.note_expiry(certificate, key, now=now)
    rules = {rule.key: rule for rule in queries.rules()}
    opened = db.session.execute(
        _unnoted(service.Verb.WINDOW_OPENED).where(
            Certificate.window_opens_on <= today, Certificate.expires_on >= today, Certification.retired_at.is_(None)
        )
    ).all()
    for certificate, key in opened:
        service.open_window(certificate, rules[key], now=now)
    if BATCH in (len(ran_out), len(opened)):
        jobs.enqueue(SWEEP, f"{SWEEP}:more:{now.isoformat()}", {}, run_at=now)


def award_many(payload: Mapping[str, Any], now: datetime) -> None:
    """Award a new or changed certification to whoever meets it already, some people at a time."""
    certification_id, after = int(payload["certification_id"]), int(payload["after"])
    row = db.session.get(Certification, certification_id)
    if row is None or row.retired_at is not None:
        return
    leaves = select(CertificationLeaf.key).where(CertificationLeaf.certification_id == certification_id)
    query = (
        select(Completion.person_id)
        .join(Person, Person.id == Completion.person_id)
        .where(Completion.key.in_(leaves), Completion.person_id > after, Person.deactivated_at.is_(None))
        .where(Completion.withdrawn_at.is_(None))
        .group_by(Completion.person_id)
        .order_by(Completion.person_id)
        .limit(BATCH)
    )
    people = list(db.session.scalars(query))
    rule = queries.rule(row.key)
    for person_id in people:
        service.award(person_id, [rule], now=now)
    if len(people) == BATCH:
        key = f"{AWARD}:{row.key}:{rule.version_id}:{people[-1]}"
        jobs.enqueue(AWARD, key, {"certification_id": certification_id, "after": people[-1]}, run_at=now)


WORKERS = {SWEEP: sweep, AWARD: award_many}
PERIODIC = (Periodic(SWEEP, timedelta(hours=1)),)
