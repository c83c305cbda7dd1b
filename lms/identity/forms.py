"""Forms of signing in and of people."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import DataRequired, EqualTo, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from lms.core.access import ROLE_TITLES, Role, Scope
from lms.core.errors import LmsError
from lms.core.locale import language
from lms.core.texts import in_language
from lms.identity.models import Department, JobRole, Person, Site
from lms.identity.service import Placement


class SignInForm(FlaskForm):
    """Address or employee number, and password."""

    email = StringField(
        _l("Work e-mail or employee number"),
        validators=[DataRequired(_l("Enter your work e-mail address or your employee number.")), Length(max=254)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("Password"),
        validators=[DataRequired(_l("Enter your password.")), Length(max=200)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class PasswordForm(FlaskForm):
    """A new password, twice, and the one it replaces."""

    present = PasswordField(
        _l("Present password"), validators=[Length(max=200)], render_kw={"autocomplete": "current-password"}
    )

    password = PasswordField(
        _l("New password"),
        description=_l("At least 10 characters; three or four words do well."),
        validators=[DataRequired(_l("Enter a new password.")), Length(max=200)],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _l("The same again"),
        validators=[EqualTo("password", _l("The two passwords differ."))],
        render_kw={"autocomplete": "new-password"},
    )


class LinkForm(FlaskForm):
    """Only the button: opening a one-time link must not use it up, pressing the button does."""


class Checkboxes(SelectMultipleField):
    """Several of a few, as check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class PersonForm(FlaskForm):
    """Who somebody is, where they work, what they may do."""

    name = StringField(_l("Full name"), validators=[DataRequired(_l("Enter the name.")), Length(max=120)])
    email = EmailField(
        _l("Work e-mail"), validators=[DataRequired(_l("Enter the work e-mail address.")), Length(max=254)]
    )
    employee_number = StringField(
        _l("Employee number"), description=_l("Kept as text: 000123 stays 000123."), validators=[Length(max=40)]
    )
    hired_on = DateField(_l("Hired on"), validators=[Optional()])
    department = SelectField(_l("Department"), default="")
    site = SelectField(_l("Site"), default="")
    job_role = SelectField(_l("Job role"), default="", description=_l("Decides which training and certificates are due."))
    manager_email = EmailField(_l("Manager’s e-mail"), validators=[Length(max=254)])
    mentor_email = EmailField(_l("Mentor’s e-mail"), validators=[Length(max=254)])
    roles = Checkboxes(
        _l("May use the system as"),
        choices=[(role.value, _l(title)) for role, title in ROLE_TITLES.items()],
        default=[Role.LEARNER.value],
        validators=[DataRequired(_l("Choose at least one."))],
    )

    def offer(self, departments: Sequence[Department], sites: Sequence[Site], job_roles: Sequence[JobRole]) -> None:
        """Fill the lists to choose from."""
        self.department.choices = [("", "–"), *((each.key, in_language(each.name, language())) for each in departments)]
        self.site.choices = [("", "–"), *((each.key, in_language(each.name, language())) for each in sites)]
        self.job_role.choices = [("", "–"), *((each.key, in_language(each.title, language())) for each in job_roles)]

    @staticmethod
    def facts(person: Person) -> dict[str, Any]:
        """How it is now."""
        return {
            "name": person.name,
            "email": person.email,
            "employee_number": person.employee_number,
            "hired_on": person.hired_on,
            "roles": person.roles,
            "department": person.department.key if person.department else "",
            "site": person.site.key if person.site else "",
            "job_role": person.job_role.key if person.job_role else "",
        }

    def placement(self) -> Placement:
        """Where the person shall work."""
        return Placement(
            self.department.data or None,
            self.site.data or None,
            self.job_role.data or None,
            self.manager_email.data or None,
            self.mentor_email.data or None,
        )

    def show(self, error: LmsError) -> None:
        """Put a refusal of the service beside its field; what belongs to none stands at the address."""
        fields = [self[name] for name in error.errors if name in self] or [self.email]
        for field in fields:
            field.errors = [error.message.translated(gettext)]

    def chosen_roles(self) -> list[Role]:
        """The permission roles that are ticked."""
        return [Role(role) for role in self.roles.data or []]


class ImportForm(FlaskForm):
    """A file of people."""

    file = FileField(
        _l("CSV or XLSX file"),
        description=_l(
            "Columns: name, email; optional: employee_number, department, site, job_role, roles, hired_on, "
            "manager_email, mentor_email, language."
        ),
        validators=[FileRequired(_l("Choose a file."))],
    )
    apply = BooleanField(_l("Change the database (without it, only show what would change)"))


class TokenForm(FlaskForm):
    """A new API token."""

    email = EmailField(_l("For the person with the e-mail"), validators=[DataRequired(_l("Enter the address."))])
    name = StringField(_l("What it is for"), validators=[Length(max=80)])
    scopes = Checkboxes(
        _l("Scopes"),
        choices=[(scope.value, scope.value) for scope in Scope],
        validators=[DataRequired(_l("Choose at least one."))],
    )
    days = IntegerField(
        _l("Days it lives"),
        default=90,
        validators=[DataRequired(_l("Between 1 and 3660.")), NumberRange(1, 3660, _l("Between 1 and 3660."))],
    )
