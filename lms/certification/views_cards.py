"""What the page of one's certificates shows: cards with states in words, bars, and trees of what is missing."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import flask_babel
from flask import request

from lms.certification.labels import licence_name
from lms.certification.queries import Way
from lms.certification.queries_titles import PLACES
from lms.certification.requirements import STANDING, Leaf, Standing, counted, shortest_way
from lms.certification.validity import Phase, days_left, share_left
from lms.core import charts
from lms.core.locale import language
from lms.core.texts import N_, Text, in_language
from lms.core.web import day

gettext: Callable[..., str] = flask_babel.gettext
ngettext: Callable[..., str] = flask_babel.ngettext

Titles = Mapping[Leaf, Text]

KINDS = {
    "course": N_("Course"),
    "exam": N_("Exam"),
    "scenario": N_("Role-play"),
    "sign_off": N_("Sign-off"),
    "session": N_("Session"),
    "licence": N_("Licence"),
    "certification": N_("Certification"),
}
_SIGNS = {
    Phase.HELD: ("met", N_("Valid")),
    Phase.WINDOW: ("soon", N_("Renew now")),
    Phase.LAPSED: ("not-met", N_("Expired")),
}
URGENCY = (Phase.LAPSED, Phase.WINDOW, Phase.FIRST)
"""In which order the one next step is looked for."""


@dataclass(frozen=True, slots=True)
class Node:
    """A line of the tree: a leaf with its place and state, or a branch with the lines below it."""

    words: str
    is_met: bool
    kind: str = ""
    url: str | None = None
    note: str = ""
    parts: tuple["Node", ...] = ()
    is_branch: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One certification as its holder, or who wants to hold it, sees it."""

    key: str
    title: str
    kind: str
    word: str
    note: str
    bar: charts.Bar | None
    url: str | None
    is_required: bool
    tree: tuple[Node, ...]
    tree_words: str


@dataclass(frozen=True, slots=True)
class NextStep:
    """The one thing to do next."""

    title: str
    text: str
    url: str


def card(way: Way, titles: Titles, today: date, *, is_required: bool, code: str | None) -> Card:
    """The card of one certification; ``code`` is that of the certificate to open."""
    kind, word = _sign(way)
    title = in_language(way.rule.definition.title, language())
    done, total = counted(way.standing)
    shows_tree = way.phase is not Phase.HELD
    return Card(
        way.rule.key, title, kind, word, _note(way, today, done, total), _bar(way, title, today, done, total),
        f"{request.script_root}/certificates/{code}" if code else None, is_required,
        _lines(way.standing, titles) if shows_tree else (), _tree_words(way),
    )  # fmt: skip


def _sign(way: Way) -> tuple[str, str]:
    if way.phase in _SIGNS:
        kind, word = _SIGNS[way.phase]
        return kind, gettext(word)
    if way.certificate is not None:
        return "not-met", gettext("Revoked")
    if any(leaf.is_met for leaf in way.standing.leaves()):
        return "running", gettext("In progress")
    return "no-data", gettext("Not begun")


def _note(way: Way, today: date, done: int, total: int) -> str:
    held = way.certificate
    progress = gettext("%(done)s of %(total)s done", done=done, total=total)
    if held is None:
        return progress
    if way.phase is Phase.FIRST:
        return gettext("Revoked on %(day)s; only what is done afterwards counts", day=day(held.revoked_at))
    if way.phase is Phase.LAPSED:
        return gettext("Ran out on %(day)s", day=day(held.expires_on)) + " · " + progress
    left = days_left(today, held.expires_on)
    words = ngettext("%(num)s day left", "%(num)s days left", left) if left else gettext("last day today")
    note = gettext("Valid until %(day)s", day=day(held.expires_on)) + " · " + words
    if way.phase is Phase.HELD:
        return note + " · " + gettext("renewal from %(day)s", day=day(held.window_opens_on))
    return note + " · " + progress


def _bar(way: Way, title: str, today: date, done: int, total: int) -> charts.Bar | None:
    """How much of the validity is left while it holds, else how far the way is gone."""
    held = way.certificate
    if held is not None and way.phase in (Phase.HELD, Phase.WINDOW):
        tone = "wait" if way.phase is Phase.WINDOW else "ok"
        return charts.progress(title, share_left(today, held.base_on, held.expires_on), 1.0, tone=tone)
    return charts.progress(title, done, total) if total else None


def _tree_words(way: Way) -> str:
    if way.phase is Phase.WINDOW:
        return gettext("To renew it")
    return gettext("What it takes, all anew") if way.certificate is not None else gettext("What it takes")


# ---- the tree -------------------------------------------------------------------


def _lines(standing: Standing, titles: Titles) -> tuple[Node, ...]:
    """The lines of a tree; an outermost "all" needs no words of its own."""
    if standing.kind == "all":
        return tuple(_node(part, titles) for part in standing.parts)
    return (_node(standing, titles),)


def _node(standing: Standing, titles: Titles, *, is_needed: bool = True) -> Node:
    if standing.is_leaf:
        return _leaf(standing, titles, is_needed=is_needed)
    is_needed = is_needed and not standing.is_met
    parts = tuple(_node(part, titles, is_needed=is_needed) for part in standing.parts)
    return Node(_branch_words(standing), standing.is_met, parts=parts, is_branch=True)


def _branch_words(standing: Standing) -> str:
    if standing.kind == "all":
        return gettext("All of these")
    count, total = standing.needed, len(standing.parts)
    return ngettext("At least %(num)s of these %(total)s", "At least %(num)s of these %(total)s", count, total=total)


def _leaf(standing: Standing, titles: Titles, *, is_needed: bool) -> Node:
    """A leaf; one that nothing needs any more leads nowhere."""
    leaf = standing.leaf
    if standing.is_met and leaf.kind in STANDING:
        note = gettext("holds now")
    elif standing.met_at is not None:
        note = gettext("Done on %(day)s", day=day(standing.met_at))
    else:
        note = _who_records(leaf.kind) if is_needed else gettext("not needed any more")
    return Node(title_of(leaf, titles), standing.is_met, gettext(KINDS[leaf.kind]), _place(leaf) if is_needed else None, note)


def title_of(leaf: Leaf, titles: Titles) -> str:
    """What a leaf is called; its key when it has no title. Licences have none, so that theirs are known here."""
    if leaf.kind == "licence":
        return gettext(licence_name(leaf.key))
    return in_language(titles.get(leaf), language()) or leaf.key


def _place(leaf: Leaf) -> str | None:
    place = PLACES.get(leaf.kind)
    return f"{request.script_root}{place}{leaf.key}" if place else None


def _who_records(kind: str) -> str:
    if kind == "session":
        return gettext("your trainer records who attended")
    if kind == "sign_off":
        return gettext("your mentor signs it off")
    if kind == "licence":
        return gettext("show it to HR, who puts it on file")
    return ""


# ---- the next step ----------------------------------------------------------------


def next_step(ways: Iterable[Way], titles: Titles) -> NextStep | None:
    """The first thing on the shortest way of the most urgent certification that can be opened here."""
    for way in _by_urgency(ways):
        for leaf in shortest_way(way.standing):
            if url := _place(leaf):
                return NextStep(_next_title(way), title_of(leaf, titles), url)
    return None


def _by_urgency(ways: Iterable[Way]) -> Iterator[Way]:
    ways = list(ways)
    for phase in URGENCY:
        yield from (way for way in ways if way.phase is phase)


def _next_title(way: Way) -> str:
    title = in_language(way.rule.definition.title, language())
    if way.phase is Phase.WINDOW and way.certificate is not None:
        return gettext("Renew “%(title)s” by %(day)s", title=title, day=day(way.certificate.expires_on))
    if way.phase is Phase.LAPSED:
        return gettext("Regain “%(title)s”", title=title)
    return gettext("Go on towards “%(title)s”", title=title)
