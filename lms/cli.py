"""The commands of the house; a room's own commands stand in its cli.py."""

import signal
import sys
import threading

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from lms import doctor
from lms.assessment.cli import attempts, exams
from lms.cli_content import content
from lms.core import audit as trail
from lms.core import jobs as background
from lms.demo import demo
from lms.hr.cli import hr
from lms.identity.cli import people
from lms.reporting.cli import reports
from lms.scenarios.cli_drafts import scenarios

jobs = AppGroup("jobs", help="Background work.")
audit = AppGroup("audit", help="The audit trail.")


@jobs.command("run")
@click.option("--once", is_flag=True, help="Do what is due, then stop.")
def run_jobs(once: bool) -> None:
    """Work on background jobs until stopped."""
    if once:
        click.echo(f"{background.run_due()} jobs run")
        return
    stop = threading.Event()

    def finish(*_: object) -> None:
        stop.set()
        current_app.extensions["lms.job_bell"].set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, finish)
    background.work(current_app._get_current_object(), stop)  # type: ignore[attr-defined]


@audit.command("verify")
def verify_audit() -> None:
    """Prove that no entry was changed, removed in between or slipped in; exit status 1 if one was."""
    found = list(trail.breaks())
    for broken in found:
        click.echo(f"entry {broken.entry_id}: {broken.reason}")
    if found:
        sys.exit(1)
    count, head = trail.head()
    click.echo(f"{count} entries, the chain holds; head {head}")


@click.command("doctor")
@with_appcontext
def doctor_command() -> None:
    """Check this installation and say what to mend; exit status 1 if something does not work."""
    findings = doctor.examine()
    for finding in findings:
        click.echo(f"{'ok  ' if finding.is_well else 'FAIL'}  {finding.subject}: {finding.sentence}")
    sys.exit(0 if all(finding.is_well for finding in findings) else 1)


COMMANDS: tuple[click.Command, ...] = (
    people,
    content,
    attempts,
    exams,
    scenarios,
    hr,
    reports,
    jobs,
    audit,
    demo,
    doctor_command,
)
