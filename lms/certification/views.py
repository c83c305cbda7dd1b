"""Certificates: one's own, one certificate, its PDF, and the public page that verifies a code."""

from collections.abc import Sequence

from flask import Blueprint, current_app, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, refresh
from werkzeug.wrappers import Response

from lms.certification import codes, queries, service, views_cards
from lms.certification.adapters.pdf import Face, certificate_pdf
from lms.certification.forms import RevokeForm
from lms.certification.models import Certificate
from lms.certification.queries import Shown, Way
from lms.certification.queries_titles import titles_of
from lms.certification.requirements import Leaf
from lms.certification.validity import Phase, State, days_left, share_left
from lms.core import access, charts, clock
from lms.core.access import requires, viewer
from lms.core.database import unit_of_work
from lms.core.errors import Conflict
from lms.core.limits import limiter
from lms.core.locale import language, normalised
from lms.core.texts import CHINESE, ENGLISH, N_, Message, in_language
from lms.core.web import day, organisation

bp = Blueprint("certification", __name__)

STATE_SIGNS = {
    State.VALID: ("met", N_("Valid")),
    State.EXPIRED: ("not-met", N_("Expired")),
    State.REVOKED: ("not-met", N_("Revoked")),
}


def sign_of(shown: Shown) -> tuple[str, str]:
    """The mark of a certificate in its holder's history: one that a later one took the place of ran its course."""
    if shown.state is State.EXPIRED and shown.is_followed:
        return "no-data", gettext("Renewed")
    return state_sign(shown.state)


def state_sign(state: State, certificate: Certificate | None = None) -> tuple[str, str]:
    """The mark of a state and its word; of a certificate given, also whether it may be renewed by now."""
    if state is State.VALID and certificate is not None and certificate.window_opens_on <= clock.today():
        return "soon", gettext("Renew now")
    kind, word = STATE_SIGNS[state]
    return kind, gettext(word)


def language_of(name: str) -> str:
    """The language to set a name in: Chinese when it has Chinese characters."""
    return CHINESE if any("\u3400" <= character <= "\u9fff" for character in name) else ENGLISH


# ---- mine -------------------------------------------------------------------------


@bp.get("/certificates")
@requires("self")
def certificates() -> str:
    """What I hold, until when, and what is missing for what I hold not or not much longer."""
    person, now = viewer(), clock.now()
    record = queries.record_of(person.id)
    role = queries.job_role_of(person)
    ways = queries.ways(queries.rules(), record, now)
    titles = titles_of(_open_leaves(ways))
    mine: list[tuple[Way, views_cards.Card]] = []
    others: list[tuple[Way, views_cards.Card]] = []
    for way in ways:
        is_required = role is not None and role in way.rule.definition.roles
        code = way.certificate.code if way.certificate else None
        card = views_cards.card(way, titles, clock.today(), is_required=is_required, code=code)
        begun = way.certificate is not None or any(leaf.is_met for leaf in way.standing.leaves())
        (mine if is_required or begun else others).append((way, card))
    chains = [certificate for chain in record.certificates.values() for certificate in chain]
    asked = [way for way in ways if role in way.rule.definition.roles or way.certificate is not None]
    # what the work asks for stands first, what is held after it, and last what only shares a course with these
    mine.sort(key=lambda pair: (bool(asked) and pair[0] not in asked, pair[0].phase is Phase.HELD))
    ahead = (asked or [way for way, _ in mine]) if access.has(person, "learn") else []
    return render_template(
        "certification/certificates.html",
        mine=[card for _, card in mine],
        others=[card for _, card in others],
        next_step=views_cards.next_step(ahead, titles),
        history=_history(record, ways),
        earned=len(chains),
        sign_of=sign_of,
    )


def _open_leaves(ways: list[Way]) -> list[Leaf]:
    """What the shown trees mention."""
    shown = (way.standing for way in ways if way.phase is not Phase.HELD)
    return list(dict.fromkeys(leaf.leaf for standing in shown for leaf in standing.leaves()))


def _history(record: queries.Record, ways: list[Way]) -> list[Shown]:
    """Every certificate ever earned, the newest first."""
    titles = {way.rule.key: way.rule.definition.title for way in ways}
    today = clock.today()
    lines = [
        Shown(
            one, "", key, titles.get(key, {"en": key}), queries.certificate_state(one, today), _is_followed(one, chain)
        )
        for key, chain in record.certificates.items()
        for one in chain
    ]
    return sorted(lines, key=lambda line: (line.certificate.issued_at, line.certificate.id), reverse=True)


def _is_followed(one: Certificate, chain: Sequence[Certificate]) -> bool:
    newest = queries.newest_founded(chain)
    return newest is not None and newest.number > one.number


# ---- one certificate -----------------------------------------------------------------


@bp.get("/certificates/<code>")
@requires("self")
def certificate(code: str) -> str:
    """One certificate, for its holder and those who may know about them."""
    return _certificate_page(queries.visible_certificate(viewer(), code, clock.today()), RevokeForm())


def _certificate_page(shown: Shown, form: RevokeForm) -> str:
    one, today = shown.certificate, clock.today()
    left = charts.progress("", share_left(today, one.base_on, one.expires_on), 1.0, tone="ok")
    return render_template(
        "certification/certificate.html",
        shown=shown,
        one=one,
        code=codes.shown(one.code),
        name_language=language_of(shown.name),
        sign=sign_of(shown),
        left=days_left(today, one.expires_on),
        bar=left if shown.state is State.VALID else None,
        changes=queries.changes_of(one),
        form=form,
        may_revoke=access.may("certificate.revoke") and _can_be_revoked(one) and one.person_id != viewer().id,
        address=verification_address(one.code),
    )


def _can_be_revoked(one: Certificate) -> bool:
    """One that holds, or that was revoked only because a result did not hold and may hold again."""
    return one.revoked_at is None or one.is_unfounded


@bp.post("/certificates/<code>/revocation")
@unit_of_work
@requires("certificate.revoke")
def revoke(code: str) -> Response | tuple[str, int]:
    """Take a certificate away, with a reason."""
    shown, form = queries.visible_certificate(viewer(), code, clock.today()), RevokeForm()
    if not form.validate_on_submit():
        return _certificate_page(shown, form), 422
    service.revoke(shown.certificate, shown.key, actor=viewer(), reason=form.reason.data, now=clock.now())
    flash(
        gettext("The certificate is revoked. %(name)s has to do everything anew to hold it again.", name=shown.name),
        "success",
    )
    return redirect(url_for("certification.certificate", code=shown.certificate.code))


@bp.get("/certificates/<code>.pdf")
@requires("self")
def certificate_document(code: str) -> Response:
    """The certificate to print, in the language asked for (``?language=``) or the reader's."""
    shown = queries.visible_certificate(viewer(), code, clock.today())
    if shown.state is State.REVOKED:
        raise Conflict(Message(N_("This certificate was revoked; there is nothing to print.")))
    g.language = normalised(request.args.get("language")) or language()
    refresh()
    document = certificate_pdf(_face(shown), shown.certificate.issued_at, current_app.config["LMS_FONT_PATH"])
    response = make_response(document)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="certificate-{shown.certificate.code}.pdf"'
    return response


def _face(shown: Shown) -> Face:
    """The words of the printed certificate, in the language of this request."""
    title, code = in_language(shown.title, language()), shown.certificate.code
    address = verification_address(code)
    return Face(
        language=language(),
        title=gettext("Certificate: %(title)s, %(name)s", title=title, name=shown.name),
        organisation=organisation()["name"],
        kind=gettext("Certificate"),
        awarded_to=gettext("This certifies that"),
        name=shown.name,
        for_words=gettext("holds the certification"),
        certification=title,
        sentence=gettext("All requirements were met and are on record."),
        completed_words=gettext("Completed on"),
        completed=day(shown.certificate.completed_on),
        valid_words=gettext("Valid until"),
        valid=day(shown.certificate.expires_on),
        code_words=gettext("Verification code"),
        code=codes.shown(code),
        address=address,
        verify_words=gettext("Whether it is still valid: %(address)s", address=address),
        qr_words=gettext("QR code that leads to %(address)s", address=address),
    )


def verification_address(code: str) -> str:
    """The public address that verifies a code, as the outside reaches us."""
    base = current_app.config["LMS_BASE_URL"] or request.host_url.rstrip("/") + request.script_root
    return f"{base}/verify/{code}"


# ---- for anybody -----------------------------------------------------------------------


@bp.get("/verify")
@limiter.limit("60 per minute")
@requires(access.PUBLIC)
def verify() -> str | Response:
    """Where a code is typed in."""
    typed = request.args.get("code", "").strip()
    if typed:
        return redirect(url_for("certification.verification", code=codes.read(typed) or typed[:40]))
    return render_template("certification/verify.html")


@bp.get("/verify/<code>")
@limiter.limit("60 per minute")
@requires(access.PUBLIC)
def verification(code: str) -> str | tuple[str, int]:
    """Whether a certificate is valid: its state, the name, what for, the dates; nothing else."""
    shown = queries.verification(code, clock.today())
    if shown is None:
        unknown = ("no-data", gettext("Unknown"))
        return render_template("certification/verification.html", shown=None, code=code, sign=unknown), 404
    return render_template(
        "certification/verification.html",
        shown=shown,
        code=codes.shown(shown.certificate.code),
        name_language=language_of(shown.name),
        sign=state_sign(shown.state),
    )
