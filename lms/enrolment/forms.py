"""Forms of mentors and trainers."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, IntegerField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import HiddenInput


class MarkForm(FlaskForm):
    """One observation of a checklist's item."""

    sign_off = HiddenField(validators=[DataRequired()])
    item = HiddenField(validators=[DataRequired()])
    number = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    observed_on = DateField(_l("Seen on"), validators=[InputRequired(_l("Enter the day you saw it."))])


class AttendanceForm(FlaskForm):
    """Who was at a session, and when."""

    attended_on = DateField(_l("Day of the session"), validators=[InputRequired(_l("Enter the day of the session."))])
    listed = TextAreaField(
        _l("More people"),
        description=_l("Employee numbers or e-mail addresses, one per line."),
        validators=[Length(max=20000)],
    )
