"""Forms around attempts; answers are read by form_answers, since their fields depend on the item."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from lms.core.texts import N_, Message


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
