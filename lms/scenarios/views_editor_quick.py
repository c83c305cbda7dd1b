"""Writing a role-play quickly: the whole conversation as lines on one page, for a new one and for a draft there is."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.core import clock, locale
from lms.core.access import requires, viewer
from lms.core.database import take_back, unit_of_work
from lms.core.errors import Conflict, Invalid
from lms.core.form_fields import TOO_LONG
from lms.core.texts import LANGUAGES, N_, Message
from lms.scenarios import queries_drafts, queries_frameworks, service_drafts
from lms.scenarios.drafts_begun import key_of
from lms.scenarios.drafts_quick_body import Read, body_of
from lms.scenarios.drafts_quick_changes import Changed, changed
from lms.scenarios.drafts_quick_frame import Frame
from lms.scenarios.drafts_quick_lines import MOST_WORDS, LineProblem, read_lines
from lms.scenarios.drafts_quick_written import OWN_WORDS, written_quickly
from lms.scenarios.drafts_shape import value_at
from lms.scenarios.queries_drafts import Stand
from lms.scenarios.views_editor_forms import seen_page
from lms.scenarios.views_editor_quick_shown import QuickForm, example, lesson_for, offer_around, preview, shown_changes

bp = Blueprint("scenario_quick", __name__)

NOT_EMPTY = N_(
    "There are words in the box already; nothing was put over them. Empty the box first, or copy from the example."
)


@dataclass(frozen=True, slots=True)
class Page:
    """What the page shows beside its form: what was read, what a draft would become, why nothing was done, and what was
    typed before it met a newer draft."""

    form: QuickForm
    frame: Frame
    read: Read | None = None
    stand: Stand | None = None
    change: Changed | None = None
    why: Message | None = None
    typed: str | None = None


@bp.get("/author/scenarios/new/quick")
@requires("content.write")
def begin_quickly() -> str:
    """An empty box for a whole conversation."""
    form = _new_form()
    return _shown(Page(form, _new_frame(form)))


@bp.post("/author/scenarios/new/quick")
@unit_of_work
@requires("content.write")
def take_quickly() -> str | Response | tuple[str, int]:
    """Look at the lines, or make them a draft; lines that cannot be read make none and stay in the box."""
    form = _new_form()
    frame = _new_frame(form)
    if form.do == "example":
        return _with_example(form, frame)
    read = _read(form, frame)
    if form.do != "draft":
        return _shown(Page(form, frame, read))
    if read.problems:
        return _shown(Page(form, frame, read)), 422
    key = key_of(value_at(read.body, ("title",)) or {}, queries_drafts.known_keys())
    try:
        service_drafts.begin_draft(key, read.body, actor=viewer(), now=clock.now())
    except (Conflict, Invalid) as error:
        take_back()
        return _shown(Page(form, frame, read, why=error.message)), error.status
    flash(
        gettext("The draft is made. The forms add what the lines do not say; “The other language” asks for the rest."),
        "success",
    )
    return redirect(url_for("scenario_editing.edit", key=key), 303)


@bp.get("/author/scenarios/<string:key>/quick")
@requires("content.read")
def quick(key: str) -> str:
    """A draft as lines, to be read and changed."""
    stand, form = queries_drafts.stand(key), QuickForm(formdata=None)
    form.language.data = _language_asked()
    frame = _frame_of(stand.body, form.language.data)
    form.words.data = written_quickly(stand.body, frame, _notes(stand.body))
    return _shown(Page(form, frame, body_of(read_lines(form.words.data), frame), stand))


@bp.post("/author/scenarios/<string:key>/quick")
@unit_of_work
@requires("content.write")
def change_quickly(key: str) -> str | Response | tuple[str, int]:
    """Look at what changed lines would do to the draft, or do it; what the lines do not show stays as it is."""
    stand, form = queries_drafts.stand(key, lock=True), QuickForm()
    seen = seen_page()
    base = queries_drafts.body_seen(key, seen) or stand.body
    frame = _frame_of(base, form.language_chosen)
    read = _read(form, frame)
    if read.problems:
        return _shown(Page(form, frame, read, stand)), 422 if form.do == "draft" else 200
    before = body_of(read_lines(written_quickly(base, frame)), frame).body
    change = changed(before, read.body, base, stand.body)
    if form.do != "draft":
        return _shown(Page(form, frame, read, stand, change))
    try:
        service_drafts.save_draft(stand, change.body, seen, actor=viewer(), now=clock.now())
    except Conflict as error:
        return _met_another(stand, form, change, error.message), 409
    except Invalid as error:
        take_back()
        return _shown(Page(form, frame, read, stand, change, error.message)), error.status
    flash(gettext("Kept in the draft."), "success")
    return redirect(url_for("scenario_editing.edit", key=key), 303)


def _met_another(stand: Stand, form: QuickForm, change: Changed, why: Message) -> str:
    """The lines again over the newer draft, with what both changed."""
    take_back()
    frame = _frame_of(change.body, form.language_chosen)
    typed, form.words.data = form.words.data, written_quickly(change.body, frame, _notes(change.body))
    read = body_of(read_lines(form.words.data), frame)
    return _shown(Page(form, frame, read, stand, change, why, typed))


def _with_example(form: QuickForm, frame: Frame) -> str | tuple[str, int]:
    own = (form.words.data or "").strip()
    if own and own not in {example(language).strip() for language in LANGUAGES}:
        return _shown(Page(form, frame, _read(form, frame), why=Message(NOT_EMPTY))), 422
    form.words.data = example(form.language_chosen)
    return _shown(Page(form, frame, _read(form, frame)))


def _read(form: QuickForm, frame: Frame) -> Read:
    words = form.words.data or ""
    if len(words) > MOST_WORDS:
        return Read({"scenes": {}, "endings": {}}, {}, (LineProblem(1, Message(TOO_LONG, {"most": MOST_WORDS})),))
    return body_of(read_lines(words), frame)


def _new_form() -> QuickForm:
    form = QuickForm()
    offer_around(form, queries_frameworks.frameworks(), queries_drafts.sop_steps())
    return form


def _new_frame(form: QuickForm) -> Frame:
    frameworks, places = queries_frameworks.frameworks(), queries_drafts.sop_steps()
    framework = frameworks.get(form.framework.data or "")
    if request.method == "GET" and framework is not None:
        form.lesson.data = lesson_for(framework, places)
    chosen = {
        "skill": form.skill.data or "",
        "framework": framework.framework if framework else "",
        "channel": form.channel.data,
    }
    return Frame(form.language_chosen, framework, chosen, form.lesson.data or "", places)


def _frame_of(body: dict[str, Any], language: str) -> Frame:
    return Frame(language, queries_frameworks.framework(value_at(body, ("framework",))), base=body)


def _language_asked() -> str:
    asked = request.args.get("language", "")
    return asked if asked in LANGUAGES else locale.language()


def _notes(body: dict[str, Any]) -> dict[str, str]:
    """What the lines of a scene do not show and only a form can change."""
    scenes = value_at(body, ("scenes",)) or {}
    return {key: gettext(OWN_WORDS) for key, scene in scenes.items() if scene.get("typed") is not None}


def _shown(page: Page) -> str:
    body = page.change.body if page.change else page.read.body if page.read and page.stand is None else None
    if page.stand is not None and body is None and page.read and not page.read.problems:
        body = page.stand.body
    return render_template(
        "scenarios/editor_quick.html",
        page=page,
        form=page.form,
        stand=page.stand,
        read=page.read,
        why=page.why,
        typed=page.typed,
        preview=preview(body, page.read, page.form.language_chosen),
        changes=shown_changes(page.change, page.stand) if page.change and page.stand else None,
        example=example(page.form.language_chosen),
        is_read=page.read is not None and bool((page.form.words.data or "").strip()),
    )
