"""Certifications and completions for tests; each function must be called inside a unit of work."""

import itertools
from datetime import datetime
from typing import Any

from lms.certification import queries, sync
from lms.certification.content import Certification as Definition
from lms.certification.models import Certificate
from lms.core import clock
from lms.enrolment import service as enrolment
from lms.identity.models import Person

_references = itertools.count(1)


def definition(key: str = "front-line", **changes: Any) -> Definition:
    """A certification that asks for one exam, holds 12 months and opens a window of 2, unless said otherwise."""
    body = {
        "certification": key,
        "title": {"en": key.replace("-", " ").title(), "zh-Hans": f"{key}认证"},
        "requires": {"exam": f"{key}-exam"},
        **changes,
    }
    return Definition.model_validate(body)


def certification(key: str = "front-line", **changes: Any) -> queries.Rule:
    """A certification in the database, in a pack of its own."""
    sync.sync([definition(key, **changes)], pack=f"pack-{key}", now=clock.now())
    return queries.rule(key)


def completed(person: Person, kind: str, key: str, at: datetime | None = None) -> None:
    """Let somebody complete something, as other rooms do."""
    at = at or clock.now()
    enrolment.complete(person, kind, key, at=at, reference=f"test:{next(_references)}")


def certificate(person: Person, key: str = "front-line", at: datetime | None = None) -> Certificate:
    """Let somebody earn the certificate of ``definition`` by its exam."""
    completed(person, "exam", f"{key}-exam", at)
    chain = queries.record_of(person.id).certificates[key]
    return chain[-1]
