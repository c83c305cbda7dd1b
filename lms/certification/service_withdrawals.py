"""What becomes of certificates when a result they were founded on does not hold, and when it holds again.

A certificate stands while its requirements are met by what holds: then nothing happens to it, even if it was issued on
other evidence. One that does not stand is revoked at once and marked unfounded: it counts as if it had not been issued,
so what else was done still counts, and the certificate before it is in force again until its own last day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from lms.certification import queries
from lms.certification.models import Certificate, CertificateChange, Certification
from lms.certification.requirements import STANDING, Evidence, Leaf, evaluate, leaf_kind
from lms.certification.service import Verb, note
from lms.core.database import db
from lms.enrolment import queries as enrolment
from lms.enrolment import service as completions


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate with its certification's key and the evidence on which it was issued."""

    certificate: Certificate
    key: str
    evidence: tuple[Evidence, ...]

    def rests_on(self, leaf: Leaf) -> bool:
        """Whether a thing of this kind was among the evidence."""
        return any((piece.kind, piece.key) == (leaf.kind, leaf.key) for piece in self.evidence)


def withdraw_unfounded(person_id: int, leaf: Leaf, *, reason: str, now: datetime) -> list[Certificate]:
    """Revoke the person's certificates that do not stand any more, now that a completion of ``leaf`` is withdrawn."""
    issued, taken, shaken = issued_to([person_id]), [], set[int]()
    for one in issued:
        certificate = one.certificate
        is_concerned = one.rests_on(leaf) or certificate.certification_id in shaken
        if certificate.revoked_at is not None or not is_concerned or stands(one, issued, held_evidence(person_id)):
            continue
        certificate.revoked_at, certificate.is_unfounded = now, True
        shaken.add(certificate.certification_id)
        taken.append(certificate)
        note(certificate, one.key, Verb.REVOKED, now, reason=reason[:500])
        reference = f"certificate:{certificate.code}"
        completions.withdraw(person_id, "certification", one.key, reference=reference, reason=reason, now=now)
    return taken


def restore_founded(person_id: int, leaf: Leaf, *, now: datetime) -> list[Certificate]:
    """Let the person's unfounded certificates hold again whose own evidence holds again as a whole."""
    restored = []
    issued = issued_to([person_id])
    for one in issued:
        certificate = one.certificate
        if not certificate.is_unfounded or not one.rests_on(leaf) or not _holds_as_issued(one, issued):
            continue
        certificate.revoked_at, certificate.is_unfounded = None, False
        restored.append(certificate)
        note(certificate, one.key, Verb.RESTORED, now)
        reference = f"certificate:{certificate.code}"
        completions.complete(
            person_id, "certification", one.key, at=certificate.issued_at, reference=reference, now=now
        )
    return restored


def issued_to(person_ids: Iterable[int]) -> list[Issued]:
    """All certificates of these people with what they were issued on, those of one certification in their order."""
    rows = db.session.execute(_ISSUED, {"people": list(person_ids)})
    return [Issued(row, key, tuple(_piece(each) for each in told)) for row, key, told in rows]


# asked with every result that is taken back, so put together once
_ISSUED = (
    select(Certificate, Certification.key, CertificateChange.evidence)
    .join(Certification, Certification.id == Certificate.certification_id)
    .join(CertificateChange, CertificateChange.certificate_id == Certificate.id)
    .where(Certificate.person_id.in_(bindparam("people", expanding=True)))
    .where(CertificateChange.verb.in_((Verb.ISSUED.value, Verb.RENEWED.value)))
    .order_by(Certificate.person_id, Certificate.certification_id, Certificate.number)
)


def held_evidence(person_id: int, without: Iterable[str] = ()) -> list[Evidence]:
    """What the person completed and holds now; ``without`` leaves out what these references prove."""
    left_out = set(without)
    return [
        Evidence(leaf_kind(one.kind), one.key, one.at, one.reference)
        for one in enrolment.completions(person_id)
        if one.reference not in left_out
    ]


def stands(one: Issued, issued: Sequence[Issued], held: Sequence[Evidence]) -> bool:
    """Whether a certificate's requirements are met by what holds, under the version it was issued by.

    Licences and certificates count as they did when it was issued, unless they proved unfounded themselves.
    """
    certificate = one.certificate
    unfounded = {f"certificate:{each.certificate.code}" for each in issued if each.certificate.is_unfounded}
    standing = [piece for piece in one.evidence if piece.kind in STANDING and piece.reference not in unfounded]
    evidence = [*standing, *(piece for piece in held if piece.kind not in STANDING)]
    definition = queries.definition_of(certificate.certification_version_id)
    before = _founded_before(one, issued)
    trees = [definition.requires]
    if before is not None and before.revoked_at is None and definition.recertify is not None:
        trees.append(definition.recertify)
    since = queries.counts_from(before)
    return any(evaluate(tree, evidence, since).is_met for tree in trees)


def _founded_before(one: Issued, issued: Sequence[Issued]) -> Certificate | None:
    certificate = one.certificate
    chain = [each.certificate for each in issued if each.certificate.certification_id == certificate.certification_id]
    return queries.newest_founded(
        [each for each in chain if each.number < certificate.number and each.person_id == certificate.person_id]
    )


def _holds_as_issued(one: Issued, issued: Sequence[Issued]) -> bool:
    held = {piece.reference for piece in held_evidence(one.certificate.person_id)}
    unfounded = {f"certificate:{each.certificate.code}" for each in issued if each.certificate.is_unfounded}
    return all(
        piece.reference not in unfounded if piece.kind in STANDING else piece.reference in held
        for piece in one.evidence
    )


def _piece(told: Any) -> Evidence:
    return Evidence(leaf_kind(told["kind"]), told["key"], datetime.fromisoformat(told["at"]), told["reference"])
