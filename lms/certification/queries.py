"""What people hold, what they miss, and whether they may work."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Select, bindparam, exists, select
from sqlalchemy.orm import aliased

from lms.certification import codes
from lms.certification.content import Certification as Definition
from lms.certification.content import Requirement
from lms.certification.duty import Duty, DutyLine, DutyState, decide
from lms.certification.models import (
    Certificate,
    CertificateChange,
    Certification,
    CertificationLeaf,
    CertificationRole,
    CertificationVersion,
    Licence,
)
from lms.certification.requirements import (
    STANDING,
    Evidence,
    Leaf,
    Standing,
    evaluate,
    lapsed_standing,
    mentioned,
    shortest_way,
)
from lms.certification.validity import DateRule, Phase, State, Terms, phase_on, state_on
from lms.core import clock
from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message
from lms.core.version_cache import VersionCache
from lms.enrolment import queries as enrolment
from lms.enrolment.enrolment_states import StepRef
from lms.enrolment.models import Assignment
from lms.identity.models import JobRole, Person
from lms.identity.queries import visible_people

# ---- rules --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rule:
    """A certification in use with its current version."""

    certification_id: int
    version_id: int
    key: str
    definition: Definition

    @property
    def terms(self) -> Terms:
        """What it says about dates."""
        rule = self.definition
        return Terms(DateRule(rule.date_rule), rule.validity_months, rule.window_months, rule.minimum_active_months)


def _load(version_ids: list[int]) -> dict[int, Definition]:
    query = select(CertificationVersion.id, CertificationVersion.body).where(CertificationVersion.id.in_(version_ids))
    return {version_id: Definition.model_validate(body) for version_id, body in db.session.execute(query)}


_versions = VersionCache("certifications", _load)


def definition_of(version_id: int) -> Definition:
    """The rule as one version says it."""
    return _versions.one(version_id)


def _in_use(query: Select[Any]) -> Select[Any]:
    columns: tuple[Any, ...] = (Certification.id, Certification.key, Certification.version_id)
    wanted: Select[Any] = query.with_only_columns(*columns).where(Certification.retired_at.is_(None))
    return wanted.order_by(Certification.pack, Certification.position, Certification.id)


# asked with every result, so put together once
_MENTIONING = _in_use(
    select(Certification)
    .join(CertificationLeaf, CertificationLeaf.certification_id == Certification.id)
    .where(CertificationLeaf.kind == bindparam("kind"), CertificationLeaf.key == bindparam("key"))
)


def _rules(query: Select[Any], **values: Any) -> list[Rule]:
    rows = db.session.execute(query, values).tuples().all()
    current = [(row_id, key, version_id) for row_id, key, version_id in rows if version_id is not None]
    definitions = _versions.many(version_id for _, _, version_id in current)
    return [Rule(row_id, version_id, key, definitions[version_id]) for row_id, key, version_id in current]


def rules() -> list[Rule]:
    """Every certification in use, in file order."""
    return _rules(_in_use(select(Certification)))


def rule(key: str) -> Rule:
    """The certification with this key, in use; else ``NotFound``."""
    found = _rules(_in_use(select(Certification).where(Certification.key == key)))
    if not found:
        raise NotFound(Message(N_("There is no certification with the key “%(key)s”."), {"key": key}))
    return found[0]


def rules_mentioning(leaf: Leaf) -> list[Rule]:
    """The certifications in use whose trees mention something."""
    return _rules(_MENTIONING, kind=leaf.kind, key=leaf.key)


def rules_of_role(role: str | None) -> list[Rule]:
    """The certifications in use that a job role (its key) must hold."""
    if role is None:
        return []
    joined = select(Certification).join(CertificationRole, CertificationRole.certification_id == Certification.id)
    return _rules(_in_use(joined.where(CertificationRole.role == role)))


# ---- what somebody has -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Record:
    """All that counts for a person: what was done, certificates by certification key (oldest first), licences."""

    person_id: int
    done: Sequence[Evidence]
    certificates: Mapping[str, Sequence[Certificate]]
    licences: Sequence[Licence]

    def newest(self, key: str) -> Certificate | None:
        """The newest certificate of one certification; one that proved unfounded counts as never issued."""
        return newest_founded(self.certificates.get(key, ()))


def newest_founded(chain: Sequence[Certificate]) -> Certificate | None:
    """The last of a chain, oldest first, that did not prove unfounded."""
    return next((one for one in reversed(chain) if not one.is_unfounded), None)


def last_issued(person_id: int, certification_id: int) -> Certificate | None:
    """The certificate with the greatest number, whatever became of it."""
    query = select(Certificate).where(
        Certificate.person_id == person_id, Certificate.certification_id == certification_id
    )
    return db.session.scalar(query.order_by(Certificate.number.desc()).limit(1))


def has_newer(newer: Any) -> Any:
    """The condition that a certificate was followed by another of its kind, read through this alias of the table."""
    return exists().where(
        newer.person_id == Certificate.person_id,
        newer.certification_id == Certificate.certification_id,
        newer.number > Certificate.number,
        newer.is_unfounded.is_(False),
    )


# asked with every result, so put together once
_CHAINS = (
    select(Certification.key, Certificate)
    .join(Certification, Certification.id == Certificate.certification_id)
    .where(Certificate.person_id == bindparam("person"))
    .order_by(Certificate.number, Certificate.id)
)
_LICENCES = (
    select(Licence)
    .where(Licence.person_id == bindparam("person"))
    .order_by(Licence.verified_at.desc(), Licence.id.desc())
)


def record_of(person_id: int) -> Record:
    """Three queries, whatever a person has."""
    chains: dict[str, list[Certificate]] = {}
    for key, certificate in db.session.execute(_CHAINS, {"person": person_id}):
        chains.setdefault(key, []).append(certificate)
    done = [Evidence(one.kind, one.key, one.at, one.reference) for one in enrolment.completions(person_id)]
    return Record(person_id, done, chains, licences_of(person_id))


def certificates_of(person_id: int) -> list[Certificate]:
    """All certificates of a person, oldest first."""
    query = select(Certificate).where(Certificate.person_id == person_id).order_by(Certificate.number, Certificate.id)
    return list(db.session.scalars(query))


def licences_of(person_id: int) -> list[Licence]:
    """All licences of a person, newest first."""
    return list(db.session.scalars(_LICENCES, {"person": person_id}))


def _evidence(record: Record, day: date) -> list[Evidence]:
    """What was done, and the licences and certificates that hold on a day."""
    pieces = [piece for piece in record.done if piece.kind not in STANDING]
    pieces += [
        Evidence("licence", licence.key, licence.verified_at, f"licence:{licence.id}")
        for licence in record.licences
        if licence.withdrawn_at is None and (licence.expires_on is None or licence.expires_on >= day)
    ]
    pieces += [
        Evidence("certification", key, newest.issued_at, f"certificate:{newest.code}")
        for key, chain in record.certificates.items()
        if (newest := newest_founded(chain)) is not None and certificate_state(newest, day) is State.VALID
    ]
    return pieces


def certificate_state(certificate: Certificate, day: date) -> State:
    """The state of a certificate on a day, as its dates say."""
    return state_on(day, certificate.expires_on, is_revoked=certificate.revoked_at is not None)


# ---- the way to a certificate -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Way:
    """Where a person stands with a certification: the phase, the newest certificate, and the tree that counts now.

    ``standing`` is measured on ``requires`` or, while a certificate holds, on the shorter way of recertification;
    ``since`` is the instant from which on things count, None for all that was ever done.
    """

    rule: Rule
    phase: Phase
    certificate: Certificate | None
    since: datetime | None
    standing: Standing


def counts_from(certificate: Certificate | None) -> datetime | None:
    """From when on something counts towards the next certificate: the window's opening, or the revocation.

    What earned the present certificate never counts again.
    """
    if certificate is None:
        return None
    if certificate.revoked_at is not None:
        return certificate.revoked_at + datetime.resolution
    opening = datetime.combine(certificate.window_opens_on, time.min, clock.timezone())
    return max(opening, certificate.issued_at + datetime.resolution)


def ways(wanted: Iterable[Rule], record: Record, now: datetime) -> list[Way]:
    """Where somebody stands with each of the certifications; no query of its own."""
    day = clock.day_of(now)
    evidence = _evidence(record, day)
    return [_way(one, record.newest(one.key), evidence, day) for one in wanted]


def _way(one: Rule, certificate: Certificate | None, evidence: Sequence[Evidence], day: date) -> Way:
    phase = Phase.FIRST
    if certificate is not None:
        revoked = certificate.revoked_at is not None
        phase = phase_on(day, certificate.expires_on, certificate.window_opens_on, is_revoked=revoked)
    since = counts_from(certificate)
    tree = tree_for(one.definition, phase)
    standing = evaluate(tree, evidence, since)
    if phase is Phase.LAPSED and one.definition.recertify is not None and certificate is not None:
        shorter = evaluate(one.definition.recertify, evidence, since)
        if shorter.met_at is not None and clock.day_of(shorter.met_at) <= certificate.expires_on:
            standing = shorter  # done in time, recorded late
    if phase is Phase.WINDOW and not standing.is_met and one.definition.recertify is not None:
        whole = evaluate(one.definition.requires, evidence, since)
        standing = whole if whole.is_met else standing
    return Way(one, phase, certificate, since, standing)


def tree_for(definition: Definition, phase: Phase) -> Requirement:
    """What has to be met next: the shorter way while a certificate holds, else the whole."""
    holds = phase in (Phase.HELD, Phase.WINDOW)
    return definition.recertify if holds and definition.recertify is not None else definition.requires


def explain(person: Person, certification: str, now: datetime) -> Way:
    """Where a person stands with one certification, with its met and missing leaves."""
    return ways([rule(certification)], record_of(person.id), now)[0]


def courses_to_repeat(one: Rule, person_id: int, now: datetime) -> list[str]:
    """Keys of the courses in use on a person's shortest way to the next certificate."""
    way = ways([one], record_of(person_id), now)[0]
    refs = [StepRef("course", leaf.key) for leaf in shortest_way(way.standing) if leaf.kind == "course"]
    known = enrolment.known_things(refs)
    return [ref.key for ref in refs if ref in known]


def due_on(person_id: int, certification: str) -> date | None:
    """The day by which somebody was asked to hold a certification, if anybody asked."""
    query = select(Assignment.due_on).where(
        Assignment.person_id == person_id, Assignment.kind == "certification", Assignment.key == certification,
        Assignment.cancelled_at.is_(None),
    )  # fmt: skip
    return db.session.scalar(query)


# ---- held, and duty -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HeldCertificate:
    """The newest certificate of a certification, with its state on the day asked about."""

    certificate: Certificate
    key: str
    title: Mapping[str, str]
    state: State


def held(person_id: int, today: date) -> list[HeldCertificate]:
    """The newest certificate of every certification a person ever earned, by key; one query."""
    query = (
        select(Certificate, Certification.key, Certification.title)
        .join(Certification, Certification.id == Certificate.certification_id)
        .where(Certificate.person_id == person_id)
        .order_by(Certification.key, Certificate.number)
    )
    newest = {key: (certificate, title) for certificate, key, title in db.session.execute(query)}
    return [
        HeldCertificate(certificate, key, title, certificate_state(certificate, today))
        for key, (certificate, title) in newest.items()
    ]


def job_role_of(person: Person) -> str | None:
    """The key of a person's job role."""
    if person.job_role_id is None:
        return None
    return db.session.scalar(select(JobRole.key).where(JobRole.id == person.job_role_id))


def duty(person: Person, certification: str | None, at: datetime) -> Duty:
    """Whether a person may work at an instant, as far as was known then; without ``certification``, all of the job role.

    Nothing required means allowed. Raises ``NotFound`` for an unknown certification.
    """
    asked = [rule(certification)] if certification else rules_of_role(job_role_of(person))
    is_active = person.deactivated_at is None or person.deactivated_at > at
    if not asked:
        return decide((), is_active=is_active)
    certificates = certificates_of(person.id)
    needs_licence = any(leaf.kind == "licence" for leaf in mentioned(one.definition.requires for one in asked))
    licences = licences_of(person.id) if needs_licence else []
    return decide([_duty_line(one, certificates, licences, at) for one in asked], is_active=is_active)


def _duty_line(one: Rule, certificates: Sequence[Certificate], licences: Sequence[Licence], at: datetime) -> DutyLine:
    day, title = clock.day_of(at), one.definition.title
    known = [row for row in certificates if row.certification_id == one.certification_id and row.issued_at <= at]
    if not known:
        return DutyLine(one.key, title, DutyState.MISSING)
    stood = [row for row in known if not row.is_unfounded or (row.revoked_at is not None and row.revoked_at > at)]
    newest = (stood or known)[-1]
    revoked = newest.revoked_at is not None and newest.revoked_at <= at
    state = DutyState(state_on(day, newest.expires_on, is_revoked=revoked).value)
    holding = [Leaf("licence", row.key) for row in licences if _licence_holds(row, at, day)]
    lapsed = [leaf.key for leaf in lapsed_standing(one.definition.requires, holding)]
    return DutyLine(one.key, title, state, newest.expires_on, tuple(lapsed))


def _licence_holds(licence: Licence, at: datetime, day: date) -> bool:
    if licence.verified_at > at or (licence.withdrawn_at is not None and licence.withdrawn_at <= at):
        return False
    return licence.expires_on is None or licence.expires_on >= day


# ---- one certificate --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A certificate with whose it is and what for, on the day it is looked at."""

    certificate: Certificate
    name: str
    key: str
    title: Mapping[str, str]
    state: State
    is_followed: bool = False
    """Whether a later certificate of the same certification took its place."""


def _shown(query: Select[Any], typed: str, today: date) -> Shown | None:
    code = codes.read(typed)
    if code is None:
        return None
    found = db.session.execute(query.where(Certificate.code == code)).first()
    if found is None:
        return None
    certificate, name, key, title, is_followed = found
    return Shown(certificate, name, key, title, certificate_state(certificate, today), is_followed)


def _with_names() -> Select[Any]:
    return (
        select(Certificate, Person.name, Certification.key, Certification.title, has_newer(aliased(Certificate)))
        .join(Person, Person.id == Certificate.person_id)
        .join(Certification, Certification.id == Certificate.certification_id)
    )


def verification(typed: str, today: date) -> Shown | None:
    """What the public may know of a code, None for an unknown one; anybody may ask."""
    return _shown(_with_names(), typed, today)


def visible_certificate(viewer: Any, typed: str, today: date) -> Shown:
    """A certificate that the viewer may see: their own, or of somebody they may know about; else ``NotFound``."""
    visible = visible_people(viewer).with_only_columns(Person.id)
    found = _shown(_with_names().where(Certificate.person_id.in_(visible)), typed, today)
    if found is None:
        raise NotFound(Message(N_("There is no certificate with this code among those you may see.")))
    return found


def changes_of(certificate: Certificate) -> list[tuple[CertificateChange, str | None]]:
    """The history of a certificate, oldest first, each with the name of whoever did it (None: the system)."""
    query = (
        select(CertificateChange, Person.name)
        .join(Person, Person.id == CertificateChange.actor_id, isouter=True)
        .where(CertificateChange.certificate_id == certificate.id)
        .order_by(CertificateChange.at, CertificateChange.id)
    )
    return [(change, name) for change, name in db.session.execute(query)]


def visible_by_number(viewer: Any, employee_number: str) -> Person:
    """The person with an employee number, if the viewer may know about them; else ``NotFound``."""
    person = db.session.scalar(visible_people(viewer).where(Person.employee_number == employee_number))
    if person is None:
        raise NotFound(Message(N_("There is no such person, or they are not in your team.")))
    return person
