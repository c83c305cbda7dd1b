"""The plan of the house: which pages, calls, listeners, jobs and commands each room brings."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Flask

from lms import cli
from lms.assessment import api as assessment_api
from lms.assessment import api_authors as assessment_authors
from lms.assessment import api_exports as assessment_exports
from lms.assessment import api_trainers as assessment_trainers
from lms.assessment import jobs as assessment_jobs
from lms.assessment import queries_running as assessment_running
from lms.assessment import views as assessment
from lms.assessment import views_allowances as allowances
from lms.assessment import views_appeals as appeals
from lms.assessment import views_calibration as calibration
from lms.assessment import views_door as exam_door
from lms.assessment import views_escalations as escalations
from lms.assessment import views_exports as exports
from lms.assessment import views_marking as marking
from lms.assessment import views_plan_editor as plan_editing
from lms.assessment import views_plans as plans
from lms.assessment import views_regrading as regrading
from lms.assessment import views_running as running
from lms.certification import api as certification_api
from lms.certification import jobs as certification_jobs
from lms.certification import listeners as certification_listeners
from lms.certification import views as certification
from lms.certification import views_desk as certified
from lms.core.api import Api
from lms.core.events import Listener
from lms.core.jobs import Periodic, Worker
from lms.core.texts import N_
from lms.core.waiting import Teller
from lms.core.web import NavItem
from lms.courses import api as courses_api
from lms.courses import views as courses
from lms.enrolment import api as enrolment_api
from lms.enrolment import listeners as enrolment_listeners
from lms.enrolment import views as enrolment
from lms.enrolment import views_practice as practice
from lms.home import api as home_api
from lms.home import views as home
from lms.home import views_team as team
from lms.hr import api as hr_api
from lms.hr import listeners as hr_listeners
from lms.hr import views as hr
from lms.identity import api as identity_api
from lms.identity import views as identity
from lms.identity import views_people as people
from lms.question_bank import api as question_bank_api
from lms.question_bank import views as question_bank
from lms.question_bank import views_editor as item_editing
from lms.question_bank import views_topics as topics
from lms.reporting import api as reporting_api
from lms.reporting import jobs as reporting_jobs
from lms.reporting import listeners as reporting_listeners
from lms.reporting import views as reporting
from lms.reporting import views_coverage as coverage
from lms.reporting import views_emotions as emotions
from lms.reporting import views_items as item_measures
from lms.reporting import views_measures as measures
from lms.reporting import views_plays as play_measures
from lms.scenarios import api as scenarios_api
from lms.scenarios import api_authors as scenarios_authors
from lms.scenarios import api_progress as scenarios_progress
from lms.scenarios import views as scenarios
from lms.scenarios import views_author as scenario_authoring
from lms.scenarios import views_editor as scenario_editing
from lms.scenarios import views_editor_language as scenario_language
from lms.scenarios import views_editor_new as scenario_drafting
from lms.scenarios import views_editor_quick as scenario_quick
from lms.scenarios import views_editor_try as scenario_trying
from lms.scenarios import views_progress as scenario_progress
from lms.scenarios import views_replies as reply_marking
from lms.scenarios import views_reply_rules as reply_rules
from lms.scenarios import views_routes as scenario_routes

PAGES: tuple[Blueprint, ...] = (
    identity.bp,
    people.bp,
    home.bp,
    team.bp,
    reporting.bp,
    measures.bp,
    emotions.bp,
    item_measures.bp,
    play_measures.bp,
    coverage.bp,
    courses.bp,
    enrolment.bp,
    practice.bp,
    scenarios.bp,
    scenario_authoring.bp,
    scenario_progress.bp,
    scenario_editing.bp,
    scenario_drafting.bp,
    scenario_quick.bp,
    scenario_language.bp,
    scenario_trying.bp,
    reply_marking.bp,
    reply_rules.bp,
    scenario_routes.bp,
    certification.bp,
    certified.bp,
    hr.bp,
    exam_door.bp,
    assessment.bp,
    appeals.bp,
    marking.bp,
    calibration.bp,
    running.bp,
    regrading.bp,
    exports.bp,
    allowances.bp,
    question_bank.bp,
    topics.bp,
    item_editing.bp,
    plans.bp,
    plan_editing.bp,
    escalations.bp,
)

APIS: tuple[Api, ...] = (
    identity_api.api,
    home_api.api,
    reporting_api.api,
    courses_api.api,
    enrolment_api.api,
    question_bank_api.api,
    assessment_api.api,
    assessment_authors.api,
    assessment_exports.api,
    assessment_trainers.api,
    scenarios_api.api,
    scenarios_authors.api,
    scenarios_progress.api,
    certification_api.api,
    hr_api.api,
)

LISTENERS: tuple[tuple[type, Listener], ...] = (
    *enrolment_listeners.LISTENERS,
    *certification_listeners.LISTENERS,
    *hr_listeners.LISTENERS,
    *reporting_listeners.LISTENERS,
)

JOBS: tuple[tuple[Mapping[str, Worker], tuple[Periodic, ...]], ...] = (
    (assessment_jobs.WORKERS, assessment_jobs.PERIODIC),
    (certification_jobs.WORKERS, certification_jobs.PERIODIC),
    (reporting_jobs.WORKERS, reporting_jobs.PERIODIC),
)

WAITING: tuple[Teller, ...] = (reply_marking.waiting_work,)

GAUGES: tuple[tuple[str, Callable[[], int]], ...] = (("lms_attempts_set_aside", assessment_running.set_aside_count),)

NAVIGATION: tuple[NavItem, ...] = (
    # learners: the first five are the tabs of the phone
    NavItem("home.my_training", N_("Today"), "house-door", "learn", "learn", "/"),
    NavItem("enrolment.catalogue", N_("Courses"), "book", "catalogue.read", "learn", "/courses"),
    NavItem("scenarios.scenarios", N_("Practice"), "chat-square-text", "catalogue.read", "learn", "/scenarios"),
    NavItem("certification.certificates", N_("Certificates"), "award", "self", "learn", "/certificates"),
    NavItem("courses.job_aids", N_("Job aids"), "search", "catalogue.read", "learn", "/job-aids"),
    # the desk
    NavItem("team.team", N_("Team"), "diagram-3", "team.read", "desk", "/team"),
    NavItem("team.assignments", N_("Assign"), "plus-square", "attendance.record", "desk", "/team/assignments"),
    NavItem("reporting.overview", N_("Reports"), "graph-up", "reports.read", "desk", "/reports"),
    NavItem("appeals.marking", N_("Marking"), "pencil-square", "marking.read", "desk", "/marking", ("/author/regradings",)),
    NavItem("allowances.allowances", N_("Extra time"), "hourglass-split", "allowance.read", "desk", "/allowances"),
    NavItem("practice.mentoring", N_("Mentoring"), "person-check", "sign-off.record", "desk", "/mentoring"),
    NavItem("practice.sessions", N_("Sessions"), "easel", "attendance.record", "desk", "/sessions"),
    NavItem("courses.author_courses", N_("Course care"), "journal-check", "content.read", "desk", "/author/courses"),
    NavItem(
        "scenario_authoring.author_scenarios", N_("Scenarios"), "signpost-split", "content.read", "desk", "/author/scenarios"
    ),
    NavItem("hr.reviews", N_("Review cycles"), "clipboard-check", "reviews.read", "desk", "/hr/reviews"),
    NavItem("hr.quality_scores", N_("Workplace scores"), "clipboard-data", "results.read", "desk", "/hr/quality-scores"),
    NavItem("certified.certified", N_("Certified"), "patch-check", "duty.read", "desk", "/hr/certificates"),
    NavItem("certified.licences", N_("Licences"), "card-checklist", "results.read", "desk", "/hr/licences"),
    NavItem(
        "question_bank.items", N_("Items"), "list-check", "content.read", "desk", "/author/items", ("/author/topics", "/author/new-")
    ),
    NavItem("plans.author_exams", N_("Exams"), "file-earmark-check", "content.read", "desk", "/author/exams"),
    NavItem("people.people", N_("People"), "people", "people.read", "desk", "/admin/people"),
    NavItem(
        "reply_rules.reply_agreement", N_("Typed replies"), "chat-quote", "settings.write", "desk", "/marking/replies/agreement"
    ),
    NavItem("people.tokens", N_("Tokens"), "key", "settings.write", "desk", "/admin/tokens"),
    NavItem("people.audit_trail", N_("Audit trail"), "shield-check", "audit.read", "desk", "/admin/audit"),
)


def register_commands(app: Flask) -> None:
    """The ``flask`` commands of the house."""
    for command in cli.COMMANDS:
        app.cli.add_command(command)
