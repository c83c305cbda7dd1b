"""Which language and time zone a request speaks."""

from collections.abc import Iterable

from flask import current_app, g, has_request_context, request
from flask_babel import Babel

from lms.core.texts import CHINESE, ENGLISH

babel = Babel()
COOKIE = "language"


def normalised(code: str | None) -> str | None:
    """One of our two language codes for anything a browser or a person may say, else None."""
    if not code:
        return None
    low = code.replace("_", "-").lower()
    if low in ("zh", "zh-cn", "zh-sg", "zh-my") or low.startswith("zh-hans"):
        return CHINESE
    if low.startswith("zh"):  # traditional scripts read simplified sooner than English
        return CHINESE
    if low == "en" or low.startswith("en-"):
        return ENGLISH
    return None


def first_known(codes: Iterable[str]) -> str | None:
    """The first of the codes that we speak."""
    return next((language for code in codes if (language := normalised(code))), None)


def language() -> str:
    """The language of this request: the person's choice, the browser's cookie, Accept-Language, ``LMS_LOCALE``."""
    settled = getattr(g, "language", None)
    if settled is not None:
        return str(settled)
    fallback = normalised(current_app.config["LMS_LOCALE"]) or ENGLISH
    return _of_request(fallback) if has_request_context() else fallback


def _of_request(fallback: str) -> str:
    # current_user is looked at only if the request has loaded it: the language must not cost a query
    person = getattr(g, "viewer", None) or getattr(g, "_login_user", None)
    chosen = normalised(getattr(person, "language", None)) or normalised(request.cookies.get(COOKIE))
    found = chosen or first_known(request.accept_languages.values()) or fallback
    if person is not None:  # otherwise not settled yet: somebody may still turn out to be signed in
        g.language = found
    return found


def percent_sign() -> str:
    """What stands behind a number in percent: a narrow space and the sign in English, the sign alone in Chinese."""
    return "%" if language() == CHINESE else "\u202f%"


def babel_locale() -> str:
    """The same for Flask-Babel, which wants an underscore."""
    return "zh_Hans" if language() == CHINESE else "en"
