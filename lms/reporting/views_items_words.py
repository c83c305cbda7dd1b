"""What the pages about items say, in words: names of answers, flags with their evidence, differences of languages."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _gettext

from lms.core import charts, locale
from lms.core.texts import Message, in_language
from lms.core.web import number, percent
from lms.question_bank.items import AnyItem, Classify, Emotion, Matching, OptionsItem, Ordering
from lms.question_bank.labels import label_name
from lms.reporting import views_words as say
from lms.reporting.item_answers import AnswerRow, AnswerTable
from lms.reporting.item_flags import Flag
from lms.reporting.picks import IN_ORDER, NONE
from lms.statistics.differences import Class, Difference
from lms.statistics.items import ItemFigures


def gettext(message: str, **values: Any) -> str:
    """The message in the reader's language."""
    return str(_gettext(message, **values))


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table: the answer's name, how many chose it, its shares by fifth as bars."""

    row: AnswerRow
    name: str
    share: float | None
    fifths: tuple[tuple[int, int, charts.Bar], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one thing asked for; the title is empty where the item asks one thing only."""

    title: str
    lines: tuple[Line, ...]


def groups(item: AnyItem, table: AnswerTable) -> list[Group]:
    """The table of answers, by what was asked."""
    return [
        Group(_part_name(item, part), tuple(_line(item, row, table) for row in table.rows if row.part == part))
        for part in table.parts()
    ]


def fifth_heads() -> list[str]:
    """The heads of the five columns, the weakest first."""
    return [
        gettext("Weakest fifth"), gettext("2nd"), gettext("3rd"), gettext("4th"), gettext("Best fifth"),
    ]  # fmt: skip


def _line(item: AnyItem, row: AnswerRow, table: AnswerTable) -> Line:
    tone = "ok" if row.is_key else "teal"
    bars = tuple(
        (chosen, of, charts.progress("", chosen, of, tone=tone))
        for chosen, of in zip(row.fifths, table.fifths, strict=True)
    )
    return Line(row, answer_name(item, row), row.n / table.n if table.n else None, bars)


def _part_name(item: AnyItem, part: str) -> str:
    match item:
        case Matching():
            return _text(item.left.get(part), part)
        case Classify():
            return _text(item.statements.get(part), part)
        case _:
            return ""


def answer_name(item: AnyItem, row: AnswerRow) -> str:
    """What an answer is called."""
    if row.pick == NONE:
        return gettext("no answer")
    match item:
        case Ordering():
            return gettext("all in order") if row.pick == IN_ORDER else gettext("first wrong at place %(place)s", place=row.pick)
        case Matching():
            return _text(item.right.get(row.pick), row.pick)
        case Classify():
            return _text(item.categories.get(row.pick), row.pick)
        case OptionsItem():
            return _text(item.options.get(row.pick), row.pick)
        case Emotion():
            return label_name(row.pick, locale.language())
        case _:
            return {"true": gettext("True"), "false": gettext("False")}.get(row.pick, row.pick)


def _text(text: Any, default: str) -> str:
    return in_language(text, locale.language()) or default


# ---- flags ---------------------------------------------------------------------------------


def advice(flag: Flag, item: AnyItem) -> str:
    """What to do, with the answer it is about."""
    if flag.answer is None:
        return say.say(flag.advice)
    name = gettext("“%(answer)s”", answer=answer_name(item, flag.answer))
    return say.say(Message(flag.advice.template, {"answer": name}))


def evidence(flag: Flag) -> str:
    """Why, with shares written as percentages."""
    values = {key: percent(value) if isinstance(value, float) else value for key, value in flag.values.items()}
    return say.say(Message(flag.evidence.template, values))


def flag_line(flag: Flag) -> str:
    """A flag of the figures in a table: advice and evidence."""
    return say.in_a_row(say.say(flag.advice), evidence(flag))


def item_title(key: str, figures: ItemFigures, flags: list[Flag], item: AnyItem, is_told: bool) -> str:
    """The page's conclusion."""
    if not is_told:
        return gettext("%(item)s: not enough data, %(n)s answers.", item=key, n=figures.n)
    first = gettext("%(item)s is answered right by %(share)s.", item=key, share=percent(figures.facility.value))
    second = advice(flags[0], item) if flags else gettext("Nothing in its answers asks for a look.")
    return say.in_a_row(first, second)


# ---- languages --------------------------------------------------------------------------------


def difference_sentence(one: Difference) -> str:
    """What a comparison of the languages says."""
    if one.letter is None:
        return say.say(one.reason)
    if one.letter is Class.UNCLEAR:
        return gettext("Whether it differs between the languages cannot be told yet: the interval is too wide.")
    if one.letter is Class.LITTLE:
        return gettext("It is about equally hard in both languages for people who do equally well elsewhere.")
    harder = gettext("Chinese") if (one.delta or 0) < 0 else gettext("English")
    if one.letter is Class.SOME:
        return gettext("It is somewhat harder in %(language)s for people who do equally well elsewhere: compare the wording.",
                       language=harder)  # fmt: skip
    return gettext("It is much harder in %(language)s for people who do equally well elsewhere: mend the translation.",
                   language=harder)  # fmt: skip


def delta_words(one: Difference) -> str:
    """Delta with its interval: "−1.8 (−2.4 to −1.2)"."""
    if one.delta is None:
        return "–"
    written = {name: number(round(value or 0.0, 1), 1) for name, value in
               (("delta", one.delta), ("low", one.low), ("high", one.high))}  # fmt: skip
    return gettext("%(delta)s (%(low)s to %(high)s)", **written)
