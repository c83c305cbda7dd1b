"""What the roles promise, said a second time apart from the table: widening a right by accident fails here."""

import pytest

from lms.core.access import PERMISSIONS, Role

ALL = frozenset(Role)
PROMISES = {
    "self": ALL,
    "catalogue.read": ALL,
    "learn": ALL - {Role.AUDITOR},
    "content.read": {Role.TRAINER, Role.AUDITOR},
    "content.write": {Role.TRAINER},
    "mark": {Role.TRAINER},
    "attempt.void": {Role.TRAINER},
    "regrade.propose": {Role.TRAINER},
    "regrade.approve": {Role.TRAINER},
    "attempt.extend": {Role.TRAINER},
    "attempts.export": {Role.TRAINER, Role.AUDITOR},
    "allowance.read": {Role.TRAINER, Role.HR, Role.AUDITOR},
    "allowance.write": {Role.TRAINER, Role.HR},
    "marking.read": {Role.TRAINER, Role.AUDITOR},
    "reply-agreement.read": {Role.TRAINER, Role.AUDITOR, Role.ADMIN},
    "attendance.record": {Role.TRAINER},
    "sign-off.record": {Role.MENTOR},
    "licence.verify": {Role.HR},
    "team.read": {Role.MANAGER, Role.HR, Role.AUDITOR},
    "assign": {Role.TRAINER, Role.MANAGER},
    "reports.read": {Role.TRAINER, Role.MANAGER, Role.HR, Role.AUDITOR},
    "item-statistics.read": {Role.TRAINER, Role.AUDITOR},
    "duty.read": {Role.MANAGER, Role.HR, Role.AUDITOR},
    "results.read": {Role.HR, Role.AUDITOR},
    "reviews.read": {Role.HR, Role.AUDITOR},
    "reviews.write": {Role.HR},
    "quality-scores.write": {Role.HR},
    "certificate.revoke": {Role.HR},
    "people.read": {Role.ADMIN, Role.HR, Role.AUDITOR},
    "people.write": {Role.ADMIN},
    "audit.read": {Role.AUDITOR, Role.ADMIN},
    "settings.write": {Role.ADMIN},
}


@pytest.mark.parametrize("permission", sorted(PROMISES))
def test_the_table_gives_what_was_promised(permission: str) -> None:
    assert PROMISES.keys() == PERMISSIONS.keys(), "say here too what a new permission promises"
    assert PERMISSIONS[permission] == PROMISES[permission]


def test_an_auditor_changes_nothing_and_an_administrator_grades_nothing() -> None:
    writing = {name for name in PERMISSIONS if name.rsplit(".", 1)[-1] in ("write", "record", "revoke", "void", "extend", "verify")}
    assert not {name for name in writing | {"mark", "assign", "learn"} if Role.AUDITOR in PERMISSIONS[name]}
    assert not {name for name in ("mark", "attempt.void", "reviews.write", "results.read") if Role.ADMIN in PERMISSIONS[name]}
