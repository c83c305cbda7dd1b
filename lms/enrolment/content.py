"""Path files: learning paths by job role, sessions and sign-offs, and what they refer to (pure)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from lms.core.content import Definition, Fault, Key, Positive, Reference, Text, unique_by
from lms.core.texts import N_

STEP_KINDS = ("course", "exam", "scenario", "session", "sign_off")
"""What a step of a path can be; also the kinds of the references it makes."""


class Step(Definition):
    """One step of a path: exactly one thing to do."""

    course: Key | None = None
    exam: Key | None = None
    scenario: Key | None = None
    session: Key | None = None
    sign_off: Key | None = None

    def faults(self) -> Iterator[Fault]:
        named = [kind for kind in STEP_KINDS if getattr(self, kind) is not None]
        if not named:
            yield Fault((), N_("A step names one thing to do: %(kinds)s."), {"kinds": ", ".join(STEP_KINDS)})
        if len(named) > 1:
            values = {"second": named[1]}
            yield Fault((named[1],), N_("A step names one thing to do; make “%(second)s” a step of its own."), values)

    @property
    def kind(self) -> str:
        return next(kind for kind in STEP_KINDS if getattr(self, kind) is not None)

    @property
    def key(self) -> str:
        key: str = getattr(self, self.kind)
        return key


class Path(Definition):
    """What a job role has to go through, and in how many days."""

    path: Key
    title: Text
    role: Key | None = None
    due_days: Annotated[int, Field(ge=1, le=3660)] = 30
    ordered: bool = True
    steps: Annotated[list[Step], Field(min_length=1)]

    def faults(self) -> Iterator[Fault]:
        seen: set[tuple[str, str]] = set()
        for index, step in enumerate(self.steps):
            if (step.kind, step.key) in seen:
                values = {"key": step.key}
                yield Fault(("steps", index), N_("“%(key)s” is a step of this path already; keep one."), values)
            seen.add((step.kind, step.key))


class Session(Definition):
    """A kind of classroom or workshop session whose attendance is recorded."""

    session: Key
    mode: Literal["classroom", "workshop"] = "workshop"
    title: Text
    hours: Positive = Decimal(3)


class SignOffItem(Definition):
    """Something a mentor has to see so many times."""

    key: Key
    text: Text
    times: Annotated[int, Field(ge=1, le=100)] = 3


class SignOff(Definition):
    """A mentor's checklist."""

    sign_off: Key
    title: Text
    items: Annotated[list[SignOffItem], Field(min_length=1), unique_by("key")]


class PathsFile(Definition):
    """``courses/paths.yaml``."""

    paths: Annotated[list[Path], unique_by("path")] = []
    sessions: Annotated[list[Session], unique_by("session")] = []
    sign_offs: Annotated[list[SignOff], unique_by("sign_off")] = []


SCHEMAS: dict[str, type[Definition]] = {"paths": PathsFile}


def references(file: PathsFile) -> Iterator[Reference]:
    """What the steps of all paths name: course, exam, scenario, session and sign_off."""
    for index, path in enumerate(file.paths):
        for place, step in enumerate(path.steps):
            yield Reference(step.kind, step.key, ("paths", index, "steps", place, step.kind))
