"""Paths, sessions and checklists for tests; each function must be called inside a unit of work."""

from typing import Any

from lms.core import clock
from lms.enrolment import sync
from lms.enrolment.content import PathsFile
from tests.factories_courses import text


def paths_file(steps: Any = ({"course": "greeting"},), **changes: Any) -> PathsFile:
    """A file with one ordered path for new hires (30 days), one workshop and one checklist of two items."""
    path = {"path": "onboarding", "title": text("Onboarding", "入职"), "role": "new-hire", "steps": list(steps)}
    return PathsFile.model_validate(
        {
            "paths": [{**path, **changes}],
            "sessions": [{"session": "workshop", "mode": "workshop", "title": text("Workshop"), "hours": 2.5}],
            "sign_offs": [
                {
                    "sign_off": "first-calls",
                    "title": text("First calls"),
                    "items": [
                        {"key": "hello", "text": text("Says hello"), "times": 2},
                        {"key": "bye", "text": text("Says goodbye"), "times": 1},
                    ],
                }
            ],
        }
    )


def path(steps: Any = ({"course": "greeting"},), **changes: Any) -> None:
    """The same in the database."""
    sync.sync([paths_file(steps, **changes)], pack="tests", now=clock.now())
