"""A lesson as a form: its fields with spare rows, and the lesson that a filled form makes (pure)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from lms.core.definitions import dotted
from lms.core.entered import whole_number
from lms.core.texts import LANGUAGES, Message
from lms.courses.content import Course, Lesson
from lms.courses.sop import CourseSource

SPARE_ROWS = 2
MOST_ROWS = 200
PARTS = {"steps": ("action", "why"), "scripts": ("text",), "taboos": ("phrase", "instead")}


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is wrong with a filled form: sentences by place, as in "sop.steps[0].action"."""

    problems: tuple[tuple[str, Message], ...]


def form_of(lesson: Lesson, prose: Mapping[str, str]) -> dict[str, str]:
    """A lesson as form fields: ``steps.0.action.en``, ``prose.zh-Hans`` and so on."""
    fields = {"minutes": str(lesson.minutes), **dict(_text_fields("title", lesson.title))}
    fields.update({f"prose.{language}": prose.get(language, "") for language in LANGUAGES})
    if lesson.sop is not None:
        for number, step in enumerate(lesson.sop.steps):
            fields[f"steps.{number}.key"] = step.key
            fields.update(_text_fields(f"steps.{number}.action", step.action))
            fields.update(_text_fields(f"steps.{number}.why", step.why or {}))
        for number, script in enumerate(lesson.sop.scripts):
            fields.update(_text_fields(f"scripts.{number}.text", script))
        for number, taboo in enumerate(lesson.sop.taboos):
            fields.update(_text_fields(f"taboos.{number}.phrase", taboo.phrase))
            fields.update(_text_fields(f"taboos.{number}.instead", taboo.instead))
    return fields


def _text_fields(name: str, text: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for language in LANGUAGES:
        yield f"{name}.{language}", text.get(language, "")


def row_count(fields: Mapping[str, str], part: str) -> int:
    """How many rows a part of the form shows: those in use, and spare ones to add to."""
    used = [_row_of(name) + 1 for name in fields if name.startswith(f"{part}.") and fields[name].strip()]
    return min(max(used, default=0), MOST_ROWS) + SPARE_ROWS


def _row_of(name: str) -> int:
    """Which row a field such as "steps.3.key" belongs to; -1 for a field that is none of ours."""
    number = whole_number(name.split(".")[1])
    return -1 if number is None else number


def source_from(fields: Mapping[str, str], lesson_key: str, present: CourseSource) -> CourseSource | Refusal:
    """The course with the lesson as the form has it. Rows left empty fall away; kind, key and check stay."""
    lessons = [
        _lesson_data(fields, lesson) if lesson.key == lesson_key else lesson.model_dump(mode="json")
        for lesson in present.course.lessons
    ]
    try:
        course = Course.model_validate({**present.course.model_dump(mode="json"), "lessons": lessons})
    except ValidationError as error:
        return Refusal(tuple(_problems(error)))
    written = {language: _lines(fields.get(f"prose.{language}", "")) for language in LANGUAGES}
    prose = {language: text for language, text in written.items() if text.strip()}
    return CourseSource(course, {**present.prose, lesson_key: prose}, present.media)


def _problems(error: ValidationError) -> Iterator[tuple[str, Message]]:
    for found in error.errors(include_url=False):
        context = found.get("ctx", {})
        place = dotted(found["loc"][2:])  # without the course's "lessons[n]"
        yield place, Message(context.get("template", found["msg"]), context.get("values", {}))


def _lesson_data(fields: Mapping[str, str], present: Lesson) -> dict[str, Any]:
    minutes = fields.get("minutes", "").strip()
    data = {
        **present.model_dump(mode="json"),
        "title": _text(fields, "title"),
        "minutes": minutes if (number := whole_number(minutes)) is None else number,
    }
    if present.sop is not None:
        rows = {part: list(_rows(fields, part, names)) for part, names in PARTS.items()}
        scripts = [row["text"] for row in rows["scripts"]]
        data["sop"] = {"steps": _keyed(rows["steps"]), "scripts": scripts, "taboos": rows["taboos"]}
    return data


def _rows(fields: Mapping[str, str], part: str, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    for number in range(row_count(fields, part)):
        row: dict[str, Any] = {name: _text(fields, f"{part}.{number}.{name}") for name in names}
        if any(row.values()):
            if part == "steps":
                row = {**row, "why": row["why"] or None, "key": fields.get(f"steps.{number}.key", "").strip()}
            yield row


def _keyed(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Steps with keys: a new one without a key gets the next free "step-n"."""
    taken = {step["key"] for step in steps}
    free = (key for number in range(1, len(steps) + len(taken) + 2) if (key := f"step-{number}") not in taken)
    return [{**step, "key": step["key"] or next(free)} for step in steps]


def _text(fields: Mapping[str, str], name: str) -> dict[str, str]:
    written = {language: _lines(fields.get(f"{name}.{language}", "")).strip() for language in LANGUAGES}
    return {language: text for language, text in written.items() if text}


def _lines(text: str) -> str:
    """A text area's words with the line ends of files."""
    return text.replace("\r\n", "\n")
