"""``flask content …``: check, load and export content files; write their schemas."""

import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from lms import config, packs
from lms.core import clock
from lms.core.syncing import SyncReport, Take
from lms.library import Library

content = AppGroup("content", help="Courses, items, exams and scenarios as files.")

DEFAULTS = ("courses", "question_bank")


def folders(given: tuple[Path, ...]) -> list[Path]:
    """The folders named, or the two of the pack at hand (here, else beside the program)."""
    if given:
        absent = [path for path in given if not path.is_dir()]
        if absent:
            raise click.ClickException(f"There is no folder {absent[0]}.")
        return list(given)
    here = [Path(name) for name in DEFAULTS if Path(name).is_dir()]
    return here or [config.ROOT / name for name in DEFAULTS]


def show(library: Library) -> None:
    """Every problem as ``path:line: field: message``, warnings marked, and a count."""
    for problem in library.problems:
        click.echo(str(problem) if problem.severity == "error" else f"{problem} (warning)")
    errors = len(library.errors)
    if library.problems:
        click.echo(f"{errors} errors, {len(library.problems) - errors} warnings", err=True)


@content.command("check")
@click.argument("dirs", nargs=-1, type=click.Path(path_type=Path))
@click.option("--strict", is_flag=True, help="A missing translation is an error.")
def check(dirs: tuple[Path, ...], strict: bool) -> None:
    """Report every problem of the files as path:line: field: message; change nothing."""
    library = packs.check(folders(dirs), strict=strict)
    show(library)
    if library.errors:
        sys.exit(1)
    click.echo("no errors", err=True)


@content.command("load")
@click.argument("dirs", nargs=-1, type=click.Path(path_type=Path))
@click.option("--take", type=click.Choice(["files", "browser"]), help="Who wins where both changed an object.")
def load(dirs: tuple[Path, ...], take: Take | None) -> None:
    """Check, then bring the files into the database; any error and nothing is changed."""
    loaded = packs.load(folders(dirs), take=take, actor=None, now=clock.now())
    show(loaded.library)
    if loaded.report is None:
        click.echo("Nothing was changed.", err=True)
        sys.exit(1)
    tell(loaded.report)
    if loaded.report.conflicts:
        sys.exit(1)


def tell(report: SyncReport) -> None:
    """What loading did."""
    for name in report.conflicts:
        click.echo(f"conflict: {name} was changed in the browser and in the files; decide with --take files or browser")
    click.echo(
        f"{len(report.added)} added, {len(report.changed)} changed, {len(report.retired)} retired, "
        f"{len(report.unchanged)} unchanged, {len(report.conflicts)} conflicts"
    )


@content.command("export")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--pack", help="Only this pack; default: everything.")
def export(directory: Path, pack: str | None) -> None:
    """Write the content of the database as files into a new folder."""
    try:
        count = packs.export(directory, pack)
    except OSError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{count} files written to {directory}")


@content.command("schema")
@click.argument("directory", type=click.Path(path_type=Path))
def schema(directory: Path) -> None:
    """Write a JSON Schema for every kind of file, so that editors complete and check."""
    click.echo(f"{packs.write_schemas(directory)} schemas written to {directory}")
