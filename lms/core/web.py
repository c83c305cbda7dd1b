"""What every page shares: request id, headers, hashed static files, filters and globals."""

import functools
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, localcontext
from typing import Any

import structlog
from babel import numbers
from flask import Blueprint, Flask, Response, current_app, g, redirect, render_template, request
from flask_babel import format_date, format_datetime, get_locale, gettext
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response as WerkzeugResponse

from lms.core import access, api, charts, clock, control_chart, locale, markdown, page_parts
from lms.core.database import db, unit_of_work
from lms.core.entered import own_path
from lms.core.errors import NOT_HERE, NotFound
from lms.core.icons import icon
from lms.core.texts import Message, in_language

log = structlog.get_logger()
bp = Blueprint("web", __name__)

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "manifest-src 'self'",
    )
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry of the main navigation, shown to whoever has the permission."""

    endpoint: str
    label: str
    icon: str
    permission: str
    kind: str  # "learn" or "desk"
    prefix: str  # the item is active on paths that begin so, unless another one says more of the path
    also: tuple[str, ...] = ()  # further beginnings of the same place

    def reach(self, path: str) -> int:
        """How many letters of the path this entry accounts for; 0 if it does not lead there."""
        if self.prefix == "/":
            return int(path == "/")
        return max((len(prefix) for prefix in (self.prefix, *self.also) if path.startswith(prefix)), default=0)


def register(app: Flask, navigation: Sequence[NavItem]) -> None:
    """Attach all of this to the application."""
    app.extensions["lms.navigation"] = tuple(navigation)
    app.before_request(_begin_request)
    app.after_request(_finish_request)
    app.register_blueprint(bp)
    app.context_processor(_globals)
    page_parts.register(app)
    app.jinja_env.globals.update(icon=icon, may=access.may)
    app.jinja_env.filters.update(
        in_language=_in_language,
        md=_md,
        md_inline=_md_inline,
        percent=percent,
        number=number,
        day=day,
        short_day=short_day,
        instant=instant,
        clock_time=clock_time,
        translated=_translated,
        clauses=clauses,
        role_title=_role_title,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


# ---- requests -------------------------------------------------------------


def _begin_request() -> None:
    offered = request.headers.get("X-Request-ID", "")
    g.request_id = (
        offered if 8 <= len(offered) <= 64 and offered.isascii() and offered.isprintable() else secrets.token_hex(8)
    )
    g.began = time.perf_counter()


def _finish_request(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-ID"] = request_id()
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint in _STATIC and response.status_code == 200 and request.args.get("v"):
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif "Cache-Control" not in response.headers and request.endpoint not in _STATIC:
        response.headers["Cache-Control"] = "no-store" if request.path.startswith(api.PREFIX) else "private, no-cache"
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    if request.endpoint not in _STATIC:
        current_app.extensions["lms.observe"](request, response, seconds)
    return response


_STATIC = ("static", "bootstrap.static")


def request_id() -> str:
    """The id of this request, as in the response header, the logs, the audit trail and error pages."""
    return str(g.get("request_id", "-"))


def wants_json() -> bool:
    """Whether the caller is a program: the API, or one of our scripts."""
    return request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json"


# ---- globals and filters ------------------------------------------------------


def _globals() -> dict[str, Any]:
    person = access.viewer()
    signed_in = bool(getattr(person, "is_authenticated", False))
    items = _navigation(person) if signed_in else []
    return {
        "locale": locale.language(),
        "other_language": "en" if locale.language() != "en" else "zh-Hans",
        "organisation": organisation(),
        "nav": items,
        "nav_kind": next((item["kind"] for item in items if item["active"]), _kind_of_place(items)),
        "now": clock.now(),
        "today": clock.today(),
        "request_id": request_id(),
    }


def _kind_of_place(items: list[dict[str, Any]]) -> str:
    """A page that no entry leads to belongs to the desk if an entry of the desk lives in the same folder."""
    folder = request.path.split("/")[1]
    desk = {item["prefix"].split("/")[1] for item in items if item["kind"] == "desk"}
    return "desk" if folder in desk else "learn"


def _navigation(person: Any) -> list[dict[str, Any]]:
    entries = _nav_items(current_app.extensions["lms.navigation"], person.permission_roles)
    reached = max((item.reach(request.path) for item in entries), default=0)
    return [
        {
            "url": page_parts.page_url(item.endpoint),
            "label": gettext(item.label),
            "icon": item.icon,
            "active": 0 < reached == item.reach(request.path),
            "kind": item.kind,
            "prefix": item.prefix,
        }
        for item in entries
    ]


@functools.lru_cache(maxsize=256)
def _nav_items(navigation: tuple[NavItem, ...], roles: frozenset[access.Role]) -> tuple[NavItem, ...]:
    """The entries for people with these roles."""
    return tuple(item for item in navigation if access.gives(roles, item.permission))


def organisation() -> dict[str, str]:
    """The organisation's own name (``LMS_ORGANISATION``, "English|中文"), or the product's."""
    english, _, chinese = str(current_app.config["LMS_ORGANISATION"]).partition("|")
    if not english:
        return {"name": gettext("Service Academy")}
    return {"name": chinese if chinese and locale.language() == "zh-Hans" else english}


def _in_language(text: Any) -> str:
    return str(text) if isinstance(text, str) else in_language(text, locale.language())


def _md(text: Any) -> Markup:
    return markdown.render(_in_language(text))


def _md_inline(text: Any) -> Markup:
    return markdown.render_inline(_in_language(text))


def _translated(message: Any) -> str:
    return message.translated(gettext) if isinstance(message, Message) else str(gettext(str(message)))


def _role_title(role: str) -> str:
    return str(gettext(access.ROLE_TITLES[access.Role(role)]))


def percent(value: Any, digits: int = 0) -> str:
    """A share of 1 as a percentage in the reader's language, "–" for none."""
    if value is None:
        return "–"
    return _percent(float(value), f"#,##0{'.' + '0' * digits if digits else ''}{locale.percent_sign()}", locale.babel_locale())


@functools.lru_cache(maxsize=4096)
def _percent(value: float, pattern: str, code: str) -> str:
    return str(numbers.format_percent(value, pattern, locale=code))


def number(value: Any, digits: int | None = None) -> str:
    """A number in the reader's language: at most ``digits`` decimals (default: as many as it has, up to 2)."""
    if value is None:
        return "–"
    return _decimal(str(value), "#,##0." + "#" * (2 if digits is None else digits), locale.babel_locale())


@functools.lru_cache(maxsize=4096)
def _decimal(value: str, pattern: str, code: str) -> str:
    with localcontext(prec=len(value) + 8):  # Babel rounds, which the usual 28 digits would refuse to longer numbers
        return str(numbers.format_decimal(Decimal(value), pattern, locale=code))


def day(value: date | datetime | None) -> str:
    """A calendar day, in the organisation's zone: "19 Nov 2026", "2026年11月19日"."""
    if value is None:
        return "–"
    value = clock.day_of(value) if isinstance(value, datetime) else value
    return str(format_date(value, "d MMM y" if str(get_locale()) == "en" else "y年M月d日"))


def short_day(value: date | datetime | None) -> str:
    """A calendar day, without the year if it is this one: "19 Nov", "11月19日"; "19 Nov 2025", "2025年11月19日"."""
    if value is None:
        return "–"
    found = clock.day_of(value) if isinstance(value, datetime) else value
    if found.year != clock.today().year:
        return day(found)
    return str(format_date(found, "d MMM" if str(get_locale()) == "en" else "M月d日"))


def instant(value: datetime | None) -> str:
    """Day and time in the organisation's zone."""
    if value is None:
        return "–"
    pattern = "d MMM y, HH:mm" if str(get_locale()) == "en" else "y年M月d日 HH:mm"
    return str(format_datetime(value.astimezone(clock.timezone()), pattern, rebase=False))


def moment(value: datetime) -> str:
    """When something soon happens, in the organisation's zone, to stand inside a sentence: "tomorrow at 09:12"."""
    days, time = (clock.day_of(value) - clock.today()).days, value.astimezone(clock.timezone()).strftime("%H:%M")
    if days == 0:
        return str(gettext("today at %(time)s", time=time))
    if days == 1:
        return str(gettext("tomorrow at %(time)s", time=time))
    return str(gettext("on %(day)s at %(time)s", day=short_day(value), time=time))


def clock_time(value: datetime | None) -> str:
    """Time of day with seconds in the organisation's zone: "10:03:22"."""
    return "–" if value is None else value.astimezone(clock.timezone()).strftime("%H:%M:%S")


def clauses(value: str) -> Markup:
    """A Chinese title whose clauses break as a whole: each clause in its own inline block."""
    out, clause = [], ""
    for character in value:
        clause += character
        if character in "，。；：！？、":
            out.append(clause)
            clause = ""
    return Markup("").join(Markup('<span class="clause">{}</span>').format(part) for part in [*out, clause] if part)


# ---- language switch and style guide --------------------------------------------


@bp.post("/language")
@unit_of_work
@access.requires(access.PUBLIC)
def switch_language() -> WerkzeugResponse:
    """Remember the language in a cookie, and with the person when somebody is signed in."""
    chosen = locale.normalised(request.form.get("language")) or locale.language()
    if current_user.is_authenticated:
        db.session.merge(current_user._get_current_object()).language = chosen
    response = redirect(own_path(request.form.get("next")) or "/")
    response.set_cookie(
        locale.COOKIE, chosen, max_age=31536000, samesite="Lax", httponly=True, secure=request.is_secure
    )
    return response


@bp.get("/styleguide")
@access.requires(access.PUBLIC)
def styleguide() -> str:
    """All parts of the look on one page; for development only."""
    if not (current_app.debug or current_app.testing):
        raise NotFound(Message(NOT_HERE))
    return render_template("styleguide.html", charts=charts, control=control_chart)
