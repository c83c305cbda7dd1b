"""What the page for writing quickly offers and shows: its form, an example, a preview, what would change."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, TextAreaField

from lms.core import locale
from lms.core.field_types import UNTRANSLATED
from lms.core.texts import LANGUAGES, Message, Text, in_language
from lms.question_bank.labels import SKILLS
from lms.scenarios import queries_drafts, queries_frameworks
from lms.scenarios.definitions import FrameworkDefinition
from lms.scenarios.drafts_checks import Checked, Finding, checked
from lms.scenarios.drafts_places import words_of
from lms.scenarios.drafts_quick_body import Read
from lms.scenarios.drafts_quick_changes import Changed
from lms.scenarios.drafts_shape import Place, value_at
from lms.scenarios.labels import CHANNELS
from lms.scenarios.queries_drafts import Stand
from lms.scenarios.scene_map import SceneMap, scene_map

NONE = _l("– none –")
MOST_CHANGES = 12


class QuickForm(FlaskForm):  # type: ignore[misc]
    """A conversation as lines, and what is chosen around it for a new one."""

    language = SelectField(_l("I write in"), default=locale.language, validate_choice=False)
    channel = SelectField(_l("Channel"), default="phone", validate_choice=False)
    skill = SelectField(_l("Skill"), default="complaint-handling", validate_choice=False)
    framework = SelectField(_l("Framework"), default="lscat", validate_choice=False)
    lesson = SelectField(_l("Lesson whose SOP steps it exercises"), default="", validate_choice=False)
    words = TextAreaField(_l("The conversation"))

    @property
    def do(self) -> str:
        """What the button asked for."""
        return request.form.get("do", "")

    @property
    def language_chosen(self) -> str:
        return self.language.data if self.language.data in LANGUAGES else locale.language()


@dataclass(frozen=True, slots=True)
class Preview:
    """What lines make: the map, what is to be mended with the lines, what is missing in the other language."""

    map: SceneMap
    found: Checked
    findings: tuple[tuple[Finding, int | None, tuple[Message, ...]], ...]
    untranslated: int


def offer_around(form: QuickForm, frameworks: Mapping[str, FrameworkDefinition], places: Mapping[str, Text]) -> None:
    """Let the form offer what exists."""
    language = locale.language()
    form.language.choices = [("en", gettext("English")), ("zh-Hans", gettext("Chinese"))]
    form.channel.choices = [(key, gettext(each.name)) for key, each in CHANNELS.items()]
    form.skill.choices = [(key, gettext(name)) for key, name in SKILLS.items()]
    form.framework.choices = [
        ("", NONE),
        *((key, in_language(each.title, language)) for key, each in frameworks.items()),
    ]
    lessons = [(place, in_language(title, language)) for place, title in places.items() if place.count("/") == 1]
    form.lesson.choices = [("", NONE), *(each for each in lessons if _steps_of(each[0], places))]


def lesson_for(framework: FrameworkDefinition, places: Mapping[str, Text]) -> str:
    """The first lesson that teaches every step of a framework; "" for none."""
    wanted = {step.key for step in framework.steps}
    return next((place for place in places if place.count("/") == 1 and wanted <= _steps_of(place, places)), "")


def _steps_of(lesson: str, places: Mapping[str, Text]) -> set[str]:
    return {place.split("/")[2] for place in places if place.startswith(f"{lesson}/")}


@functools.cache
def example(language: str) -> str:
    """A small whole conversation in the quick shape."""
    return (files("lms.scenarios") / "quick_examples" / f"{language}.txt").read_text(encoding="utf-8")


def preview(body: Mapping[str, Any] | None, read: Read | None, language: str) -> Preview | None:
    """What the lines make; None while nothing can be shown."""
    if body is None or read is None or not value_at(body, ("scenes",)):
        return None
    whole = {"scenario": "role-play", **body}
    frameworks = queries_frameworks.frameworks()
    found = checked(whole, frameworks, queries_drafts.sop_steps())
    drawn = scene_map(whole, language=language, best=found.best)
    named = _named_by_key(frameworks, value_at(whole, ("framework",)))
    told = [finding for finding in found.findings if finding.message.template not in UNTRANSLATED]
    return Preview(
        drawn,
        found,
        tuple(
            (
                replace(finding, message=_worded(finding.message, named)),
                read.line_of(finding.place),
                tuple(words_of(whole, finding.place)),
            )
            for finding in told
        ),
        len(found.findings) - len(told),
    )


def _named_by_key(frameworks: Mapping[str, FrameworkDefinition], chosen: str | None) -> dict[str, dict[str, str]]:
    """The titles of frameworks and of the steps of the one chosen, as sentences name them."""
    language = locale.language()
    steps = frameworks[chosen].steps if chosen and chosen in frameworks else ()
    return {
        "framework": {key: in_language(each.title, language) for key, each in frameworks.items()},
        "step": {step.key: in_language(step.title, language) for step in steps},
    }


def _worded(message: Message, named: Mapping[str, Mapping[str, str]]) -> Message:
    return Message(message.template, {name: named.get(name, {}).get(of, of) for name, of in message.values.items()})


@dataclass(frozen=True, slots=True)
class ShownChanges:
    """What would change in a draft, in words: what is new or other, what is taken away, what two authors changed,
    what has no place any more, and how many changes are not named."""

    changed: tuple[tuple[Message, ...], ...]
    removed: tuple[tuple[Message, ...], ...]
    both: tuple[tuple[Message, ...], ...]
    homeless: tuple[tuple[Message, ...], ...]
    more: int


def shown_changes(change: Changed, stand: Stand) -> ShownChanges:
    """The changes as names of places."""
    removed = [place for place in change.places if _is_gone(change, stand, place)]
    others = [place for place in change.places if place not in removed and place not in change.homeless]
    named = _named(change.body, others)
    return ShownChanges(
        named[:MOST_CHANGES],
        _named(stand.body, removed),
        _named(change.body, change.both),
        _named(change.body, change.homeless),
        max(len(named) - MOST_CHANGES, 0),
    )


def _is_gone(change: Changed, stand: Stand, place: Place) -> bool:
    is_whole = len(place) in (2, 4) and place[0] in ("scenes", "endings")
    return is_whole and value_at(change.body, place) is None and value_at(stand.body, place) is not None


def _named(body: Mapping[str, Any], places: Any) -> tuple[tuple[Message, ...], ...]:
    words = [tuple(words_of(body, place)) for place in places]
    return tuple({tuple(map(str, each)): each for each in words}.values())
