"""Everybody's first page, and how skills are measured."""

from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.core import clock
from lms.core.access import has, requires, viewer
from lms.home import board, queries
from lms.home import views_cards as cards
from lms.home.greetings import called, day_at_work, greeting

bp = Blueprint("home", __name__)


@bp.get("/")
@requires("self")
def my_training() -> str | Response:
    """What I do next, how far I am, what is due, what I hold and what I can."""
    person, now, today = viewer(), clock.now(), clock.today()
    if not has(person, "learn"):
        return redirect(url_for("reporting.overview"))
    mine = queries.with_doors(person, queries.my_training(person, now, today), now)
    return render_template(
        "home/my_training.html",
        hello=gettext(greeting(now.astimezone(clock.timezone()).time()), name=called(person.name)),
        day=cards.long_day(today),
        day_number=day_at_work(person.hired_on, today),
        department=mine.facts.department,
        step=cards.next_step_of(mine, today),
        **parts_of(mine, today),
    )


def parts_of(mine: queries.MyTraining, today: date, *, own: bool = True) -> dict[str, Any]:
    """What one's own page and a manager's page about somebody have in common; another's is not led through."""
    skills = board.skill_lines(mine.facts.skills)
    due = board.due_rows(mine.training.paths, mine.training.assigned, mine.facts.certificates, today)
    return {
        "paths": [_path(path, own) for path in mine.training.paths if path.steps],
        "has_tasks": bool(mine.tasks),
        "due": [cards.due_card(row, today) | ({} if own else {"url": None}) for row in due],
        "certificates": [cards.certificate_card(line) for line in mine.facts.certificates],
        "skills": [cards.skill_card(line) for line in skills],
        "skills_hint": cards.skills_hint(skills),
    }


def _path(path: Any, own: bool) -> dict[str, Any]:
    steps = [step | ({} if own else {"url": None}) for step in cards.path_steps(path)]
    begin, end = board.in_sight(path.steps)
    return {
        "title": path.title, "done": path.done, "total": len(steps),
        "steps": [step | {"url": step["url"] if step["state"] == "now" else None} for step in steps[begin:end]],
        "all": steps if end - begin < len(steps) else None,
    }  # fmt: skip


@bp.get("/how-it-is-measured")
@requires("self")
def how_measured() -> str:
    """What the figures mean and where they come from."""
    return render_template("home/how_measured.html", target=board.SKILL_TARGET)
