"""The pages of exam plans for those who keep them: all exams, one plan with what its papers are like, a sample paper."""

from flask import Blueprint, render_template, request

from lms.assessment import queries_plans
from lms.assessment.balancing import ENOUGH
from lms.core import clock
from lms.core.access import requires
from lms.core.entered import whole_number
from lms.core.locale import language
from lms.core.texts import N_
from lms.question_bank import queries as bank

bp = Blueprint("plans", __name__)

MOST_ITEMS = 25
DIFFICULTY_NAMES = {"easy": N_("easy"), "medium": N_("medium"), "hard": N_("hard")}


@bp.get("/author/exams")
@requires("content.read")
def author_exams() -> str:
    """Every exam with its plan in a line."""
    return render_template("assessment/author_exams.html", plans=queries_plans.listed_plans(), now=clock.now())


@bp.get("/author/exams/<string:exam>")
@requires("content.read")
def author_exam(exam: str) -> str:
    """One plan: its parts, how hard its papers are, which steps they ask for, which items they use."""
    view = queries_plans.plan_view(exam)
    shown = view.items if request.args.get("items") == "all" else view.items[:MOST_ITEMS]
    return render_template(
        "assessment/author_exam.html",
        view=view,
        shown=shown,
        worded=bank.items(one.item.version_id for one in shown),
        difficulties=DIFFICULTY_NAMES,
        enough=ENOUGH,
    )


@bp.get("/author/exams/<string:exam>/sample")
@requires("content.read")
def sample_paper(exam: str) -> str:
    """A paper that nobody sits, as a learner would see it."""
    number = min(max(whole_number(request.args.get("number")) or 1, 1), 9999)
    return render_template("assessment/sample_paper.html", sample=queries_plans.sample_paper(exam, number, language()))
