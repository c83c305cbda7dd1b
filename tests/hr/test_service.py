"""Recording workplace scores, opening cycles, freezing revisions."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from lms.core import clock
from lms.core.database import db
from lms.core.errors import Conflict, Invalid
from lms.hr import queries, queries_records, service
from lms.hr.models import QualityScore
from lms.hr.performance import Kind, Missing
from lms.hr.queries_evidence import drafts
from lms.hr.service_freezing import freeze_revision
from lms.identity.models import Person
from tests import factories, factories_hr
from tests.factories_hr import component

pytestmark = pytest.mark.usefixtures("unit")


def record(*scores: Any) -> service.Recorded:
    return service.record_quality_scores(scores, actor=None, now=clock.now())


def count_scores() -> int:
    return db.session.scalar(select(func.count()).select_from(QualityScore)) or 0


def agent(**changes: Any) -> Person:
    return factories.person(job_role="front-line", **changes)


def composites(cycle: Any) -> dict[str, Any]:
    return {draft.values["name"]: draft.values["composite"] for draft in drafts(cycle, clock.now())}


# ---- quality scores ---------------------------------------------------------------


def test_a_repeated_reference_changes_nothing() -> None:
    someone = agent()
    first = factories_hr.score(someone, reference="I-1", score=Decimal(8))
    assert record(first) == service.Recorded(1, 0, ())
    assert record(first) == service.Recorded(0, 1, ())
    assert record(factories_hr.score(someone, reference="I-1", score=Decimal(2))) == service.Recorded(0, 1, ("I-1",))
    assert db.session.scalars(select(QualityScore.score)).all() == [8]


def test_two_sources_may_use_the_same_reference() -> None:
    someone = agent()
    record(factories_hr.score(someone, reference="1"))
    assert record(factories_hr.score(someone, reference="1", source="mystery-shopper")).recorded == 1


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("employee_number", {"employee_number": "nobody"}),
        ("source", {"source": "rumour"}),
        ("observed_on", {"observed_on": "tomorrow"}),
        ("score", {"score": Decimal("10.5")}),
        ("score", {"score": Decimal(-1)}),
        ("max_score", {"max_score": Decimal(0)}),
        ("reference", {"reference": ""}),
        ("reference", {"reference": "a\nb"}),
    ],
)
def test_one_bad_row_and_nothing_is_recorded(field: str, changes: dict[str, Any]) -> None:
    someone = agent()
    if changes.get("observed_on"):
        changes = {"observed_on": clock.today() + timedelta(days=1)}
    with pytest.raises(Invalid) as refused:
        record(factories_hr.score(someone), factories_hr.score(someone, **changes))
    assert list(refused.value.errors) == [f"scores.1.{field}"]
    assert count_scores() == 0


def test_one_list_may_not_say_two_things_under_one_reference() -> None:
    someone = agent()
    same = factories_hr.score(someone, reference="I-1")
    assert record(same, same).recorded == 1
    with pytest.raises(Invalid):
        record(
            factories_hr.score(someone, reference="I-2"), factories_hr.score(someone, reference="I-2", score=Decimal(1))
        )


# ---- cycles ---------------------------------------------------------------------------


def test_a_cycle_names_things_that_exist() -> None:
    with pytest.raises(Invalid) as refused:
        factories_hr.cycle(component(Kind.EXAM, "frontline-exam"))
    assert list(refused.value.errors) == ["components.0.of"]


def test_weights_that_do_not_total_100_are_refused() -> None:
    with pytest.raises(Invalid) as refused:
        factories_hr.cycle(component(weight=99))
    assert "99" in str(refused.value.errors["components"])


def test_a_key_is_used_once() -> None:
    factories_hr.cycle(key="2026-h2")
    with pytest.raises(Conflict):
        factories_hr.cycle(key="2026-h2")


def test_a_cycle_does_not_end_before_it_begins() -> None:
    today = clock.today()
    with pytest.raises(Invalid) as refused:
        factories_hr.cycle(starts_on=today, ends_on=today - timedelta(days=1))
    assert "ends_on" in refused.value.errors


# ---- who is in it, and with what -----------------------------------------------------------


def test_who_is_in_a_review() -> None:
    now, today = clock.now(), clock.today()
    agent(name="Works")
    agent(name="Comes later", hired_on=today + timedelta(days=90))
    agent(name="Left").deactivated_at = now - timedelta(days=1)
    agent(name="Left afterwards").deactivated_at = now + timedelta(days=60)
    factories.person(name="No job role")
    scored = factories.person(name="No job role, but a score")
    record(factories_hr.score(scored))
    examined = factories.person(name="No job role, but an exam")
    factories_hr.tell(factories_hr.attempt(examined))
    assert sorted(composites(factories_hr.cycle())) == [
        "Left afterwards", "No job role, but a score", "No job role, but an exam", "Works",
    ]  # fmt: skip


def test_exams_plays_and_workplace_scores_make_the_composite() -> None:
    someone = agent(name="Zhao Peng")
    cycle = factories_hr.cycle(
        component(Kind.EXAM, factories_hr.exam(), 50), component(Kind.INSPECTION, None, 30), component(
            Kind.SKILL, "spin", 20
        ),
    )  # fmt: skip
    factories_hr.tell(factories_hr.attempt(someone, 7))
    factories_hr.tell(factories_hr.attempt(someone, 9, skills={"spin": (Decimal(1), Decimal(4))}))
    record(factories_hr.score(someone, score=Decimal(6)), factories_hr.score(someone, score=Decimal(10)))
    assert composites(cycle) == {"Zhao Peng": (90 * 50 + 80 * 30 + 25 * 20) / 100}


def test_a_result_of_another_period_does_not_enter() -> None:
    someone = agent(name="Zhao Peng")
    cycle = factories_hr.cycle(component(Kind.EXAM, factories_hr.exam()))
    factories_hr.tell(factories_hr.attempt(someone, 9, at=clock.now() - timedelta(days=32)))
    record(factories_hr.score(someone, observed_on=clock.today() - timedelta(days=32)))
    assert composites(cycle) == {"Zhao Peng": None}


def test_the_certificate_of_the_job_role_decides_on_eligibility() -> None:
    factories_hr.required_certification("front-line-service", "front-line")
    holder, other = agent(name="Holder"), agent(name="Other")
    for someone in (holder, other):
        record(factories_hr.score(someone, score=Decimal(9)))
    factories_hr.tell(factories_hr.certificate_change(holder, "front-line-service"))
    found = {d.values["name"]: d.values for d in drafts(factories_hr.cycle(), clock.now())}
    assert found["Holder"]["eligibility"] == "eligible"
    assert found["Other"]["reasons"] == [{"code": "certificate-missing", "of": "front-line-service"}]


# ---- freezing -------------------------------------------------------------------------------


def freeze(cycle: Any, **changes: Any) -> Any:
    return freeze_revision(cycle, actor=None, now=clock.now(), **changes)


def test_a_frozen_revision_stays_when_the_numbers_move_on() -> None:
    someone = agent(name="Zhao Peng")
    cycle = factories_hr.cycle()
    record(factories_hr.score(someone, score=Decimal(8)))
    first = freeze(cycle)
    record(factories_hr.score(someone, score=Decimal(10)))
    second = freeze(cycle)
    assert [values["composite"] for values in queries_records.frozen_records(first)] == [80]
    assert [values["composite"] for values in queries_records.frozen_records(second)] == [90]
    assert (first.number, second.number, second.changed) == (1, 2, 1)
    assert (second.people, second.rated, second.eligible) == (1, 1, 1)


def test_the_checksum_can_be_verified() -> None:
    for number in range(5):
        record(factories_hr.score(agent(name=f"张{number}"), score=Decimal("5.1") + number))
    revision = freeze(factories_hr.cycle())
    assert len(revision.sha256) == 64
    db.session.expire_all()
    assert queries_records.computed_checksum(revision) == revision.sha256


def test_one_changed_byte_shows() -> None:
    record(factories_hr.score(agent(name="Zhao Peng")))
    revision = freeze(factories_hr.cycle())
    change = text("UPDATE revision_records SET body = CAST(REPLACE(CAST(body AS TEXT), 'Peng', 'Pang') AS JSON)")
    if db.engine.dialect.name == "sqlite":
        change = text("UPDATE revision_records SET body = REPLACE(body, 'Peng', 'Pang')")
    db.session.execute(change)
    db.session.expire_all()
    assert queries_records.computed_checksum(revision) != revision.sha256


def test_a_removed_record_shows() -> None:
    for name in ("One", "Two"):
        agent(name=name)
    revision = freeze(factories_hr.cycle())
    db.session.execute(text("DELETE FROM revision_records WHERE name = 'Two'"))
    assert queries_records.computed_checksum(revision) != revision.sha256


def test_a_button_pressed_twice_freezes_once() -> None:
    cycle = factories_hr.cycle()
    freeze(cycle, expected=1)
    with pytest.raises(Conflict):
        freeze(cycle, expected=1)
    assert len(queries.revisions(cycle)) == 1


def test_more_people_than_fit_in_one_batch_are_all_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lms.hr.queries_evidence.CHUNK", 3)
    monkeypatch.setattr("lms.hr.service_freezing.CHUNK", 2)
    names = [f"Same name {number // 4}" for number in range(10)]
    for name in names:
        agent(name=name)
    revision = freeze(factories_hr.cycle(missing=Missing.ZERO))
    assert sorted(values["name"] for values in queries_records.frozen_records(revision)) == sorted(names)
    assert queries_records.computed_checksum(revision) == revision.sha256


def test_a_result_that_moves_into_view_marks_the_person_as_changed() -> None:
    quiet, busy = agent(name="Quiet"), agent(name="Busy")
    for someone in (quiet, busy):
        record(factories_hr.score(someone))
    cycle = factories_hr.cycle()
    freeze(cycle)
    db.session.execute(update(Person).where(Person.id == quiet.id).values(name="Quiet now"))
    record(factories_hr.score(busy, score=Decimal(1)))
    assert freeze(cycle).changed == 1
