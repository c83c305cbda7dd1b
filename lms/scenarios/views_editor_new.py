"""Beginning a role-play: from a starter, copied, empty, or from a file."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.core import clock, locale
from lms.core.access import requires, viewer
from lms.core.content import Problem
from lms.core.database import take_back, unit_of_work
from lms.core.errors import Conflict, Invalid
from lms.core.texts import Message, in_language
from lms.scenarios import queries_author, queries_drafts, queries_frameworks, service_drafts
from lms.scenarios.drafts_begun import begun_from, key_of
from lms.scenarios.drafts_files import Read, read
from lms.scenarios.queries_drafts import Stand
from lms.scenarios.starters import starters
from lms.scenarios.views_editor_forms import ImportForm, NewForm, offer_choices, seen_page, words_of_file

bp = Blueprint("scenario_drafting", __name__)


@bp.get("/author/scenarios/new")
@requires("content.write")
def new_scenario() -> str:
    """What a new role-play begins with."""
    return _new_page(_new_form())


@bp.post("/author/scenarios/new")
@unit_of_work
@requires("content.write")
def begin_scenario() -> Response | tuple[str, int]:
    """Begin the draft of a new role-play."""
    form = _new_form()
    if not form.validate():
        return _new_page(form), 422
    body = begun_from(_origin(form), form.titles(), form.chosen())
    key = (form.key.data or "").strip() or key_of(form.titles(), queries_drafts.known_keys())
    try:
        draft = service_drafts.begin_draft(key, body, actor=viewer(), now=clock.now())
    except Invalid as error:
        take_back()
        form.key.errors = [error.message.translated(gettext)]
        return _new_page(form), 422
    return redirect(url_for("scenario_editing.edit", key=draft.key, part="general"), 303)


@bp.get("/author/scenarios/<string:key>/import")
@requires("content.write")
def import_draft(key: str) -> str:
    """Take a file in; the key "new" stands for a role-play that is not here yet."""
    return _import_page(key, _stand(key), ImportForm(formdata=None))


@bp.post("/author/scenarios/<string:key>/import")
@unit_of_work
@requires("content.write")
def take_file(key: str) -> str | Response | tuple[str, int]:
    """Let a file be the draft; what forms could not show is refused with every problem by line."""
    stand, form = _stand(key), ImportForm()
    words, path, why = words_of_file(form)
    found = Read(None, ()) if why else read(path, words, queries_frameworks.frameworks(), stand.key if stand else None)
    if found.body is None:
        return _import_page(key, stand, form, words, found.problems, why), 422
    try:
        own = _taken_in(stand, found)
    except (Conflict, Invalid) as error:
        take_back()
        return _import_page(key, stand, form, words, found.problems, error.message), error.status
    if found.problems:
        return _import_page(own, queries_drafts.stand(own), form, words, found.problems, is_done=True)
    flash(gettext("The file is the draft now."), "success")
    return redirect(url_for("scenario_editing.edit", key=own), 303)


def _taken_in(stand: Stand | None, found: Read) -> str:
    """Let what was read be the draft; the key it is of."""
    assert found.body is not None
    if stand is None:
        service_drafts.begin_draft(found.key, found.body, verb="imported", actor=viewer(), now=clock.now())
    else:
        service_drafts.save_draft(stand, found.body, seen_page(), verb="imported", actor=viewer(), now=clock.now())
    return found.key


def _stand(key: str) -> Stand | None:
    return None if key in service_drafts.RESERVED_KEYS else queries_drafts.stand(key, lock=request.method == "POST")


def _new_form() -> NewForm:
    form = NewForm()
    language = locale.language()
    titles = {key: in_language(each.title, language) for key, each in queries_frameworks.frameworks().items()}
    known = {key: in_language(title, language) for key, title in queries_author.titles_in_use().items()}
    offer_choices(form, titles, known)
    return form


def _origin(form: NewForm) -> dict[str, Any]:
    """The body to begin with."""
    chosen = form.origin.data or ""
    if chosen == "copied" and form.copied.data:
        return queries_drafts.stand(form.copied.data).body
    bodies = {each.key: dict(each.body) for each in starters()}
    return bodies.get(chosen, bodies["empty"])


def _new_page(form: NewForm) -> str:
    return render_template("scenarios/editor_new.html", form=form, starters=starters())


def _import_page(
    key: str,
    stand: Stand | None,
    form: ImportForm,
    words: str = "",
    problems: tuple[Problem, ...] = (),
    why: Message | None = None,
    is_done: bool = False,
) -> str:
    return render_template(
        "scenarios/editor_import.html",
        key=key, stand=stand, form=form, words=words, problems=problems, why=why, is_done=is_done,
    )  # fmt: skip
