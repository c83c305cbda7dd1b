"""The form that gives people something to do."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from lms.core.texts import Text
from lms.home.views_cards import kind_name, words

MOST_PEOPLE = 200


class AssignForm(FlaskForm):
    """Who, what, and by when."""

    people = TextAreaField(
        lazy_gettext("For whom"),
        [DataRequired(lazy_gettext("Name at least one person.")), Length(max=20_000)],
        description=lazy_gettext("Employee numbers or e-mail addresses, one on each line."),
    )
    what = SelectField(lazy_gettext("What to assign"), validate_choice=True)
    due_on = DateField(lazy_gettext("Due on"), [Optional()])
    reason = StringField(lazy_gettext("Reason"), [Length(max=200)], description=lazy_gettext("The person reads it."))

    def offer(self, things: Mapping[tuple[str, str], Text]) -> None:
        """Let these be chosen, grouped by kind."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for (kind, key), title in things.items():
            groups.setdefault(kind_name(kind), []).append((f"{kind}:{key}", words(title, key)))
        self.what.choices = {name: sorted(pairs, key=lambda pair: pair[1]) for name, pairs in groups.items()}

    def lines(self) -> list[str]:
        """Each line once, without what is around it."""
        return list(dict.fromkeys(line.strip() for line in (self.people.data or "").splitlines() if line.strip()))

    def chosen(self) -> tuple[str, str]:
        """The kind and the key of what is given."""
        kind, _, key = str(self.what.data).partition(":")
        return kind, key

    def title(self) -> str:
        """What the chosen thing is called."""
        return next(title for pairs in self.what.choices.values() for value, title in pairs if value == self.what.data)

    def find_people(self, known: Mapping[str, Any]) -> list[Any]:
        """The people of the lines; what cannot be found is told at the field."""
        unknown = [line for line in self.lines() if line not in known]
        if unknown:
            told = gettext(
                "Nobody you may assign to has this number or address: %(lines)s", lines=", ".join(unknown[:10])
            )
            self.people.errors = [*self.people.errors, told]
        elif len(known) > MOST_PEOPLE:
            self.people.errors = [gettext("At most %(number)s people at once.", number=MOST_PEOPLE)]
        return list({person.id: person for person in known.values()}.values())
