"""Failures as a page or as problem+json, each said once and in the reader's words."""

import structlog
from flask import Flask, current_app, make_response, render_template
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, StatementError
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response as WerkzeugResponse

from lms.core import api
from lms.core.database import db
from lms.core.errors import NOT_HERE, Conflict, Invalid, LmsError, NotFound, TooMany, Unavailable
from lms.core.texts import N_, Message
from lms.core.web import request_id, wants_json

log = structlog.get_logger()


def register(app: Flask) -> None:
    """Let every failure be told in one place."""
    app.register_error_handler(LmsError, _expected)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(IntegrityError, _integrity)
    app.register_error_handler(OperationalError, _operational)
    app.register_error_handler(DataError, _unkeepable)  # PostgreSQL
    app.register_error_handler(OverflowError, _unkeepable)  # SQLite
    app.register_error_handler(StatementError, _unsendable)
    app.register_error_handler(Exception, _unexpected)


def _show(error: LmsError) -> WerkzeugResponse:
    if wants_json():
        return api.problem(error)
    page = render_template(
        "errors/error.html",
        status=error.status,
        title=gettext(error.title),
        sentence=error.message.translated(gettext),
        errors={name: message.translated(gettext) for name, message in error.errors.items()},
        request_id=request_id(),
    )
    return make_response(page, error.status)


def _expected(error: LmsError) -> WerkzeugResponse:
    return _show(error)


def _csrf(_error: CSRFError) -> WerkzeugResponse:
    return _show(
        LmsError(
            Message(
                N_("This page was open too long or you signed in again. Go back, reload it, and send it once more.")
            )
        )
    )


_SENTENCES = {
    400: N_("The server could not understand this request. Go back and try again."),
    404: NOT_HERE,
    405: N_("This address does not take that kind of request."),
    413: N_("That is too large. Files may have at most 12 MB."),
    415: N_("This kind of content cannot be used here."),
    429: N_("Too many tries. Wait a minute, then try again."),
}


def _http(error: HTTPException) -> WerkzeugResponse:
    if error.code is not None and error.code < 400:
        return error.get_response()  # redirects, and responses raised as they are
    code = error.code or 500
    kind: type[LmsError] = {404: NotFound, 429: TooMany}.get(code, LmsError)
    expected = kind(Message(_SENTENCES.get(code, N_("The server could not do this. Try again in a moment."))))
    expected.status = code
    response = _show(expected)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    if retry := getattr(error, "retry_after", None):
        response.headers["Retry-After"] = str(retry)
    return response


def _integrity(error: IntegrityError) -> WerkzeugResponse:
    log.warning("integrity_error", error=str(error.orig))
    return _show(
        Conflict(Message(N_("Somebody else was faster, or it was sent twice. Reload the page to see how it stands.")))
    )


def _unkeepable(error: Exception) -> WerkzeugResponse:
    """A number beyond its column, a zero character: no database holds it, so that nothing can be found by it either."""
    log.warning("unkeepable_value", error=str(error))
    db.session.rollback()
    return _show(Invalid(Message(N_("A number sent is too large, or a text holds a character that cannot be kept."))))


def _unsendable(error: StatementError) -> WerkzeugResponse:
    """A value that did not even reach the database: an instant before the year 1 in UTC, half of a surrogate pair."""
    return _unkeepable(error) if isinstance(error.orig, OverflowError | UnicodeError) else _unexpected(error)


def _operational(error: OperationalError) -> WerkzeugResponse:
    log.error("database_unavailable", error=str(error.orig))
    db.session.rollback()
    response = _show(
        Unavailable(
            Message(
                N_("The database is busy or away. Nothing was lost that was confirmed; try again in a few seconds.")
            )
        )
    )
    response.headers["Retry-After"] = "5"
    return response


def _unexpected(error: Exception) -> WerkzeugResponse:
    log.exception("unexpected_error")
    if current_app.testing or current_app.debug:
        raise error
    db.session.rollback()
    expected = LmsError(Message(N_("Something went wrong on our side. Tell an administrator the number below.")))
    expected.status = 500
    return _show(expected)
