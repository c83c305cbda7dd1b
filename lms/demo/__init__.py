"""The demo: an example organisation with a year of history, played through the services by a seeded clock."""

from lms.demo.building import build
from lms.demo.command import demo

__all__ = ["build", "demo"]
