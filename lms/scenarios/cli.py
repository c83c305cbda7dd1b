"""``flask scenarios …``: how typed replies are read, for evaluation outside the product."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import SQLAlchemyError

from lms.core.database import db
from lms.scenarios.definitions import FrameworkDefinition
from lms.scenarios.queries_frameworks import framework, product_frameworks
from lms.scenarios.replies import Finding, ReplyContext, Scorer, scorer
from lms.scenarios.replies_engine import NONE, TABOO, Judgement, judge

scenarios = AppGroup("scenarios", help="Role-plays and typed replies.")

LANGUAGES = {"zh": "zh-Hans", "zh-Hans": "zh-Hans", "en": "en"}
CORPUS_LABELS = {"need-payoff": "need_payoff"}


@scenarios.command("score-replies")
@click.option("--framework", "key", required=True, help="spin, lscat, or a framework of your own.")
@click.option("--version", help="A numbered scorer; default: the one configured.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def score_replies(key: str, version: str | None, file: Path) -> None:
    """Read lines with id, lang (zh or en) and text; print what the scorer finds, one JSON line each.

    A line that cannot be read is named on stderr, the others are scored all the same; the exit status is then 1.
    """
    definition = _framework(key)
    if definition is None:
        raise click.ClickException(f"There is no framework {key}; there are {', '.join(sorted(product_frameworks()))}.")
    try:
        by = scorer(version)
    except LookupError as fault:
        raise click.ClickException(str(fault.args[0])) from None
    faults = 0
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                click.echo(json.dumps(_scored(line, definition, by), ensure_ascii=False))
            except ValueError as fault:
                faults += 1
                click.echo(f"{file}:{number}: {fault}", err=True)
    if faults:
        click.echo(f"{faults} lines could not be read and were not scored.", err=True)
        sys.exit(1)


def _framework(key: str) -> FrameworkDefinition | None:
    """The framework as the database has it; without tables, as the product ships it."""
    try:
        return framework(key)
    except SQLAlchemyError:
        db.session.rollback()
        return product_frameworks().get(key)


def _scored(line: bytes, definition: FrameworkDefinition, by: Scorer) -> dict[str, Any]:
    """One line of the answer; ``ValueError`` with a sentence for a line that does not fit."""
    reply = _reply(line)
    judgement = judge(reply["text"], ReplyContext(definition, LANGUAGES[reply["lang"]]), by)
    labels = [CORPUS_LABELS.get(label, label) for label in judgement.labels]
    return {
        "id": reply["id"],
        "found": labels if judgement.is_sure else [],
        "unsure": [] if judgement.is_sure else labels,
        "evidence": _evidence(reply["text"], judgement),
        "to_person": judgement.reading.to_person,
        "version": judgement.reading.version,
    }


def _reply(line: bytes) -> dict[str, Any]:
    try:
        reply = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("the line is not UTF-8") from None
    except (json.JSONDecodeError, RecursionError):
        raise ValueError("the line is not JSON") from None
    if not isinstance(reply, dict):
        raise ValueError("the line is not an object with id, lang and text")
    if not isinstance(reply.get("id"), str | int) or isinstance(reply["id"], bool):
        raise ValueError("id is missing or neither text nor a whole number")
    if not isinstance(reply.get("lang"), str) or reply["lang"] not in LANGUAGES:
        raise ValueError(f"lang is missing or none of {', '.join(LANGUAGES)}")
    if not isinstance(reply.get("text"), str):
        raise ValueError("text is missing or not text")
    return reply


def _evidence(text: str, judgement: Judgement) -> dict[str, str]:
    """The words that show each label; ``none`` has none."""
    reading = judgement.reading
    words = {CORPUS_LABELS.get(found.step, found.step): _words(text, found) for found in reading.findings}
    if reading.taboos or reading.doubtful:
        words[TABOO] = " … ".join(hit.phrase for hit in (*reading.taboos, *reading.doubtful))
    words.pop(NONE, None)
    return words


def _words(text: str, found: Finding) -> str:
    return " … ".join(text[part.start : part.end] for part in found.evidence)
