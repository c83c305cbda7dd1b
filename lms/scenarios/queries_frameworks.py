"""Reads of frameworks: those that ship inside the product, and those an organisation added."""

import functools
from importlib.resources import files

from sqlalchemy import select

from lms.core.content import read_yaml, validate
from lms.core.database import db
from lms.core.version_cache import VersionCache
from lms.scenarios.definitions import FrameworkDefinition
from lms.scenarios.models import Framework, FrameworkVersion

PRODUCT = "product"
"""The pack that frameworks inside the product belong to."""


@functools.cache
def product_frameworks() -> dict[str, FrameworkDefinition]:
    """LSCAT and SPIN by key, read from the product's own files once: they are there in an empty database too."""
    found = {}
    folder = files("lms.scenarios") / "frameworks"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".yaml"):
            document, problems = read_yaml(file.name, file.read_text(encoding="utf-8"))
            definition, more = validate(FrameworkDefinition, document) if document else (None, [])
            if definition is None:
                raise ValueError("; ".join(str(problem) for problem in (*problems, *more)))
            found[definition.framework] = definition
    return found


def _load(version_ids: list[int]) -> dict[int, FrameworkDefinition]:
    rows = db.session.execute(
        select(FrameworkVersion.id, FrameworkVersion.body).where(FrameworkVersion.id.in_(version_ids))
    )
    return {version_id: FrameworkDefinition.model_validate(body) for version_id, body in rows}


_versions = VersionCache("frameworks", _load)


def frameworks() -> dict[str, FrameworkDefinition]:
    """Every framework in use by key, the product's included."""
    rows = db.session.execute(
        select(Framework.key, Framework.version_id).where(Framework.retired_at.is_(None)).order_by(Framework.key)
    ).all()
    bodies = _versions.many(version_id for _, version_id in rows if version_id)
    own = {key: bodies[version_id] for key, version_id in rows if version_id in bodies}
    return {**product_frameworks(), **own}


def framework(key: str | None) -> FrameworkDefinition | None:
    """The framework of that key, retired or not; None without one. At most two queries, mostly one."""
    if key is None:
        return None
    version_id = db.session.scalar(select(Framework.version_id).where(Framework.key == key))
    return _versions.one(version_id) if version_id is not None else product_frameworks().get(key)
