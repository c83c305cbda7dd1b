"""Records as the pages show them: words, marks and dots for plain values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import format_decimal, gettext, ngettext

from lms.core import charts
from lms.core.locale import language, percent_sign
from lms.core.texts import N_, in_language
from lms.hr import records
from lms.hr.forms import KINDS
from lms.hr.performance import ELIGIBLE_FROM, REACHED, WORKPLACE, Kind, Missing, Reason, Skill
from lms.hr.queries_evidence import Draft
from lms.hr.records import Record, Standing
from lms.hr.service import Recorded

STANDINGS = {
    Standing.ELIGIBLE: N_("Eligible"),
    Standing.BELOW: N_("Not eligible"),
    Standing.UNCERTIFIED: N_("No certificate"),
    Standing.UNRATED: N_("Not rated"),
}
MARKS = {
    Standing.ELIGIBLE: "met",
    Standing.BELOW: "not-met",
    Standing.UNCERTIFIED: "not-proven",
    Standing.UNRATED: "no-data",
}
SKILLS = {
    Skill.EMOTION_RECOGNITION: N_("Emotion recognition"),
    Skill.SPIN: N_("SPIN questions"),
    Skill.COMPLAINT_HANDLING: N_("Complaint handling"),
}
MOST_COLUMNS = 5
"""So many components fit beside the composite; more of them stand on the person's page only."""

Titles = Mapping[tuple[str, str], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Stand:
    """How somebody stands: the kind of a mark, and its word."""

    mark: str
    word: str


@dataclass(frozen=True, slots=True)
class Line:
    """One person of a cycle's table."""

    person_id: int
    name: str
    under: str
    scores: tuple[float | None, ...]
    composite: str
    parts: str | None
    whisker: charts.Whisker | None
    stand: Stand


@dataclass(frozen=True, slots=True)
class PartView:
    """One component of a person's record; ``bar`` is None without a score."""

    title: str
    detail: str
    weight: float
    score: str
    n: int
    note: str
    bar: charts.Bar | None
    evidence: Sequence[Mapping[str, Any]]


def composite_text(value: float | None) -> str:
    """A composite to one place; what lies under the line is never shown as the line."""
    if value is None:
        return "–"
    shown = round(value, 1)
    if value < ELIGIBLE_FROM <= shown:
        shown = ELIGIBLE_FROM - 0.1
    return str(format_decimal(shown, "0.0"))


def scale_of(values: Iterable[float | None]) -> int:
    """Where the scale of composites begins: at 50 while nobody lies below, else at 0."""
    return 50 if all(value is None or value >= 50 for value in values) else 0


def lines(rows: Sequence[Draft], departments: Mapping[str, Mapping[str, str]]) -> list[Line]:
    """The people of a page."""
    low = scale_of(row.values["composite"] for row in rows)
    return [_line(row.person_id, row.values, departments, low) for row in rows]


def _line(person_id: int, values: Record, departments: Mapping[str, Mapping[str, str]], low: int) -> Line:
    stand = standing(values)
    department = values["department"] or ""
    return Line(
        person_id=person_id,
        name=values["name"],
        under=in_language(departments.get(department), language()) or department or values["employee_number"] or "",
        scores=tuple(part["score"] for part in values["components"][:MOST_COLUMNS]),
        composite=composite_text(values["composite"]),
        parts=_parts(values),
        whisker=_whisker(values, stand, low),
        stand=stand,
    )


def _parts(values: Record) -> str | None:
    """How many components a composite rests on, where some are missing."""
    scored = sum(part["score"] is not None for part in values["components"])
    if values["composite"] is None or scored == len(values["components"]):
        return None
    return str(gettext("from %(scored)s of %(all)s parts", scored=scored, all=len(values["components"])))


def _whisker(values: Record, stand: Stand, low: int) -> charts.Whisker | None:
    composite = values["composite"]
    if composite is None:
        return None
    words = gettext("Composite %(value)s, line %(line)s", value=composite_text(composite), line=ELIGIBLE_FROM)
    share, scale = composite / 100, (low / 100, 1.0)
    return charts.dot_and_whisker(
        share, None, target=ELIGIBLE_FROM / 100, verdict=stand.mark, description=words, scale=scale
    )


def standing(values: Record) -> Stand:
    """How a record stands; what is missing is named."""
    stand = records.standing(values)
    word = gettext(STANDINGS[stand])
    if stand is Standing.UNRATED:
        absent = [part for part in values["components"] if part["score"] is None]
        if len(absent) < len(values["components"]):
            word = gettext("%(what)s missing", what=part_title(absent[0]))
    return Stand(MARKS[stand], word)


def standings() -> list[tuple[str, str]]:
    """What the people of a cycle can be filtered by."""
    return [(stand.value, gettext(title)) for stand, title in STANDINGS.items()]


def named_in(values: Record) -> list[dict[str, Any]]:
    """The certifications that the reasons name, as components whose titles can be looked up."""
    return [{"kind": "certification", "of": each["of"]} for each in values["reasons"]]


def reasons(values: Record, titles: Titles) -> list[str]:
    """Why somebody is not eligible, in sentences."""
    found = [(each["code"], titles.get(("certification", each["of"])), each["of"]) for each in values["reasons"]]
    return [Reason(code, in_language(title, language()) or of).message().translated(gettext) for code, title, of in found]


def evidence_words(reference: str) -> str:
    """What a number of the record rests on, as people call it: the exports keep the bare reference."""
    kind, _, name = reference.partition(":")
    if kind == "attempt":
        return str(gettext("Exam or check no. %(number)s", number=name))
    if kind == "play":
        return str(gettext("Role-play no. %(number)s", number=name))
    return name if kind in WORKPLACE else reference


def kind_titles() -> dict[str, str]:
    """The kinds of components and sources as people call them."""
    return {kind.value: gettext(title) for kind, title in KINDS.items()}


def part_title(component: Mapping[str, Any]) -> str:
    """A component in few words: its kind, or its skill."""
    if component["kind"] == Kind.SKILL:
        return str(gettext(SKILLS[Skill(component["of"])]))
    return str(gettext(KINDS[Kind(component["kind"])]))


def part_detail(component: Mapping[str, Any], titles: Titles) -> str:
    """Which exam, scenario … a component measures; "" where the kind says all."""
    if component["of"] is None or component["kind"] == Kind.SKILL:
        return ""
    return in_language(titles.get((component["kind"], component["of"])), language()) or str(component["of"])


def columns(components: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Heads of the components' columns, as the table macro takes them."""
    return [{"text": part_title(component), "num": True} for component in components[:MOST_COLUMNS]]


def weights(components: Sequence[Mapping[str, Any]], titles: Titles) -> list[tuple[str, str, charts.Bar]]:
    """Each component's title, detail and bar; the longest bar is the greatest weight."""
    most = max(component["weight"] for component in components)
    bars = charts.bars(
        [(part_title(each), each["weight"], _percent(each["weight"])) for each in components], maximum=most
    )
    return [(bar.label, part_detail(each, titles), bar) for each, bar in zip(components, bars, strict=True)]


def _percent(weight: float) -> str:
    return f"{format_decimal(weight, '#,##0.##')}{percent_sign()}"


def parts(values: Record, titles: Titles, missing: str) -> list[PartView]:
    """The components of one person's record with what each rests on."""
    return [_part(part, titles, missing) for part in values["components"]]


def _part(part: Mapping[str, Any], titles: Titles, missing: str) -> PartView:
    score, title = part["score"], part_title(part)
    bar = None
    if score is not None:
        bar = charts.progress(title, score, 100)
    return PartView(
        title=title,
        detail=part_detail(part, titles),
        weight=part["weight"] / 100,
        score="–" if score is None else str(format_decimal(score, "#,##0.##")),
        n=part["n"],
        note=_note(part, missing),
        bar=bar,
        evidence=part["evidence"],
    )


_ABSENT = {
    Missing.REWEIGH: N_("No result in the period; the other weights share this one."),
    Missing.ZERO: N_("No result in the period; it counts as 0."),
    Missing.UNRATED: N_("No result in the period; without it there is no composite."),
}


def _note(part: Mapping[str, Any], missing: str) -> str:
    """How the score was made, in a sentence."""
    kind = Kind(part["kind"])
    if part["score"] is None:
        return str(gettext(_ABSENT[Missing(missing)]))
    if kind in REACHED:
        return str(gettext("Reached: 100.") if part["n"] else gettext("Not reached by the end of the period: 0."))
    counted = sum(each["counts"] for each in part["evidence"])
    if kind is Kind.SKILL:
        return str(
            ngettext(
                "Points of this skill over possible points, from one counting result.",
                "Points of this skill over possible points, from %(num)s counting results.",
                counted,
            )
        )
    if counted == part["n"]:
        return str(ngettext("From one result.", "The mean of %(num)s results.", counted))
    return str(gettext("One of %(n)s results counts.", n=part["n"]))


def days(values: Record) -> dict[str, date]:
    """The days of all evidence by their spelling in the record."""
    return {each["on"]: date.fromisoformat(each["on"]) for part in values["components"] for each in part["evidence"]}


def outcome(recorded: Recorded) -> str:
    """What an import of scores did or would do."""
    words = ngettext("One new score", "%(num)s new scores", recorded.recorded)
    if recorded.repeated:
        known = ngettext("one was known already", "%(num)s were known already", recorded.repeated)
        words = gettext("%(first)s, %(second)s", first=words, second=known)
    return str(gettext("%(sentence)s.", sentence=words))
