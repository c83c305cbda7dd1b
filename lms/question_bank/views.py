"""Pages for authors: the list of items, and one item as learners see it, with what its answers earn."""

from dataclasses import asdict
from random import Random

from flask import Blueprint, render_template, request, url_for

from lms.core.access import requires
from lms.core.api import decode_cursor, encode_cursor
from lms.core.locale import language
from lms.core.texts import N_, Message, in_language
from lms.question_bank import form_answers, item_scores, item_types, payloads, queries
from lms.question_bank.items import ITEM_TYPES, AnyItem
from lms.question_bank.labels import skill_name
from lms.question_bank.media_links import linked
from lms.question_bank.panels import panel_on
from lms.question_bank.queries import Filters, StoredItem
from lms.question_bank.queries_met import graded_by_another_key
from lms.question_bank.queries_topics import topic_of_item
from lms.statistics import panels

bp = Blueprint("question_bank", __name__)

PAGE = 50
TYPE_NAMES = {
    "single": N_("One right option"),
    "true-false": N_("True or false"),
    "multiple": N_("Several right options"),
    "ordering": N_("Order"),
    "matching": N_("Pairs"),
    "classify": N_("Sorting into groups"),
    "judgement": N_("Judgement"),
    "emotion": N_("Feeling"),
    "number": N_("A number"),
    "short-text": N_("Short text"),
    "essay": N_("Essay"),
}
DIFFICULTY_NAMES = {"easy": N_("easy"), "medium": N_("medium"), "hard": N_("hard")}


@bp.get("/author/items")
@requires("content.read")
def items() -> str:
    """Items in use, narrowed by topic, type, skill, difficulty or key."""
    filters = Filters(**{name: request.args.get(name, "")[:80].strip() for name in asdict(Filters())})
    found = queries.listed_items(filters, limit=PAGE, after=_after(request.args.get("cursor")))
    following = None
    if len(found) > PAGE:
        cursor = encode_cursor(*queries.cursor_of(found[PAGE - 1].id))
        following = url_for(
            ".items", cursor=cursor, **{name: value for name, value in asdict(filters).items() if value}
        )
    return render_template(
        "question_bank/items.html",
        items=found[:PAGE],
        filters=filters,
        topics=queries.topic_sizes(),
        skills=queries.skills(),
        types=TYPE_NAMES,
        skill_name=skill_name,
        difficulties=DIFFICULTY_NAMES,
        next_url=following,
        first_url=url_for(".items") if request.args.get("cursor") else None,
    )


def _after(cursor: str | None) -> tuple[int, int, int] | None:
    parts = decode_cursor(cursor, int, int, int)
    return (parts[0], parts[1], parts[2]) if parts else None


@bp.get("/author/items/<item>")
@requires("content.read")
def item(item: str) -> str:
    """One item drawn by the code of the exam; an answer tried out is scored by that code too and kept nowhere."""
    stored = queries.current_item(item)
    place = preview_place(stored.definition, request.args.get("seed", "1"))
    raw = form_answers.read(stored.definition.type, request.args.to_dict(flat=False))
    tried = None if isinstance(raw, form_answers.Unreadable) else raw
    share, problem = _tried(stored, place, raw)
    return render_template(
        "question_bank/item.html",
        stored=stored,
        topic=topic_of_item(stored.item_id),
        graded_before=graded_by_another_key(stored),
        definition=stored.definition,
        panel=panel_on(stored.definition),
        panel_reason=panels.reason,
        skill_name=skill_name,
        question=payloads.question(place, stored.definition, stored.media, language()),
        explanation=payloads.explanation(place, stored.definition, language(), stored.media),
        feedback={
            key: linked(in_language(text, language()), stored.media) for key, text in stored.definition.feedback.items()
        },
        tried=tried,
        share=share,
        problem=problem,
        seed=request.args.get("seed", "1"),
        types=TYPE_NAMES,
        difficulties=DIFFICULTY_NAMES,
    )


def preview_place(definition: AnyItem, seed: str) -> dict[str, object]:
    """A place on a paper as exams keep it, for drawing an item outside of any."""
    order = item_types.shown(definition, Random(f"preview/{seed[:20]}"))
    return {"slot": 1, "section": 0, "points": str(definition.points), "shown": order.to_json()}


def _tried(stored: StoredItem, place: dict[str, object], raw: object) -> tuple[object, Message | None]:
    """The share that a tried answer earns, or why it cannot be read; nothing for no answer."""
    if isinstance(raw, form_answers.Unreadable):
        return None, raw.reason
    if raw is None:
        return None, None
    order = item_types.Shown.from_json(place["shown"])  # type: ignore[arg-type]
    answer = item_types.read_answer(stored.definition, order, raw)
    if isinstance(answer, item_types.Refusal):
        return None, answer.message
    return item_scores.score(stored.definition, answer), None


assert set(TYPE_NAMES) == set(ITEM_TYPES)
