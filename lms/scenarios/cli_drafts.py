"""``flask scenarios …``: old saves of drafts taken away."""

import click

from lms.core import clock
from lms.core.database import unit_of_work
from lms.scenarios import service_thinning
from lms.scenarios.cli_kept import scenarios
from lms.scenarios.drafts_thinning import DAYS_WHOLE

__all__ = ["scenarios"]


@scenarios.command("thin-drafts")
@click.option("--apply", "is_applied", is_flag=True, help="Take them away; without it they are only counted.")
def thin_drafts(is_applied: bool) -> None:
    """Take old saves of drafts away: of the last 14 days all stay, then the last of each day.

    Saves that were published or put away and the newest of each role-play stay for ever. Bodies of published versions
    are elsewhere and are never touched.
    """
    now = clock.now()
    total = 0
    with unit_of_work():
        for key, numbers, all_saves in service_thinning.thinnable(now):
            total += len(numbers)
            click.echo(f"{key}: {len(numbers)} of {all_saves} saves")
            if is_applied:
                service_thinning.thin_saves(key, numbers, now=now)
    done = "taken away" if is_applied else f"older than {DAYS_WHOLE} days may go; nothing was changed (--apply does it)"
    click.echo(f"{total} saves {done}")
