"""Rows for tests, with good defaults; each must be called inside a unit of work."""

import itertools
from typing import Any

from lms.core import clock
from lms.core.access import Role
from lms.identity import service
from lms.identity.models import Person

_numbers = itertools.count(1)


def person(roles: Any = (Role.LEARNER,), **changes: Any) -> Person:
    """Somebody new; ``roles`` defaults to a learner."""
    number = next(_numbers)
    placement = service.Placement(
        department=changes.pop("department", None),
        site=changes.pop("site", None),
        job_role=changes.pop("job_role", None),
        manager_email=changes.pop("manager_email", None),
        mentor_email=changes.pop("mentor_email", None),
    )
    values = {
        "email": f"person{number}@example.com",
        "name": f"Person {number}",
        "employee_number": f"9{number:05d}",  # never one that a test writes itself
        "now": clock.now(),
        "placement": placement,
        "roles": roles,
        **changes,
    }
    return service.add_person(**values)
