"""Certification files."""

from typing import Any

import pytest

from lms.certification.content import SCHEMAS, CertificationsFile, references
from lms.core.content import Document, dump_yaml, read_yaml, validate

GOOD = """certifications:
  - certification: front-line-service
    title:
      en: Front line
      zh-Hans: 一线
    roles:
      - front-line
    requires:
      all:
        - course: complaint-handling
        - exam: front-line-exam
        - at_least:
            count: 2
            of:
              - scenario: late-delivery
              - scenario: broken-watch
              - any:
                  - session: complaint-workshop
                  - sign_off: first-calls
        - licence: food-health
        - certification: service-basics
    recertify:
      exam: front-line-renewal
    validity_months: 24
    date_rule: fixed
"""


def problems_of(text: str) -> list[str]:
    document, problems = read_yaml("c.yaml", text)
    assert document
    return [str(problem) for problem in problems + validate(CertificationsFile, document)[1]]


def certifications(text: str = GOOD) -> CertificationsFile:
    document, _ = read_yaml("c.yaml", text)
    assert document
    definition, problems = validate(CertificationsFile, document)
    assert definition, [str(problem) for problem in problems]
    return definition


def test_a_file_in_the_fixed_style_is_written_as_it_was_read() -> None:
    assert dump_yaml(certifications()) == GOOD


def test_what_is_left_out_has_the_documented_default() -> None:
    shorter = GOOD.replace("    validity_months: 24\n    date_rule: fixed\n", "")
    rule = certifications(shorter).certifications[0]
    assert (rule.validity_months, rule.window_months, rule.minimum_active_months) == (12, 2, 6)
    assert rule.date_rule == "expiry"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("count: 2", "count: 4",
         "13: certifications[0].requires.all[2].at_least.count: This asks for 4, but only 3 are listed."),
        ("- exam: front-line-exam", "- {exam: a, course: b}",
         "11: certifications[0].requires.all[1].exam: Only one thing stands here; put “course” and “exam” into a list "
         "under all or any."),
        ("- exam: front-line-exam", "- {}",
         "11: certifications[0].requires.all[1]: Say what is required, with one of: all, any, at_least, course, exam, "
         "scenario, sign_off, session, licence, certification."),
        ("- exam: front-line-exam", "- exam: 3",
         "11: certifications[0].requires.all[1].exam: Write a text here; put 3 in quotes."),
        ("exam: front-line-renewal", "any: []", "23: certifications[0].recertify.any: Give at least 1 here."),
        ("certification: service-basics", "certification: front-line-service",
         "21: certifications[0].requires.all[4].certification: A certification cannot require itself; take this away."),
        ("validity_months: 24", "window_months: 12",
         "24: certifications[0].window_months: The window must be shorter than the validity."),
        ("validity_months: 24", "minimum_active_months: 13",
         "24: certifications[0].minimum_active_months: This must not be longer than the validity."),
        ("validity_months: 24", "validity_months: 0",
         "24: certifications[0].validity_months: Write a number that is at least 1."),
        ("date_rule: fixed", "date_rule: never",
         "25: certifications[0].date_rule: Write one of these here: completion, expiry, fixed."),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_said_with_its_line(old: str, new: str, problem: str) -> None:
    assert problems_of(GOOD.replace(old, new, 1)) == [f"c.yaml:{problem}"]


def rule(key: str, **requires: Any) -> dict[str, Any]:
    return {"certification": key, "title": {"en": key, "zh-Hans": key}, "requires": requires}


def test_certifications_that_require_each_other_are_refused() -> None:
    data = {
        "certifications": [
            rule("a", certification="b"),
            rule("b", any=[{"exam": "e"}, {"certification": "c"}]),
            rule("c", certification="a"),
            rule("d", certification="a"),
        ]
    }
    _, problems = validate(CertificationsFile, Document("c.yaml", data))
    sentence = "requires: These certifications require each other, so nobody can begin:"
    assert [str(problem) for problem in problems] == [
        f"c.yaml:1: certifications[0].{sentence} a → b → c → a.",
        f"c.yaml:1: certifications[1].{sentence} b → c → a → b.",
        f"c.yaml:1: certifications[2].{sentence} c → a → b → c.",
    ]


def test_a_tree_that_never_ends_is_refused() -> None:
    requires: dict[str, Any] = {"exam": "e"}
    for _ in range(2000):
        requires = {"all": [requires]}
    definition, problems = validate(CertificationsFile, Document("c.yaml", {"certifications": [rule("a", **requires)]}))
    assert definition is None and len(problems) == 1


def test_everything_required_is_referred_to_with_its_place() -> None:
    found = list(references(certifications()))
    assert [(r.kind, r.key) for r in found] == [
        ("course", "complaint-handling"),
        ("exam", "front-line-exam"),
        ("scenario", "late-delivery"),
        ("scenario", "broken-watch"),
        ("session", "complaint-workshop"),
        ("sign_off", "first-calls"),
        ("licence", "food-health"),
        ("certification", "service-basics"),
        ("exam", "front-line-renewal"),
    ]
    document, _ = read_yaml("c.yaml", GOOD)
    assert document
    assert [document.line(reference.loc) for reference in found] == [10, 11, 15, 16, 18, 19, 20, 21, 23]


def test_a_branch_knows_its_children() -> None:
    tree = certifications().certifications[0].requires
    assert (tree.kind, len(tree.children())) == ("all", 5)
    assert [child.kind for child in tree.children()[2].children()] == ["scenario", "scenario", "any"]
    assert tree.children()[0].children() == []


def test_the_schema_is_closed() -> None:
    assert SCHEMAS["certifications"].model_json_schema(by_alias=True)["additionalProperties"] is False
