"""The editor of role-plays: one form for each scene, one for the endings and one for the rest, beside the map."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from lms.core import clock, locale
from lms.core.access import requires, viewer
from lms.core.database import take_back, unit_of_work
from lms.core.errors import Conflict, Invalid, LmsError
from lms.core.field_types import UNTRANSLATED
from lms.core.texts import N_, Message, in_language
from lms.scenarios import queries_drafts, queries_frameworks, service_drafts
from lms.scenarios.definitions import FrameworkDefinition
from lms.scenarios.drafts_checks import Checked, checked
from lms.scenarios.drafts_files import written
from lms.scenarios.drafts_places import LABELS, noted, words_of
from lms.scenarios.drafts_shape import ENDINGS, GENERAL, Part, names_at, value_at
from lms.scenarios.drafts_submit import Submitted, submitted
from lms.scenarios.editing import Merged, differences, merged, shown
from lms.scenarios.queries_drafts import Stand
from lms.scenarios.scene_map import scene_map
from lms.scenarios.views_editor_forms import asked_part, seen_page, typed_fields
from lms.scenarios.views_editor_options import options_for

bp = Blueprint("scenario_editing", __name__)


@bp.get("/author/scenarios/<string:key>/edit")
@requires("content.read")
def edit(key: str) -> str:
    """A role-play to be written: its map, one form, and what is to be mended."""
    stand = queries_drafts.stand(key)
    return _page(stand, _open_part(stand.body, asked_part(request.args)))


@bp.post("/author/scenarios/<string:key>/edit")
@unit_of_work
@requires("content.write")
def save(key: str) -> AnyResponse | tuple[str, int]:
    """Keep a form in the draft, and do what its button asks for."""
    stand = queries_drafts.stand(key, lock=True)
    part, typed = asked_part(request.form) or GENERAL, typed_fields()
    try:
        made = _kept(stand, part, typed)
    except Conflict as conflict:
        return _met_another(key, part, typed, conflict), 409
    except Invalid as error:
        take_back()
        refused = error.errors or {"part": error.message}
        return _page(queries_drafts.stand(key), _open_part(stand.body, part), typed=typed, refused=refused), 422
    if made.removed:
        flash(gettext("Taken away. “Earlier drafts” brings it back."), "info")
    return redirect(_address(key, made.part, made.anchor), 303)


def _kept(stand: Stand, part: Part, typed: Mapping[str, str]) -> Submitted:
    """The draft saved as the form makes it; ``Invalid`` names the fields that keep it from being saved."""
    seen = seen_page()
    service_drafts.must_be_seen(stand, seen)
    made = submitted(stand.body, part, typed, typed.get("do", ""), _steps(stand.body))
    if made.refused:
        raise Invalid(Message(N_("Nothing was saved. Please mend:")), errors=made.refused)
    service_drafts.save_draft(stand, made.body, seen, actor=viewer(), now=clock.now())
    return made


@bp.post("/author/scenarios/<string:key>/publish")
@unit_of_work
@requires("content.write")
def publish(key: str) -> AnyResponse | tuple[str, int]:
    """Make the draft the version in force."""
    stand = queries_drafts.stand(key, lock=True)
    found, framework = _checked(stand.body)
    back = request.form.get("back") == "yes"
    try:
        service_drafts.publish_draft(
            stand, seen_page(), found, framework, brings_back=back, actor=viewer(), now=clock.now()
        )
    except service_drafts.Retired:
        take_back()
        return render_template("scenarios/editor_return.html", stand=queries_drafts.stand(key)), 409
    except (Conflict, Invalid) as error:
        take_back()
        stand = queries_drafts.stand(key)
        return _page(stand, _open_part(stand.body, None), refused={"part": error.message}), error.status
    flash(
        gettext("Published. Talks that begin from now on are played on this version; those under way keep theirs."),
        "success",
    )
    return redirect(url_for("scenario_authoring.author_scenario", key=key), 303)


@bp.post("/author/scenarios/<string:key>/discard")
@unit_of_work
@requires("content.write")
def discard(key: str) -> AnyResponse:
    """Put the draft away; its saves can be brought back."""
    stand = queries_drafts.stand(key, lock=True)
    service_drafts.discard_draft(stand, seen_page(), actor=viewer(), now=clock.now())
    flash(gettext("The draft is put away. “Earlier drafts” brings it back."), "success")
    return redirect(url_for("scenario_editing.history", key=key), 303)


@bp.get("/author/scenarios/<string:key>/drafts")
@requires("content.read")
def history(key: str) -> str:
    """Every save of a role-play's drafts, with what it changed."""
    saves = queries_drafts.saves(key)
    stand = None if saves and not queries_drafts.is_known(key) else queries_drafts.stand(key)
    befores = [*saves[1:], None] if saves else []
    rows = [
        (save, *_changed(before.body if before else save.body, save.body))
        for save, before in zip(saves, befores, strict=True)
    ]
    return render_template("scenarios/editor_history.html", key=key, stand=stand, rows=rows)


@bp.post("/author/scenarios/<string:key>/drafts/<int:number>/restore")
@unit_of_work
@requires("content.write")
def restore(key: str, number: int) -> AnyResponse:
    """Let an earlier save be the draft again; what is there now stays among the saves."""
    body = queries_drafts.save_body(key, number)
    if queries_drafts.is_known(key):
        stand = queries_drafts.stand(key, lock=True)
        service_drafts.save_draft(stand, body, seen_page(), verb="restored", actor=viewer(), now=clock.now())
    else:
        service_drafts.begin_draft(key, body, verb="restored", actor=viewer(), now=clock.now())
    flash(gettext("Draft %(number)s is back.", number=number), "success")
    return redirect(url_for("scenario_editing.edit", key=key), 303)


@bp.get("/author/scenarios/<string:key>/file")
@requires("content.read")
def file(key: str) -> Response:
    """The draft, or what is in force, as its content file."""
    response = make_response(written(queries_drafts.stand(key).body))
    response.mimetype = "application/yaml"
    response.headers["Content-Disposition"] = f'attachment; filename="{key}.yaml"'
    return response


# ---- what the template gets ----------------------------------------------------------


def _met_another(key: str, part: Part, typed: Mapping[str, str], conflict: LmsError) -> str:
    """The form again over the newer draft, with what was typed and what changed meanwhile."""
    take_back()
    stand = queries_drafts.stand(key)
    base = queries_drafts.body_seen(key, seen_page()) or stand.body
    both = merged(base, stand.body, part, typed, _steps(stand.body))
    open_part = _open_part(stand.body, part)
    fields = both.fields if open_part == part else None
    newer = {name: Message(_meanwhile(name), {"words": words}) for name, words in both.both.items()}
    return _page(stand, open_part, typed=fields, refused={"part": conflict.message, **newer}, met=both, base=base)


def _meanwhile(name: str) -> str:
    """What stands at a field that another author changed too; texts of two languages share their place for notes."""
    if name.endswith(".en"):
        return N_("Saved meanwhile in English: “%(words)s”")
    return (
        N_("Saved meanwhile in Chinese: “%(words)s”")
        if name.endswith(".zh-Hans")
        else N_("Saved meanwhile: “%(words)s”")
    )


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[list[tuple[Message, ...]], int]:
    """The names of the first places that a save changed, and how many more there are."""
    changed = [tuple(words_of(after, place)) for place in differences(before, after) if place]
    named = list({tuple(map(str, words)): words for words in changed}.values())
    return named[:3], max(len(named) - 3, 0)


def _steps(body: Mapping[str, Any]) -> tuple[str, ...]:
    framework = queries_frameworks.framework(value_at(body, ("framework",)))
    return tuple(step.key for step in framework.steps) if framework else ()


def _checked(body: Mapping[str, Any]) -> tuple[Checked, FrameworkDefinition | None]:
    frameworks = queries_frameworks.frameworks()
    found = checked(body, frameworks, queries_drafts.sop_steps())
    return found, frameworks.get(value_at(body, ("framework",)) or "")


def _open_part(body: Mapping[str, Any], asked: Part | None) -> Part:
    """The form to open: the one asked for, else the first scene, else the general one."""
    scenes = value_at(body, ("scenes",)) or {}
    if asked is not None and (asked.kind != "scene" or asked.key in scenes):
        return asked
    start = value_at(body, ("start",))
    first = start if start in scenes else next(iter(scenes), "")
    return Part("scene", first) if first else GENERAL


def _address(key: str, part: Part, anchor: str = "") -> str:
    scene, kind = (part.key, None) if part.kind == "scene" else (None, part.kind)
    return url_for("scenario_editing.edit", key=key, scene=scene, part=kind, _anchor=anchor or None)


def _page(
    stand: Stand,
    part: Part,
    *,
    typed: Mapping[str, str] | None = None,
    refused: Mapping[str, Message] | None = None,
    met: Merged | None = None,
    base: Mapping[str, Any] | None = None,
) -> str:
    body, language = stand.body, locale.language()
    frameworks, sop = queries_frameworks.frameworks(), queries_drafts.sop_steps()
    found = checked(body, frameworks, sop)
    framework = frameworks.get(value_at(body, ("framework",)) or "")
    steps = tuple(step.key for step in framework.steps) if framework else ()
    notes = noted(body, found.findings, part, steps)
    selected = part.key if part.kind == "scene" else None
    drawn = scene_map(body, language=language, selected=selected, best=found.best, problems=notes.by_node())
    options = options_for(body, drawn, framework, frameworks, language)
    return render_template(
        "scenarios/editor.html",
        stand=stand,
        part=part,
        body=body,
        fields={**shown(body, part, steps), **(typed or {})},
        refused=refused or {},
        refusals=lambda *names: [refused[name] for name in names if name in refused] if refused else [],
        met=met,
        found=found,
        notes=notes,
        map=drawn,
        options=options,
        finding_words=options.worded,
        labels=LABELS,
        sop=sop,
        names_at=lambda *place: names_at(body, place, steps),
        value_at=lambda *place: value_at(body, place),
        best=set(found.best),
        untranslated=sum(finding.message.template in UNTRANSLATED for finding in found.findings),
        title=in_language(value_at(body, ("title",)), language) or stand.key,
        routes_address=url_for("scenario_routes.scenario_routes", key=stand.key, draft=1 if stand.draft else None),
        words_at=lambda name: tuple(words_of(body, tuple(name.split(".")))),
        words_before=lambda name: tuple(words_of(base or body, tuple(name.split(".")))),
        spot_address=lambda spot: (
            f"#{spot.anchor}" if spot.part == part else _address(stand.key, spot.part, spot.anchor)
        ),
        part_address=lambda kind, key="": _address(stand.key, Part(kind, key), "part"),
        node_address=lambda key: _node_address(stand, key),
    )


def _node_address(stand: Stand, key: str) -> str:
    """Where a box of the map is written."""
    if value_at(stand.body, ("endings", key)) is not None:
        return _address(stand.key, ENDINGS, f"endings.{key}")
    return _address(stand.key, Part("scene", key), "part")
