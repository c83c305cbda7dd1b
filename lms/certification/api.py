"""Certificates and the duty gate over the REST API."""

from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext
from pydantic import Field

from lms.certification import queries
from lms.certification.duty import Duty
from lms.certification.queries import HeldCertificate
from lms.certification.validity import State, days_left
from lms.certification.views import verification_address
from lms.core import clock
from lms.core.access import Scope, viewer
from lms.core.api import Answer, Api, PageQuery, Query, decode_cursor, encode_cursor, page
from lms.core.errors import Invalid
from lms.core.locale import language
from lms.core.texts import N_, Message, in_language

api = Api("certification")


class CertificateAnswer(Answer):
    """A certificate; it holds through ``expires_on``, and from ``window_opens_on`` on it may be renewed."""

    code: str
    certification: str
    title: str
    state: State
    completed_on: date
    issued_at: datetime
    expires_on: date
    window_opens_on: date
    days_left: int
    revoked_at: datetime | None
    verify_url: str


class CertificatesAnswer(Answer):
    """The newest certificate of each certification ever earned, by certification."""

    items: list[CertificateAnswer]
    next: str | None


class DutyQuery(Query):
    """Who, optionally for which certification, and when: a day (its end counts) or an instant; default now."""

    employee_number: str = Field(min_length=1, max_length=40)
    certification: str | None = None
    at: str | None = Field(default=None, max_length=40)


class DutyLineAnswer(Answer):
    """How the person stands with one certification: valid, expired, revoked or missing."""

    certification: str
    state: str
    expires_on: date | None


class DutyAnswer(Answer):
    """Whether the person may work, and every reason against it."""

    allowed: bool
    reasons: list[str]
    certifications: list[DutyLineAnswer]


@api.get(
    "/me/certificates", summary="What I hold", scope=Scope.LEARN, permission="self", query=PageQuery,
    returns=CertificatesAnswer,
)  # fmt: skip
def my_certificates(query: PageQuery) -> dict[str, Any]:
    after = decode_cursor(query.cursor, str)
    rows = [one for one in queries.held(viewer().id, clock.today()) if not after or one.key > after[0]]
    return page(rows[: query.limit + 1], query.limit, present, lambda one: encode_cursor(one.key))


def present(one: HeldCertificate) -> dict[str, Any]:
    """A certificate in the caller's language."""
    row = one.certificate
    return {
        "code": row.code,
        "certification": one.key,
        "title": in_language(one.title, language()),
        "state": one.state.value,
        "completed_on": row.completed_on,
        "issued_at": row.issued_at,
        "expires_on": row.expires_on,
        "window_opens_on": row.window_opens_on,
        "days_left": days_left(clock.today(), row.expires_on) if one.state is State.VALID else 0,
        "revoked_at": row.revoked_at,
        "verify_url": verification_address(row.code),
    }


@api.get(
    "/duty", summary="May this person work", scope=Scope.REPORT, permission="duty.read", query=DutyQuery,
    returns=DutyAnswer,
)  # fmt: skip
def duty(query: DutyQuery) -> dict[str, Any]:
    at = clock.now() if query.at is None else instant_of(query.at)
    person = queries.visible_by_number(viewer(), query.employee_number)
    return _decision(queries.duty(person, query.certification, at))


def _decision(decision: Duty) -> dict[str, Any]:
    return {
        "allowed": decision.allowed,
        "reasons": [reason.message(language()).translated(gettext) for reason in decision.reasons],
        "certifications": [
            {"certification": line.certification, "state": line.state.value, "expires_on": line.expires_on}
            for line in decision.certifications
        ],
    }


def instant_of(text: str) -> datetime:
    """A day (its last instant, in the organisation's zone) or an ISO 8601 instant; raises ``Invalid`` for neither."""
    text = text.strip()
    if "T" in text:
        text = text.replace(" ", "+")  # an unescaped + in an address arrives as a space
    try:
        if len(text) == 10:
            following = datetime.combine(date.fromisoformat(text) + timedelta(days=1), time.min, clock.timezone())
            return following - datetime.resolution
        instant = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        message = Message(N_("Give a day (2026-11-19) or an instant (2026-11-19T08:00:00Z)."))
        raise Invalid(message, errors={"at": message}) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=clock.timezone())
