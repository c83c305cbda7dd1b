"""Pages of topics: the list, a new one, another title."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField
from wtforms.validators import Length

from lms.core import clock
from lms.core.access import requires, viewer
from lms.core.authored import by_field
from lms.core.database import take_back, unit_of_work
from lms.core.errors import Conflict
from lms.core.form_fields import brought_over
from lms.core.texts import LANGUAGES
from lms.question_bank import service_topics
from lms.question_bank.models import OWN_PACK, Topic
from lms.question_bank.queries_topics import listed_topics, topic_row
from lms.question_bank.topic_heads import TopicHead, read_head

bp = Blueprint("topics", __name__)

MOST_TITLE = 200
FIELDS = dict(zip(LANGUAGES, ("title_en", "title_zh"), strict=True))
SEEN = dict(zip(LANGUAGES, ("seen_en", "seen_zh"), strict=True))


class TopicForm(FlaskForm):  # type: ignore[misc]
    """A topic's title in both languages, and the one its author's page showed."""

    title_en = StringField(_l("Title in English"), validators=[Length(max=MOST_TITLE)])
    title_zh = StringField(_l("Title in Chinese"), validators=[Length(max=MOST_TITLE)])
    seen_en = HiddenField()
    seen_zh = HiddenField()

    def words(self, names: Mapping[str, str]) -> dict[str, str]:
        """What stands in these fields, by language, without the empty ones."""
        told = {language: (self[name].data or "").strip() for language, name in names.items()}
        return {language: words for language, words in told.items() if words}

    def read(self, key: str) -> TopicHead | None:
        """The topic as typed; None with a sentence at each field that needs mending."""
        if not self.validate():
            return None
        head, problems = read_head(key, self.words(FIELDS))
        for field, message in by_field(each for each in problems if each.severity == "error").items():
            self._say(field, message.translated(gettext))
        return None if self.errors else head

    def _say(self, field: str, words: str) -> None:
        name = FIELDS.get(field.removeprefix("title."), "key" if field == "topic" else FIELDS[LANGUAGES[0]])
        self[name].errors = [*self[name].errors, words]


class NewTopicForm(TopicForm):
    """A new topic."""

    key = StringField(
        _l("Key"), description=_l("Lower-case words with hyphens, such as late-parcels; it stays for ever.")
    )


@bp.get("/author/topics")
@requires("content.read")
def topics() -> str:
    """Every topic with its titles and how many items it holds."""
    return render_template("question_bank/topics.html", topics=listed_topics(), own=OWN_PACK)


@bp.get("/author/new-topic")
@requires("content.write")
def new() -> str:
    """A new topic; its address is none that a key could have."""
    return _page(NewTopicForm(formdata=None))


@bp.post("/author/new-topic")
@unit_of_work
@requires("content.write")
def add() -> Response | tuple[str, int]:
    """Make the topic; what was typed comes back with what is to be mended."""
    form = NewTopicForm()
    head = form.read((form.key.data or "").strip())
    if head is None:
        return _page(form), 422
    try:
        service_topics.add_topic(head, actor=viewer(), now=clock.now())
    except Conflict as error:
        take_back()
        form.key.errors = [error.message.translated(gettext)]
        return _page(form), 409
    flash(gettext("The topic is there. Write its first item: until then no content file holds it."), "success")
    return redirect(url_for("item_editing.new", topic=head.topic), 303)


@bp.get("/author/topics/<string:key>/edit")
@requires("content.write")
def edit(key: str) -> str:
    """A topic to be renamed."""
    topic = topic_row(key)
    form = TopicForm(formdata=None)
    _show(form, topic, topic.title)
    return _page(form, topic)


@bp.post("/author/topics/<string:key>/edit")
@unit_of_work
@requires("content.write")
def rename(key: str) -> Response | tuple[str, int]:
    """Give the topic its other title; of two who do so at once the second sees both."""
    topic, form = topic_row(key, lock=True), TopicForm()
    head = form.read(key)
    if head is None:
        return _page(form, topic), 422
    try:
        is_new = service_topics.rename_topic(head, form.words(SEEN), actor=viewer(), now=clock.now())
    except Conflict as error:
        take_back()
        both = brought_over(form.words(SEEN), topic.title, form.words(FIELDS))
        _show(form, topic, both.fields)
        return _page(form, topic, overtaken=error.message.translated(gettext), newer=both.both), 409
    flash(
        gettext("The topic has its new title.") if is_new else gettext("Nothing differs; nothing was saved."), "success"
    )
    return redirect(url_for("topics.topics"), 303)


def _show(form: TopicForm, topic: Topic, title: Mapping[str, str]) -> None:
    for language in LANGUAGES:
        form[FIELDS[language]].data = title.get(language, "")
        form[SEEN[language]].data = topic.title.get(language, "")


def _page(
    form: TopicForm, topic: Topic | None = None, *, overtaken: str = "", newer: Mapping[str, str] | None = None
) -> str:
    return render_template(
        "question_bank/topic_editor.html", form=form, topic=topic, overtaken=overtaken, newer=newer or {}
    )
