"""``flask scenarios …``: kept typed replies, read again by another version or written out to learn from."""

import json
import os
from collections import Counter
from pathlib import Path

import click

from lms.core import audit, clock
from lms.core.database import unit_of_work
from lms.core.errors import LmsError
from lms.scenarios import queries_kept_replies
from lms.scenarios.cli import scenarios
from lms.scenarios.queries_kept_replies import ReadAgain
from lms.scenarios.replies import scorer

__all__ = ["scenarios"]


@scenarios.command("rescore-replies")
@click.option("--scenario", help="Key; default: all role-plays.")
@click.option("--version", required=True, help="The numbered scorer to read with.")
def rescore_replies(scenario: str | None, version: str) -> None:
    """Print what that version would hear otherwise in every kept reply. Reads only: nothing is changed."""
    try:
        by = scorer(version)
        counts: Counter[str] = Counter()
        for one in queries_kept_replies.read_again(by, scenario):
            counts["read"] += 1
            if one.is_changed:
                counts["changed"] += 1
                counts["other points"] += one.points_before != one.points_after
                click.echo(_line(one))
    except LookupError as fault:
        raise click.ClickException(str(fault.args[0])) from None
    except LmsError as error:
        raise click.ClickException(str(error.message)) from None
    click.echo(
        f"{counts['read']} replies read by {by.version}, {counts['changed']} would be heard otherwise, "
        f"{counts['other points']} would earn other points in practice; nothing was changed.",
        err=True,
    )


def _line(one: ReadAgain) -> str:
    before = set(one.before.found) if one.before else set()
    after = set(one.after.found)
    parts = [f"+{step}" for step in sorted(after - before)] + [f"-{step}" for step in sorted(before - after)]
    said_before, said_after = bool(one.before and one.before.taboos), bool(one.after.taboos)
    if said_before != said_after:
        parts.append("+taboo" if said_after else "-taboo")
    was_open, is_open = one.before is None or one.before.to_person, one.after.to_person
    if was_open != is_open:
        parts.append("to a person" if is_open else "sure")
    read_by = one.before.version if one.before else "nothing"
    worth = "" if one.points_before == one.points_after else f", points {one.points_before} -> {one.points_after}"
    return (
        f"{one.scenario} play {one.play_id} turn {one.turn} (read by {read_by}): {' '.join(parts) or 'guards'}{worth}"
    )


@scenarios.command("export-replies")
@click.option("--scenario", help="Key; default: all role-plays.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export_replies(scenario: str | None, file: Path) -> None:
    """Write the replies that people decided to FILE, one JSON line each, without names and numbers, to train on.

    The file is whole or not there, only its owner may read it, and the audit trail says that it was made. Masking
    finds names it knows: read the file before it leaves the house.
    """
    unfinished = file.with_name(f".{file.name}.part")
    try:
        with unit_of_work():
            number = _write(unfinished, scenario)
            audit.record("reply.export", scenario or "all", now=clock.now(), replies=number)
        unfinished.replace(file)
    except LmsError as error:
        raise click.ClickException(str(error.message)) from None
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}.") from None
    finally:
        unfinished.unlink(missing_ok=True)
    click.echo(f"{number} replies written to {file}")


def _write(unfinished: Path, scenario: str | None) -> int:
    number = 0
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as lines:
        for line in queries_kept_replies.learnt_from(scenario):
            lines.write(json.dumps(line, ensure_ascii=False) + "\n")
            number += 1
    return number
