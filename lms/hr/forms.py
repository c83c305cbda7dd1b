"""Forms of review cycles and of importing workplace scores."""

from decimal import Decimal

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, DecimalField, FieldList, Form, FormField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp, ValidationError

from lms.core.errors import LmsError
from lms.core.field_types import KEY_PATTERN
from lms.core.texts import CHINESE, ENGLISH, N_
from lms.hr.performance import Component, Kind, Missing
from lms.hr.service import NewCycle

LINES = 8
KINDS = {
    Kind.EXAM: N_("Exam"),
    Kind.SCENARIO: N_("Role-play"),
    Kind.COURSE: N_("Course"),
    Kind.CERTIFICATION: N_("Certificate"),
    Kind.SIGN_OFF: N_("Sign-off"),
    Kind.SKILL: N_("Skill"),
    Kind.INSPECTION: N_("Daily inspection"),
    Kind.MYSTERY_SHOPPER: N_("Mystery shopper"),
    Kind.CUSTOMER_FEEDBACK: N_("Customer feedback"),
    Kind.CALL_QUALITY: N_("Call quality"),
}
MISSING = {
    Missing.REWEIGH: N_("Share its weight among the others"),
    Missing.ZERO: N_("Count it as 0"),
    Missing.UNRATED: N_("Leave the person unrated"),
}


class ComponentForm(Form):
    """One line of the weights; an empty kind is no line."""

    kind = SelectField(_l("What"), default="", validators=[Optional()])
    of = StringField(_l("Which one"), validators=[Optional(), Length(max=64)])
    weight = DecimalField(_l("Weight in %"), validators=[Optional()], places=None)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [("", "–"), *((kind.value, gettext(title)) for kind, title in KINDS.items())]

    def component(self) -> Component | None:
        """The line as a component."""
        if not self.kind.data:
            return None
        return Component(Kind(self.kind.data), (self.of.data or "").strip() or None, self.weight.data or Decimal(0))


class CycleForm(FlaskForm):
    """A review cycle to open."""

    key = StringField(
        _l("Key"),
        description=_l("For exports and programs, such as 2026-h2; lower-case letters, digits and hyphens."),
        validators=[
            DataRequired(_l("Enter a key.")),
            Length(max=64),
            Regexp(KEY_PATTERN, message=_l("Use lower-case letters and digits, words joined by hyphens.")),
        ],
    )
    title_en = StringField(_l("Title in English"), validators=[Length(max=200)])
    title_zh = StringField(_l("Title in Chinese"), validators=[Length(max=200)])
    starts_on = DateField(_l("First day"), validators=[InputRequired(_l("Enter the first day."))])
    ends_on = DateField(_l("Last day"), validators=[InputRequired(_l("Enter the last day."))])
    missing = SelectField(
        _l("When a score is missing"),
        description=_l("Courses, certificates and sign-offs are never missing: not reached is 0."),
    )
    components = FieldList(FormField(ComponentForm), min_entries=LINES, max_entries=LINES, label=_l("Weights"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.missing.choices = [(missing.value, gettext(title)) for missing, title in MISSING.items()]

    def validate_title_en(self, field: StringField) -> None:
        """One language is enough."""
        if not (field.data or "").strip() and not (self.title_zh.data or "").strip():
            raise ValidationError(gettext("Enter a title in at least one language."))

    def wanted(self) -> NewCycle:
        """The cycle as the service wants it."""
        title = {ENGLISH: (self.title_en.data or "").strip(), CHINESE: (self.title_zh.data or "").strip()}
        return NewCycle(
            key=self.key.data,
            title={language: words for language, words in title.items() if words},
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            components=[part for line in self.components for part in [line.form.component()] if part],
            missing=Missing(self.missing.data),
        )

    def used_lines(self) -> list[int]:
        """The places of the lines that are components, in their order."""
        return [index for index, line in enumerate(self.components) if line.form.kind.data]

    def show(self, error: LmsError) -> list[str]:
        """Put the service's refusals beside their fields; the refusal and what belongs to no field is returned."""
        rest = [error.message.translated(gettext)]
        for place, message in error.errors.items():
            words = message.translated(gettext)
            head, _, tail = place.partition(".")
            index, _, name = tail.partition(".")
            if head == "components" and name:
                field = self.components[self.used_lines()[int(index)]].form[name]
                field.errors = [*field.errors, words]
            elif head in ("key", "starts_on", "ends_on"):
                self[head].errors = [*self[head].errors, words]
            else:
                rest.append(words)
        return rest


class ScoresForm(FlaskForm):
    """A file of workplace scores."""

    file = FileField(
        _l("CSV or XLSX file"),
        description=_l(
            "Columns: employee_number, source, observed_on, score, max_score, reference. "
            "Source: inspection, mystery-shopper, customer-feedback or call-quality."
        ),
        validators=[FileRequired(_l("Choose a file."))],
    )
    apply = BooleanField(_l("Record the scores (without it, only show what would happen)"))
