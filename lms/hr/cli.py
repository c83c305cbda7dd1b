"""``flask hr …``: review cycles as files."""

from pathlib import Path

import click
from flask.cli import AppGroup

from lms.core import clock
from lms.core.errors import LmsError
from lms.hr import queries
from lms.hr.export import Format
from lms.hr.views_export import file_pieces

hr = AppGroup("hr", help="Review cycles.")


@hr.command("export")
@click.argument("cycle")
@click.option(
    "--revision", type=click.IntRange(1), help="A frozen revision; without it, the numbers as they stand now."
)
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in Format]),
    default=Format.CSV.value,
    show_default=True,
    help="XLSX keeps employee numbers as text; the JSON of a revision is what its checksum is taken over.",
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write."
)
def export(cycle: str, revision: int | None, form: str, output: Path) -> None:
    """Write the performance records of the review CYCLE into a file."""
    try:
        chosen = queries.cycle_by_key(cycle)
        frozen = queries.revision(chosen, revision) if revision is not None else None
    except LmsError as error:
        raise click.ClickException(str(error.message)) from None
    scratch = output.with_name(f".{output.name}.part")
    try:
        with scratch.open("wb") as stream:
            for piece in file_pieces(chosen, frozen, Format(form), clock.now()):
                stream.write(piece)
        scratch.replace(output)
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}.") from None
    finally:
        scratch.unlink(missing_ok=True)
    what = f"revision {frozen.number}, sha256 {frozen.sha256}" if frozen else "as it stands now, not frozen"
    click.echo(f"{output}: {chosen.key}, {what}")
