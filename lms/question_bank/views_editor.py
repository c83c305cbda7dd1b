"""The editor of items: one form for a whole item, in both languages, beside what learners see of it.

The form carries its state, so nothing is kept before it is saved; every button works without JavaScript.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from lms.core import authored, clock
from lms.core.access import requires, viewer
from lms.core.content import MOST_MEDIA_BYTES, MOST_MEDIA_MEGABYTES, plain
from lms.core.database import unit_of_work
from lms.core.entered import whole_number
from lms.core.errors import Conflict, NotFound
from lms.core.field_types import KEY_LENGTH
from lms.core.form_fields import Filled, Merged, keys_of, overtaken, typed
from lms.core.form_notes import Note, Notes
from lms.core.locale import language
from lms.core.texts import N_, Message
from lms.question_bank import payloads, queries, service
from lms.question_bank.editing import blank, filled, merged, pickable, shown
from lms.question_bank.editing_moves import done
from lms.question_bank.editing_notes import ENTRY_NAMES, LABELS, noted, words_of
from lms.question_bank.editing_shape import shape_of
from lms.question_bank.items import EMOTIONS, ITEM_TYPES
from lms.question_bank.labels import SKILLS, label_name
from lms.question_bank.queries import AuthoredItem
from lms.question_bank.queries_checks import CheckedItem, checked
from lms.question_bank.queries_places import places_in_force
from lms.question_bank.views import DIFFICULTY_NAMES, TYPE_NAMES, preview_place
from lms.question_bank.views_editor_media import received

bp = Blueprint("item_editing", __name__)

PREVIEW = "preview"
TYPE_DETAILS = {
    "single": N_("One option among several is right."),
    "true-false": N_("A statement that holds or does not."),
    "multiple": N_("Learners tick everything that is right."),
    "ordering": N_("Steps to be put in their order."),
    "matching": N_("Each line on the left has a partner on the right."),
    "classify": N_("Statements go into groups, such as the kinds of SPIN questions."),
    "judgement": N_("A situation and ways to act in it, each worth a share."),
    "emotion": N_("What a customer says; learners name the feeling."),
    "number": N_("A number, right within a tolerance."),
    "short-text": N_("A few words; you list what is accepted."),
    "essay": N_("A longer text that people mark by a rubric."),
}
NO_KEY = N_("Give the item a key, such as complaints-031.")
BESIDE = ("csrf_token", "do", "version", "type")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form that is open: the item's type, what its fields show, the body it was made of, the item as it is (None for a
    new one), the version that whoever fills it in has seen, and why files that came along were refused."""

    kind: str
    fields: Mapping[str, str]
    base: Mapping[str, Any] = field(default_factory=dict)
    present: AuthoredItem | None = None
    seen: int = 0
    refused: Mapping[str, Message] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return self.present.stored.definition.key if self.present else self.fields.get("key", "").strip()

    @property
    def topic(self) -> str:
        return self.fields.get("topic", "")[:KEY_LENGTH]


@dataclass(frozen=True, slots=True)
class Read:
    """What a form says: its body, that body checked, and what is to be mended where."""

    filled: Filled
    found: CheckedItem
    notes: Notes[Note]


@bp.get("/author/items/<string:key>/edit")
@requires("content.write")
def edit(key: str) -> str:
    """An item to be changed."""
    return _page(_opened(queries.authored_item(key)))


@bp.post("/author/items/<string:key>/edit")
@unit_of_work
@requires("content.write")
def save(key: str) -> AnyResponse | tuple[str, int]:
    """Keep the form as the item's new version, or do what another button asks for."""
    opened = _opened(queries.authored_item(key, lock=True))
    sheet = _with_files(replace(opened, fields=_typed(), seen=whole_number(request.form.get("version")) or 0))
    if sheet.refused:
        return _page(sheet, is_refused=True), 422
    if do := request.form.get("do"):
        return _acted(sheet, do), 200
    if met := _met(opened, sheet):
        return _page(replace(opened, fields=met.fields), met=met, told=overtaken(opened.seen, sheet.seen)), 409
    return _kept(sheet, gettext("Nothing differs from the version in force; there is no new one."))


@bp.get("/author/new-item")
@requires("content.write")
def new() -> str:
    """A new item: first its type, then its form. Its address is none that an item's key could have."""
    topics, kind = queries.topic_sizes(), request.args.get("type", "")
    known = [topic.key for topic in topics]
    topic = request.args.get("topic", "")
    topic = topic if topic in known else next(iter(known), "")
    if kind not in ITEM_TYPES or not known:
        return render_template(
            "question_bank/editor_new.html", types=TYPE_NAMES, details=TYPE_DETAILS, topics=topics, topic=topic
        )
    return _page(Sheet(kind, {**blank(kind), "topic": topic, "key": _free_key(topic)}), speaks=False)


@bp.post("/author/new-item")
@unit_of_work
@requires("content.write")
def add() -> AnyResponse | tuple[str, int]:
    """Keep the form as a new item, or do what another button asks for."""
    kind = request.form.get("type", "")
    if kind not in ITEM_TYPES:
        raise NotFound(Message(N_("There is no such type of item.")))
    sheet = _with_files(Sheet(kind, _typed()))
    if sheet.refused:
        return _page(sheet, is_refused=True), 422
    if do := request.form.get("do"):
        return _acted(sheet, do), 200
    return _kept(sheet, "")


# ---- reading and keeping ---------------------------------------------------------------


def _typed() -> dict[str, str]:
    return typed(request.form.to_dict(flat=False), BESIDE)


def _with_files(sheet: Sheet) -> Sheet:
    """The form with the files that came along, each kept whatever becomes of the form."""
    found = received(sheet.fields, shape_of(sheet.kind))
    return replace(sheet, fields=found.fields, refused=found.refused)


def _opened(present: AuthoredItem) -> Sheet:
    definition = present.stored.definition
    body = plain(definition)
    return Sheet(
        definition.type, {**shown(definition.type, body), "topic": present.topic}, body, present, present.stored.number
    )


def _free_key(topic: str) -> str:
    """The topic's key with the number behind the greatest that its items have."""
    endings = (key.removeprefix(f"{topic}-") for key in queries.keys_beginning(f"{topic}-"))
    greatest = max((int(ending) for ending in endings if re.fullmatch("[0-9]{1,6}", ending)), default=0)
    return f"{topic}-{greatest + 1:03}"


def _met(opened: Sheet, sheet: Sheet) -> Merged | None:
    """The form brought over a version that came into force after its own; None while its own is in force."""
    assert opened.present is not None
    stored = opened.present.stored
    if sheet.seen == stored.number or filled(sheet.kind, opened.base, sheet.fields).body == opened.base:
        return None
    base = queries.version_with_number(stored.item_id, sheet.seen)
    before = plain(base.definition) if base and base.definition.type == sheet.kind else opened.base
    both = merged(sheet.kind, before, opened.base, sheet.fields)
    return replace(both, fields={**both.fields, "topic": sheet.topic})


def _read(sheet: Sheet) -> Read:
    made = filled(sheet.kind, sheet.base, sheet.fields)
    refused = {**made.refused, **sheet.refused}
    if not sheet.key:
        refused["key"] = Message(NO_KEY)
    elif sheet.present is None and queries.is_item_known(sheet.key[:KEY_LENGTH]):
        refused["key"] = Message(authored.TAKEN, {"key": sheet.key})
    body = {**made.body, "key": sheet.key or "new-item", "type": sheet.kind}
    found = checked(body, sheet.topic, sheet.present.stored.media if sheet.present else {})
    return Read(Filled(body, refused), found, noted(found.problems, refused, sheet.fields))


def _kept(sheet: Sheet, unchanged: str) -> AnyResponse | tuple[str, int]:
    read = _read(sheet)
    if read.notes.errors or read.found.definition is None:
        return _page(sheet, is_refused=True), 422
    before = sheet.present.stored.version_id if sheet.present else None
    definition, media = read.found.definition, read.found.media
    keep = service.save_item if sheet.present else service.add_item
    try:
        version_id = keep(sheet.topic, definition, actor=viewer(), now=clock.now(), media=media)
    except Conflict:  # the key was free a moment ago; the page now says that it is taken
        return _page(sheet, is_refused=True), 409
    if version_id == before:
        flash(unchanged, "info")
    elif before is None:
        flash(gettext("Saved. From now on exams that draw from its topic may ask it."), "success")
    else:
        flash(gettext("Saved as version %(number)s. Attempts under way keep theirs.", number=_number(sheet)), "success")
    return redirect(url_for("question_bank.item", item=definition.key), 303)


def _number(sheet: Sheet) -> int:
    return sheet.present.stored.number + 1 if sheet.present else 1


# ---- what the template gets --------------------------------------------------------------


def _acted(sheet: Sheet, do: str) -> str:
    """The form after a button that keeps nothing."""
    if do == PREVIEW:
        return _page(sheet)
    fields = done(sheet.kind, sheet.fields, do)
    return _page(replace(sheet, fields=fields), speaks=sheet.present is not None)


def _page(
    sheet: Sheet,
    *,
    speaks: bool = True,
    is_refused: bool = False,
    met: Merged | None = None,
    told: Message | None = None,
) -> str:
    read = _read(sheet)
    fields, reader = sheet.fields, language()
    return render_template(
        "question_bank/editor.html",
        sheet=sheet,
        kind=sheet.kind,
        fields=fields,
        notes=read.notes if speaks else Notes(()),
        is_refused=is_refused,
        most_bytes=MOST_MEDIA_BYTES,
        most_megabytes=MOST_MEDIA_MEGABYTES,
        met=met,
        overtaken=told,
        version=sheet.present.stored.number if sheet.present else 0,
        preview=_preview(read, reader),
        labels=LABELS,
        reader=reader,
        is_unsaved=request.method == "POST",
        types=TYPE_NAMES,
        entry_names=ENTRY_NAMES,
        keys=lambda group: keys_of(fields, group),
        pickable=pickable(sheet.kind, fields),
        feelings=lambda label: label_name(label, reader),
        usual_labels=EMOTIONS,
        topics=queries.topic_sizes(),
        skills=SKILLS,
        difficulties=DIFFICULTY_NAMES,
        sop=places_in_force(),
        refused={},
        finding_words=lambda message: message,
        refusals=lambda *names: [],
        words_at=lambda name: tuple(words_of(name, fields)),
    )


def _preview(read: Read, reader: str) -> dict[str, Any] | None:
    """The question as learners see it, with what is right; None while it cannot be drawn."""
    definition = read.found.definition
    if definition is None or read.filled.refused.keys() - {"key"}:
        return None
    place = preview_place(definition, "1")
    return {
        "question": payloads.question(place, definition, read.found.media, reader),
        "explanation": payloads.explanation(place, definition, reader, read.found.media),
    }
