"""Role-plays as counted: all finished exam-mode plays by scene and choice (first plays are in queries_play_figures)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select

from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message, Text
from lms.scenarios import queries as scenarios
from lms.scenarios.models import Play, Scenario, ScenarioVersion, Turn

OVER = (Play.mode == "exam", Play.state == "finished")
RIGHT = func.sum(case((Turn.is_right.is_(True), 1), else_=0))
ASKED = func.sum(case((Turn.is_right.is_not(None), 1), else_=0))


@dataclass(frozen=True, slots=True)
class ChoiceCount:
    """How often a choice was taken in a scene; key None stands for typed replies. ``text`` is what it says."""

    key: str | None
    text: Text | None
    n: int
    share: float


@dataclass(frozen=True, slots=True)
class SceneCount:
    """A scene: how often it was met, its choices, and how often its emotion was recognised.

    ``panel`` is the mean share of the panel that chose the learner's label, over ``panel_n`` questions.
    """

    key: str
    says: Text | None
    n: int
    choices: tuple[ChoiceCount, ...]
    asked: int
    right: int
    panel_n: int
    panel: float | None


@dataclass(frozen=True, slots=True)
class PlayVersion:
    """A version of a scenario with its finished exam-mode plays."""

    id: int
    number: int
    n: int
    passed: int
    percent: float | None


@dataclass(frozen=True, slots=True)
class ScenarioMarks:
    """The plays on one version: the scenes in the order of the file, and how often each ending was reached."""

    scenario: Scenario
    versions: tuple[PlayVersion, ...]
    chosen: PlayVersion | None
    scenes: tuple[SceneCount, ...]
    endings: tuple[tuple[str, Text | None, int], ...]


def scenario_list() -> list[tuple[str, Text, int]]:
    """Every scenario with its finished exam-mode plays, by key; one statement."""
    counted = select(Play.scenario_id, func.count().label("n")).where(*OVER).group_by(Play.scenario_id).subquery()
    query = (
        select(Scenario.key, Scenario.title, func.coalesce(counted.c.n, 0))
        .outerjoin(counted, counted.c.scenario_id == Scenario.id)
        .where((Scenario.retired_at.is_(None)) | (counted.c.n > 0))
        .order_by(Scenario.key)
    )
    return [(key, title, n) for key, title, n in db.session.execute(query)]


def scenario_marks(key: str, version: int | None = None) -> ScenarioMarks:
    """The plays of a version (default: the newest with plays); four statements. Raises ``NotFound``."""
    scenario = db.session.scalar(select(Scenario).where(Scenario.key == key))
    if scenario is None:
        raise NotFound(Message(N_("There is no role-play with the key “%(key)s”."), {"key": key}))
    versions = _versions(scenario)
    chosen = _chosen(versions, version)
    if chosen is None:
        return ScenarioMarks(scenario, versions, None, (), ())
    return ScenarioMarks(scenario, versions, chosen, _scenes(chosen.id), _endings(chosen.id))


def _versions(scenario: Scenario) -> tuple[PlayVersion, ...]:
    passed = func.sum(case((Play.passed.is_(True), 1), else_=0))
    counted = (
        select(
            Play.scenario_version_id.label("of"), func.count().label("n"), passed.label("passed"),
            func.avg(Play.percent).label("percent"),
        )
        .where(Play.scenario_id == scenario.id, *OVER)
        .group_by(Play.scenario_version_id)
        .subquery()
    )  # fmt: skip
    query = (
        select(ScenarioVersion.id, ScenarioVersion.number, counted.c.n, counted.c.passed, counted.c.percent)
        .outerjoin(counted, counted.c.of == ScenarioVersion.id)
        .where(ScenarioVersion.scenario_id == scenario.id)
        .order_by(ScenarioVersion.number.desc())
    )
    return tuple(
        PlayVersion(id_, number, n or 0, passed or 0, None if percent is None else float(percent))
        for id_, number, n, passed, percent in db.session.execute(query)
    )


def _chosen(versions: Sequence[PlayVersion], number: int | None) -> PlayVersion | None:
    if number is None:
        return next((one for one in versions if one.n), versions[0] if versions else None)
    for one in versions:
        if one.number == number:
            return one
    raise NotFound(Message(N_("This role-play has no version %(number)s."), {"number": number}))


def _scenes(version_id: int) -> tuple[SceneCount, ...]:
    query = (
        select(
            Turn.scene,
            Turn.choice,
            func.count(),
            RIGHT,
            ASKED,
            func.count(Turn.panel_share),
            func.sum(Turn.panel_share),
        )
        .join(Play, Play.id == Turn.play_id)
        .where(Play.scenario_version_id == version_id, *OVER)
        .group_by(Turn.scene, Turn.choice)
    )
    rows: dict[str, list[Any]] = defaultdict(list)
    for row in db.session.execute(query):
        rows[row[0]].append(tuple(row)[1:])
    definition = scenarios.compiled(version_id).definition
    return tuple(_scene(key, scene, rows.get(key, [])) for key, scene in definition.scenes.items())


def _scene(key: str, scene: Any, rows: Sequence[tuple[Any, ...]]) -> SceneCount:
    n = sum(row[1] for row in rows)
    counted = {row[0]: row[1] for row in rows}
    choices = [
        ChoiceCount(name, choice.reply, counted.get(name, 0), counted.get(name, 0) / n if n else 0.0)
        for name, choice in scene.choices.items()
    ]
    if typed := counted.get(None, 0):
        choices.append(ChoiceCount(None, None, typed, typed / n))
    panel_n, panel = sum(row[4] for row in rows), sum(float(row[5] or 0) for row in rows)
    return SceneCount(
        key, scene.says, n, tuple(choices), sum(row[3] for row in rows), sum(row[2] for row in rows), panel_n,
        panel / panel_n if panel_n else None,
    )  # fmt: skip


def _endings(version_id: int) -> tuple[tuple[str, Text | None, int], ...]:
    query = select(Play.ending, func.count()).where(Play.scenario_version_id == version_id, *OVER)
    counted = {ending: n for ending, n in db.session.execute(query.group_by(Play.ending))}
    endings = scenarios.compiled(version_id).definition.endings
    return tuple((key, ending.title, counted.get(key, 0)) for key, ending in endings.items())
