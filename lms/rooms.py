"""The plan of the house: which pages, calls, listeners, jobs and commands each room brings."""

from collections.abc import Mapping

from flask import Blueprint, Flask

from lms import cli
from lms.core.api import Api
from lms.core.events import Listener
from lms.core.jobs import Periodic, Worker
from lms.core.texts import N_
from lms.core.web import NavItem
from lms.identity import views as identity

PAGES: tuple[Blueprint, ...] = (identity.bp,)

APIS: tuple[Api, ...] = ()

LISTENERS: tuple[tuple[type, Listener], ...] = ()

JOBS: tuple[tuple[Mapping[str, Worker], tuple[Periodic, ...]], ...] = ()

NAVIGATION: tuple[NavItem, ...] = ()


def register_commands(app: Flask) -> None:
    """The ``flask`` commands of the house."""
    for command in cli.COMMANDS:
        app.cli.add_command(command)
