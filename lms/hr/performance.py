"""One person's performance in a review: components, composite and eligibility, each number with where it comes from (pure).

Every number is a ``Fraction`` from 0 to 100 and is never rounded here.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from lms.core.texts import N_, Message

ELIGIBLE_FROM = 80
"""Least composite for awards and pay steps: the organisation's rule of 80 % standard compliance."""
WHOLE = Fraction(100)


class Kind(StrEnum):
    """What a component of a review cycle measures."""

    EXAM = "exam"
    SCENARIO = "scenario"
    COURSE = "course"
    CERTIFICATION = "certification"
    SIGN_OFF = "sign-off"
    SKILL = "skill"
    INSPECTION = "inspection"
    MYSTERY_SHOPPER = "mystery-shopper"
    CUSTOMER_FEEDBACK = "customer-feedback"
    CALL_QUALITY = "call-quality"


class Skill(StrEnum):
    """The skills a component may measure across exams and role-plays."""

    EMOTION_RECOGNITION = "emotion-recognition"
    SPIN = "spin"
    COMPLAINT_HANDLING = "complaint-handling"


class Missing(StrEnum):
    """What a component without a score does to the composite."""

    REWEIGH = "reweigh"  # the other weights share its weight
    ZERO = "zero"  # it counts as 0
    UNRATED = "unrated"  # there is no composite


WORKPLACE = (Kind.INSPECTION, Kind.MYSTERY_SHOPPER, Kind.CUSTOMER_FEEDBACK, Kind.CALL_QUALITY)
"""Sources of quality scores; their components name no key."""
REACHED = (Kind.COURSE, Kind.CERTIFICATION, Kind.SIGN_OFF)
"""Kinds that are reached or not: 100 or 0, never missing."""


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the composite; ``of`` is the key of the exam, scenario, course …, or the skill."""

    kind: Kind
    of: str | None
    weight: Decimal


@dataclass(frozen=True, slots=True)
class Period:
    """The days of a review, both included; what is reached or held is looked at on the evening of ``as_of``."""

    starts_on: date
    ends_on: date
    as_of: date


@dataclass(frozen=True, slots=True)
class Fact:
    """Something recorded about a person: an attempt, a play, a completion, a certificate change, a quality score.

    ``on`` is the day of ``at`` where the organisation works; ``subject`` names the certificate a change belongs to.
    """

    kind: str
    of: str | None
    reference: str
    at: datetime
    on: date
    share: Fraction = WHOLE
    state: str = "finished"
    counts: str = "best"
    subject: str = ""
    expires_on: date | None = None
    skills: dict[str, tuple[Fraction, Fraction]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a score rests on; ``counts`` says whether this very result entered the score."""

    reference: str
    on: date
    percent: Fraction
    counts: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A component's score (None: missing), the number of results it was taken from, and these results."""

    component: Component
    score: Fraction | None
    n: int
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody is not eligible: ``unrated``, ``below-80`` or ``certificate-missing`` (of which certification)."""

    code: str
    of: str | None = None

    def message(self) -> Message:
        """The reason as a sentence."""
        return Message(REASONS[self.code], {"line": ELIGIBLE_FROM, "of": self.of or ""})


REASONS = {
    "unrated": N_("There is no composite, because a result is missing."),
    "below-80": N_("The composite is below %(line)s."),
    "certificate-missing": N_("The job role requires the certificate “%(of)s”, which was not held."),
}


@dataclass(frozen=True, slots=True)
class Performance:
    """All of a person's numbers in one review."""

    parts: tuple[Part, ...]
    composite: Fraction | None
    reasons: tuple[Reason, ...]

    @property
    def is_eligible(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.reasons

    @property
    def eligibility(self) -> str:
        """The plain statement: ``eligible`` or ``not-eligible``."""
        return "eligible" if self.is_eligible else "not-eligible"


def component_faults(components: Sequence[Component]) -> dict[str, Message]:
    """What is wrong with the components of a new cycle, by place ("components.0.of"); empty when they can be used."""
    faults: dict[str, Message] = {}
    if not components:
        faults["components"] = Message(N_("Name at least one component."))
    seen: set[tuple[Kind, str | None]] = set()
    for index, component in enumerate(components):
        place = f"components.{index}"
        if component.weight <= 0:
            faults[f"{place}.weight"] = Message(N_("A weight must be above 0."))
        if fault := _of_fault(component):
            faults[f"{place}.of"] = fault
        elif (component.kind, component.of) in seen:
            faults[f"{place}.of"] = Message(N_("This component stands here twice; put the weights together."))
        seen.add((component.kind, component.of))
    total = sum((component.weight for component in components), Decimal(0))
    if components and total != 100:
        faults["components"] = Message(
            N_("The weights total %(total)s; they must total 100."), {"total": _plain(total)}
        )
    return faults


def _of_fault(component: Component) -> Message | None:
    if component.kind in WORKPLACE:
        return Message(N_("Workplace scores name no key; leave this empty.")) if component.of else None
    if component.kind is Kind.SKILL:
        if component.of in set(Skill):
            return None
        return Message(N_("Name one of these skills: %(skills)s."), {"skills": ", ".join(Skill)})
    return None if component.of else Message(N_("Name the key of what is measured."))


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


# ---- the composite -------------------------------------------------------------


def composite(parts: Iterable[Part], missing: Missing) -> Fraction | None:
    """The weighted mean of the scores; None when nothing can be said under the cycle's rule for missing scores."""
    weight, total = Fraction(0), Fraction(0)
    for part in parts:
        if part.score is None:
            if missing is Missing.UNRATED:
                return None
            if missing is Missing.REWEIGH:
                continue
        weight += Fraction(part.component.weight)
        total += Fraction(part.component.weight) * (part.score or 0)
    return total / weight if weight else None


def performance(
    components: Sequence[Component],
    missing: Missing,
    facts: Sequence[Fact],
    period: Period,
    required: Sequence[str] = (),
) -> Performance:
    """Everything about one person. ``facts`` are that person's; ``required`` the certifications of the job role."""
    parts = tuple(part(component, facts, period) for component in components)
    total = composite(parts, missing)
    reasons = []
    if total is None:
        reasons.append(Reason("unrated"))
    elif total < ELIGIBLE_FROM:
        reasons.append(Reason(f"below-{ELIGIBLE_FROM}"))
    held = {fact.of for fact in held_certificates(facts, period.as_of)}
    reasons += [Reason("certificate-missing", key) for key in required if key not in held]
    return Performance(parts, total, tuple(reasons))


def part(component: Component, facts: Sequence[Fact], period: Period) -> Part:
    """One component's score with its evidence."""
    return _RULES.get(component.kind, _workplace)(component, facts, period)


# ---- a rule for each kind of component --------------------------------------------


def counting(facts: Sequence[Fact], rule: str) -> list[Fact]:
    """Which of the results of one exam or scenario count: best, first, last, or all of them for the mean.

    Of two equally good ones the earlier counts.
    """
    ordered = sorted(facts, key=lambda fact: (fact.at, fact.reference))
    if not ordered or rule == "mean":
        return ordered
    if rule == "first":
        return ordered[:1]
    if rule == "last":
        return ordered[-1:]
    return [max(ordered, key=lambda fact: fact.share)]  # max gives the first of equals


def _results(kind: str, of: str | None, facts: Sequence[Fact], period: Period) -> list[Fact]:
    """Finished results of one thing inside the period, oldest first; void ones are left out."""
    found = [
        fact
        for fact in facts
        if fact.kind == kind
        and fact.of == of
        and fact.state != "voided"
        and period.starts_on <= fact.on <= period.ends_on
    ]
    return sorted(found, key=lambda fact: (fact.at, fact.reference))


def _rule_of(results: Sequence[Fact]) -> str:
    """The counting rule of an exam is that of the plan's newest version in the period; a scenario's is best."""
    return results[-1].counts if results and results[-1].kind == Kind.EXAM else "best"


def _mean(shares: Sequence[Fraction]) -> Fraction | None:
    return sum(shares, Fraction(0)) / len(shares) if shares else None


def _attempts(component: Component, facts: Sequence[Fact], period: Period) -> Part:
    results = _results(component.kind, component.of, facts, period)
    count = counting(results, _rule_of(results))
    evidence = tuple(Evidence(fact.reference, fact.on, fact.share, fact in count) for fact in results)
    return Part(component, _mean([fact.share for fact in count]), len(results), evidence)


def _workplace(component: Component, facts: Sequence[Fact], period: Period) -> Part:
    """The mean of the percentages: each inspection, visit, answer or call weighs the same."""
    results = _results(component.kind, None, facts, period)
    evidence = tuple(Evidence(fact.reference, fact.on, fact.share, True) for fact in results)
    return Part(component, _mean([fact.share for fact in results]), len(results), evidence)


def _reached(component: Component, facts: Sequence[Fact], period: Period) -> Part:
    """100 when a course or sign-off was completed by the end of the period, in it or before; else 0 from n = 0."""
    found = [
        f
        for f in facts
        if f.kind == component.kind and f.of == component.of and f.on <= period.as_of and f.state != "voided"
    ]
    return _yes_or_no(component, min(found, key=lambda fact: fact.at, default=None))


def _certification(component: Component, facts: Sequence[Fact], period: Period) -> Part:
    """100 when the certificate was held at the end of the period, else 0 from n = 0."""
    held = [fact for fact in held_certificates(facts, period.as_of) if fact.of == component.of]
    return _yes_or_no(component, max(held, key=lambda fact: fact.at, default=None))


def _yes_or_no(component: Component, fact: Fact | None) -> Part:
    if fact is None:
        return Part(component, Fraction(0), 0)
    return Part(component, WHOLE, 1, (Evidence(fact.reference, fact.on, WHOLE, True),))


def held_certificates(facts: Iterable[Fact], day: date) -> list[Fact]:
    """The newest change of each certificate that was held on the day: issued by then, not revoked, not expired."""
    newest: dict[str, Fact] = {}
    for fact in sorted(facts, key=lambda fact: (fact.at, fact.reference)):
        if fact.kind == Kind.CERTIFICATION and fact.on <= day:
            newest[fact.subject] = fact
    return [
        fact
        for fact in newest.values()
        if not fact.state.startswith("revoke") and (fact.expires_on is None or day <= fact.expires_on)
    ]


def _skill(component: Component, facts: Sequence[Fact], period: Period) -> Part:
    """Points over possible points of this skill, summed over the counting result of every exam and scenario.

    An item, label or scene of the skill thus weighs as much as its points, wherever it was met.
    """
    points = possible = Fraction(0)
    evidence: list[Evidence] = []
    for kind, of in sorted({(f.kind, f.of or "") for f in facts if f.kind in (Kind.EXAM, Kind.SCENARIO)}):
        results = _results(kind, of, facts, period)
        count = counting(results, _rule_of(results))
        for fact in results:
            earned, most = fact.skills.get(str(component.of), (Fraction(0), Fraction(0)))
            if most <= 0:
                continue
            evidence.append(Evidence(fact.reference, fact.on, WHOLE * earned / most, fact in count))
            if fact in count:
                points, possible = points + earned, possible + most
    score = WHOLE * points / possible if possible else None
    return Part(component, score, len(evidence), tuple(sorted(evidence, key=lambda each: (each.on, each.reference))))


_RULES: dict[Kind, Callable[[Component, Sequence[Fact], Period], Part]] = {
    Kind.EXAM: _attempts,
    Kind.SCENARIO: _attempts,
    Kind.COURSE: _reached,
    Kind.SIGN_OFF: _reached,
    Kind.CERTIFICATION: _certification,
    Kind.SKILL: _skill,
}
