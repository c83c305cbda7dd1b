"""``flask demo``: an example organisation with a few months of history, played through the services by a seeded clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import func, select

from lms import config, packs
from lms.core import clock
from lms.core.database import db, unit_of_work
from lms.core.errors import Conflict
from lms.demo_learners import Learner, next_working_hour, play_role, sit_exam, study_course
from lms.demo_people import AGENTS, DEPARTMENTS, EVERYBODY, NEW_HIRES, PASSWORD, SIGN_INS, SITES, STAFF, Member
from lms.enrolment import queries as enrolment
from lms.enrolment.service_practice import record_attendance, record_sign_off_mark
from lms.hr import service as hr
from lms.hr.performance import Component, Kind, Missing
from lms.hr.quality import NewScore
from lms.hr.service_freezing import freeze_revision
from lms.identity import service as identity
from lms.identity.models import Person

SEED = 20_261_119
SCENARIOS = ("late-delivery", "broken-watch", "refund-refused", "phone-bill-dispute")


@click.command("demo")
@click.option("--if-empty", is_flag=True, help="Do nothing where there are people already (used by `make run`).")
@with_appcontext
def demo(if_empty: bool) -> None:
    """Fill an empty database with an example organisation, and print how to sign in."""
    if db.session.scalar(select(func.count()).select_from(Person)):
        if not if_empty:
            raise click.ClickException("There are people in this database already; the demo needs an empty one.")
        tell()
        return
    click.echo("Loading the bundled content and playing a few months of history (about half a minute) …", err=True)
    build(clock.now())
    tell()


def tell() -> None:
    """Print the sign-ins, if this is the demo's database."""
    known = db.session.scalar(select(Person.id).where(Person.email == f"{SIGN_INS[0][0]}@example.com"))
    if known is None:
        return
    base = current_app.config["LMS_BASE_URL"] or "http://127.0.0.1:8000"
    click.echo(f"Sign in at {base}/sign-in with the password {PASSWORD}")
    for email, role in SIGN_INS:
        click.echo(f"  {email + '@example.com':<24} {role}")


def build(now: datetime) -> None:
    """Load the content, add the people, and let them learn up to ``now``; all in one transaction."""
    with unit_of_work():
        began = now - timedelta(days=200)
        with clock.at(began):
            packs.load([config.ROOT / "courses", config.ROOT / "question_bank"], take=None, actor=None, now=began)
        people = add_people(now, began)
        for happening in sorted(history(people, now), key=lambda each: each.at):
            with clock.at(happening.at):
                happening.run()
        workplace(people, now)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that takes place at an instant."""

    at: datetime
    run: Any


def add_people(now: datetime, began: datetime) -> dict[str, Person]:
    """Everybody, placed; those hired within the history arrive on their first day."""
    for key, (name, parent) in DEPARTMENTS.items():
        identity.ensure_department(key, name, identity.ensure_department(parent) if parent else None)
    for key, title in SITES.items():
        identity.ensure_site(key, title)
    people = {}
    hashed: str | None = None
    for number, member in enumerate(EVERYBODY, start=1):
        hired = max(began, now - timedelta(days=member.days))
        with clock.at(hired):
            person = _add(member, number, hired, now)
            if hashed is None:  # one password for all: hashed once, since each takes its time on purpose
                identity.set_password(person, PASSWORD, actor=None, now=hired)
                hashed = person.password_hash
            person.password_hash = hashed
        people[member.email] = person
    return people


def _add(member: Member, number: int, hired: datetime, now: datetime) -> Person:
    hired_on = clock.day_of(now - timedelta(days=member.days))
    placement = identity.Placement(
        member.department,
        member.site,
        member.job_role,
        f"{member.manager}@example.com" if member.manager else None,
        f"{member.mentor}@example.com" if member.mentor else None,
    )
    return identity.add_person(
        email=member.address, name=member.name, roles=member.roles, now=hired,
        employee_number=f"{number:06d}", placement=placement, hired_on=hired_on,
        job_role_since=hired_on, language=member.language,
    )


# ---- what happened ------------------------------------------------------------------


def history(people: dict[str, Person], now: datetime) -> Iterator[Happening]:
    """Everybody's learning, each with a random stream of their own: adding a person changes nobody else's past."""
    for member in AGENTS:
        yield Happening(_arrival(member, now, 170), _run(agent_story, member, people, now))
    for member in STAFF:
        if member.ability:
            yield Happening(_arrival(member, now, 180), _run(agent_story, member, people, now))
    for member in NEW_HIRES:
        yield Happening(_arrival(member, now, member.days), _run(new_hire_story, member, people, now))


def _arrival(member: Member, now: datetime, days: int) -> datetime:
    rng = Random(f"{SEED}:{member.email}:arrival")
    return next_working_hour(now - timedelta(days=days - rng.randint(0, 3 if days < 60 else 60)), rng)


def _run(story: Any, member: Member, people: dict[str, Person], now: datetime) -> Any:
    learner = Learner(people[member.email], member.ability, Random(f"{SEED}:{member.email}"))
    return lambda: story(learner, member, people, now)


def agent_story(learner: Learner, member: Member, people: dict[str, Person], now: datetime) -> None:
    """Somebody who has worked here for long: complaint handling, the exam until it is passed, two or three role-plays."""
    at = clock.now()
    at = study_course(learner, "complaint-handling", at)
    at = study_course(learner, "emotion-recognition", _later(at, learner, 2))
    for scenario in learner.rng.sample(SCENARIOS, 4 if learner.rng.random() < 0.9 else 3):
        at = _play_until_passed(learner, scenario, _later(at, learner, 3), now)
    at = _sit_until_passed(learner, "front-line-exam", _later(at, learner, 4), now)
    if learner.rng.random() < 0.92:
        _practise_with_mentor(member, people, at, now)
        if at < now - timedelta(days=20):
            study_course(learner, "spin-and-3f-listening", _later(at, learner, 3))


def new_hire_story(learner: Learner, member: Member, people: dict[str, Person], now: datetime) -> None:
    """A new hire goes along the path for as many days as they have been here."""
    at = clock.now()
    steps: list[tuple[int, Any]] = [
        (0, lambda start: study_course(learner, "reception-and-communication", start)),
        (2, lambda start: study_course(learner, "emotion-recognition", start)),
        (6, lambda start: _sit_until_passed(learner, "onboarding-exam", start, now)),
        (9, lambda start: study_course(learner, "complaint-handling", start)),
        (12, lambda start: _play_until_passed(learner, "late-delivery", start, now)),
        (15, lambda start: _play_until_passed(learner, "broken-watch", start, now)),
        (18, lambda start: _play_until_passed(learner, "refund-refused", start, now)),
        (20, lambda start: study_course(learner, "spin-and-3f-listening", start)),
        (24, lambda start: _play_until_passed(learner, "phone-bill-dispute", start, now)),
        (26, lambda start: _sit_until_passed(learner, "front-line-exam", start, now)),
    ]
    first = at
    for day, step in steps:
        start = max(at, next_working_hour(first + timedelta(days=day), learner.rng))
        if start > now - timedelta(days=2):
            return
        try:
            at = step(start)
        except Conflict:
            return  # the step before was not passed: the path waits for a person
    _practise_with_mentor(member, people, at, now)


def _practise_with_mentor(member: Member, people: dict[str, Person], at: datetime, now: datetime) -> None:
    """The workshop, and a mentor who has seen the first calls."""
    day = clock.day_of(at + timedelta(days=1))
    if day > clock.day_of(now) or not member.mentor:
        return
    with clock.at(at + timedelta(days=1)):
        moment = clock.now()
        record_attendance(
            "complaint-workshop", [people[member.email]], attended_on=day, actor=people["trainer"], now=moment
        )
        for item, times in _sign_off_items():
            for number in range(1, times + 1):
                record_sign_off_mark(
                    people[member.email], "first-calls-observed", item, number=number, observed_on=day,
                    mentor=people[member.mentor], now=moment,
                )


def _sign_off_items() -> list[tuple[str, int]]:
    return [(item["key"], item["times"]) for item in enrolment.sign_off("first-calls-observed").items]


def _later(at: datetime, learner: Learner, days: int) -> datetime:
    return next_working_hour(at + timedelta(days=learner.rng.randint(1, days)), learner.rng)


def _sit_until_passed(learner: Learner, exam: str, at: datetime, now: datetime) -> datetime:
    for _ in range(3):
        if at > now - timedelta(hours=8):
            return at
        at, passed = sit_exam(learner, exam, at)
        if passed:
            return at
        at = next_working_hour(at + timedelta(days=learner.rng.randint(2, 6)), learner.rng)
    return at


def _play_until_passed(learner: Learner, scenario: str, at: datetime, now: datetime) -> datetime:
    if at > now - timedelta(hours=8):
        return at
    if learner.rng.random() < 0.6:
        at, _ = play_role(learner, scenario, "practice", at)
        at += timedelta(minutes=learner.rng.randint(5, 40))
    for _ in range(4):
        at, passed = play_role(learner, scenario, "exam", at)
        if passed:
            return at
        at = _later(at, learner, 2)
        if at > now - timedelta(hours=8):
            return at
    return at


# ---- the workplace and HR -------------------------------------------------------------


def workplace(people: dict[str, Person], now: datetime) -> None:
    """Scores from inspections, mystery shoppers, customers and call listeners, and a review cycle with one revision."""
    rng = Random(f"{SEED}:workplace")
    members = [member for member in EVERYBODY if member.ability and member.days > 60]
    scores = [
        NewScore(
            employee_number=str(people[member.email].employee_number),
            source=source,
            observed_on=clock.day_of(now - timedelta(days=rng.randint(5, 120))),
            score=Decimal(round(min(100.0, max(40.0, rng.gauss(55 + 42 * member.ability, 5))))),
            max_score=Decimal(100),
            reference=f"demo-{source}-{member.email}-{number}",
        )
        for member in members
        for source, times in (("call-quality", 3), ("mystery-shopper", 1), ("customer-feedback", 2), ("inspection", 1))
        for number in range(1, times + 1)
    ]
    with clock.at(now - timedelta(hours=3)):
        hr.record_quality_scores(scores, actor=people["hr"], now=clock.now())
    with clock.at(now - timedelta(hours=2)):
        open_cycle(people["hr"], clock.day_of(now))


def open_cycle(actor: Person, today: date) -> None:
    """The review cycle of the present half-year, with one frozen revision."""
    first = date(today.year, 1 if today.month <= 6 else 7, 1)
    last = date(today.year, 6, 30) if today.month <= 6 else date(today.year, 12, 31)
    wanted = hr.NewCycle(
        key=f"{today.year}-h{1 if today.month <= 6 else 2}",
        title={
            "en": f"Service staff, {'first' if today.month <= 6 else 'second'} half of {today.year}",
            "zh-Hans": f"{today.year}年{'上' if today.month <= 6 else '下'}半年服务人员考评",
        },
        starts_on=first,
        ends_on=last,
        missing=Missing.REWEIGH,
        components=[
            Component(Kind.EXAM, "front-line-exam", Decimal(40)),
            Component(Kind.SKILL, "complaint-handling", Decimal(30)),
            Component(Kind.CALL_QUALITY, None, Decimal(20)),
            Component(Kind.CUSTOMER_FEEDBACK, None, Decimal(10)),
        ],
    )
    cycle = hr.open_cycle(wanted, actor=actor, now=clock.now())
    freeze_revision(cycle, actor=actor, now=clock.now())
