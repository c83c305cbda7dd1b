"""Forms of verification, revocation and licences."""

from collections.abc import Iterable

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from lms.certification.labels import licence_name


class RevokeForm(FlaskForm):
    """Why a certificate is taken away."""

    reason = TextAreaField(
        _l("Reason"),
        description=_l("The person may ask for it, and the audit trail keeps it."),
        validators=[DataRequired(_l("Say why it is revoked.")), Length(max=500)],
        render_kw={"rows": 3},
    )


class LicenceForm(FlaskForm):
    """A licence that HR has seen."""

    employee_number = StringField(
        _l("Employee number"), validators=[DataRequired(_l("Enter the employee number.")), Length(max=40)]
    )
    key = SelectField(
        _l("Licence"),
        description=_l("Those that a certification asks for."),
        validators=[DataRequired(_l("Choose the licence."))],
    )
    number = StringField(
        _l("Number on the licence"), validators=[DataRequired(_l("Enter the number on it.")), Length(max=80)]
    )
    expires_on = DateField(
        _l("Valid until"), description=_l("Empty if it has no end."), validators=[Optional()]
    )

    def offer(self, keys: Iterable[str]) -> None:
        """The licences to choose from."""
        self.key.choices = [(key, gettext(licence_name(key))) for key in keys]


class WithdrawForm(FlaskForm):
    """Why a licence is taken off the file."""

    reason = StringField(_l("Reason"), validators=[DataRequired(_l("Say why it is withdrawn.")), Length(max=500)])
