"""The other language of a draft: only what is missing, beside what there is, one field after another."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.core import clock, locale
from lms.core.access import requires, viewer
from lms.core.database import take_back, unit_of_work
from lms.core.errors import Conflict, Invalid
from lms.core.texts import LANGUAGES, N_, Message, in_language
from lms.scenarios import queries_drafts, service_drafts
from lms.scenarios.drafts_language import missing_words, other_language, translated
from lms.scenarios.drafts_places import words_of
from lms.scenarios.drafts_shape import value_at
from lms.scenarios.editing import same
from lms.scenarios.queries_drafts import Stand
from lms.scenarios.views_editor_forms import seen_page, typed_fields

bp = Blueprint("scenario_language", __name__)


@bp.get("/author/scenarios/<string:key>/language")
@requires("content.read")
def language(key: str) -> str:
    """What is missing in one language."""
    stand = queries_drafts.stand(key)
    return _page(stand, _asked(request.args.get("to", ""), stand))


@bp.post("/author/scenarios/<string:key>/language")
@unit_of_work
@requires("content.write")
def save_language(key: str) -> Response | tuple[str, int]:
    """Keep what was typed; somebody who saved meanwhile loses nothing by it."""
    stand, typed = queries_drafts.stand(key, lock=True), typed_fields()
    to = _asked(typed.get("to", ""), stand)
    try:
        service_drafts.must_be_seen(stand, seen_page())
        made = translated(stand.body, typed, to)
        if made.refused:
            raise Invalid(Message(N_("Nothing was saved. Please mend:")), errors=made.refused)
        service_drafts.save_draft(stand, made.body, seen_page(), actor=viewer(), now=clock.now())
    except (Conflict, Invalid) as error:
        take_back()
        return _page(queries_drafts.stand(key), to, typed, error), error.status
    left = len(missing_words(made.body, to))
    if typed.get("do") == "done" and not left:
        flash(gettext("Both languages are there now."), "success")
        return redirect(url_for("scenario_editing.edit", key=key), 303)
    return redirect(url_for("scenario_language.language", key=key, to=to), 303)


def _asked(to: str, stand: Stand) -> str:
    """The language to write: the one asked for, else that which lacks more."""
    if to in LANGUAGES:
        return to
    return max(LANGUAGES, key=lambda each: (len(missing_words(stand.body, each)), each != locale.language()))


def _page(
    stand: Stand, to: str, typed: Mapping[str, str] | None = None, error: Conflict | Invalid | None = None
) -> str:
    missing, sent = missing_words(stand.body, to), typed or {}
    names = {each.name for each in missing}
    there = [
        (tuple(words_of(stand.body, tuple(name.split(".")))), words, present)
        for name, words in sent.items()
        if name.endswith(f".{to}") and name not in names and words.strip()
        if not same(words.strip(), present := _present(stand, name))
    ]
    return render_template(
        "scenarios/editor_language.html",
        stand=stand,
        to=to,
        other=other_language(to),
        missing=[(each, tuple(words_of(stand.body, each.place))) for each in missing],
        typed=sent,
        there=there,
        error=error,
        refused=(error.errors or {}) if isinstance(error, Invalid) else {},
        title=in_language(value_at(stand.body, ("title",)), locale.language()) or stand.key,
    )


def _present(stand: Stand, name: str) -> str:
    """What stands in a field of one language; "" for nothing and for what is not there."""
    value = value_at(stand.body, tuple(name.split(".")))
    return value if isinstance(value, str) else ""
