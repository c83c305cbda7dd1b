"""Path files."""

import pytest

from lms.core.content import dump_yaml, read_yaml, validate
from lms.enrolment.content import SCHEMAS, PathsFile, references

GOOD = """paths:
  - path: new-hire-onboarding
    title:
      en: Onboarding
      zh-Hans: 入职
    role: new-hire
    due_days: 14
    steps:
      - course: service-standards
      - exam: onboarding-exam
      - scenario: late-delivery
      - session: complaint-workshop
      - sign_off: first-calls
sessions:
  - session: complaint-workshop
    mode: classroom
    title:
      en: Workshop
      zh-Hans: 工作坊
    hours: 1.5
sign_offs:
  - sign_off: first-calls
    title:
      en: First calls
      zh-Hans: 首批来电
    items:
      - key: greeting
        text:
          en: Greets
          zh-Hans: 问好
        times: 2
"""


def problems_of(text: str) -> list[str]:
    document, problems = read_yaml("paths.yaml", text)
    assert document
    return [str(problem) for problem in problems + validate(PathsFile, document)[1]]


def paths(text: str = GOOD) -> PathsFile:
    document, _ = read_yaml("paths.yaml", text)
    assert document
    definition, problems = validate(PathsFile, document)
    assert definition, [str(problem) for problem in problems]
    return definition


def test_a_file_in_the_fixed_style_is_written_as_it_was_read() -> None:
    assert dump_yaml(paths()) == GOOD


def test_what_is_left_out_has_the_documented_default() -> None:
    shorter = GOOD
    for line in ("    due_days: 14\n", "    mode: classroom\n", "    hours: 1.5\n", "        times: 2\n"):
        shorter = shorter.replace(line, "")
    file = paths(shorter)
    assert (file.paths[0].due_days, file.paths[0].ordered) == (30, True)
    assert (file.sessions[0].mode, file.sessions[0].hours, file.sign_offs[0].items[0].times) == ("workshop", 3, 3)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("- exam: onboarding-exam", "- {exam: a, course: b}",
         "10: paths[0].steps[1].exam: A step names one thing to do; make “exam” a step of its own."),
        ("- exam: onboarding-exam", "- {}",
         "10: paths[0].steps[1]: A step names one thing to do: course, exam, scenario, session, sign_off."),
        ("- exam: onboarding-exam", "- course: service-standards",
         "10: paths[0].steps[1]: “service-standards” is a step of this path already; keep one."),
        ("- exam: onboarding-exam", "- exams: onboarding-exam",
         "10: paths[0].steps[1].exams: There is no field “exams” here; did you mean “exam”?"),
        ("mode: classroom", "mode: webinar", "16: sessions[0].mode: Write one of these here: classroom, workshop."),
        ("hours: 1.5", "hours: 0", "20: sessions[0].hours: Write a number above 0."),
        ("times: 2", "times: 2.5", "31: sign_offs[0].items[0].times: Write a whole number here, without quotes."),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_said_with_its_line(old: str, new: str, problem: str) -> None:
    assert problems_of(GOOD.replace(old, new, 1)) == [f"paths.yaml:{problem}"]


def test_keys_are_unique_in_their_kind() -> None:
    again = GOOD.replace("sign_offs:\n", "  - {session: complaint-workshop, title: {en: W, zh-Hans: 坊}}\nsign_offs:\n")
    assert problems_of(again) == [
        "paths.yaml:21: sessions[1].session: “complaint-workshop” stands here a second time; every one must differ."
    ]


def test_a_path_refers_to_its_steps() -> None:
    assert [(r.kind, r.key, r.loc[-1]) for r in references(paths())] == [
        ("course", "service-standards", "course"),
        ("exam", "onboarding-exam", "exam"),
        ("scenario", "late-delivery", "scenario"),
        ("session", "complaint-workshop", "session"),
        ("sign_off", "first-calls", "sign_off"),
    ]


def test_the_schema_is_closed() -> None:
    assert SCHEMAS["paths"].model_json_schema(by_alias=True)["additionalProperties"] is False
