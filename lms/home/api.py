"""My tasks over the REST API."""

from datetime import date, datetime
from typing import Any

from lms.core import clock, locale
from lms.core.access import Scope, viewer
from lms.core.api import Answer, Api
from lms.core.texts import in_language
from lms.home import board, next_step, queries

api = Api("home")


class StepAnswer(Answer):
    """A step of a path that comes first."""

    kind: str
    key: str
    title: str


class TaskAnswer(Answer):
    """Something to do. ``state``: done, open or locked; ``done`` of ``total`` lessons or observations."""

    kind: str
    key: str
    title: str
    state: str
    path: str | None
    due_on: date | None
    is_late: bool
    opened_by: StepAnswer | None
    minutes: int | None
    done: int | None
    total: int | None
    completed_at: datetime | None
    reason: str
    url: str | None


class TasksAnswer(Answer):
    """Everything I have to do: the steps of my paths in order, what was assigned, certificates to renew."""

    items: list[TaskAnswer]
    next: str | None


@api.get("/me/tasks", summary="What I must do and when", scope=Scope.LEARN, permission="self", returns=TasksAnswer)
def my_tasks() -> dict[str, Any]:
    person, today = viewer(), clock.today()
    mine = queries.my_training(person, clock.now(), today)
    items = [_present(task, today) for task in mine.tasks]
    items += [_renewal(line, today) for line in board.to_renew(mine.facts.certificates, today)]
    return {"items": items, "next": None}


def _present(task: Any, today: date) -> dict[str, Any]:
    waits = task.opened_by
    return {
        "kind": task.kind,
        "key": task.key,
        "title": _title(task.title, task.key),
        "state": task.state.value,
        "path": task.path,
        "due_on": task.due_on,
        "is_late": task.is_late(today),
        "opened_by": waits and {"kind": waits.kind, "key": waits.key, "title": _title(task.opened_by_title, waits.key)},
        "minutes": task.minutes,
        "done": task.done,
        "total": task.total,
        "completed_at": task.completed_at,
        "reason": task.reason,
        "url": next_step.address(task.kind, task.key),
    }


def _renewal(line: board.CertificateLine, today: date) -> dict[str, Any]:
    return {
        "kind": "certification",
        "key": line.key,
        "title": _title(line.title, line.key),
        "state": "open",
        "path": None,
        "due_on": line.expires_on,
        "is_late": line.expires_on < today,
        "opened_by": None,
        "minutes": None,
        "done": None,
        "total": None,
        "completed_at": None,
        "reason": "renewal",
        "url": next_step.address("certification", line.key),
    }


def _title(text: Any, key: str) -> str:
    return in_language(text, locale.language()) or key
