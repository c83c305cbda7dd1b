"""Components, composite and eligibility, without a database."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.hr.performance import (
    Component,
    Kind,
    Missing,
    Part,
    component_faults,
    composite,
    counting,
    part,
    performance,
)
from tests.factories_hr import HALF, component, fact

EXAM = component(Kind.EXAM, "front-line-exam")


def in_august(day: int) -> datetime:
    return datetime(2026, 8, day, tzinfo=UTC)


@pytest.mark.parametrize(("rule", "expected"), [("best", 90), ("first", 60), ("last", 75), ("mean", 75)])
def test_an_exam_enters_by_its_plans_rule(rule: str, expected: int) -> None:
    facts = [fact(s, at=in_august(d), counts=rule) for d, s in ((1, 60), (2, 90), (3, 75))]
    found = part(EXAM, facts, HALF)
    assert (found.score, found.n) == (expected, 3)


def test_the_rule_is_that_of_the_newest_attempt() -> None:
    facts = [fact(60, at=in_august(1), counts="first"), fact(90, at=in_august(2), counts="last")]
    assert part(EXAM, facts, HALF).score == 90


def test_the_mean_of_an_exam_is_not_rounded() -> None:
    facts = [fact(Fraction(200, 3), counts="mean"), fact(50, counts="mean"), fact(50, counts="mean")]
    assert part(EXAM, facts, HALF).score == Fraction(500, 9)


def test_evidence_says_which_attempt_counts() -> None:
    facts = [fact(60, at=in_august(1)), fact(90, at=in_august(2))]
    assert [each.counts for each in part(EXAM, facts, HALF).evidence] == [False, True]


def test_of_two_equally_good_results_the_earlier_counts() -> None:
    early, late = fact(90, at=in_august(1)), fact(90, at=in_august(2))
    assert counting([late, early], "best") == [early]


def test_attempts_outside_the_period_void_ones_and_other_exams_do_not_enter() -> None:
    facts = [
        fact(99, at=datetime(2026, 6, 30, tzinfo=UTC)),
        fact(98, at=datetime(2027, 1, 1, tzinfo=UTC)),
        fact(97, state="voided"),
        fact(96, of="other-exam"),
        fact(70),
    ]
    found = part(EXAM, facts, HALF)
    assert (found.score, found.n) == (70, 1)


def test_the_first_and_the_last_day_belong_to_the_period() -> None:
    facts = [fact(on=HALF.starts_on, counts="mean"), fact(on=HALF.ends_on, counts="mean")]
    assert part(EXAM, facts, HALF).n == 2


def test_a_scenario_enters_by_the_best_play() -> None:
    facts = [fact(s, kind="scenario", of="late-delivery", counts="last") for s in (80, 95, 70)]
    assert part(component(Kind.SCENARIO, "late-delivery"), facts, HALF).score == 95


def test_each_workplace_score_weighs_the_same() -> None:
    facts = [fact(100, kind="inspection", of=None), fact(50, kind="inspection", of=None)]
    found = part(component(Kind.INSPECTION), facts, HALF)
    assert (found.score, found.n) == (75, 2)


def test_a_course_completed_before_the_period_counts() -> None:
    facts = [fact(kind="course", of="lscat", at=datetime(2025, 1, 1, tzinfo=UTC))]
    found = part(component(Kind.COURSE, "lscat"), facts, HALF)
    assert (found.score, found.n) == (100, 1)


@pytest.mark.parametrize("kind", [Kind.COURSE, Kind.SIGN_OFF, Kind.CERTIFICATION])
def test_what_was_not_reached_is_0_and_not_missing(kind: Kind) -> None:
    found = part(component(kind, "lscat"), [], HALF)
    assert (found.score, found.n) == (0, 0)


def certificate(**changes: object) -> object:
    values = {"kind": "certification", "of": "front-line", "state": "issued", "subject": "certificate:1"}
    return fact(**{**values, **changes})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"expires_on": date(2026, 12, 31)}, 100),
        ({"expires_on": date(2026, 12, 30)}, 0),
        ({"expires_on": None}, 100),
        ({"state": "revoked", "expires_on": date(2027, 6, 1)}, 0),
    ],
)
def test_a_certificate_is_held_through_its_last_day(changes: dict[str, object], expected: int) -> None:
    assert part(component(Kind.CERTIFICATION, "front-line"), [certificate(**changes)], HALF).score == expected


def test_a_revoked_certificate_does_not_take_the_other_one_away() -> None:
    facts = [
        certificate(),
        certificate(subject="certificate:2"),
        certificate(subject="certificate:2", state="revoked", at=in_august(9)),
    ]
    assert part(component(Kind.CERTIFICATION, "front-line"), facts, HALF).score == 100


def test_a_skill_is_its_points_over_all_counting_results() -> None:
    skills = {"spin": (Fraction(3), Fraction(4))}
    facts = [
        fact(90, skills=skills),
        fact(50, skills={"spin": (Fraction(0), Fraction(4))}),  # a worse attempt at the same exam: does not count
        fact(80, kind="scenario", of="broken-watch", skills={"spin": (Fraction(5), Fraction(12))}),
    ]
    found = part(component(Kind.SKILL, "spin"), facts, HALF)
    assert (found.score, found.n) == (50, 3)
    assert sum(each.counts for each in found.evidence) == 2


def test_a_skill_nobody_asked_for_is_missing() -> None:
    assert part(component(Kind.SKILL, "spin"), [fact(90)], HALF).score is None


def two(first: Fraction | None, second: Fraction | None) -> list[Part]:
    return [Part(component(weight=60), first, 1), Part(component(weight=40), second, 1)]


@pytest.mark.parametrize(("missing", "expected"), [("reweigh", 90), ("zero", 54), ("unrated", None)])
def test_a_missing_score_follows_the_cycles_rule(missing: str, expected: int | None) -> None:
    assert composite(two(Fraction(90), None), Missing(missing)) == expected


@pytest.mark.parametrize(("missing", "expected"), [("reweigh", None), ("zero", 0), ("unrated", None)])
def test_nothing_at_all_is_no_composite_unless_it_counts_as_0(missing: str, expected: int | None) -> None:
    assert composite(two(None, None), Missing(missing)) == expected


SCORES = st.fractions(0, 100)
PARTS = st.lists(st.tuples(st.integers(1, 100), st.none() | SCORES), min_size=1, max_size=6).map(
    lambda rows: [Part(component(weight=weight), score, 1) for weight, score in rows]
)


@given(PARTS)
def test_a_composite_lies_between_the_scores_it_is_made_of(parts: list[Part]) -> None:
    scores = [each.score for each in parts if each.score is not None]
    found = composite(parts, Missing.REWEIGH)
    if not scores:
        assert found is None
    else:
        assert found is not None and min(scores) <= found <= max(scores)


@given(PARTS)
def test_a_missing_score_never_helps_more_as_0_than_left_out(parts: list[Part]) -> None:
    left_out, zero = composite(parts, Missing.REWEIGH), composite(parts, Missing.ZERO)
    assert zero is not None and zero <= (left_out if left_out is not None else 0)


@given(PARTS)
def test_with_every_score_there_the_rule_makes_no_difference(parts: list[Part]) -> None:
    complete = [Part(each.component, each.score or Fraction(0), 1) for each in parts]
    assert len({composite(complete, missing) for missing in Missing}) == 1


@given(PARTS, SCORES)
def test_a_better_score_never_lowers_the_composite(parts: list[Part], better: Fraction) -> None:
    first = parts[0]
    if first.score is None:
        return
    raised = [Part(first.component, max(first.score, better), 1), *parts[1:]]
    for missing in (Missing.REWEIGH, Missing.ZERO):
        before, after = composite(parts, missing), composite(raised, missing)
        assert before is not None and after is not None and before <= after


@given(st.permutations([60, 90, 75, 80]))
def test_the_order_of_the_facts_does_not_matter(shares: list[int]) -> None:
    base = {60: 1, 90: 2, 75: 3, 80: 4}
    facts = [fact(s, at=in_august(base[s]), reference=f"attempt:{s}", counts="last") for s in shares]
    assert part(EXAM, facts, HALF).score == 80


def test_eligible_from_80_unrounded() -> None:
    at_the_line = performance([EXAM], Missing.REWEIGH, [fact(80)], HALF)
    under_it = performance([EXAM], Missing.REWEIGH, [fact(Fraction("79.999999"))], HALF)
    assert (at_the_line.eligibility, under_it.eligibility) == ("eligible", "not-eligible")
    assert [reason.code for reason in under_it.reasons] == ["below-80"]


def test_without_a_composite_nobody_is_eligible() -> None:
    found = performance([EXAM], Missing.UNRATED, [], HALF)
    assert found.composite is None
    assert [reason.code for reason in found.reasons] == ["unrated"]


def test_the_job_roles_certificate_is_asked_for_beside_the_composite() -> None:
    lacking = performance([EXAM], Missing.REWEIGH, [fact(95)], HALF, ["front-line"])
    holding = performance([EXAM], Missing.REWEIGH, [fact(95), certificate()], HALF, ["front-line"])
    assert [(reason.code, reason.of) for reason in lacking.reasons] == [("certificate-missing", "front-line")]
    assert holding.is_eligible


def test_while_a_cycle_runs_what_is_held_is_looked_at_today() -> None:
    today = date(2026, 9, 1)
    running = type(HALF)(HALF.starts_on, HALF.ends_on, today)
    later = certificate(at=datetime(2026, 8, 1, tzinfo=UTC), expires_on=today + timedelta(days=1))
    assert part(component(Kind.CERTIFICATION, "front-line"), [later], running).score == 100


def weights(*pairs: tuple[Kind, str | None, str]) -> list[Component]:
    return [Component(kind, of, Decimal(weight)) for kind, of, weight in pairs]


def test_weights_that_total_100_can_be_used() -> None:
    assert component_faults(weights((Kind.EXAM, "a", "33.3"), (Kind.EXAM, "b", "66.7"))) == {}


@pytest.mark.parametrize(
    ("components", "place"),
    [
        ([], "components"),
        (weights((Kind.EXAM, "a", "99.9")), "components"),
        (weights((Kind.EXAM, "a", "50"), (Kind.EXAM, "b", "50.1")), "components"),
        (weights((Kind.EXAM, None, "100")), "components.0.of"),
        (weights((Kind.SKILL, "charm", "100")), "components.0.of"),
        (weights((Kind.INSPECTION, "x", "100")), "components.0.of"),
        (weights((Kind.EXAM, "a", "50"), (Kind.EXAM, "a", "50")), "components.1.of"),
        (weights((Kind.EXAM, "a", "110"), (Kind.EXAM, "b", "-10")), "components.1.weight"),
    ],
)
def test_what_is_wrong_with_components_is_told_at_its_place(components: list[Component], place: str) -> None:
    assert place in component_faults(components)
