"""``flask demo``: fill an empty database with the example organisation, and say how to sign in."""

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import func, select

from lms.core import clock
from lms.core.database import db
from lms.demo.building import build
from lms.demo.people import PASSWORD, SIGN_INS
from lms.identity.models import Person


@click.command("demo")
@click.option("--if-empty", is_flag=True, help="Do nothing where there are people already (used by `make run`).")
@with_appcontext
def demo(if_empty: bool) -> None:
    """Fill an empty database with an example organisation, and print how to sign in."""
    if db.session.scalar(select(func.count()).select_from(Person)):
        if not if_empty:
            raise click.ClickException("There are people in this database already; the demo needs an empty one.")
        tell()
        return
    click.echo("Loading the bundled content and playing a year of 60 people (about a minute) …", err=True)
    build(clock.now())
    tell()


def tell() -> None:
    """Print the sign-ins, if this is the demo's database."""
    known = db.session.scalar(select(Person.id).where(Person.email == f"{SIGN_INS[0][0]}@example.com"))
    if known is None:
        return
    base = current_app.config["LMS_BASE_URL"] or "http://127.0.0.1:8000"
    click.echo(f"Sign in at {base}/sign-in with the password {PASSWORD}")
    for email, role in SIGN_INS:
        click.echo(f"  {email + '@example.com':<24} {role}")
