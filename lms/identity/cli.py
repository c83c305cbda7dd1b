"""``flask people …``: add somebody, import a file, issue a token."""

import sys
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from lms.core import clock
from lms.core.access import Role, Scope
from lms.core.database import unit_of_work
from lms.core.errors import LmsError
from lms.identity import queries, service
from lms.identity.people_files import read_table
from lms.identity.service_import import import_people

people = AppGroup("people", help="People: add, import, issue tokens.")


class Greedy(click.Option):
    """An option that may be repeated, and may take several values at once: ``--scope learn hr``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "multiple": True})


class GreedyCommand(click.Command):
    """Spreads ``--scope a b,c`` to ``--scope a --scope b --scope c`` before click reads it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        greedy = {name for option in self.params if isinstance(option, Greedy) for name in option.opts}
        spread: list[str] = []
        current: str | None = None
        for arg in args:
            if arg in greedy:
                current = arg
            elif arg.startswith("-"):
                current = None
                spread.append(arg)
            elif current:
                for value in arg.split(","):
                    spread += [current, value.strip()]
            else:
                spread.append(arg)
        return super().parse_args(ctx, spread)


@people.command("add", cls=GreedyCommand)
@click.argument("email")
@click.option("--name", required=True, help="The person's full name.")
@click.option(
    "--role",
    "roles",
    cls=Greedy,
    type=click.Choice([role.value for role in Role]),
    required=True,
    help="Permission role; may be repeated.",
)
@click.option("--job-role", help="new-hire, front-line, technical-support, manager, or another.")
@click.option("--department", help="Key; a/b puts b below a. Made when new.")
@click.option("--site", help="Key. Made when new.")
@click.option("--employee-number", help="Text: 000123 stays 000123.")
@click.option("--manager", help="E-mail of the manager.")
def add(
    email: str,
    name: str,
    roles: tuple[str, ...],
    job_role: str | None,
    department: str | None,
    site: str | None,
    employee_number: str | None,
    manager: str | None,
) -> None:
    """Add a person and print a one-time sign-in link."""
    now = clock.now()
    placement = service.Placement(department, site, job_role, manager)
    try:
        with unit_of_work():
            person = service.add_person(
                email=email,
                name=name,
                roles=[Role(role) for role in roles],
                now=now,
                employee_number=employee_number,
                placement=placement,
            )
            token = service.make_sign_in_link(person, actor=None, now=now)
    except LmsError as error:
        raise click.ClickException(str(error.message)) from None
    click.echo(sign_in_address(token))


def sign_in_address(token: str) -> str:
    """The address of a one-time link."""
    base = current_app.config["LMS_BASE_URL"] or "http://127.0.0.1:8000"
    return f"{base}/sign-in/link/{token}"


@people.command("token", cls=GreedyCommand)
@click.argument("email")
@click.option(
    "--scope",
    "scopes",
    cls=Greedy,
    type=click.Choice([scope.value for scope in Scope]),
    required=True,
    help="What the token may do at most; may be repeated.",
)
@click.option("--days", type=click.IntRange(1, 3660), required=True, help="How many days it lives.")
def token(email: str, scopes: tuple[str, ...], days: int) -> None:
    """Print a new API token, alone on the last line. It is shown this once."""
    person = queries.person_by_email(email)
    if person is None:
        raise click.ClickException(f"There is no person with the address {email}.")
    try:
        with unit_of_work():
            issued = service.issue_token(
                person, [Scope(scope) for scope in scopes], days=days, actor=None, now=clock.now()
            )
    except LmsError as error:
        raise click.ClickException(str(error.message)) from None
    click.echo(issued)


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--apply", "do_apply", is_flag=True, help="Change the database; without it, only tell what would change.")
def import_(file: Path, do_apply: bool) -> None:
    """Import people from CSV or XLSX. Any row error and nothing is changed."""
    try:
        rows = read_table(file.name, file.read_bytes())
        with unit_of_work():
            plan = import_people(rows, apply=do_apply, actor=None, now=clock.now())
    except LmsError as error:
        raise click.ClickException(str(error.message)) from None
    for line in plan.lines():
        click.echo(line)
    if plan.errors:
        click.echo(f"{len(plan.errors)} rows cannot be used; nothing was changed.", err=True)
        sys.exit(1)
    if not do_apply:
        click.echo("Nothing was changed. Add --apply to do it.")
