"""The requests of a learner's day that are measured: how each is made, and where the bare application answers it."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import Headers, MultiDict
from werkzeug.test import EnvironBuilder

from benchmarks.house import COURSE, PASSWORD, House, Visitor

BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) bench",
    "Accept": "text/html,application/xhtml+xml",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8",
}
SCRIPT = {**BROWSER, "Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Sent:
    """One request, built beforehand: its WSGI environment without the body stream, and the body."""

    environ: dict[str, Any]
    body: bytes

    def fresh(self) -> dict[str, Any]:
        """An environment to call an application with, once."""
        return {**self.environ, "wsgi.input": io.BytesIO(self.body)}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of request. ``make`` builds the one of round ``number``; ``status`` is what the product must answer."""

    name: str
    title: str
    method: str
    rule: str
    status: int
    make: Callable[[House, int], Sent]
    checks_password: bool = False


def _sent(method: str, path: str, headers: dict[str, str], **body: Any) -> Sent:
    environ = EnvironBuilder(path, method=method, headers=Headers(headers), **body).get_environ()
    content = environ.pop("wsgi.input").read()
    return Sent(environ, content)


def _page(visitor: Visitor, path: str) -> Sent:
    return _sent("GET", path, {**BROWSER, "Cookie": visitor.cookie})


def _form(visitor: Visitor, path: str, form: dict[str, Any], headers: dict[str, str]) -> Sent:
    fields = MultiDict({name: value for name, value in form.items() if value is not None})
    return _sent("POST", path, {**headers, "Cookie": visitor.cookie, "X-CSRFToken": visitor.csrf}, data=fields)


def _api(visitor: Visitor, method: str, path: str, body: Any) -> Sent:
    headers = {"Authorization": f"Bearer {visitor.token}", "Accept": "application/json"}
    content = json.dumps(body).encode() if body is not None else b""
    return _sent(method, f"/api/v1{path}", headers, data=content, content_type="application/json")


def _learner(house: House, number: int) -> Visitor:
    return house.learners[number % len(house.learners)]


def _graduate(house: House, number: int) -> Visitor:
    return house.graduates[number % len(house.graduates)]


def _course(house: House, number: int) -> Sent:
    return _page(_learner(house, number), f"/courses/{COURSE}")


def _attempt(house: House, number: int) -> Sent:
    visitor = _learner(house, number)
    return _page(visitor, f"/attempts/{visitor.attempt_id}")


def _result(house: House, number: int) -> Sent:
    visitor = _graduate(house, number)
    return _page(visitor, f"/attempts/{visitor.attempt_id}/result")


def _slot(visitor: Visitor, number: int) -> int:
    return 1 + number % len(visitor.answers)


def _save(house: House, number: int) -> Sent:
    visitor = _learner(house, number)
    slot = _slot(visitor, number)
    fields = {**_fields(visitor.types[slot], visitor.answers[slot]), "seq": str(1000 + number)}
    return _form(visitor, f"/attempts/{visitor.attempt_id}/answers/{slot}", fields, SCRIPT)


def _fields(kind: str, answer: Any) -> dict[str, Any]:
    """An answer as the fields of the page's form."""
    match kind:
        case "ordering":
            return {f"place-{option}": str(place) for place, option in enumerate(answer, start=1)}
        case "matching" | "classify":
            return {f"pair-{left}": right for left, right in answer.items()}
        case "true-false":
            return {"answer": "true" if answer else "false"}
        case _:
            return {"answer": answer if isinstance(answer, list) else str(answer)}


def _save_api(house: House, number: int) -> Sent:
    visitor = _learner(house, number)
    slot = _slot(visitor, number + 1)
    body = {"answer": visitor.answers[slot], "seq": 2000 + number}
    return _api(visitor, "PUT", f"/attempts/{visitor.attempt_id}/responses/{slot}", body)


def _submit(house: House, number: int) -> Sent:
    visitor = _learner(house, number)
    return _api(visitor, "POST", f"/attempts/{visitor.attempt_id}/submission", None)


def _play(house: House, number: int) -> Sent:
    visitor = _learner(house, number)
    return _page(visitor, f"/plays/{visitor.plays[0]['id']}")


def _turn(house: House, number: int) -> Sent:
    visitor = _learner(house, number)
    play = visitor.plays[0]
    fields = {name: str(value) for name, value in play.items() if name != "id" and value is not None}
    return _form(visitor, f"/plays/{play['id']}/turns", fields, BROWSER)


def _turn_api(house: House, number: int) -> Sent:
    visitor = _learner(house, number)
    play = visitor.plays[1]
    return _api(visitor, "POST", f"/plays/{play['id']}/turns", {name: play[name] for name in play if name != "id"})


def _sign_in(house: House, number: int) -> Sent:
    visitor = _learner(house, number)
    form = {"email": visitor.email, "password": PASSWORD, "next": "/courses", "csrf_token": visitor.door_csrf}
    return _sent("POST", "/sign-in", {**BROWSER, "Cookie": visitor.door_cookie}, data=form)


KINDS = (
    Kind("course", "course page", "GET", "/courses/<course>", 200, _course),
    Kind("attempt", "attempt page, 26 items", "GET", "/attempts/<int:attempt>", 200, _attempt),
    Kind("save", "save an answer, page", "POST", "/attempts/<int:attempt>/answers/<int:slot>", 200, _save),
    Kind(
        "save-api", "save an answer, API", "PUT", "/api/v1/attempts/<int:attempt>/responses/<int:slot>", 200, _save_api
    ),
    Kind("submit", "submit and grade", "POST", "/api/v1/attempts/<int:attempt>/submission", 200, _submit),
    Kind("result", "result page, 26 reasons", "GET", "/attempts/<int:attempt>/result", 200, _result),
    Kind("play", "role-play page", "GET", "/plays/<int:play>", 200, _play),
    Kind("turn", "role-play turn, page", "POST", "/plays/<int:play>/turns", 303, _turn),
    Kind("turn-api", "role-play turn, API", "POST", "/api/v1/plays/<int:play>/turns", 200, _turn_api),
    Kind("sign-in", "sign-in", "POST", "/sign-in", 302, _sign_in, checks_password=True),
)
