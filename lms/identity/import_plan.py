"""What an import of people would do, row by row (pure)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from lms.core.access import Role
from lms.core.texts import CHINESE, ENGLISH, N_, Message
from lms.identity import facts
from lms.identity.people_files import Row

LANGUAGES = {
    "en": ENGLISH,
    "english": ENGLISH,
    "英文": ENGLISH,
    "zh": CHINESE,
    "zh-cn": CHINESE,
    "zh-hans": CHINESE,
    "中文": CHINESE,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A person as a row wants them; None is "not stated, leave as it is"."""

    line: int
    email: str
    name: str
    employee_number: str | None
    roles: tuple[Role, ...] | None
    department: str | None
    site: str | None
    job_role: str | None
    hired_on: date | None
    manager_email: str | None
    mentor_email: str | None
    language: str | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row cannot be used."""

    line: int
    column: str
    message: Message


@dataclass(frozen=True, slots=True)
class Plan:
    """All rows that can be used, and all errors; with any error nothing may be changed."""

    wanted: tuple[Wanted, ...]
    errors: tuple[RowError, ...] = field(default=())

    def lines(self) -> Iterator[str]:
        """The plan as plain lines for a terminal."""
        for error in self.errors:
            yield f"line {error.line}: {error.column}: {error.message}"
        if not self.errors:
            for person in self.wanted:
                yield f"line {person.line}: {'add' if person.is_new else 'update'} {person.email} {person.name}"


def plan_import(rows: Sequence[Row], numbers_by_email: Mapping[str, str | None]) -> Plan:
    """Check every row against the others and against who is known (e-mail → employee number)."""
    emails_by_number = {number: email for email, number in numbers_by_email.items() if number}
    listed = {row.cells.get("email", "").lower() for row in rows}
    wanted: list[Wanted] = []
    errors: list[RowError] = []
    seen: dict[str, int] = {}
    seen_numbers: dict[str, int] = {}
    for row in rows:
        found = list(_row_errors(row, numbers_by_email, emails_by_number, listed, seen, seen_numbers))
        errors += found
        if not found:
            wanted.append(_wanted(row, numbers_by_email))
    return Plan(tuple(wanted), tuple(errors))


def _row_errors(
    row: Row,
    numbers_by_email: Mapping[str, str | None],
    emails_by_number: Mapping[str, str],
    listed: set[str],
    seen: dict[str, int],
    seen_numbers: dict[str, int],
) -> Iterator[RowError]:
    cells = row.cells
    email = cells.get("email", "").lower()
    if fault := facts.address_fault(email):
        yield RowError(row.line, "email", fault)
    elif email in seen:
        yield RowError(
            row.line, "email", Message(N_("This address stands in line %(line)s already."), {"line": seen[email]})
        )
    seen.setdefault(email, row.line)
    if fault := facts.name_fault(cells.get("name", "")):
        yield RowError(row.line, "name", fault)
    for column, fault_of in facts.FAULTS.items():
        if fault := fault_of(cells.get(column, "")):
            yield RowError(row.line, column, fault)
    number = cells.get("employee_number", "")
    if number:
        if emails_by_number.get(number, email) != email:
            yield RowError(
                row.line,
                "employee_number",
                Message(
                    N_("The employee number %(number)s belongs to %(email)s."),
                    {"number": number, "email": emails_by_number[number]},
                ),
            )
        elif number in seen_numbers:
            yield RowError(
                row.line,
                "employee_number",
                Message(N_("This number stands in line %(line)s already."), {"line": seen_numbers[number]}),
            )
        seen_numbers.setdefault(number, row.line)
    for role in _parts(cells.get("roles", "")):
        if role not in set(Role):
            yield RowError(
                row.line,
                "roles",
                Message(N_("“%(value)s” is not a role. Known: %(known)s."), {"value": role, "known": ", ".join(Role)}),
            )
    if cells.get("hired_on") and _day(cells["hired_on"]) is None:
        yield RowError(row.line, "hired_on", Message(N_("Write the day as 2026-03-31.")))
    if cells.get("language") and cells["language"].lower() not in LANGUAGES:
        yield RowError(row.line, "language", Message(N_("Write en or zh-Hans.")))
    for column in ("manager_email", "mentor_email"):
        other = cells.get(column, "").lower()
        if other and other not in numbers_by_email and other not in listed:
            yield RowError(
                row.line, column, Message(N_("There is no person with the address %(email)s."), {"email": other})
            )


def _wanted(row: Row, numbers_by_email: Mapping[str, str | None]) -> Wanted:
    cells = row.cells
    roles = tuple(Role(role) for role in _parts(cells.get("roles", "")))
    email = cells["email"].lower()
    return Wanted(
        line=row.line,
        email=email,
        name=cells["name"],
        employee_number=cells.get("employee_number") or None,
        roles=roles or None,
        department=cells.get("department") or None,
        site=cells.get("site") or None,
        job_role=cells.get("job_role") or None,
        hired_on=_day(cells.get("hired_on", "")),
        manager_email=cells.get("manager_email", "").lower() or None,
        mentor_email=cells.get("mentor_email", "").lower() or None,
        language=LANGUAGES.get(cells.get("language", "").lower()),
        is_new=email not in numbers_by_email,
    )


def _parts(value: str) -> list[str]:
    for other in ("，", ";", "；", "、", "|"):
        value = value.replace(other, ",")
    return [part.strip().lower() for part in value.split(",") if part.strip()]


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value.replace("/", "-").strip())
    except ValueError:
        parts = value.replace("/", "-").split("-")
        try:
            return date(*(int(part) for part in parts)) if len(parts) == 3 else None
        except ValueError:
            return None
