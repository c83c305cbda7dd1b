"""What my training shows, in words: the rows that the page's macros take."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import request
from flask_babel import format_date, get_locale, gettext, ngettext

from lms.assessment import queries as assessment
from lms.assessment.queries_doors import Shut
from lms.certification.validity import State
from lms.core import charts, clock, locale
from lms.core.texts import in_language
from lms.core.web import day, moment, percent, short_day
from lms.home import board, next_step
from lms.home.board import SKILL_TARGET, CertificateLine, DueRow, SkillLine
from lms.home.queries import MyTraining
from lms.scenarios import queries as scenarios
from lms.statistics.proportions import Verdict


@dataclass(frozen=True, slots=True)
class NextStep:
    """The one thing to do now, in words. Without ``url`` somebody else has to act; ``facts`` are (icon, words)."""

    title: str
    text: str
    url: str | None
    action: str | None
    facts: Sequence[tuple[str, str]]


def link(path: str | None) -> str | None:
    """A path of ours as a URL, wherever the application is mounted."""
    return f"{request.script_root}{path}" if path else None


def words(text: Any, default: str = "") -> str:
    """A text in the reader's language."""
    return in_language(text, locale.language()) or default


def minutes(number: int) -> str:
    """A length of time: "12 min"."""
    return gettext("%(number)s min", number=number)


def days_to(day_: date, today: date) -> str:
    """How far off a day is: "2 days late", "today", "in 5 days"."""
    left = (day_ - today).days
    if left < 0:
        return ngettext("%(num)s day late", "%(num)s days late", -left)
    if left == 0:
        return gettext("today")
    return ngettext("in %(num)s day", "in %(num)s days", left)


def weekday(day_: date) -> str:
    """The short name of the day of the week."""
    return str(format_date(day_, "EEE"))


def month(day_: date) -> str:
    """The short name of the month, so that a day weeks away is not taken for one of this month."""
    return str(format_date(day_, "LLL"))


def long_day(day_: date) -> str:
    """A day with its weekday: "Wednesday 19 November", "11月19日星期三"."""
    return str(format_date(day_, "EEEE d MMMM" if str(get_locale()) == "en" else "M月d日EEEE"))


# ---- the next step -------------------------------------------------------------------


def next_step_of(mine: MyTraining, today: date) -> NextStep | None:
    """What to do now: go on with what is running, else the most urgent open task, else a renewal; None for nothing."""
    if mine.facts.running:
        return _running(mine.facts.running[0])
    shut = {("exam", key) for key, door in mine.facts.shut.items() if door.decision.lesson is None}
    task = next_step.choose(mine.tasks, shut)
    renewals = board.to_renew(mine.facts.certificates, today)
    if renewals and (task is None or next_step.waits(task, shut)):
        return _renewal(renewals[0], today)
    if task is None:
        return None
    return _BY_KIND.get(task.kind, _waiting_for)(task, mine, today)


def _running(running: next_step.Running) -> NextStep:
    if running.kind == "play":
        return NextStep(
            words(running.title), gettext("You are in the middle of this talk. The customer is still there."),
            link(f"/plays/{running.id}"), gettext("Go on"), [("pause-circle", gettext("Pause any time"))],
        )  # fmt: skip
    title = words(running.title) if running.title else gettext("Quick check")
    facts = [("clock", gettext("until %(time)s", time=_clock(running.deadline_at)))] if running.deadline_at else []
    text = gettext("You have begun this one. Everything you answered is saved.")
    return NextStep(title, text, link(f"/attempts/{running.id}"), gettext("Go on"), facts)


def _clock(at: datetime) -> str:
    return at.astimezone(clock.timezone()).strftime("%H:%M")


def _course(task: Any, mine: MyTraining, today: date) -> NextStep:
    lesson = next_step.lesson_to_go_on(task.key, mine.facts.lessons)
    course, facts = words(task.title), _due_facts(task, today)
    if lesson is None:
        return NextStep(
            course, gettext("All its lessons are done but for the last word."), link(f"/courses/{task.key}"),
            gettext("Open the course"), facts,
        )  # fmt: skip
    place = {"course": course, "number": lesson.number, "total": lesson.total}
    text = (
        gettext("You are on your way: lesson %(number)s of %(total)s in “%(course)s”.", **place)
        if task.done
        else gettext("“%(course)s” begins here. It has %(total)s lessons.", **place)
    )
    facts = [("clock", minutes(lesson.minutes)), *facts]
    action = gettext("Go on") if task.done else gettext("Start the lesson")
    return NextStep(words(lesson.title), text, link(next_step.address("course", task.key, lesson.key)), action, facts)


def _exam(task: Any, mine: MyTraining, today: date) -> NextStep:
    facts = _due_facts(task, today)
    if (door := mine.facts.shut.get(task.key)) is not None:
        return _lesson_first(task, door, facts) if door.decision.lesson else _shut(task, door, facts)
    version_id = mine.facts.versions.get(("exam", task.key))
    if version_id is not None:
        plan = assessment.definition_of(version_id)
        facts = [("check2-circle", gettext("%(cut)s to pass", cut=percent(plan.cut / 100))), *facts]
        if plan.time_limit_minutes:
            facts = [("clock", minutes(plan.time_limit_minutes)), *facts]
    text = (
        gettext("Everything that leads up to this exam is behind you. Take it when you have the time in one piece.")
        if task.path
        else gettext("You were asked to take this exam. Take it when you have the time in one piece.")
    )
    return NextStep(words(task.title), text, link(f"/exams/{task.key}"), gettext("To the exam"), facts)


def _lesson_first(task: Any, door: Shut, facts: Sequence[tuple[str, str]]) -> NextStep:
    text = gettext("Work through this lesson once more; then you can take “%(exam)s” again.", exam=words(task.title))
    title = words(door.lesson_title) or gettext("The lesson before the next attempt")
    return NextStep(title, text, link(f"/courses/{door.decision.lesson}"), gettext("Open the lesson"), facts)


def _shut(task: Any, door: Shut, facts: Sequence[tuple[str, str]]) -> NextStep:
    """What opens when, and no button: the door is shut."""
    opens_at = door.decision.opens_at
    if opens_at is None:
        text = door.decision.reason.translated(gettext)
    elif door.is_tried:
        text = gettext("The exam opens again %(when)s.", when=moment(opens_at))
    else:
        text = gettext("The exam opens %(when)s.", when=moment(opens_at))
    return NextStep(words(task.title, task.key), text, None, None, facts)


def _scenario(task: Any, mine: MyTraining, today: date) -> NextStep:
    facts, customer = _due_facts(task, today), ""
    version_id = mine.facts.versions.get(("scenario", task.key))
    if version_id is not None:
        ready = scenarios.compiled(version_id)
        customer = words(ready.definition.customer.name)
        turns = ngettext("%(num)s turn", "%(num)s turns", ready.about_turns)
        facts = [("chat-left-text", turns), ("pause-circle", gettext("Pause any time")), *facts]
    text = (
        gettext("You know the steps. Now try them with %(customer)s.", customer=customer)
        if customer
        else gettext("You know the steps. Now try them in a conversation.")
    )
    return NextStep(words(task.title), text, link(f"/scenarios/{task.key}"), gettext("Start the role-play"), facts)


def _renewal(line: CertificateLine, today: date) -> NextStep:
    text = (
        gettext("This certificate ran out on %(day)s. See what it takes to hold it again.", day=day(line.expires_on))
        if line.state is State.EXPIRED
        else gettext("This certificate can be renewed until %(day)s. See what it takes.", day=day(line.expires_on))
    )
    facts = [("calendar-event", days_to(line.expires_on, today))]
    title = gettext("Renew “%(certificate)s”", certificate=words(line.title))
    return NextStep(title, text, link("/certificates"), gettext("See the way"), facts)


def _waiting(task: Any, today: date) -> NextStep:
    facts = _due_facts(task, today)
    if task.kind == "session":
        facts = [("clock", minutes(task.minutes)), *facts] if task.minutes else facts
        text = gettext("This one you do with others. Your trainer tells you when, and notes that you were there.")
    elif task.kind == "sign-off":
        text = gettext("Your mentor watches you at work and notes what went well: %(done)s of %(total)s so far.",
                       done=task.done or 0, total=task.total or 0)  # fmt: skip
    else:
        text = gettext("Ask whoever gave you this how it is done.")
    return NextStep(words(task.title, task.key), text, None, None, facts)


def _waiting_for(task: Any, _mine: MyTraining, today: date) -> NextStep:
    return _waiting(task, today)


def _certification(task: Any, _mine: MyTraining, today: date) -> NextStep:
    title = gettext("Earn “%(certificate)s”", certificate=words(task.title, task.key))
    text = gettext("You were asked to hold this certificate. See what is still missing.")
    return NextStep(title, text, link("/certificates"), gettext("See the way"), _due_facts(task, today))


_BY_KIND = {"course": _course, "exam": _exam, "scenario": _scenario, "certification": _certification}


def _due_facts(task: Any, today: date) -> list[tuple[str, str]]:
    if task.due_on is None:
        return []
    if task.due_on < today:
        return [("exclamation-circle", days_to(task.due_on, today))]
    return [("calendar-event", gettext("due %(day)s", day=short_day(task.due_on)))]


# ---- paths ------------------------------------------------------------------------------


def path_steps(path: Any) -> list[dict[str, Any]]:
    """All steps of a path for the ``path`` macro, each with its number."""
    now, numbers = path.next, {(task.kind, task.key): number for number, task in enumerate(path.steps, 1)}
    return [_step(number, task, now, numbers) for number, task in enumerate(path.steps, 1)]


def _step(number: int, task: Any, now: Any, numbers: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    state = "done" if task.state == "done" else "now" if task is now else "later"
    url = link(next_step.address(task.kind, task.key)) if task.state != "locked" else None
    return {
        "number": number, "title": words(task.title, task.key), "note": _step_note(task, state, numbers), "state": state,
        "url": url,
    }  # fmt: skip


def _step_note(task: Any, state: str, numbers: Mapping[tuple[str, str], int]) -> str:
    if state == "done":
        return gettext("Done %(day)s", day=short_day(task.completed_at))
    if task.state == "locked":
        return gettext("Opens after step %(number)s", number=numbers[task.opened_by.kind, task.opened_by.key])
    if task.done and task.total:
        return _so_far(task.kind, task.done, task.total)
    return gettext("You are here") if state == "now" else gettext("Open")


# ---- due, certificates, skills -------------------------------------------------------------


def due_card(row: DueRow, today: date) -> dict[str, Any]:
    """A row for the ``due_list`` macro."""
    target, title = row.task, words(row.title, row.key)
    url = next_step.address(target.kind, target.key) if target is not None else None
    if row.kind == "certification" and target is None:
        url, title = "/certificates", gettext("Renew “%(certificate)s”", certificate=title)
    said = target.said if target is not None else ""
    return {"title": title, "url": link(url or "/"), "note": _due_note(row), "said": said} | _due_day(row.due_on, today)


def _due_day(due_on: date | None, today: date) -> dict[str, Any]:
    if due_on is None:
        return {"month": None, "day": "–", "weekday": None, "when": gettext("no day set"), "late": False}
    return {
        "month": month(due_on), "day": due_on.day, "weekday": weekday(due_on),
        "when": days_to(due_on, today), "late": due_on < today,
    }  # fmt: skip


def _due_note(row: DueRow) -> str:
    if row.kind == "path":
        return gettext("%(done)s of %(total)s steps done", done=row.done, total=row.total)
    return _so_far(row.kind, row.done, row.total) if row.total else kind_name(row.kind)


def _so_far(kind: str, done: int, total: int) -> str:
    if kind == "sign-off":
        return gettext("%(done)s of %(total)s observations", done=done, total=total)
    return gettext("%(done)s of %(total)s lessons done", done=done, total=total)


def kind_name(kind: str) -> str:
    """What a kind of thing to do is called."""
    names = {
        "course": gettext("Course"), "exam": gettext("Exam"), "scenario": gettext("Role-play"),
        "session": gettext("Session"), "sign-off": gettext("Mentor’s sign-off"), "path": gettext("Path"),
        "licence": gettext("Licence"), "certification": gettext("Certificate"),
    }  # fmt: skip
    return names.get(kind, kind)


def certificate_card(line: CertificateLine) -> dict[str, Any]:
    """A certificate for the ``cert`` macro."""
    tone = {"met": "ok", "soon": "wait"}.get(line.kind, "alarm")
    state = {"met": gettext("Valid"), "soon": gettext("Renew now")}.get(line.kind)
    bar = charts.progress("", line.share_left, 1, tone=tone) if line.state is State.VALID else None
    return {
        "title": words(line.title), "kind": line.kind, "url": link(f"/certificates/{line.code}"), "bar": bar,
        "word": state or (gettext("Revoked") if line.state is State.REVOKED else gettext("Expired")),
        "note": _certificate_note(line),
    }  # fmt: skip


def _certificate_note(line: CertificateLine) -> str:
    until = day(line.expires_on)
    if line.state is State.VALID:
        left = ngettext("%(num)s day left", "%(num)s days left", line.days_left)
        return gettext("Valid until %(day)s, %(left)s", day=until, left=left)
    return gettext("Taken back") if line.state is State.REVOKED else gettext("Ran out on %(day)s", day=until)


def skill_card(line: SkillLine) -> dict[str, Any]:
    """A skill for the ``skill`` macro; the scale of its whisker begins at 0."""
    of, target = line.of, percent(SKILL_TARGET)
    interval = (of.low, of.high) if of.low is not None and of.high is not None else None
    note = gettext("target %(target)s, n = %(n)s", target=target, n=of.n)
    spoken = (
        gettext("%(rate)s, 95 %% interval %(low)s to %(high)s, target %(target)s",
                rate=percent(of.rate), low=percent(of.low), high=percent(of.high), target=target)
        if interval
        else gettext("No exam-mode role-play yet")
    )  # fmt: skip
    whisker = charts.dot_and_whisker(
        of.rate, interval, target=SKILL_TARGET, verdict=line.verdict.value, description=spoken
    )
    return {
        "title": gettext(board.SKILLS[line.key]), "kind": line.kind, "word": verdict_word(line.verdict),
        "figure": percent(of.rate), "note": note, "whisker": whisker,
    }  # fmt: skip


def verdict_word(verdict: Verdict) -> str:
    """A verdict as a learner reads it."""
    return {
        Verdict.MET: gettext("Met"), Verdict.NOT_MET: gettext("Not met"), Verdict.NOT_PROVEN: gettext("Not proven"),
    }.get(verdict, gettext("No data"))  # fmt: skip


def skills_hint(lines: Iterable[SkillLine]) -> str | None:
    """What to do about skills that nobody can judge yet."""
    if all(line.of.n == 0 for line in lines):
        return gettext("Take a role-play as an exam, and your skills show here.")
    if any(line.verdict is Verdict.NOT_PROVEN for line in lines):
        return gettext("“Not proven” means too few answers to tell; more role-plays taken as an exam settle it.")
    return None
