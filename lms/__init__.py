"""A training and certification LMS for customer-service organisations."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask


def create_app(overrides: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> "Flask":
    """The application; see ``lms.factory``. Imported on call, so that a pure rule is imported without the web."""
    from lms.factory import create_app as create  # noqa: PLC0415

    return create(overrides, environ)
