"""``flask attempts …``: attempts whose grading failed, and trying them again after mending."""

import sys

import click
from flask.cli import AppGroup

from lms.assessment import queries_running, service
from lms.core import clock
from lms.core.database import unit_of_work

attempts = AppGroup("attempts", help="Attempts whose grading failed.")


@attempts.command("set-aside")
def list_set_aside() -> None:
    """List the attempts that wait for a fault to be mended."""
    found = queries_running.set_aside()
    for one in found:
        click.echo(f"attempt {one.id}  {one.subject}  {one.set_aside_at:%Y-%m-%d %H:%M} UTC  {one.fault}")
    if not found:
        click.echo("no attempt is set aside")


@attempts.command("retry")
@click.argument("attempt_ids", nargs=-1, type=int)
def retry(attempt_ids: tuple[int, ...]) -> None:
    """Grade those ATTEMPTS again, or all that are set aside; exit status 1 if one still fails."""
    chosen = attempt_ids or tuple(one.id for one in queries_running.set_aside(limit=100_000))
    graded = 0
    for attempt_id in chosen:
        with unit_of_work():
            is_well = service.retry_grading(attempt_id, actor=None, now=clock.now())
        graded += is_well
        if not is_well:
            click.echo(f"attempt {attempt_id} still fails: {queries_running.fault(attempt_id)}")
    click.echo(f"{graded} graded, {len(chosen) - graded} still set aside")
    if graded < len(chosen):
        sys.exit(1)
