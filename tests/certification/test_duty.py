"""The duty decision carries every reason against it."""

from datetime import date

from lms.certification.duty import DutyLine, DutyState, decide

TITLE = {"en": "Front line", "zh-Hans": "一线"}


def line(state: DutyState, *licences: str) -> DutyLine:
    return DutyLine("front-line", TITLE, state, date(2026, 10, 1), licences)


def test_who_holds_everything_may_work() -> None:
    decision = decide([line(DutyState.VALID)], is_active=True)
    assert decision.allowed and decision.reasons == ()


def test_nothing_asked_is_allowed_to_somebody_active_only() -> None:
    assert decide([], is_active=True).allowed
    assert not decide([], is_active=False).allowed


def test_every_reason_is_said() -> None:
    lines = [line(DutyState.MISSING), line(DutyState.EXPIRED), line(DutyState.REVOKED), line(DutyState.VALID, "food")]
    decision = decide(lines, is_active=False)
    assert not decision.allowed
    assert [str(reason.message("en")) for reason in decision.reasons] == [
        "This person is no longer active.",
        "“Front line” is not held.",
        "“Front line” ran out on 2026-10-01.",
        "“Front line” was revoked.",
        "“Front line” needs the licence “food”, and none on file is valid.",
    ]
