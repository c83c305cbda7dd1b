"""Items looked at closely: picks, tables of answers, flags with their evidence, and the pages and files about them."""

import csv
import io
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from lms.assessment.models import Exam
from lms.core.access import Role
from lms.question_bank.items import item_of
from lms.reporting import picks as picking
from lms.reporting.item_answers import answer_table
from lms.reporting.item_flags import Concern, answer_flags, correlation_interval, flags_of, share_interval
from lms.reporting.picks import NONE, Pick
from lms.reporting.scatter import Spot, scatter
from lms.statistics.figures import known
from lms.statistics.items import analyse_marks
from tests import factories_assessment as exams
from tests import factories_reporting as rows

Books = Callable[[], Any]


def item(kind: str, **changes: Any) -> Any:
    return item_of(exams.item("one", kind, **changes))


# ---- picks ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "answer", "chosen"),
    [
        ("single", "skeybeta", [("", "skeybeta")]),
        ("single", None, [("", NONE)]),
        ("true-false", False, [("", "false")]),
        ("multiple", ["skeygamma", "skeyalpha"], [("", "skeyalpha"), ("", "skeygamma")]),
        ("multiple", [], [("", NONE)]),
        ("ordering", ["skeygamma", "skeyalpha", "skeydelta", "skeybeta"], [("", "in-order")]),
        ("ordering", ["skeygamma", "skeydelta", "skeyalpha", "skeybeta"], [("", "2")]),
        ("ordering", ["skeygamma"], [("", "2")]),
        ("ordering", None, [("", NONE)]),
        ("matching", {"skeylone": "skeyrtwo"}, [("skeylone", "skeyrtwo"), ("skeyltwo", NONE)]),
        ("classify", None, [("skeysone", NONE), ("skeystwo", NONE), ("skeysthree", NONE)]),
        ("judgement", "skeydelta", [("", "skeydelta")]),
        ("emotion", "sad", [("", "sad")]),
        ("number", 24.0, [("", "24")]),
        ("number", 1.5, [("", "1.5")]),
        ("short-text", " Twentyfour  Hours!", [("", "twentyfourhours")]),
        ("short-text", "x\x00y" * 200, [("", "xy" * 60)]),
    ],
)
def test_an_answer_falls_into_picks(kind: str, answer: Any, chosen: list[tuple[str, str]]) -> None:
    assert picking.picks(item(kind), answer) == [Pick(*one) for one in chosen]


def test_an_essay_has_no_picks() -> None:
    assert picking.picks(item_of(exams.essay()), "Dear Ms Lin") == []


# ---- the table -------------------------------------------------------------------------

EVEN = {total: 20 for total in range(10)}
"""Two hundred people, twenty with each total: each fifth holds forty."""


def table(kind: str, counts: dict[tuple[str, str], dict[int, int]], people: dict[int, int] = EVEN, **changes: Any) -> Any:
    return answer_table(item(kind, **changes), {Pick(*key): n for key, n in counts.items()}, people)


def test_the_table_tells_each_answer_by_fifths() -> None:
    found = table("single", {("", "skeybeta"): {9: 20, 8: 15, 0: 2}, ("", "skeyalpha"): {0: 18}, ("", NONE): {5: 3}})
    assert found.n == 200 and found.fifths == (40, 40, 40, 40, 40)
    shown = {row.pick: (row.n, row.fifths, row.is_key) for row in found.rows}
    assert shown["skeybeta"] == (37, (2, 0, 0, 0, 35), True)
    assert shown["skeyalpha"] == (18, (18, 0, 0, 0, 0), False)
    assert shown["skeydelta"][0] == 0, "what nobody chose is there too"
    assert shown[NONE] == (3, (0, 0, 3, 0, 0), False)


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("single", {"skeybeta"}), ("true-false", {"false"}), ("multiple", {"skeyalpha", "skeygamma"}),
        ("judgement", {"skeyalpha"}), ("emotion", {"angry"}), ("ordering", {"in-order"}), ("number", {"24"}),
        ("matching", {"skeyrone", "skeyrtwo"}),
    ],
)  # fmt: skip
def test_the_table_marks_the_key(kind: str, keys: set[str]) -> None:
    assert {row.pick for row in table(kind, {}).rows if row.is_key} == keys


def test_written_answers_are_listed_by_frequency_and_only_some() -> None:
    counts = {("", f"word{number}"): {5: number} for number in range(1, 21)}
    found = table("short-text", {**counts, ("", "twentyfourhours"): {9: 3}})
    assert [row.pick for row in found.rows][:2] == ["word20", "word19"] and found.left_out == 9


# ---- flags -----------------------------------------------------------------------------


def flags(kind: str, counts: dict[tuple[str, str], dict[int, int]], people: dict[int, int] = EVEN) -> dict[Concern, str]:
    return {flag.concern: flag.answer.pick for flag in answer_flags(table(kind, counts, people)) if flag.answer}


SPREAD = dict.fromkeys(range(8), 10)
"""Chosen now and then, by nobody of the best."""


def test_a_distractor_that_the_best_prefer_asks_for_the_key() -> None:
    wrong_key = {("", "skeybeta"): {9: 4, 8: 4, 0: 15}, ("", "skeyalpha"): {9: 16, 8: 16}, ("", "skeygamma"): SPREAD,
                 ("", "skeydelta"): SPREAD}  # fmt: skip
    assert flags("single", wrong_key) == {Concern.KEY: "skeyalpha"}
    (flag,) = answer_flags(table("single", wrong_key))
    assert str(flag.evidence) == "32 of 40 in the best fifth chose it, 8 chose the key."
    few = {total: 1 for total in range(10)}
    assert flags("single", {("", "skeyalpha"): {9: 1, 8: 1}, ("", "skeybeta"): {7: 1}}, few) == {}


def test_a_distractor_that_draws_the_best_more_than_the_weakest_is_a_lure() -> None:
    counts = {("", "skeybeta"): {9: 12, 8: 12, 0: 10}, ("", "skeyalpha"): {9: 8, 8: 8, 0: 1, 1: 1},
              ("", "skeygamma"): SPREAD, ("", "skeydelta"): SPREAD}  # fmt: skip
    assert flags("single", counts) == {Concern.LURE: "skeyalpha"}
    counts["", "skeyalpha"] = {9: 3, 8: 3, 0: 2, 1: 2, 5: 20}
    assert flags("single", counts) == {}, "six against four of forty prove nothing"


def test_a_distractor_that_nobody_chooses_is_idle_once_enough_people_were_asked() -> None:
    counts = {("", "skeybeta"): EVEN, ("", "skeyalpha"): SPREAD, ("", "skeygamma"): SPREAD}
    assert flags("single", counts) == {Concern.IDLE: "skeydelta"}
    few = {("", key): dict.fromkeys(range(10), 2) for key in ("skeybeta", "skeyalpha", "skeygamma")}
    assert flags("single", few, dict.fromkeys(range(10), 6)) == {}, "nobody of sixty may still be six in a hundred"


def test_many_who_leave_it_open_are_told() -> None:
    spread = {("", key): SPREAD for key in ("skeyalpha", "skeybeta", "skeygamma", "skeydelta")}
    assert flags("single", {**spread, ("", NONE): dict.fromkeys(range(10), 4)}) == {Concern.OPEN: NONE}
    assert flags("single", {**spread, ("", NONE): dict.fromkeys(range(10), 2)}) == {}


def test_partly_right_answers_and_places_of_an_order_are_no_distractors() -> None:
    best = {9: 16, 8: 16}
    judged = {("", "skeybeta"): best, ("", "skeyalpha"): {9: 4, 8: 4}, ("", "skeygamma"): SPREAD, ("", "skeydelta"): SPREAD}
    assert flags("judgement", judged) == {}
    assert flags("ordering", {("", "2"): best}) == {}
    assert Concern.IDLE not in flags("matching", {})
    assert Concern.IDLE not in flags("short-text", {("", "other"): {5: 1}, ("", "twentyfourhours"): EVEN})


def test_flags_of_figures_need_intervals() -> None:
    def concerns(marks: list[list[int]], times: int) -> set[Concern]:
        return {flag.concern for flag in flags_of(analyse_marks(marks * times, [1, 1, 1, 1]).items[0])}

    backwards = [[1, 0, 0, 0], [1, 0, 0, 1], [0, 1, 1, 1], [0, 1, 1, 0], [0, 0, 1, 1], [1, 1, 0, 0]]
    assert Concern.BACKWARDS in concerns(backwards, 20) and concerns(backwards, 1) == set()
    hard = [[0, 1, 1, 0], [0, 0, 1, 1], [0, 1, 0, 0], [1, 1, 1, 1], *[[0, 0, 1, 0]] * 6]
    assert Concern.HARD in concerns(hard, 20) and Concern.HARD not in concerns(hard, 1)
    easy = [[1, 1, 1, 0], [1, 0, 1, 1]] * 5
    assert Concern.EASY in concerns(easy, 20) and Concern.EASY not in concerns(easy, 3)


def test_the_intervals_are_those_of_wilson_and_fisher() -> None:
    assert share_interval(known(30, 0.9)) == pytest.approx((0.7438, 0.9654), abs=5e-5)
    # z = atanh(.5) = .549306, 1.959964 / sqrt(100) = .195996: tanh(.353310), tanh(.745302)
    assert correlation_interval(known(103, 50)) == pytest.approx((0.339308, 0.632338), abs=1e-5)


# ---- pages --------------------------------------------------------------------------------

ITEMS = [f"complaints-{number}" for number in range(1, 6)]


@pytest.fixture
def exam(books: Books) -> Exam:
    """Sixty people in each language; the first item is much harder in Chinese, and nobody ever takes its last option."""
    with books():
        exams.topic("complaints", 5)
        found = exams.exam("front-line")
        chance = Random(5)
        for number in range(120):
            language = ("en", "zh-Hans")[number % 2]
            able = chance.random()
            first = int(chance.random() < (0.9 if language == "en" else 0.25))
            marks = [first, *(int(chance.random() < able) for _ in range(4))]
            picked = ["skeybeta" if first else ("skeyalpha", "skeygamma")[number // 2 % 2], "skeybeta"]
            rows.marked(found, marks, [1] * 5, ITEMS, answers=picked, language=language)
    return found


def test_the_page_of_an_item_says_who_chose_what(exam: Exam, sign_in: Callable[..., Any]) -> None:
    page = sign_in(Role.TRAINER).get("/reports/exams/front-line/items/complaints-1").get_data(as_text=True)
    assert "complaints-1 is answered right by" in page
    assert "Who chose what" in page and "Weakest fifth" in page and "Second way" in page
    assert "Hardly anybody chooses “Fourth way”: write a better distractor." in page and "0 of 120 chose it." in page
    assert "much harder in Chinese" in page and "60 in Chinese" in page


def test_the_worst_stands_in_the_title(books: Books, sign_in: Callable[..., Any]) -> None:
    with books():
        exams.topic("complaints", 5)
        found = exams.exam("front-line")
        for number in range(100):
            able = number % 5
            marks = [int(able < 2), *(int(able > place) for place in range(4))]
            answers = ["skeybeta" if marks[0] else ("skeyalpha", "skeygamma")[number // 5 % 2]]
            rows.marked(found, marks, [1] * 5, ITEMS, answers=answers)
    page = sign_in(Role.TRAINER).get("/reports/exams/front-line/items/complaints-1").get_data(as_text=True)
    heading = page[page.index("<h1>") : page.index("</h1>")]
    assert "check the key" in heading and "Hardly anybody" not in heading and "Hardly anybody" in page


def test_the_page_speaks_chinese(exam: Exam, sign_in: Callable[..., Any]) -> None:
    client = sign_in(Role.TRAINER, language="zh-Hans")
    for path in ("/reports/exams/front-line", "/reports/exams/front-line/items/complaints-1"):
        page = client.get(path).get_data(as_text=True)
        assert '<html lang="zh-Hans">' in page and "Who chose what" not in page and "sitting" not in page


def test_the_page_of_an_exam_draws_its_items_and_tells_of_a_second_sitting(
    exam: Exam, sign_in: Callable[..., Any]
) -> None:
    page = sign_in(Role.TRAINER).get("/reports/exams/front-line").get_data(as_text=True)
    assert "Of 100 people who sat it twice, about" in page and "Pass mark 80\u202f%" in page
    assert page.count('aria-label="complaints-1: share right') == 2, "for desk and phone"
    assert "/reports/exams/front-line/items/complaints-1?version=1" in page
    assert "Chinese and English" in page and "much harder in Chinese" in page


def test_the_items_come_as_a_file(exam: Exam, sign_in: Callable[..., Any]) -> None:
    response = sign_in(Role.AUDITOR).get("/reports/exams/front-line.csv")
    lines = list(csv.DictReader(io.StringIO(response.get_data().decode("utf-8-sig"))))
    assert [line["item"] for line in lines] == ITEMS
    assert lines[0]["n"] == "120" and lines[0]["language_class"] == "C" and float(lines[0]["language_delta"]) < -1.5


def test_the_api_says_the_same(exam: Exam, api: Callable[..., Any]) -> None:
    got = api(Role.TRAINER).get("/exams/front-line/statistics").get_json()
    assert got["items"][0]["language"]["letter"] == "C" and got["items"][0]["language"]["focal_n"] == 60
    assert 0.5 < got["verdicts"]["same"]["value"] <= 1 and got["verdicts"]["cut"] == 0.8
    assert got["waiting"] == 0


def test_what_nobody_was_asked_is_not_there(exam: Exam, sign_in: Callable[..., Any]) -> None:
    client = sign_in(Role.TRAINER)
    base = "/reports/exams/front-line"
    for path in ("/items/ghost", "/items/complaints-1?version=7", "/items/complaints-1?item_version=9", ".csv?version=7"):
        assert client.get(base + path).status_code == 404, path
    for role in (Role.HR, Role.MANAGER, Role.LEARNER, Role.ADMIN):
        assert sign_in(role).get(f"{base}/items/complaints-1").status_code == 403
        assert sign_in(role).get(f"{base}.csv").status_code == 403


def test_few_answers_are_not_shown(books: Books, sign_in: Callable[..., Any]) -> None:
    with books():
        exams.topic("complaints", 5)
        found = exams.exam("front-line")
        for _ in range(9):
            rows.marked(found, [1, 0, 1, 0, 1], [1] * 5, ITEMS, answers=["skeybeta"])
    page = sign_in(Role.TRAINER).get("/reports/exams/front-line/items/complaints-1").get_data(as_text=True)
    assert "complaints-1: not enough data, 9 answers." in page and "Weakest fifth" not in page
    assert "Second way" not in page


def test_the_pages_cost_the_same_for_any_number_of_attempts(
    books: Books, exam: Exam, sign_in: Callable[..., Any], count_queries: Callable[[], Any]
) -> None:
    client, spent = sign_in(Role.TRAINER), []
    for times in (1, 1, 8):
        with books():
            for _ in range(times):
                rows.marked(exam, [1, 0, 1, 0, 1], [1] * 5, ITEMS)
        with count_queries() as statements:
            assert client.get("/reports/exams/front-line").status_code == 200
            assert client.get("/reports/exams/front-line/items/complaints-1").status_code == 200
        spent.append(len(statements))
    assert spent[1] == spent[2] <= 40


def test_the_picture_places_points_and_makes_room_below_zero() -> None:
    fine, bad = Spot("a", "/a", 0.5, 0.4), Spot("b", "/b", 0.9, -0.2, "grave")
    picture = scatter([bad, fine], "across", "up")
    assert [mark.spot for mark in picture.marks] == [fine, bad]
    assert picture.marks[1].shape == "diamond" and picture.marks[1].y > picture.marks[0].y
    assert any("-50" in label.text for label in picture.labels)
    assert not any("-" in label.text for label in scatter([fine], "across", "up").labels)
