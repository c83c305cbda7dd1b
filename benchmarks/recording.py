"""Writing down what the product asks of its database, so that the bare view can ask the same."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import Flask, before_render_template, template_rendered
from sqlalchemy import Engine, event


class Verb(StrEnum):
    """What was done to the database."""

    RUN = "run"
    RUN_MANY = "run many"
    COMMIT = "commit"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done to the database: a statement with its parameters as the driver got them, or how it ended."""

    verb: Verb
    statement: str = ""
    parameters: Any = ()

    @property
    def is_frame(self) -> bool:
        """Whether it only begins or ends something; such are not counted as statements."""
        return not self.statement or self.statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK"))


class TemplateClock:
    """How long Jinja takes for the pages of an application; a view that answers with a page cannot do without."""

    def __init__(self, app: Flask) -> None:
        self.app, self.began, self.seconds = app, 0.0, 0.0
        before_render_template.connect(self._begin, app)
        template_rendered.connect(self._end, app)

    def take(self) -> float:
        """Seconds since the last call."""
        seconds, self.seconds = self.seconds, 0.0
        return seconds

    def _begin(self, _app: Flask, **_about: Any) -> None:
        self.began = time.perf_counter()

    def _end(self, _app: Flask, **_about: Any) -> None:
        self.seconds += time.perf_counter() - self.began


class Recorder:
    """Everything an engine does, in order; listens only inside ``recording``."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.steps = engine, list[Step]()

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Listen for the length of the block."""
        ears = (
            ("before_cursor_execute", self._statement),
            ("commit", self._commit),
            ("rollback", self._rollback),
        )
        for name, ear in ears:
            event.listen(self.engine, name, ear)
        try:
            yield
        finally:
            for name, ear in ears:
                event.remove(self.engine, name, ear)

    def take(self) -> list[Step]:
        """The steps since the last call."""
        steps, self.steps = self.steps, []
        return steps

    def _statement(
        self, _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, executemany: bool
    ) -> None:
        is_many = executemany and isinstance(parameters, list)  # a batch in one INSERT comes with one set of them
        self.steps.append(Step(Verb.RUN_MANY if is_many else Verb.RUN, statement, parameters))

    def _commit(self, _connection: Any) -> None:
        self.steps.append(Step(Verb.COMMIT))

    def _rollback(self, _connection: Any) -> None:
        self.steps.append(Step(Verb.ROLLBACK))
