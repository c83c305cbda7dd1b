"""Forms of course keepers."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField
from wtforms.validators import InputRequired


class ReviewForm(FlaskForm):
    """Until when the course counts as true."""

    review_by = DateField(
        _l("Next review by"),
        description=_l("Saving says: I have read every lesson, and it is true today."),
        validators=[InputRequired(_l("Enter the day of the next review."))],
    )
