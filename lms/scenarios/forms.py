"""Forms of the role-play pages."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lms.scenarios.service import MODES, MOST_INTENSE, MOST_REPLY


class StartForm(FlaskForm):
    """Which way to play."""

    mode = RadioField(_l("Mode"), choices=[(mode, mode) for mode in MODES], default="practice")


class TurnForm(FlaskForm):
    """What is said in a turn; what of it fits is for the rules to say."""

    turn = IntegerField(_l("Turn"), validators=[InputRequired()])
    emotion = StringField(_l("Feeling"), validators=[Optional(), Length(max=64)])
    intensity = IntegerField(_l("How strong the feeling is"), validators=[Optional(), NumberRange(1, MOST_INTENSE)])
    choice = StringField(_l("Reply"), validators=[Optional(), Length(max=8)])
    reply = TextAreaField(_l("In your own words"), validators=[Optional(), Length(max=MOST_REPLY)])


class BackForm(FlaskForm):
    """The turn to take back."""

    turn = IntegerField(_l("Turn"), validators=[InputRequired()])
