"""``flask reports …``: the summaries that exam statistics are read from."""

import time

import click
from flask.cli import AppGroup

from lms.core import clock
from lms.core.database import unit_of_work
from lms.reporting import service_summaries as summaries

reports = AppGroup("reports", help="Summaries of results.")


@reports.command("rebuild")
def rebuild() -> None:
    """Count all exam results anew; the numbers stay the same. One exam version at a time, nobody has to wait for it."""
    began = time.monotonic()
    attempts = 0
    with unit_of_work():
        versions = summaries.exam_versions()
    for version_id in versions:
        with unit_of_work():
            attempts += summaries.rebuild(version_id, clock.now())
    click.echo(f"{attempts} attempts of {len(versions)} exam versions counted in {time.monotonic() - began:.1f} s")
