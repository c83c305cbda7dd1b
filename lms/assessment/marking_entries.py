"""What a marker entered in the fields of a rubric: levels by place, words by line (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lms.core.entered import whole_number
from lms.core.texts import Text
from lms.question_bank.items import Essay, RubricLine


@dataclass(frozen=True, slots=True)
class LevelShown:
    """A level as it can be chosen: ``place`` is sent, ``key`` is the number key that chooses it."""

    place: int
    key: str
    points: Decimal
    description: Text | None


@dataclass(frozen=True, slots=True)
class LineShown:
    """A rubric line with what was entered for it; ``chosen`` is the place of a level."""

    key: str
    title: Text
    levels: tuple[LevelShown, ...]
    chosen: int | None
    comment: str


def lines_shown(item: Essay, fields: Mapping[str, str] | None = None) -> list[LineShown]:
    """The rubric's lines with what was entered."""
    fields = fields or {}
    return [
        LineShown(
            line.key,
            line.title,
            tuple(
                LevelShown(place, _key(line, place), level.points, level.description)
                for place, level in enumerate(line.levels)
            ),
            _chosen(line, fields),
            fields.get(f"comment-{line.key}", ""),
        )
        for line in item.rubric
    ]


def _key(line: RubricLine, place: int) -> str:
    """The points themselves where each is one digit of its own, else the place from 1."""
    digits = [f"{level.points.normalize():f}" for level in line.levels]
    plain = all(len(digit) == 1 for digit in digits) and len(set(digits)) == len(digits)
    return digits[place] if plain else str(place + 1)


def _chosen(line: RubricLine, fields: Mapping[str, str]) -> int | None:
    place = whole_number(fields.get(f"level-{line.key}", ""))
    return place if place is not None and 0 <= place < len(line.levels) else None


def levels_entered(item: Essay, fields: Mapping[str, str]) -> dict[str, Decimal]:
    """The points chosen by rubric line; lines without a choice are left out."""
    chosen = {line.key: (line, _chosen(line, fields)) for line in item.rubric}
    return {key: line.levels[place].points for key, (line, place) in chosen.items() if place is not None}


def comments_entered(item: Essay, fields: Mapping[str, str]) -> dict[str, str]:
    """The words by rubric line."""
    return {line.key: fields.get(f"comment-{line.key}", "") for line in item.rubric}


def written_levels(levels: Mapping[str, Decimal]) -> dict[str, str]:
    """Points by line as they are kept: without trailing noughts."""
    return {line: f"{points.normalize():f}" for line, points in levels.items()}


def level_words(item: Essay, levels: Mapping[str, Any]) -> dict[str, Text | None]:
    """What the level of each line says, for kept levels; lines whose points the rubric has no more say nothing."""
    return {
        line.key: next(
            (one.description for one in line.levels if str(levels.get(line.key)) == f"{one.points.normalize():f}"), None
        )
        for line in item.rubric
    }
