"""The report page about who is certified."""

from flask import Blueprint, request
from flask import render_template as render
from flask_babel import gettext

from lms.core import clock
from lms.core.access import requires, viewer
from lms.reporting import queries, queries_certified

bp = Blueprint("measures", __name__, url_prefix="/reports")


@bp.get("/certified")
@requires("reports.read")
def certified() -> str:
    """Of everybody whose job role must hold a certificate: how many do, and who does not."""
    person, today = viewer(), clock.today()
    departments, job_roles = queries_certified.groups(person, today)
    missing, cursor = queries_certified.uncertified(person, today, request.args.get("cursor"))
    whole = queries_certified.whole(person, today)
    return render(
        "reporting/certified.html",
        whole=whole,
        parts=[
            (gettext("By department"), gettext("Department"), departments, gettext("No department")),
            (gettext("By job role"), gettext("Job role"), job_roles, gettext("No job role")),
        ],
        missing=missing,
        next_cursor=cursor,
        today=today,
        is_scoped=queries.department_scope(person) is not None,
    )
