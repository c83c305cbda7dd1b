"""Signing in and out, one's own account."""

import structlog
from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext, refresh
from flask_login import LoginManager, login_user, logout_user
from werkzeug.wrappers import Response

from lms.core import access, api, clock
from lms.core.access import requires, viewer
from lms.core.database import unit_of_work
from lms.core.entered import own_path, whole_number
from lms.core.errors import Invalid, LmsError
from lms.core.limits import limiter
from lms.core.texts import N_, Message
from lms.core.web import wants_json
from lms.identity import queries, service
from lms.identity.browsers import browser_words
from lms.identity.forms import LinkForm, PasswordForm, SignInForm
from lms.identity.models import Person

log = structlog.get_logger()
bp = Blueprint("identity", __name__)
login_manager = LoginManager()
login_manager.session_protection = None  # the sign-in row is the protection: it can be revoked


@login_manager.user_loader
def load_person(token: str) -> Person | None:
    """The person behind the cookie's sign-in token, while that sign-in lives."""
    person = queries.person_of_sign_in(token, clock.now())
    g.pop("language", None)
    refresh()
    return person


@login_manager.unauthorized_handler
def ask_to_sign_in() -> Response:
    """Send a person to the sign-in page and back; tell a script plainly."""
    if wants_json():
        return api.problem(
            api.Unauthenticated(Message(N_("You are signed out. Sign in again; what you saved is kept.")))
        )
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("identity.sign_in", next=target))


@bp.route("/sign-in", methods=["GET", "POST"])
@limiter.limit("300 per minute", methods=["POST"])  # a whole shift may come through one address
@limiter.limit("10 per minute", methods=["POST"], key_func=lambda: f"door:{request.form.get('email', '').strip().lower()}")
@requires(access.PUBLIC)
def sign_in() -> str | Response | tuple[str, int]:
    """The door."""
    form = SignInForm()
    if form.validate_on_submit():
        person = queries.person_by_name_at_door(form.email.data)
        if service.password_matches(person, form.password.data):
            return _enter(person, form.next.data)
        log.warning("sign_in_refused", address=request.remote_addr, known=person is not None)
        form.password.errors = [gettext("The name or the password is not right. Check both and try again.")]
    elif request.method == "GET":
        form.next.data = request.args.get("next", "")
    return render_template("identity/sign_in.html", form=form), 422 if form.errors else 200


sign_in.unit_of_work = True  # type: ignore[attr-defined]  # in _enter: the password is checked outside of it


@unit_of_work
def _enter(person: Person | None, target: str | None) -> Response:
    assert person is not None
    session.clear()  # a new session after signing in
    service.sign_in(person, now=clock.now(), address=request.remote_addr or "", browser=request.user_agent.string)
    login_user(person)
    return redirect(_safe(target))


def _safe(target: str | None) -> str:
    """Only paths of our own; anything else leads home."""
    return own_path(target) or url_for("home.my_training")


@bp.post("/sign-out")
@unit_of_work
@requires("self")
def sign_out() -> Response:
    """Leave, on this browser only."""
    service.sign_out(viewer(), now=clock.now())
    logout_user()
    session.clear()
    return redirect(url_for("identity.sign_in"))


@bp.route("/sign-in/link/<token>", methods=["GET", "POST"])
@limiter.limit("300 per minute")
@unit_of_work
@requires(access.PUBLIC)
def sign_in_link(token: str) -> str | Response:
    """A one-time link: the page asks to press a button, so that a mail scanner does not use it up."""
    form = LinkForm()
    if not form.validate_on_submit():
        return render_template("identity/sign_in_link.html", form=form)
    person = service.use_sign_in_link(token, now=clock.now())
    _enter(person, None)
    session["by_link"] = True  # whoever comes by a link need not know the password it replaces
    return redirect(url_for("identity.account", welcome=1))


@bp.route("/account", methods=["GET", "POST"])
@unit_of_work
@requires("self")
def account() -> str | Response | tuple[str, int]:
    """One's own account: password, language, where one is signed in."""
    person, form = viewer(), PasswordForm()
    asks_present = person.password_hash is not None and not session.get("by_link")
    if form.validate_on_submit() and _knows_password(person, form, asks_present):
        try:
            service.set_password(person, form.password.data, actor=person, now=clock.now())
        except Invalid as error:
            form.password.errors = [error.message.translated(gettext)]
        else:
            session.pop("by_link", None)
            flash(gettext("Your password is set."), "success")
            return redirect(_safe(request.args.get("next")))
    page = render_template(
        "identity/account.html",
        form=form,
        person=queries.visible_person(person, person.id),
        sign_ins=queries.open_sign_ins(person, clock.now()),
        browser_words=browser_words,
        has_password=person.password_hash is not None,
        asks_present=asks_present,
    )
    return page, 422 if form.errors else 200


def _knows_password(person: Person, form: PasswordForm, asks_present: bool) -> bool:
    """Whoever finds a signed-in browser must not be able to take the account over."""
    if asks_present and not service.password_matches(person, form.present.data or ""):
        form.present.errors = [gettext("This is not your present password.")]
        return False
    return True


@bp.post("/account/sign-ins/revoke")
@unit_of_work
@requires("self")
def revoke_sign_ins() -> Response:
    """Sign out one browser, or all of them."""
    sent = request.form.get("sign_in", "")
    chosen = whole_number(sent)
    if sent and chosen is None:
        raise LmsError(Message(N_("Choose one of the listed devices.")))
    service.revoke_sign_ins(viewer(), now=clock.now(), sign_in_id=chosen)
    flash(gettext("Signed out there."), "success")
    return redirect(url_for("identity.account"))
