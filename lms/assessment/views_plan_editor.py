"""The editor of exam plans: one form for a whole plan, in both languages, beside what the bank holds for it.

The form carries its state, so nothing is kept before it is saved; every button works without JavaScript.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from lms.assessment import queries_authors, queries_plan_checks, service_plans
from lms.assessment.plan_editing import blank, filled, settled, shown
from lms.assessment.plan_editing_moves import done, merged
from lms.assessment.plan_editing_notes import LABELS, noted, worded, words_of
from lms.assessment.plan_editing_shape import LEVELS, MORE_STEPS
from lms.assessment.queries_authors import AuthoredExam
from lms.assessment.queries_plan_checks import CheckedPlan
from lms.core import authored, clock
from lms.core.access import requires, viewer
from lms.core.content import plain
from lms.core.database import unit_of_work
from lms.core.entered import whole_number
from lms.core.errors import Conflict
from lms.core.field_types import KEY_LENGTH
from lms.core.form_fields import Filled, Merged, keys_of, overtaken, typed
from lms.core.form_notes import Note, Notes
from lms.core.texts import N_, Message
from lms.identity import queries as identity
from lms.question_bank import queries as bank
from lms.question_bank.queries_places import places_in_force

bp = Blueprint("plan_editing", __name__)

CHECK = "check"
BESIDE = ("csrf_token", "do", "version")
NEW = "new"
NO_KEY = N_("Give the exam a key, such as front-line-exam.")
TAKEN_BY_PAGE = N_("“new” is the address of this page; choose another key.")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form that is open: what its fields show, the body it was made of, the exam as it is (None for a new one), and the
    version that whoever fills it in has seen."""

    fields: Mapping[str, str]
    base: Mapping[str, Any] = field(default_factory=dict)
    present: AuthoredExam | None = None
    seen: int = 0

    @property
    def key(self) -> str:
        return self.present.exam.key if self.present else self.fields.get("key", "").strip()

    @property
    def version(self) -> int:
        return self.present.number if self.present else 0


@dataclass(frozen=True, slots=True)
class Read:
    """What a form says: its body, that body checked, and what is to be mended where."""

    filled: Filled
    found: CheckedPlan
    notes: Notes[Note]


@bp.get("/author/exams/<string:exam>/edit")
@requires("content.write")
def edit(exam: str) -> str:
    """A plan to be changed."""
    return _page(_opened(queries_authors.authored_exam(exam)))


@bp.post("/author/exams/<string:exam>/edit")
@unit_of_work
@requires("content.write")
def save(exam: str) -> AnyResponse | tuple[str, int]:
    """Keep the form as the plan's new version, or do what another button asks for."""
    do = request.form.get("do")
    opened = _opened(queries_authors.authored_exam(exam, lock=not do))
    sheet = replace(opened, fields=_typed(), seen=whole_number(request.form.get("version")) or 0)
    if do:
        return _acted(sheet, do), 200
    if met := _met(opened, sheet):
        return _page(replace(opened, fields=met.fields), both=met.both, told=overtaken(opened.version, sheet.seen)), 409
    return _kept(sheet)


@bp.get("/author/exams/new")
@requires("content.write")
def new() -> str:
    """A new plan: empty, or begun as a copy of another."""
    origin = request.args.get("from", "")
    if not origin:
        return _page(Sheet(blank()), speaks=False)
    fields = shown(plain(queries_authors.authored_exam(origin).definition))
    return _page(Sheet({name: words for name, words in fields.items() if not name.startswith("title.")}), speaks=False)


@bp.post("/author/exams/new")
@unit_of_work
@requires("content.write")
def add() -> AnyResponse | tuple[str, int]:
    """Keep the form as a new exam, or do what another button asks for."""
    sheet = Sheet(_typed())
    if do := request.form.get("do"):
        return _acted(sheet, do), 200
    return _kept(sheet)


@bp.post("/author/exams/<string:exam>/retire")
@unit_of_work
@requires("content.write")
def retire(exam: str) -> AnyResponse:
    """Take an exam out of use."""
    service_plans.retire_exam(queries_authors.authored_exam(exam, lock=True).exam, actor=viewer(), now=clock.now())
    flash(gettext("The exam is retired. Attempts under way go on, and results stay."), "success")
    return redirect(url_for("plans.author_exam", exam=exam), 303)


@bp.post("/author/exams/<string:exam>/return")
@unit_of_work
@requires("content.write")
def bring_back(exam: str) -> AnyResponse:
    """Put a retired exam in use again."""
    service_plans.return_exam(queries_authors.authored_exam(exam, lock=True).exam, actor=viewer(), now=clock.now())
    flash(gettext("The exam is in use again, with the plan it had."), "success")
    return redirect(url_for("plans.author_exam", exam=exam), 303)


# ---- reading and keeping ---------------------------------------------------------------


def _typed() -> dict[str, str]:
    return settled(typed(request.form.to_dict(flat=False), BESIDE))


def _opened(present: AuthoredExam) -> Sheet:
    body = plain(present.definition)
    return Sheet(shown(body), body, present, present.number)


def _met(opened: Sheet, sheet: Sheet) -> Merged | None:
    """The form brought over a version that came into force after its own; None while its own is in force."""
    assert opened.present is not None
    if sheet.seen == opened.version or filled(opened.base, sheet.fields).body == opened.base:
        return None
    base = queries_authors.plan_with_number(opened.present.exam.id, sheet.seen)
    return merged(plain(base) if base else opened.base, opened.base, sheet.fields)


def _read(sheet: Sheet) -> Read:
    made = filled(sheet.base, sheet.fields)
    refused = dict(made.refused)
    if not sheet.key:
        refused["key"] = Message(NO_KEY)
    elif sheet.present is None and sheet.key == NEW:
        refused["key"] = Message(TAKEN_BY_PAGE)
    elif sheet.present is None and queries_authors.is_exam_known(sheet.key[:KEY_LENGTH]):
        refused["key"] = Message(authored.TAKEN, {"key": sheet.key})
    found = queries_plan_checks.checked({**made.body, "exam": sheet.key or "new-exam"})
    return Read(Filled(made.body, refused), found, noted(found.problems, refused, sheet.fields))


def _kept(sheet: Sheet) -> AnyResponse | tuple[str, int]:
    read = _read(sheet)
    if read.notes.errors or read.found.definition is None:
        return _page(sheet, is_refused=True), 422
    was_retired = sheet.present is not None and sheet.present.exam.retired_at is not None
    keep = service_plans.save_plan if sheet.present else service_plans.add_plan
    try:
        exam = keep(read.found.definition, actor=viewer(), now=clock.now())
    except Conflict:  # the key was free a moment ago; the page now says that it is taken
        return _page(sheet, is_refused=True), 409
    number = queries_authors.version_in_force(exam).number
    if number != sheet.version:
        said = gettext(
            "Saved as version %(number)s. Attempts under way keep the version they began with.", number=number
        )
        flash(said, "success")
    elif was_retired:
        flash(gettext("The exam is in use again, with the plan it had."), "success")
    else:
        flash(gettext("Nothing differs from the version in force; there is no new one."), "info")
    return redirect(url_for("plans.author_exam", exam=exam.key), 303)


# ---- what the template gets --------------------------------------------------------------


def _acted(sheet: Sheet, do: str) -> str:
    """The form after a button that keeps nothing; to look it through says everything, also of a new plan."""
    fields = sheet.fields if do == CHECK else done(sheet.fields, do)
    return _page(replace(sheet, fields=fields), speaks=sheet.present is not None or do == CHECK)


def _page(
    sheet: Sheet,
    *,
    speaks: bool = True,
    is_refused: bool = False,
    told: Message | None = None,
    both: Mapping[str, str] | None = None,
) -> str:
    read = _read(sheet)
    fields, keys = sheet.fields, keys_of(sheet.fields, "sections")
    return render_template(
        "assessment/author_exam_edit.html",
        sheet=sheet,
        fields=fields,
        notes=read.notes if speaks else Notes(()),
        is_refused=is_refused,
        overtaken=told,
        both=both or {},
        running=queries_plan_checks.running_count(sheet.present.exam.id) if sheet.present else 0,
        is_unsaved=request.method == "POST",
        keys=keys,
        held=dict(zip(keys, read.found.parts, strict=False)),
        questions=read.found.questions,
        labels=LABELS,
        levels=LEVELS,
        rows=MORE_STEPS,
        topics=bank.topic_sizes(),
        places=places_in_force(),
        lessons=queries_plan_checks.lesson_titles(),
        sites=identity.sites(),
        zone=str(clock.timezone()),
        refused={},
        refusals=lambda *names: [],
        finding_words=worded,
        words_at=lambda name: tuple(words_of(name, fields)),
    )
