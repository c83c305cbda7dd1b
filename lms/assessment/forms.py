"""Forms around attempts; answers are read by form_answers, since their fields depend on the item."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import DataRequired, Length

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
