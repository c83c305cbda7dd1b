"""First exam-mode plays of a version of a role-play, read for statistics: few rows, whatever the number of turns.

A person's first play of a role-play is the first that came to an end, on whatever version; a play still waiting for marks
keeps that place. The database writes the turns of a play into one string, since rows are what costs.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from json import loads
from typing import Any

from sqlalchemy import ColumnElement, Float, Integer, Text, and_, case, cast, func, literal, or_, select

from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message
from lms.reporting.play_figures import PlayFigures, figures_of
from lms.reporting.play_records import PlayRecord, Reader, Told, always_open
from lms.scenarios import queries as scenarios
from lms.scenarios.models import Play, Scenario, ScenarioVersion, Turn
from lms.scenarios.models_replies import ReplyDecision, WrittenReply
from lms.scenarios.queries import Compiled
from lms.statistics.figures import MINIMUM_N

LEFT_AFTER = timedelta(days=1)
"""An exam play in which nothing happened for so long was left."""

PART, TURN = "\x1f", "\x1e"
"""What parts a turn, and turns, in the string of a play; no key and no JSON holds them."""


@dataclass(frozen=True, slots=True)
class FirstPlaysOf:
    """A version with its finished first plays."""

    id: int
    number: int
    n: int


@dataclass(frozen=True)
class FirstPlays:
    """The first plays on one version of a role-play; ``waiting`` are not marked yet and in no figure.

    ``chosen`` is the version asked for, else the newest with plays, else the newest; None where there is no version.
    """

    scenario: Scenario
    versions: tuple[FirstPlaysOf, ...]
    chosen: FirstPlaysOf | None
    waiting: int
    figures: PlayFigures | None
    compiled: Compiled | None

    @cached_property
    def n(self) -> int:
        """Finished first plays of the version."""
        return self.chosen.n if self.chosen else 0


def first_plays(key: str, version: int | None, now: datetime, *, minimum_n: int = MINIMUM_N) -> FirstPlays:
    """The figures of a version; six statements at most. Raises ``NotFound``."""
    scenario = db.session.scalar(select(Scenario).where(Scenario.key == key))
    if scenario is None:
        raise NotFound(Message(N_("There is no role-play with the key “%(key)s”."), {"key": key}))
    versions, waiting = _versions(scenario.id)
    chosen = _chosen(versions, version)
    if chosen is None:
        return FirstPlays(scenario, versions, None, 0, None, None)
    compiled = scenarios.compiled(chosen.id)
    finished, left = _records(scenario.id, compiled, now)
    figures = figures_of(compiled.plot, finished, left, _seconds(scenario.id, chosen.id), minimum_n=minimum_n)
    return FirstPlays(scenario, versions, chosen, waiting.get(chosen.id, 0), figures, compiled)


def firsts(scenario_id: int | None = None) -> Any:
    """The ids of everybody's first exam play that came to an end, of one role-play or of each; a statement to select from."""
    query = select(func.min(Play.id)).where(Play.mode == "exam", Play.state != "in_progress")
    if scenario_id is not None:
        return query.where(Play.scenario_id == scenario_id).group_by(Play.person_id)
    return query.group_by(Play.person_id, Play.scenario_id)


def _versions(scenario_id: int) -> tuple[tuple[FirstPlaysOf, ...], Mapping[int, int]]:
    """Every version, the newest first, with its finished first plays; and how many wait for marks, by version."""
    done = func.sum(case((Play.state == "finished", 1), else_=0))
    waits = func.sum(case((Play.state == "marking", 1), else_=0))
    counted = (
        select(Play.scenario_version_id.label("of"), done.label("done"), waits.label("waits"))
        .where(Play.id.in_(firsts(scenario_id)))
        .group_by(Play.scenario_version_id)
        .subquery()
    )
    query = (
        select(ScenarioVersion.id, ScenarioVersion.number, counted.c.done, counted.c.waits)
        .outerjoin(counted, counted.c.of == ScenarioVersion.id)
        .where(ScenarioVersion.scenario_id == scenario_id)
        .order_by(ScenarioVersion.number.desc())
    )
    rows = db.session.execute(query).all()
    return tuple(FirstPlaysOf(id_, number, n or 0) for id_, number, n, _ in rows), {row[0]: row[3] or 0 for row in rows}


def _chosen(versions: tuple[FirstPlaysOf, ...], number: int | None) -> FirstPlaysOf | None:
    if number is None:
        return next((one for one in versions if one.n), versions[0] if versions else None)
    for one in versions:
        if one.number == number:
            return one
    raise NotFound(Message(N_("This role-play has no version %(number)s."), {"number": number}))


# ---- turns ---------------------------------------------------------------------------------


def _records(scenario_id: int, compiled: Compiled, now: datetime) -> tuple[list[PlayRecord], list[PlayRecord]]:
    """(finished, left) plays of a version."""
    reading = _Reading(compiled, _typed(scenario_id, compiled))
    last = select(func.max(Turn.taken_at)).where(Turn.play_id == Play.id).correlate(Play).scalar_subquery()
    quiet = and_(
        Play.mode == "exam", Play.state == "in_progress", func.coalesce(last, Play.started_at) < now - LEFT_AFTER
    )
    finished = and_(Play.state == "finished", Play.id.in_(firsts(scenario_id)))
    told = (
        select(Turn.play_id, func.aggregate_strings(_told(compiled), TURN).label("told"))
        .join(Play, Play.id == Turn.play_id)
        .where(Play.scenario_version_id == compiled.version_id, Play.mode == "exam")
        .group_by(Turn.play_id)
        .subquery()
    )
    query = (
        select(Play.id, cast(Play.percent, Float), Play.passed, Play.ending, told.c.told)
        .outerjoin(told, told.c.play_id == Play.id)
        .where(Play.scenario_version_id == compiled.version_id, or_(finished, quiet))
        .order_by(Play.id)
    )
    plays = [
        PlayRecord(reading.moves(play_id, turns), percent, passed, ending)
        for play_id, percent, passed, ending, turns in db.session.execute(query)
    ]
    return [play for play in plays if play.ending is not None], [play for play in plays if play.ending is None]


def _told(compiled: Compiled) -> ColumnElement[str]:
    """A turn as a string: number, scene, choice, label, and what was open and heard where that is not the same anyway."""
    known = always_open(compiled.plot)
    varies = [key for key in compiled.plot.scenes if key not in known]
    typing = [key for key, scene in compiled.plot.scenes.items() if scene.typed]
    offered = case((Turn.scene.in_(varies), cast(Turn.offered, Text)), else_="") if varies else literal("")
    heard = case((Turn.choice.is_(None), cast(Turn.heard, Text)), else_="") if typing else literal("")
    parts = (
        cast(Turn.number, Text), Turn.scene, func.coalesce(Turn.choice, ""), func.coalesce(Turn.emotion, ""),
        func.coalesce(offered, ""), func.coalesce(heard, ""),
    )  # fmt: skip
    joined: Any = parts[0]
    for part in parts[1:]:
        joined = joined.concat(literal(PART)).concat(part)
    return cast(joined, Text)


class _Reading:
    """Strings of plays as moves; every turn, and every play alike, is read once."""

    def __init__(self, compiled: Compiled, typed: Mapping[tuple[int, int], float]) -> None:
        self._reader = Reader(compiled.plot)
        self._typed = typed
        self._moves: dict[str, Any] = {}

    def moves(self, play_id: int, told: str | None) -> tuple[Any, ...]:
        """The moves of a play in order."""
        turns = sorted((int(one[: one.index(PART)]), one) for one in told.split(TURN)) if told else []
        return tuple(self._move(play_id, number, one) for number, one in turns)

    def _move(self, play_id: int, number: int, one: str) -> Any:
        found = self._moves.get(one)
        if found is None:
            _, scene, choice, emotion, offered, heard = one.split(PART)
            kept = tuple(loads(offered).get("choices", ())) if offered else ()
            if not choice:
                taboo = bool(heard and (loads(heard) or {}).get("taboo"))
                points = self._typed.get((play_id, number))
                return self._reader.move(Told(scene, None, emotion or None, kept, points, taboo))
            found = self._moves[one] = self._reader.move(Told(scene, choice, emotion or None, kept))
        return found


def _typed(scenario_id: int, compiled: Compiled) -> dict[tuple[int, int], float]:
    """What typed replies earned, by play and turn, as far as people decided; no statement where nothing is typed."""
    scenes = {key: scene.typed for key, scene in compiled.plot.scenes.items() if scene.typed is not None}
    if not scenes:
        return {}
    query = (
        select(WrittenReply.play_id, WrittenReply.number, Turn.scene, ReplyDecision.steps)
        .join(ReplyDecision, ReplyDecision.reply_id == WrittenReply.id)
        .join(Turn, Turn.id == WrittenReply.turn_id)
        .join(Play, Play.id == WrittenReply.play_id)
        .where(
            WrittenReply.scenario_id == scenario_id,
            WrittenReply.purpose == "exam",
            Play.scenario_version_id == compiled.version_id,
        )
        .order_by(ReplyDecision.number)
    )
    return {
        (play_id, number): float(sum(scenes[scene].earned(frozenset(steps))))
        for play_id, number, scene, steps in db.session.execute(query)
    }


def _seconds(scenario_id: int, version_id: int) -> Mapping[str, Mapping[int, int]]:
    """Turns of finished first plays by scene and whole seconds taken."""
    if db.engine.dialect.name == "postgresql":
        spent: Any = func.extract("epoch", Turn.taken_at - Turn.offered_at)
    else:
        spent = (func.julianday(Turn.taken_at) - func.julianday(Turn.offered_at)) * 86400
    took = cast(func.round(spent), Integer).label("took")
    query = (
        select(Turn.scene, took, func.count())
        .join(Play, Play.id == Turn.play_id)
        .where(Play.scenario_version_id == version_id, Play.state == "finished", Play.id.in_(firsts(scenario_id)))
        .group_by(Turn.scene, took)
    )
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for scene, seconds, n in db.session.execute(query):
        found[scene][max(seconds or 0, 0)] = n
    return found


# ---- several role-plays ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ScenarioScores:
    """A role-play with its finished first plays: how many, how many passed, mean and SD in percent (None under two)."""

    key: str
    title: Mapping[str, str]
    n: int
    passed: int
    percents: tuple[float, ...]


def scores() -> tuple[list[ScenarioScores], list[dict[str, float]]]:
    """Every role-play with its first plays, by key, and everybody's scores by role-play; two statements."""
    titles = {
        row.id: row
        for row in db.session.execute(select(Scenario.id, Scenario.key, Scenario.title, Scenario.retired_at))
    }
    query = select(Play.scenario_id, Play.person_id, cast(Play.percent, Float), Play.passed).where(
        Play.id.in_(firsts()), Play.state == "finished"
    )
    people: dict[int, dict[str, float]] = defaultdict(dict)
    percents: dict[int, list[float]] = defaultdict(list)
    passed: dict[int, int] = defaultdict(int)
    for scenario_id, person_id, percent, is_passed in db.session.execute(query):
        people[person_id][titles[scenario_id].key] = percent or 0.0
        percents[scenario_id].append(percent or 0.0)
        passed[scenario_id] += bool(is_passed)
    listed = [
        ScenarioScores(row.key, row.title, len(percents[row.id]), passed[row.id], tuple(percents[row.id]))
        for row in sorted(titles.values(), key=lambda row: row.key)
        if row.retired_at is None or percents[row.id]
    ]
    return listed, list(people.values())
