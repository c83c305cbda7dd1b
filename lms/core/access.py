"""Who may do what: one table an auditor can read, and the ``@requires`` that enforces it."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ParamSpec, TypeVar, cast

from flask import current_app, g
from flask_login import current_user

from lms.core.errors import NotAllowed
from lms.core.texts import N_, Message

P = ParamSpec("P")
R = TypeVar("R")


class Role(StrEnum):
    """What a person is for the system; one person may be several."""

    LEARNER = "learner"
    TRAINER = "trainer"
    MENTOR = "mentor"
    MANAGER = "manager"
    HR = "hr"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Scope(StrEnum):
    """What a token may be used for at most."""

    LEARN = "learn"
    AUTHOR = "author"
    REPORT = "report"
    HR = "hr"
    ADMIN = "admin"
    SCIM = "scim"


ROLE_TITLES = {
    Role.LEARNER: N_("Learner"),
    Role.TRAINER: N_("Trainer"),
    Role.MENTOR: N_("Mentor"),
    Role.MANAGER: N_("Manager"),
    Role.HR: N_("HR"),
    Role.AUDITOR: N_("Auditor"),
    Role.ADMIN: N_("Administrator"),
}

LEARNER, TRAINER, MENTOR, MANAGER, HR, AUDITOR, ADMIN = Role
EVERYBODY = frozenset(Role)
LEARNERS = EVERYBODY - {AUDITOR}

PUBLIC = "public"

PERMISSIONS: dict[str, frozenset[Role]] = {
    # own things
    "self": EVERYBODY,  # own settings, sessions, certificates, results
    "catalogue.read": EVERYBODY,  # courses, lessons, job aids
    "learn": LEARNERS,  # study, sit exams, play, be signed off
    # training
    "content.read": frozenset({TRAINER, AUDITOR}),  # items with keys, plans, scenarios with effects
    "content.write": frozenset({TRAINER}),
    "mark": frozenset({TRAINER}),
    "attempt.void": frozenset({TRAINER}),
    "regrade.propose": frozenset({TRAINER}),  # grade attempts again by a corrected key
    "regrade.approve": frozenset({TRAINER}),  # never one's own proposal, nor one with an attempt of one's own
    "attempt.extend": frozenset({TRAINER}),  # more time for an attempt that runs
    "attempts.export": frozenset({TRAINER, AUDITOR}),  # all attempts at an exam with answers, as a page and as a file
    "allowance.read": frozenset({TRAINER, HR, AUDITOR}),  # who has extra time in every exam, and why
    "allowance.write": frozenset({TRAINER, HR}),
    "marking.read": frozenset({TRAINER, AUDITOR}),  # what waits for people: appeals, work to mark
    "reply-agreement.read": frozenset({TRAINER, AUDITOR, ADMIN}),  # figures of agreement on typed replies, no replies
    "attendance.record": frozenset({TRAINER}),
    "sign-off.record": frozenset({MENTOR}),
    "licence.verify": frozenset({HR}),
    # reports
    "team.read": frozenset({MANAGER, HR, AUDITOR}),
    "assign": frozenset({TRAINER, MANAGER}),
    "reports.read": frozenset({TRAINER, MANAGER, HR, AUDITOR}),
    "item-statistics.read": frozenset({TRAINER, AUDITOR}),
    "duty.read": frozenset({MANAGER, HR, AUDITOR}),
    # people's results in reviews
    "results.read": frozenset({HR, AUDITOR}),
    "reviews.read": frozenset({HR, AUDITOR}),
    "reviews.write": frozenset({HR}),
    "quality-scores.write": frozenset({HR}),
    "certificate.revoke": frozenset({HR}),
    # the house
    "people.read": frozenset({ADMIN, HR, AUDITOR}),
    "people.write": frozenset({ADMIN}),
    "audit.read": frozenset({AUDITOR, ADMIN}),
    "settings.write": frozenset({ADMIN}),
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a view asks for: a row of the table, or nothing (public)."""

    permission: str


def viewer() -> Any:
    """The person who asks: the token's person on an API call, else whoever is signed in."""
    return getattr(g, "viewer", None) or cast(Any, current_user)._get_current_object()


def has(person: Any, permission: str) -> bool:
    """Whether the person's roles give the permission."""
    return permission == PUBLIC or gives(person.permission_roles, permission)


def gives(roles: frozenset[Role], permission: str) -> bool:
    """Whether these roles give the permission."""
    return permission == PUBLIC or not PERMISSIONS[permission].isdisjoint(roles)


def may(permission: str) -> bool:
    """Whether the present viewer has the permission (for templates)."""
    someone = viewer()
    return bool(getattr(someone, "is_authenticated", False)) and has(someone, permission)


def authorise(permission: str) -> None:
    """Raise ``NotAllowed`` unless the present viewer has the permission."""
    if not may(permission):
        raise NotAllowed(
            Message(N_("Your role does not include this. Ask an administrator if you need it for your work."))
        )


def requires(permission: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """State and check the permission of a view; ``public`` asks for nothing.

    Nobody signed in is sent to the sign-in page and comes back afterwards.
    """
    if permission != PUBLIC and permission not in PERMISSIONS:
        raise KeyError(f"{permission!r} has no row in lms/core/access.py")

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(view)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            if permission != PUBLIC:
                if not viewer().is_authenticated:
                    return current_app.login_manager.unauthorized()  # type: ignore[attr-defined, no-any-return]
                authorise(permission)
            return view(*args, **kwargs)

        wrapper.requirement = Requirement(permission)  # type: ignore[attr-defined]
        return wrapper

    return decorate
