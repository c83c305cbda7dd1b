"""Forms around attempts; answers are read by form_answers, since their fields depend on the item."""

from collections.abc import Sequence

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from lms.core.texts import N_, Message


class AppealForm(FlaskForm):
    """Why a learner disagrees with a result."""

    slot = SelectField(_l("What is it about?"), coerce=int, default=0)
    reason = TextAreaField(
        _l("Why do you disagree?"),
        description=_l("A trainer other than the one who marked it reads this and answers you here."),
        validators=[DataRequired(_l("Say what you think is wrong, and why.")), Length(min=10, max=2000)],
    )

    def offer(self, slots: int) -> "AppealForm":
        """Let the result as a whole or one of so many questions be chosen."""
        whole = [(0, gettext("The result as a whole"))]
        self.slot.choices = whole + [(n, gettext("Question %(number)s", number=n)) for n in range(1, slots + 1)]
        return self

    def problem(self) -> Message:
        """What to mend, as one sentence."""
        return Message(N_("Say what you think is wrong, and why, in 10 to 2,000 characters."))


class DecisionForm(FlaskForm):
    """How an appeal is decided."""

    verdict = RadioField(
        _l("Decision"),
        choices=[("uphold", _l("The learner is right")), ("reject", _l("The result is right"))],
        validators=[DataRequired(_l("Choose one."))],
    )
    answer = TextAreaField(
        _l("Reason"),
        description=_l("The learner and auditors can read it."),
        validators=[DataRequired(_l("Say why.")), Length(min=10, max=2000)],
    )


class AgreementForm(FlaskForm):
    """What a trainer agreed with somebody who keeps failing an exam."""

    agreed = TextAreaField(
        _l("What did you agree?"),
        description=_l("The learner and auditors can read it."),
        validators=[DataRequired(_l("Say what you agreed with the learner.")), Length(min=10, max=2000)],
    )
    extra_tries = IntegerField(
        _l("Further attempts"),
        description=_l("Beyond those of the plan; 0 for none."),
        default=0,
        validators=[InputRequired(_l("Enter a number.")), NumberRange(0, 10)],
    )


class VoidForm(FlaskForm):
    """Why an attempt is void."""

    reason = TextAreaField(
        _l("Reason"),
        description=_l("The learner and auditors can read it."),
        validators=[DataRequired(_l("Say why.")), Length(max=500)],
    )

    def problem(self) -> Message:
        """What to mend, as one sentence."""
        return Message(N_("Say why, in at most 500 characters, so that the learner and an auditor can understand it."))


class ExtensionForm(FlaskForm):
    """More time for one attempt."""

    minutes = IntegerField(
        _l("Minutes more"),
        validators=[InputRequired(_l("Enter how many minutes.")), NumberRange(1, 480, _l("Enter 1 to 480 minutes."))],
    )
    reason = TextAreaField(
        _l("Reason"),
        description=_l("Trainers and auditors can read it."),
        validators=[DataRequired(_l("Say why.")), Length(max=500)],
        render_kw={"rows": 2},
    )


class GrantForm(FlaskForm):
    """Extra time for one person."""

    amount = IntegerField(
        _l("How much more"),
        validators=[InputRequired(_l("Enter how much.")), NumberRange(1, 480, _l("Enter a number from 1 to 480."))],
    )
    unit = RadioField(
        _l("Counted in"),
        choices=[("percent", _l("percent of the time everybody has")), ("minutes", _l("minutes"))],
        default="percent",
    )
    from_on = DateField(_l("First day"), validators=[InputRequired(_l("Enter the first day."))])
    until_on = DateField(_l("Last day"), description=_l("Empty if it has no end."), validators=[Optional()])
    reason = TextAreaField(
        _l("Reason"),
        description=_l("Trainers, HR and auditors can read it; the learner sees only the time."),
        validators=[DataRequired(_l("Say why.")), Length(max=500)],
        render_kw={"rows": 2},
    )


class FindPersonForm(FlaskForm):
    """Whose allowances are sought."""

    person = StringField(
        _l("Employee number or e-mail address"), validators=[DataRequired(_l("Enter one of the two."))]
    )


class RoundForm(FlaskForm):
    """Which question a round is about, its name, and when a marker has passed it."""

    item = SelectField(_l("Question"), validators=[DataRequired(_l("Choose a question."))])
    title = StringField(
        _l("Name of the round"),
        validators=[DataRequired(_l("Give the round a name.")), Length(max=200, message=_l("At most 200 characters."))],
    )
    least_percent = DecimalField(
        _l("Passed from"),
        description=_l("percent of the rubric lines marked as agreed"),
        default=80,
        places=None,  # 80 stands there as 80
        validators=[NumberRange(min=1, max=100, message=_l("Give a number from 1 to 100."))],
    )

    def offer(self, items: Sequence[tuple[str, str]]) -> "RoundForm":
        """Let one of these questions be chosen."""
        self.item.choices = list(items)
        return self


class RegradingForm(FlaskForm):
    """Which answers are to be graded again, by which key, and why."""

    from_version = SelectField(_l("Attempts that met"), coerce=int)
    rule = RadioField(
        _l("How"),
        choices=[
            ("new-key", _l("By the key of another version")),
            ("gain", _l("By that key, but only for those who gain by it")),
            ("full", _l("Full marks for everybody who met the question")),
        ],
        default="new-key",
    )
    to_version = SelectField(_l("The right key is in"), coerce=int)
    keeps_passes = BooleanField(
        _l("Who has passed keeps the pass"),
        description=_l("The points of an attempt stay as they are where it would no longer pass."),
        default=True,
    )
    reason = TextAreaField(
        _l("Reason"),
        description=_l("Learners whose result changes read it, and so do auditors."),
        validators=[DataRequired(_l("Say what was wrong with the question.")), Length(min=10, max=2000)],
    )

    def offer(self, versions: Sequence[tuple[int, str]]) -> "RegradingForm":
        """Let the versions of one item be chosen; with one version only, no other key can grade, so none is offered."""
        self.from_version.choices = list(versions)
        if len(versions) > 1:
            self.to_version.choices = list(versions)
            return self
        self.rule.choices = [("full", _l("Full marks for everybody who met the question"))]
        del self.to_version, self.keeps_passes
        return self


class RegradingDecisionForm(FlaskForm):
    """What a second person says to a regrading."""

    words = TextAreaField(_l("Reason"), validators=[Length(max=2000)])
