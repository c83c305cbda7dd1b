"""A house full of learners in the middle of their work, made through the services, for the requests to be asked of."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf

from lms import config, packs
from lms.assessment.service_saving import save_response
from lms.assessment.service_starting import start_attempt
from lms.core.access import Role, Scope
from lms.core.database import db, unit_of_work
from lms.courses import queries as courses
from lms.demo.learners import Learner, answer_paper, guess, right
from lms.enrolment.service_lessons import open_lesson
from lms.identity import service as identity
from lms.identity.models import Person
from lms.question_bank import queries as bank
from lms.question_bank.item_types import Shown
from lms.scenarios import service as scenarios

COURSE, EXAM, SCENARIO = "complaint-handling", "front-line-exam", "late-delivery"
PASSWORD = "a bench of oak and iron"
ANSWERED = 13  # of the paper's items, before the saving begins
GRADUATES = 20


@dataclass(slots=True)
class Visitor:
    """A signed-in learner: cookie and token, an open attempt with answers to give, two open plays, a way to sign in."""

    email: str
    cookie: str
    csrf: str
    door_cookie: str
    door_csrf: str
    token: str
    password_hash: str
    attempt_id: int = 0
    answers: dict[int, Any] = field(default_factory=dict)
    types: dict[int, str] = field(default_factory=dict)
    plays: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class House:
    """``learners`` are in the middle of everything, ``graduates`` have passed their exam."""

    learners: list[Visitor]
    graduates: list[Visitor]


def furnish(app: Flask, count: int, now: datetime) -> House:
    """Load the bundled content; bring ``count`` learners to the middle of an exam and of two role-plays, a few to the end."""
    with app.app_context():
        db.create_all()
        packs.load([config.ROOT / "courses", config.ROOT / "question_bank"], take=None, actor=None, now=now)
        with unit_of_work():
            people = people_of(count + GRADUATES, now)
            visitors = [_visitor(app, person, now) for person in people]
            for number, (person, visitor) in enumerate(zip(people, visitors, strict=True)):
                _study(person, number, now)
                if number < count:
                    _sit(person, number, visitor, now)
                    visitor.plays = [_begin_play(person, now) for _ in range(2)]
                else:
                    _finish(person, number, visitor, now)
        db.session.remove()
        db.engine.dispose()
    return House(visitors[:count], visitors[count:])


def people_of(count: int, now: datetime) -> list[Person]:
    identity.ensure_department("service", {"en": "Service"})
    identity.ensure_site("shanghai", {"en": "Shanghai"})
    placement = identity.Placement("service", "shanghai", "front-line", None, None)
    people = [
        identity.add_person(
            email=f"bench{number}@example.com",
            name=f"Learner {number}",
            roles=(Role.LEARNER,),
            now=now - timedelta(days=10),
            employee_number=f"{number:06d}",
            placement=placement,
            language=("en", "zh-Hans")[number % 2],
        )
        for number in range(count)
    ]
    identity.set_password(people[0], PASSWORD, actor=None, now=now)
    for person in people:  # hashed once, since each takes its time on purpose
        person.password_hash = people[0].password_hash
    db.session.flush()
    return people


def _visitor(app: Flask, person: Person, now: datetime) -> Visitor:
    token = identity.sign_in(person, now=now, address="127.0.0.1", browser="bench")
    cookie, csrf = session_cookie(app, {"_user_id": token, "_fresh": True})
    door_cookie, door_csrf = session_cookie(app, {})
    bearer = identity.issue_token(person, [Scope.LEARN], days=1, actor=None, now=now)
    return Visitor(person.email, cookie, csrf, door_cookie, door_csrf, bearer, person.password_hash or "")


def session_cookie(app: Flask, contents: dict[str, Any]) -> tuple[str, str]:
    """The Cookie header of a session with these contents, and a CSRF token that fits it."""
    with app.app_context(), app.test_request_context():
        session.update(contents)
        csrf = generate_csrf()
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signer is not None
        return f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps(dict(session))}", csrf


def _study(person: Person, number: int, now: datetime) -> None:
    """Some lessons of the course are open."""
    lessons = courses.course_by_key(COURSE, person).lessons
    for lesson in lessons[: 1 + number % 3]:
        open_lesson(person, COURSE, lesson.key, now=now - timedelta(days=2))


def _sit(person: Person, number: int, visitor: Visitor, now: datetime) -> None:
    """An attempt with half of its items answered, and an answer to every item at hand."""
    attempt = start_attempt(EXAM, person, now=now, language=person.language or "en").attempt
    rng = Random(f"bench:{number}")
    for place in attempt.paper:
        item, shown = bank.item(place["item_version_id"]), Shown.from_json(place["shown"])
        answer = right(item, shown) if rng.random() < 0.8 else guess(item, shown, rng)
        visitor.answers[place["slot"]], visitor.types[place["slot"]] = answer, item.type
        if place["slot"] <= ANSWERED:
            save_response(attempt.id, person, place["slot"], answer, 1, now=now)
    visitor.attempt_id = attempt.id


def _finish(person: Person, number: int, visitor: Visitor, now: datetime) -> None:
    """An exam that was passed, so that its result shows all answers and reasons."""
    learner = Learner(person, 2.0, Random(f"done:{number}"))
    attempt = start_attempt(EXAM, person, now=now, language=person.language or "en").attempt
    answer_paper(learner, attempt, now)
    visitor.attempt_id = attempt.id


def _begin_play(person: Person, now: datetime) -> dict[str, Any]:
    """An exam-mode play with one turn taken, and what to say next."""
    view = scenarios.start_play(SCENARIO, person, "exam", now=now, language=person.language or "en")
    view = scenarios.take_turn(view.play.id, person, now=now, **_said(view))
    return {"id": view.play.id, **_said(view)}


def _said(view: Any) -> dict[str, Any]:
    offer = view.offer
    return {
        "turn": offer.turn,
        "emotion": offer.labels[0] if offer.labels else None,
        "choice": offer.choices[0].id,
    }
