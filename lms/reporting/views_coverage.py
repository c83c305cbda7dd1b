"""The page that shows which SOP steps are examined, and by what."""

from flask import Blueprint, request
from flask import render_template as render

from lms.core.access import requires
from lms.core.errors import NotFound
from lms.core.texts import N_, Message
from lms.reporting import queries_coverage
from lms.reporting.coverage import by_lesson, tallies

bp = Blueprint("coverage", __name__, url_prefix="/reports")


@bp.get("/sop-coverage")
@requires("content.read")
def sop_coverage() -> str:
    """All courses with how many steps are covered; of one course, every step with its items and scenes."""
    steps = queries_coverage.coverage()
    courses = list(tallies(steps))
    wanted = request.args.get("course", "")
    chosen = next((one for one in courses if one.course == wanted), None)
    if wanted and chosen is None:
        raise NotFound(Message(N_("No course in use has the key “%(key)s”."), {"key": wanted}))
    return render(
        "reporting/sop_coverage.html",
        courses=sorted(courses, key=lambda one: -one.bare),
        lessons=by_lesson([one for one in steps if chosen and one.step.course == chosen.course]),
        chosen=chosen,
        total=len(steps),
        bare=sum(one.is_bare for one in steps),
        by_items=sum(bool(one.items) for one in steps),
        by_scenes=sum(bool(one.scenes) for one in steps),
    )
