"""What the editor's forms bring beside the draft's own fields."""

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from lms.core.entered import whole_number
from lms.core.texts import LANGUAGES, N_, Message
from lms.question_bank.labels import SKILLS
from lms.scenarios.drafts_shape import ENDINGS, GENERAL, Part
from lms.scenarios.labels import CHANNELS
from lms.scenarios.queries_drafts import Seen

MOST_FILE = 400_000
"""The longest file that is taken in, in characters."""

AS_IT_COMES = _l("as in what it begins with")


def typed_fields() -> dict[str, str]:
    """What was typed, by field; of a hidden field and a check box of one name the box wins."""
    return {name: request.form.getlist(name)[-1] for name in request.form}


def seen_page() -> Seen:
    """What the page that was sent back was made of."""
    return Seen(whole_number(request.form.get("number")) or 0, whole_number(request.form.get("version")))


def asked_part(sent: Mapping[str, str]) -> Part | None:
    """The form that an address or a sent form names; None for none."""
    if key := sent.get("scene", ""):
        return Part("scene", key[:64])
    return {"general": GENERAL, "endings": ENDINGS}.get(sent.get("part", ""))


class NewForm(FlaskForm):  # type: ignore[misc]
    """A new role-play: what it begins with, its title and its key."""

    origin = RadioField(_l("Begin with"), default="empty", validate_choice=False)
    copied = SelectField(_l("Copy of"), default="", validate_choice=False)
    title_en = StringField(_l("Title in English"), validators=[Optional(), Length(max=200)])
    title_zh = StringField(_l("Title in Chinese"), validators=[Optional(), Length(max=200)])
    key = StringField(
        _l("Key"),
        description=_l(
            "Lower-case words with hyphens, such as late-parcel. Left empty, it is made of the English title."
        ),
    )
    channel = SelectField(_l("Channel"), default="")
    skill = SelectField(_l("Skill"), default="")
    framework = SelectField(_l("Framework"), default="")

    def titles(self) -> dict[str, str]:
        """The title in the languages it was given in."""
        given = dict(zip(LANGUAGES, (self.title_en.data, self.title_zh.data), strict=True))
        return {name: words.strip() for name, words in given.items() if words and words.strip()}

    def chosen(self) -> dict[str, str]:
        """What was chosen rather than left as it comes."""
        return {field: self[field].data or "" for field in ("channel", "skill", "framework")}


class ImportForm(FlaskForm):  # type: ignore[misc]
    """A role-play as a file, sent or pasted."""

    file = FileField(_l("File"))
    words = TextAreaField(_l("Or paste it here"))


def offer_choices(form: NewForm, frameworks: Mapping[str, str], known: Mapping[str, str]) -> None:
    """Let the form offer channels, skills, frameworks and role-plays to copy, by key."""
    form.channel.choices = [("", AS_IT_COMES), *((key, gettext(each.name)) for key, each in CHANNELS.items())]
    form.skill.choices = [("", AS_IT_COMES), *((key, gettext(name)) for key, name in SKILLS.items())]
    form.framework.choices = [("", AS_IT_COMES), *frameworks.items()]
    form.copied.choices = [("", "–"), *known.items()]


def words_of_file(form: ImportForm) -> tuple[str, str, Message | None]:
    """The words that were sent or pasted, what to call them, and why they cannot be read (None if they can)."""
    sent: Any = form.file.data
    words, path = form.words.data or "", "role-play.yaml"
    if getattr(sent, "filename", ""):
        path = str(sent.filename)[:100]
        try:
            words = sent.read(4 * MOST_FILE + 1).decode("utf-8-sig")
        except UnicodeDecodeError:
            return "", path, Message(N_("The file is not UTF-8; save it as UTF-8."))
    if not words.strip():
        return words, path, Message(N_("Choose a file, or paste what stands in it."))
    if len(words) > MOST_FILE:
        return (
            words[:MOST_FILE],
            path,
            Message(N_("This is too long; write at most %(most)s characters."), {"most": MOST_FILE}),
        )
    return words, path, None
