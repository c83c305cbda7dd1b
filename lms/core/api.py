"""The REST base: one decorator per call, strict bodies, problem+json, cursor pages, idempotency, OpenAPI 3.1."""

import base64
import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, g, request
from flask.json.provider import DefaultJSONProvider
from flask_babel import gettext
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.urls import iri_to_uri

from lms.core import clock
from lms.core.access import PERMISSIONS, Requirement, Scope, authorise, viewer
from lms.core.database import Model, Verbatim, db, unit_of_work
from lms.core.errors import Conflict, Invalid, LmsError, NotAllowed
from lms.core.texts import N_, Message

PREFIX = "/api/v1"
MAX_LIMIT = 500


class Body(BaseModel):
    """Base of request bodies: strict, and a field we do not know is an error."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


class Answer(BaseModel):
    """Base of response bodies; in tests every response is checked against its model."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Query(BaseModel):
    """Base of query strings."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class PageQuery(Query):
    """What every list takes."""

    limit: int = Field(default=100, ge=1, le=MAX_LIMIT)
    cursor: str | None = None


class Unauthenticated(LmsError):
    """No token, or one that is not valid any more."""

    status = 401
    title = N_("Sign in first")


class IdempotencyKey(Model):
    """The answer once given to a POST, so that a repetition gets the same."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("person_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(200))
    call: Mapped[str] = mapped_column(String(400))
    body_sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    answer: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    created_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API, as OpenAPI and the permission tests see it."""

    method: str
    path: str
    summary: str
    scope: Scope | None
    permission: str | None
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    returns: type[BaseModel] | None = None
    status: int = 200
    other: Mapping[int, str] = field(default_factory=dict)
    media_type: str = "application/json"


class Json(DefaultJSONProvider):
    """JSON as the contract says: UTC with Z, numbers unrounded, Chinese as it is."""

    ensure_ascii = False
    sort_keys = False
    compact = True

    @staticmethod
    def default(value: Any) -> Any:
        if isinstance(value, datetime):
            return iso(value)
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Decimal | Fraction):
            return int(value) if value == int(value) else float(value)
        if isinstance(value, BaseModel):
            return value.model_dump(mode="json", by_alias=True)
        return DefaultJSONProvider.default(value)


def iso(instant: datetime | None) -> str | None:
    """ISO 8601 in UTC with a Z, to the second or finer where there is a fraction."""
    if instant is None:
        return None
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Api(Blueprint):
    """A room's part of the API: ``api = Api("courses")`` and ``@api.get(path, …)`` on plain functions.

    The function gets its URL arguments, and ``body`` and ``query`` where stated. It returns a dict or model,
    ``(value, status)``, or a ready ``Response`` (streams). Writing calls run in a unit of work.
    """

    def __init__(self, room: str) -> None:
        super().__init__(f"{room}_api", f"lms.{room}.api", url_prefix=PREFIX)
        self.calls: list[Call] = []

    def call(
        self,
        method: str,
        path: str,
        *,
        summary: str,
        scope: Scope | None,
        permission: str | None,
        body: type[BaseModel] | None = None,
        query: type[BaseModel] | None = None,
        returns: type[BaseModel] | None = None,
        status: int = 200,
        other: Mapping[int, str] | None = None,
        media_type: str = "application/json",
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register one call. ``scope`` and ``permission`` None make it public; ``other`` tells further statuses."""
        if permission is not None and permission not in PERMISSIONS:
            raise KeyError(f"{permission!r} has no row in lms/core/access.py")
        entry = Call(method, path, summary, scope, permission, body, query, returns, status, other or {}, media_type)
        self.calls.append(entry)

        def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
            inner = functools.partial(_answer, entry, function)
            run = unit_of_work(inner) if method != "GET" else inner

            @functools.wraps(function)
            def view(**url: Any) -> Response:
                return run(url)

            view.requirement = Requirement(permission or "public")  # type: ignore[attr-defined]
            view.unit_of_work = method != "GET"  # type: ignore[attr-defined]
            self.add_url_rule(path, function.__name__, view, methods=[method])
            return function

        return decorate

    def get(self, path: str, **kwargs: Any) -> Any:  # type: ignore[override]
        return self.call("GET", path, **kwargs)

    def post(self, path: str, **kwargs: Any) -> Any:  # type: ignore[override]
        return self.call("POST", path, **kwargs)

    def put(self, path: str, **kwargs: Any) -> Any:  # type: ignore[override]
        return self.call("PUT", path, **kwargs)

    def delete(self, path: str, **kwargs: Any) -> Any:  # type: ignore[override]
        return self.call("DELETE", path, **kwargs)


def _answer(entry: Call, function: Callable[..., Any], url: dict[str, Any]) -> Response:
    if entry.permission is not None:
        _authenticate(entry)
    arguments = dict(url)
    if entry.query is not None:
        arguments["query"] = _validated(entry.query.model_validate_strings, _query_strings(entry.query))
    if entry.body is not None:
        arguments["body"] = _validated(entry.body.model_validate_json, _raw_body())
    key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
    if key and entry.permission is not None:
        if earlier := _earlier_answer(key):
            return _json(earlier.answer, earlier.status)
        response = _respond(entry, function(**arguments))
        _remember(key, response)
        return response
    return _respond(entry, function(**arguments))


def _authenticate(entry: Call) -> None:
    header = request.headers.get("Authorization", "")
    kind, _, token = header.partition(" ")
    found = current_app.extensions["lms.token_reader"](token.strip()) if kind.lower() == "bearer" else None
    if found is None:
        raise Unauthenticated(Message(N_("Send a valid token as “Authorization: Bearer …”; it may have expired.")))
    g.viewer, scopes = found
    if entry.scope is not None and entry.scope not in scopes:
        raise NotAllowed(Message(N_("This token lacks the scope “%(scope)s”."), {"scope": entry.scope.value}))
    authorise(str(entry.permission))


def _query_strings(model: type[BaseModel]) -> dict[str, Any]:
    """The query string as pydantic wants it; a field repeated in the query becomes a list only if it is one."""
    return {name: values[0] if len(values) == 1 else values for name, values in request.args.lists()}


def _raw_body() -> bytes:
    if not request.get_data():
        return b"{}"  # no body says the same as an empty one
    if not request.is_json:
        raise LmsError(Message(N_("Send the body as JSON with “Content-Type: application/json”.")))
    return request.get_data()


def _validated(validate: Callable[[Any], BaseModel], value: Any) -> BaseModel:
    try:
        return validate(value)
    except ValidationError as error:
        raise Invalid(
            Message(N_("Some fields cannot be used as sent; nothing was changed.")), errors=_field_errors(error)
        ) from None


def _field_errors(error: ValidationError) -> dict[str, Message]:
    return {
        ".".join(str(part) for part in problem["loc"]) or "body": Message("%(text)s", {"text": problem["msg"]})
        for problem in error.errors(include_url=False, include_context=False, include_input=False)
    }


def _respond(entry: Call, value: Any) -> Response:
    if isinstance(value, Response):
        return value
    value, status = value if isinstance(value, tuple) else (value, entry.status)
    if current_app.testing and entry.returns is not None and status < 300:
        entry.returns.model_validate_json(current_app.json.dumps(value))
    response = _json(value, status)
    if isinstance(value, Mapping) and value.get("next"):
        response.headers["Link"] = f'<{_next_url(str(value["next"]))}>; rel="next"'
    elif request.method == "GET" and "items" not in (value if isinstance(value, Mapping) else {}):
        response.add_etag()
        response.make_conditional(request)
    return response


def _next_url(cursor: str) -> str:
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
    return f"{iri_to_uri(request.base_url)}?{urlencode([*kept, ('cursor', cursor)])}"


def _json(value: Any, status: int) -> Response:
    return current_app.response_class(current_app.json.dumps(value), status=status, mimetype="application/json")


def _earlier_answer(key: str) -> IdempotencyKey | None:
    if len(key) > 200:
        raise Invalid(Message(N_("The Idempotency-Key may have at most 200 characters.")))
    query = select(IdempotencyKey).where(IdempotencyKey.person_id == viewer().id, IdempotencyKey.key == key)
    earlier = db.session.scalar(query)
    if earlier is not None and (earlier.call, earlier.body_sha256) != (_call_name(), _body_digest()):
        raise Conflict(Message(N_("This Idempotency-Key was already used for another request; choose a new one.")))
    return earlier


def _remember(key: str, response: Response) -> None:
    if response.is_streamed:
        return
    db.session.add(
        IdempotencyKey(
            person_id=viewer().id,
            key=key,
            call=_call_name(),
            body_sha256=_body_digest(),
            status=response.status_code,
            answer=json.loads(response.get_data()),
            created_at=clock.now(),
        )
    )


def _call_name() -> str:
    return f"{request.method} {request.path}"[:400]


def _body_digest() -> str:
    return hashlib.sha256(request.get_data()).hexdigest()


def encode_cursor(*parts: str | int) -> str:
    """An opaque cursor from the sort key of the last row."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, *kinds: type) -> list[Any] | None:
    """The sort key inside a cursor; one that is not ours, or whose parts are not of these kinds, is refused."""
    if not cursor:
        return None
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        "".join(map(str, parts)).encode()  # half of a surrogate pair is in none of our rows
    except (ValueError, TypeError, RecursionError):
        parts = None
    if not isinstance(parts, list) or [type(part) for part in parts] != list(kinds):
        raise Invalid(Message(N_("This cursor is not one of ours; begin without a cursor.")))
    return parts


def page(rows: list[Any], limit: int, present: Callable[[Any], Any], cursor: Callable[[Any], str]) -> dict[str, Any]:
    """A list body from up to ``limit + 1`` fetched rows: the surplus row only says that more follow."""
    shown = rows[:limit]
    return {
        "items": [present(row) for row in shown],
        "next": cursor(shown[-1]) if len(rows) > limit and shown else None,
    }


def problem(error: LmsError) -> Response:
    """RFC 9457 for an expected failure."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": gettext(error.title),
        "status": error.status,
        "detail": error.message.translated(gettext),
        **error.extra,
    }
    if error.errors:
        body["errors"] = [
            {"field": name, "message": message.translated(gettext)} for name, message in error.errors.items()
        ]
    response = _json(body, error.status)
    response.mimetype = "application/problem+json"
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
