"""``flask attempts …``: attempts whose grading failed; ``flask exams …``: the attempts at an exam as a file."""

import sys
from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from lms.assessment import queries_exports, queries_running, service
from lms.assessment.export import Form, Format
from lms.assessment.views_export_files import Shape, write_file
from lms.core import clock
from lms.core.database import unit_of_work
from lms.core.errors import LmsError

attempts = AppGroup("attempts", help="Attempts whose grading failed.")
exams = AppGroup("exams", help="Exams.")
FORMS, FORMATS = [one.value for one in Form], [one.value for one in Format]  # click would name them in capitals
DAY = click.DateTime(["%Y-%m-%d"])


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


@exams.command("export")
@click.argument("exam")
@click.option("--form", type=click.Choice(FORMS), default=Form.ATTEMPTS.value, show_default=True, help="What a row is.")
@click.option("--format", "kind", type=click.Choice(FORMATS), default=Format.CSV.value, show_default=True)
@click.option("--version", type=click.IntRange(1), help="Only attempts on this version of the plan.")
@click.option("--from", "from_on", type=DAY, help="Finished on this day or later.")
@click.option("--to", "to_on", type=DAY, help="Finished on this day or earlier.")
@click.option("--department", help="Key; those below are included.")
@click.option("--names", is_flag=True, help="Names beside employee numbers.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write."
)
def export(
    exam: str,
    form: str,
    kind: str,
    version: int | None,
    from_on: datetime | None,
    to_on: datetime | None,
    department: str | None,
    names: bool,
    output: Path,
) -> None:
    """Write the attempts at EXAM that are over into a file; an unfinished file never bears the name."""
    scratch = output.with_name(f".{output.name}.part")
    try:
        asked = queries_exports.asked(
            exam,
            version=version,
            from_on=from_on.date() if from_on else None,
            to_on=to_on.date() if to_on else None,
            department=department,
        )
        with scratch.open("w+b") as stream:
            written = write_file(stream, asked, Shape(Form(form), Format(kind), names), clock.now())
        scratch.replace(output)
    except LmsError as error:
        raise click.ClickException(str(error.message)) from None
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}.") from None
    finally:
        scratch.unlink(missing_ok=True)
    click.echo(f"{output}: {written.rows} {form}, {written.size} bytes, sha256 {written.sha256}")
