"""A learner's own plays over time; the number of statements does not grow with them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from lms.core.database import db
from lms.scenarios import progress, queries, queries_plays
from lms.scenarios.models import Play, Scenario, Turn
from lms.scenarios.models_replies import ReplyDecision, WrittenReply
from lms.scenarios.play_states import PlayState, Reading, replay
from lms.scenarios.plot import Plot
from lms.scenarios.progress import Candidate, PlayFigures, Track
from lms.scenarios.queries_frameworks import frameworks

MOST = 40
"""So many finished plays are looked at, the newest."""


@dataclass(frozen=True, slots=True)
class OwnProgress:
    """The plays, oldest first, each measure over them, the one most in need that some scenario trains, and that one."""

    plays: tuple[PlayFigures, ...]
    tracks: tuple[Track, ...]
    weakest: Track
    suggestion: Candidate | None


def own_progress(person: Any, now: datetime) -> OwnProgress:
    """Everything of the page about a person's role-plays."""
    plays = _plays(person.id)
    found = tuple(progress.tracks(plays))
    ranked, candidates = progress.by_need(found), _candidates(person)
    for track in ranked:
        if suggestion := progress.next_practice(candidates, track.measure, now):
            return OwnProgress(plays, found, track, suggestion)
    return OwnProgress(plays, found, ranked[0], None)


def _plays(person_id: int) -> tuple[PlayFigures, ...]:
    query = (
        select(Play, Scenario.key, Scenario.title)
        .join(Scenario, Scenario.id == Play.scenario_id)
        .where(Play.person_id == person_id, Play.state == "finished")
        .order_by(Play.finished_at.desc(), Play.id.desc())
        .limit(MOST)
    )
    rows = db.session.execute(query).all()[::-1]
    ids = [play.id for play, _, _ in rows]
    turns: dict[int, list[Turn]] = defaultdict(list)
    for turn in db.session.scalars(select(Turn).where(Turn.play_id.in_(ids)).order_by(Turn.play_id, Turn.number)):
        turns[turn.play_id].append(turn)
    decided = _decided([play.id for play, _, _ in rows if play.mode == "exam"])
    versions = queries.compiled_many({play.scenario_version_id for play, _, _ in rows})
    known = frameworks() if rows else {}
    made = []
    for play, key, title in rows:
        version = versions[play.scenario_version_id]
        spoken = [queries_plays.spoken(turn, play.mode, decided.get((play.id, turn.number))) for turn in turns[play.id]]
        states = replay(version.plot, spoken)
        made.append(
            PlayFigures(
                play.id, key, title, play.mode, play.finished_at or play.started_at,
                progress.parts(known.get(version.definition.framework or ""), version.plot, states),
                progress.mistakes(version.plot, states[-1]),
                _intensity(version.plot, states[-1], turns[play.id]),
            )
        )  # fmt: skip
    return tuple(made)


def _intensity(plot: Plot, state: PlayState, turns: Sequence[Turn]) -> tuple[int, ...]:
    asked = [plot.scenes[line.scene].question for line in state.lines]
    return tuple(
        turn.intensity - question.intensity
        for turn, question in zip(turns, asked, strict=True)
        if turn.intensity is not None and question is not None and question.intensity is not None
    )


def _decided(play_ids: Collection[int]) -> dict[tuple[int, int], Reading]:
    """What holds of typed replies in examinations, by play and turn; the last decision holds."""
    query = (
        select(WrittenReply.play_id, WrittenReply.number, ReplyDecision.steps, ReplyDecision.taboo)
        .join(ReplyDecision, ReplyDecision.reply_id == WrittenReply.id)
        .where(WrittenReply.play_id.in_(play_ids))
        .order_by(ReplyDecision.number)
    )
    return {
        (play_id, number): Reading(frozenset(steps), taboo)
        for play_id, number, steps, taboo in db.session.execute(query)
    }


def _candidates(person: Any) -> list[Candidate]:
    newest = select(Play.scenario_id, func.max(Play.started_at)).where(Play.person_id == person.id)
    last = {scenario_id: at for scenario_id, at in db.session.execute(newest.group_by(Play.scenario_id))}
    return [
        Candidate(
            card.scenario.key, card.scenario.title, card.scenario.framework,
            sum(scene.question is not None for scene in card.compiled.plot.scenes.values()),
            last.get(card.scenario.id),
        )
        for card in queries.catalogue(person)
    ]  # fmt: skip
