"""The plan of the house: which pages, calls, listeners, jobs and commands each room brings."""

from collections.abc import Mapping

from flask import Blueprint, Flask

from lms import cli
from lms.core.api import Api
from lms.core.events import Listener
from lms.core.jobs import Periodic, Worker
from lms.core.texts import N_
from lms.core.web import NavItem
from lms.identity import api as identity_api
from lms.identity import views as identity
from lms.identity import views_people as people

PAGES: tuple[Blueprint, ...] = (
    identity.bp,
    people.bp,
)

APIS: tuple[Api, ...] = (identity_api.api,)

LISTENERS: tuple[tuple[type, Listener], ...] = ()

JOBS: tuple[tuple[Mapping[str, Worker], tuple[Periodic, ...]], ...] = ()

NAVIGATION: tuple[NavItem, ...] = (
    # learners: the first five are the tabs of the phone
    # the desk
    NavItem("people.people", N_("People"), "people", "people.read", "desk", "/admin/people"),
    NavItem("people.tokens", N_("Tokens"), "key", "settings.write", "desk", "/admin/tokens"),
    NavItem("people.audit_trail", N_("Audit trail"), "shield-check", "audit.read", "desk", "/admin/audit"),
)


def register_commands(app: Flask) -> None:
    """The ``flask`` commands of the house."""
    for command in cli.COMMANDS:
        app.cli.add_command(command)
