"""The verbs of playing: start a play, take a turn, take turns back in practice, begin again."""

import hashlib
import json
import secrets
from datetime import datetime
from decimal import Decimal
from typing import Any

from lms.core import access
from lms.core.database import db
from lms.core.errors import Conflict, Invalid, NotAllowed
from lms.core.texts import N_, Message
from lms.enrolment import queries as enrolment_queries
from lms.enrolment.enrolment_states import StepRef
from lms.scenarios import hearing, play_states, queries, queries_plays, service_handing_over
from lms.scenarios.hearing import Heard
from lms.scenarios.models import Play, Scenario, Turn
from lms.scenarios.offers import Offer
from lms.scenarios.play_states import Refusal, Stage
from lms.scenarios.plot import EmotionQuestion
from lms.scenarios.queries_frameworks import framework
from lms.scenarios.queries_plays import PlayView
from lms.scenarios.service_settling import settle

MODES = ("exam", "practice")
MOST_REPLY = 2000
MOST_INTENSE = 5


def start_play(key: str, person: Any, mode: str, *, now: datetime, language: str, go_on: bool = False) -> PlayView:
    """Begin a role-play on its current version. With ``go_on`` one already begun in this mode is gone on with.

    Raises ``NotFound``; ``NotAllowed`` for one by assignment only; ``Conflict`` while an earlier step of the person's
    path is not done (an examination only: practice is always open); ``Invalid`` for an unknown mode.
    """
    if mode not in MODES:
        raise Invalid(Message(N_("Choose practice or examination.")))
    scenario = queries.scenario_by_key(key, person)
    _admit(person, scenario, mode)
    if go_on and (begun := queries_plays.open_play(person, scenario.id, mode)):
        return queries_plays.own_play(person, begun.id)
    play = _new_play(person, scenario.id, scenario.version_id or 0, mode, secrets.token_hex(8), language, now)
    return queries_plays.play_view(play, scenario.key, [])


def _admit(person: Any, scenario: Scenario, mode: str) -> None:
    admission = enrolment_queries.admission(person.id, StepRef("scenario", scenario.key))
    if scenario.assigned_only and not admission.is_assigned and not access.has(person, "content.read"):
        raise NotAllowed(Message(N_("This role-play is by assignment only. Ask your trainer or manager for it.")))
    if scenario.assigned_only and mode == "exam" and admission.blocked_by is not None:
        raise Conflict(
            Message(N_("An earlier step of your learning path comes first. Until then you may practise.")),
            waits_for={"kind": admission.blocked_by.kind, "key": admission.blocked_by.key},
        )


def _new_play(
    person: Any, scenario_id: int, version_id: int, mode: str, seed: str, language: str, now: datetime
) -> Play:
    play = Play(
        scenario_id=scenario_id,
        scenario_version_id=version_id,
        person_id=person.id,
        mode=mode,
        seed=seed,
        state=Stage.IN_PROGRESS.value,
        language=language,
        started_at=now,
        emotions_asked=0,
        emotions_right=0,
        department_id=person.department_id,
        site_id=person.site_id,
        job_role_id=person.job_role_id,
    )
    db.session.add(play)
    db.session.flush()
    return play


# ---- turns ------------------------------------------------------------------------


def take_turn(
    play_id: int,
    person: Any,
    turn: int,
    *,
    emotion: str | None = None,
    intensity: int | None = None,
    choice: str | None = None,
    reply: str | None = None,
    now: datetime,
) -> PlayView:
    """Say something in a play; ``choice`` is the number shown. Returns the play as it stands after that turn.

    How strong the feeling is (``intensity``, 1-5) is kept for statistics, where it is asked, and earns nothing.

    The same turn with the same words returns the same again and changes nothing. Raises ``Conflict`` for a turn that
    was answered otherwise or is not due, ``Invalid`` for what is not offered, ``NotFound`` for somebody else's play.
    """
    view = queries_plays.own_play(person, play_id, lock=True)
    said = fingerprint(turn, emotion, choice, reply, intensity)
    if 0 < turn <= len(view.turns):
        if view.turns[turn - 1].fingerprint != said:
            raise Conflict(
                Message(N_("Turn %(turn)s was answered already. What you said then counts."), {"turn": turn})
            )
        return view.after(turn)
    _must_be_due(view, turn)
    offer = view.offer
    assert offer is not None
    _must_be_asked(offer, intensity)
    heard = _hear(view, offer, reply) if reply is not None else None
    taken = _in_the_rules_words(view, offer, emotion, choice, reply, heard)
    after = play_states.take(view.compiled.plot, view.state, taken)
    if isinstance(after, Refusal):
        raise Invalid(after.reason)
    row = _row(view, offer, taken, heard, said, now)
    row.intensity = intensity
    db.session.add(row)
    db.session.flush()
    view = PlayView(view.play, view.scenario_key, view.compiled, [*view.turns, row], [*view.states, after])
    return _finish(view, now) if view.is_over else view


def _must_be_due(view: PlayView, turn: int) -> None:
    if view.is_over:
        raise Conflict(Message(N_("This role-play is over.")))
    if view.play.left_at is not None:
        raise Conflict(Message(N_("You began this practice again; go on with the newer one.")))
    if turn != view.state.turn:
        raise Conflict(Message(N_("Turn %(turn)s comes next."), {"turn": view.state.turn}), turn=view.state.turn)


def _must_be_asked(offer: Offer, intensity: int | None) -> None:
    if intensity is None or (offer.asks_intensity and 1 <= intensity <= MOST_INTENSE):
        return
    raise Invalid(
        Message(N_("How strong a feeling is, is said from 1 to 5, and only where it is asked.")),
        errors={"intensity": Message(N_("Choose 1 to 5, or nothing."))},
    )


def fingerprint(
    turn: int, emotion: str | None, choice: str | None, reply: str | None, intensity: int | None = None
) -> str:
    """Tells whether two requests say the same."""
    said = [turn, emotion, choice, reply, *([] if intensity is None else [intensity])]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def _in_the_rules_words(
    view: PlayView, offer: Offer, emotion: str | None, choice: str | None, reply: str | None, heard: Heard | None
) -> play_states.Turn:
    key = offer.key_of(choice) if choice is not None else None
    if choice is not None and key is None:
        raise Invalid(
            Message(N_("This reply is not offered here; choose one of those shown.")),
            errors={"choice": Message(N_("Not one of those shown."))},
        )
    reaction = heard.reaction if heard is not None else play_states.Reading()
    marks = reaction if reply is not None and view.play.mode == "practice" else None
    return play_states.Turn(key, reply, emotion, reaction, marks)


def _hear(view: PlayView, offer: Offer, reply: str) -> Heard:
    """What the scorer in use makes of a typed reply; nothing where none may be typed (which is refused later)."""
    if len(reply) > MOST_REPLY:
        raise Invalid(Message(N_("Write at most %(most)s characters."), {"most": MOST_REPLY}))
    definition = view.compiled.definition
    if not offer.typed or len(reply.strip()) < (offer.min_chars or 0):
        return Heard(None)
    return hearing.hear(reply, definition.scenes[offer.scene], framework(definition.framework), hearing.in_use())


def _row(view: PlayView, offer: Offer, taken: play_states.Turn, heard: Heard | None, said: str, now: datetime) -> Turn:
    question = view.compiled.plot.scenes[offer.scene].question
    offered = {
        "choices": [shown.key for shown in offer.choices],
        "labels": list(offer.labels),
        "typed": offer.typed,
    }
    return Turn(
        play_id=view.play.id,
        number=offer.turn,
        scene=offer.scene,
        offered=offered,
        emotion=taken.emotion,
        choice=taken.choice,
        reply=taken.reply,
        heard=hearing.kept(heard) if heard is not None else None,
        is_right=None if question is None else taken.emotion == question.answer,
        panel_share=_panel_share(question, taken.emotion),
        offered_at=view.turns[-1].taken_at if view.turns else view.play.started_at,
        taken_at=now,
        fingerprint=said,
    )


def _panel_share(question: EmotionQuestion | None, label: str | None) -> Decimal | None:
    """The share of the panel that chose this label too; None where there is no panel (MEASURES.md 7)."""
    if question is None or not question.panel:
        return None
    return Decimal(question.panel.get(label or "", 0)) / sum(question.panel.values())


# ---- the end ------------------------------------------------------------------------


def _finish(view: PlayView, now: datetime) -> PlayView:
    play, state = view.play, view.state
    play.state = state.stage.value
    play.finished_at = now
    play.ending = state.ending
    asked = [turn.is_right for turn in view.turns if _is_measured(view, turn)]
    play.emotions_asked, play.emotions_right = len(asked), sum(map(bool, asked))
    if state.stage is Stage.MARKING:
        view = service_handing_over.hand_over(view, now)
    if view.state.stage is Stage.FINISHED:
        play.state = Stage.FINISHED.value
        settle(view, now=now)
    return view


def _is_measured(view: PlayView, turn: Turn) -> bool:
    question = view.compiled.plot.scenes[turn.scene].question
    return turn.is_right is not None and question is not None and question.counts


# ---- practice -------------------------------------------------------------------------


def go_back(play_id: int, person: Any, turn: int, *, now: datetime) -> PlayView:
    """Take a practice play back to before that turn: a new play with the turns before it; the old one stays as it was.

    Raises ``Conflict`` in an examination and for a turn that was not taken.
    """
    view = queries_plays.own_play(person, play_id, lock=True)
    if view.is_exam:
        raise Conflict(Message(N_("In an examination what was said stays said.")))
    if not 0 < turn <= len(view.turns):
        raise Conflict(Message(N_("Turn %(turn)s was not taken yet."), {"turn": turn}))
    old = view.play
    if old.state == Stage.IN_PROGRESS:
        old.left_at = old.left_at or now
    play = _new_play(person, old.scenario_id, old.scenario_version_id, "practice", old.seed, old.language, now)
    copies = [_copy(row, play.id) for row in view.turns[: turn - 1]]
    db.session.add_all(copies)
    db.session.flush()
    return queries_plays.play_view(play, view.scenario_key, copies)


def _copy(row: Turn, play_id: int) -> Turn:
    kept = ("number", "scene", "offered", "emotion", "intensity", "choice", "reply", "heard", "is_right", "panel_share",
            "offered_at", "taken_at", "fingerprint")  # fmt: skip
    return Turn(play_id=play_id, **{name: getattr(row, name) for name in kept})


def begin_again(play_id: int, person: Any, *, now: datetime, language: str) -> PlayView:
    """Start the same scenario's practice over, on its current version; the old play is left as it is."""
    view = queries_plays.own_play(person, play_id, lock=True)
    if view.is_exam and not view.is_over:
        raise Conflict(Message(N_("In an examination what was said stays said.")))
    if not view.is_over:
        view.play.left_at = view.play.left_at or now
        db.session.flush()
    return start_play(view.scenario_key, person, "practice", now=now, language=language)
