"""A learner in the middle of an exam and of a role-play looks everywhere, and finds no answer."""

import html
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urldefrag

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms import config, packs, rooms
from lms.core import clock
from lms.core.access import Role, Scope
from lms.core.database import unit_of_work
from lms.core.texts import LANGUAGES
from lms.identity.models import Person
from lms.question_bank.items import EMOTIONS
from tests import factories
from tests.conftest import ApiClient
from tests.journeys import knowing, secrets
from tests.journeys.secrets import Secrets

EXAM, SCENARIO = "front-line-exam", "late-delivery"
CHECK = ("complaint-handling", "why-people-complain")
MOST_PAGES = 2000


@pytest.fixture(scope="module")
def hidden() -> Secrets:
    return secrets.gather(knowing.bundled())


@dataclass
class Sitting:
    """Somebody with an open exam, an open exam play, an open check, and one check handed in."""

    browser: FlaskClient
    api: ApiClient
    attempt: dict[str, Any]
    play: dict[str, Any]
    open_checks: list[int]
    explained: frozenset[str]
    bodies: list[tuple[str, str]]


@pytest.fixture(params=LANGUAGES)
def sitting(
    request: pytest.FixtureRequest, app: Flask, sign_in: Callable[..., FlaskClient], api: Callable[..., ApiClient]
) -> Sitting:
    language = request.param
    with app.app_context():
        packs.load([config.ROOT / "courses", config.ROOT / "question_bank"], take=None, actor=None, now=clock.now())
        with unit_of_work():
            person = factories.person(roles=[Role.LEARNER], language=language)
    caller = api(person, scopes=[Scope.LEARN])
    bodies: list[tuple[str, str]] = []
    attempt = _said(bodies, caller.post(f"/exams/{EXAM}/attempts"))
    for question in attempt["items"][::2]:
        right = knowing.right_answer(question, language)
        if question["type"] == "short-text":
            right = right.upper()  # the learner's own word is no leak, and authored keys are in small letters
        answer = {"answer": right, "seq": 1}
        _said(bodies, caller.put(f"/attempts/{attempt['id']}/responses/{question['slot']}", answer))
    play = _begin_play(bodies, caller, language)
    checks, explained = _begin_checks(bodies, caller, person, app, language)
    return Sitting(sign_in(person, language=language), caller, attempt, play, checks, explained, bodies)


def _said(bodies: list[tuple[str, str]], response: Any) -> Any:
    assert response.status_code in (200, 201), (response.request.path, response.text[:500])
    bodies.append((response.request.path, response.text))
    return response.json


def _begin_play(bodies: list[tuple[str, str]], caller: ApiClient, language: str) -> dict[str, Any]:
    """Two turns of an examination, along the best route so that it goes on."""
    play = _said(bodies, caller.post(f"/scenarios/{SCENARIO}/plays"))
    plot, best = knowing.best_play(SCENARIO)
    for line in best.lines[:2]:
        scene, words = play["scene"], plot.scenes[line.scene].choices[line.turn.choice or ""].reply[language]
        said = {"turn": play["turn"], "choice": next(one["id"] for one in scene["choices"] if one["text"] == words)}
        if scene["asks_emotion"]:
            said["emotion"] = scene["labels"][0]
        play = _said(bodies, caller.post(f"/plays/{play['id']}/turns", said))
    return dict(play)


def _begin_checks(
    bodies: list[tuple[str, str]], caller: ApiClient, person: Person, app: Flask, language: str
) -> tuple[list[int], frozenset[str]]:
    """The check of every lesson is open, but one was handed in: of its items the reasons may be told."""
    opened = []
    lessons = [(source.key, lesson) for source in knowing.bundled().course_sources() for lesson in _checked(source)]
    for course, lesson in lessons[1:]:
        opened.append(_said(bodies, caller.post(f"/me/lessons/{course}/{lesson}/attempts"))["id"])
    course, lesson = lessons[0]
    check = caller.post(f"/me/lessons/{course}/{lesson}/attempts").json
    assert caller.post(f"/attempts/{check['id']}/submission").status_code == 200
    return opened, frozenset(knowing.item_shown(question, language).key for question in check["items"])


def _checked(source: Any) -> Iterator[str]:
    return (lesson.key for lesson in source.course.lessons if lesson.check is not None)


# ---- the crawl ------------------------------------------------------------------------


def crawl(browser: FlaskClient, starts: list[str]) -> dict[str, tuple[int, str, str]]:
    """Follow every link of every page; by address: status, content type, text."""
    seen: dict[str, tuple[int, str, str]] = {}
    waiting = list(starts)
    while waiting:
        address = waiting.pop(0)
        if address in seen:
            continue
        assert len(seen) < MOST_PAGES, "the pages do not end"
        response = browser.get(address)
        kind = response.mimetype
        text = response.text if kind.startswith("text/") or kind.endswith("json") else ""
        seen[address] = (response.status_code, kind, text)
        links = [response.location] if response.location else re.findall(r'href="([^"]+)"', text)
        waiting += [link for link in (urldefrag(html.unescape(link)).url for link in links) if _is_page(link)]
    return seen


def _is_page(link: str) -> bool:
    return link.startswith("/") and not link.startswith(("//", "/static/", "/bootstrap/"))


def learner_calls(app: Flask, sitting: Sitting) -> list[str]:
    """Every GET call that a learner's token may make, for everything there is."""
    pack = knowing.bundled()
    values = {
        "course": [source.key for source in pack.course_sources()],
        "exam": [exam.exam for exam in pack.of("exam")],
        "scenario": [scenario.scenario for scenario in pack.of("scenario")],
        "attempt_id": [sitting.attempt["id"], *sitting.open_checks],
        "play_id": [sitting.play["id"]],
    }
    found = []
    for call in (call for api in rooms.APIS for call in api.calls):
        if call.method == "GET" and call.scope == Scope.LEARN:
            names = re.findall(r"<(?:\w+:)?(\w+)>", call.path)
            for chosen in itertools.product(*(values[name] for name in names)):
                path = call.path
                for value in chosen:
                    path = re.sub(r"<[^>]+>", str(value), path, count=1)
                found.append(path)
    return found


def test_no_page_or_call_tells_an_answer(app: Flask, sitting: Sitting, hidden: Secrets) -> None:
    open_attempts = [sitting.attempt["id"], *sitting.open_checks]
    starts = ["/", *(f"/attempts/{attempt}" for attempt in open_attempts), f"/plays/{sitting.play['id']}"]
    pages = crawl(sitting.browser, starts)
    problems = []
    for address, (_status, kind, text) in pages.items():
        found = hidden.leaks(text, is_json=kind.endswith("json"), allowed=sitting.explained)
        problems += [f"{address}: {leak}" for leak in found]
    labels = frozenset(EMOTIONS)
    for address, (_status, _kind, text) in pages.items():
        if address.startswith(("/attempts/", "/plays/")) and "/result" not in address:
            values = secrets.picked_values(text)
            problems += [f"{address}: value {each}" for each in values if not secrets.is_shown_value(each, labels)]
    bodies = list(sitting.bodies)
    for path in learner_calls(app, sitting):
        response = sitting.api.get(path)
        assert response.status_code < 500, path
        bodies.append((path, response.text))
    for path, text in bodies:
        problems += [f"{path}: {leak}" for leak in hidden.leaks(text, is_json=True)]
    assert problems == []
    assert [address for address, (status, _kind, _text) in pages.items() if status >= 400] == []
    _looked_everywhere(sitting, pages)


def test_an_open_attempt_gives_back_only_what_was_answered(sitting: Sitting) -> None:
    body = sitting.api.get(f"/attempts/{sitting.attempt['id']}").json
    answered = {question["slot"] for question in sitting.attempt["items"][::2]}
    assert {item["slot"] for item in body["items"] if item["answer"] is not None} == answered


def _looked_everywhere(sitting: Sitting, pages: dict[str, Any]) -> None:
    attempt = sitting.attempt
    slots = {f"/attempts/{attempt['id']}?slot={question['slot']}" for question in attempt["items"]}
    assert slots <= pages.keys()
    assert {f"/courses/{source.key}" for source in knowing.bundled().course_sources()} <= pages.keys()
    assert f"/scenarios/{SCENARIO}" in pages
    assert pages[f"/plays/{sitting.play['id']}"][0] == 200


# ---- the checker can fail -----------------------------------------------------------------


def _item() -> Any:
    return next(
        item for topic in knowing.bundled().of("topic") for item in topic.items if item.rationale and item.feedback
    )


def _choice() -> tuple[str, Any]:
    scenario = knowing.bundled().of("scenario")[0]
    return next(
        (key, choice)
        for scene in scenario.scenes.values()
        for key, choice in scene.choices.items()
        if choice.feedback and len(key) > 6
    )


PLANTED: dict[str, Callable[[str], str]] = {
    "a rationale": lambda language: f"<p>{html.escape(_item().rationale[language])}</p>",
    "a rationale inside an attribute": lambda language: f'<a title="{html.escape(_item().rationale[language])}">x</a>',
    "feedback broken by markup": lambda language: (
        "<b>" + "</b><b>".join(next(iter(_item().feedback.values()))[language])
    ),
    "feedback on a reply": lambda language: f"<p>{html.escape(_choice()[1].feedback[language])}</p>",
    "an item's key": lambda _language: f'<li data-item="{_item().key}">',
    "a reply's key": lambda _language: f'<input type="radio" name="choice" value="{_choice()[0]}">',
    "a mark on the right option": lambda _language: '<label data-correct="1">',
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_leak_is_found_on_a_page(planted: str, language: str, hidden: Secrets) -> None:
    page = "<!doctype html><html><body><main><p>Question 3 of 26</p>{}</main></body></html>"
    assert hidden.leaks(page.format(""), is_json=False) == []
    assert hidden.leaks(page.format(PLANTED[planted](language)), is_json=False) != []


@pytest.mark.parametrize(
    "planted",
    [
        {"items": [{"slot": 1, "rationale": "x"}]},
        {"items": [{"slot": 1, "options": [{"id": "1", "text": "One", "points": 1}]}]},
        {"scene": {"choices": [{"id": "1", "text": "One", "effect": {"trust": 1}}]}},
        {"items": [{"slot": 1, "right_answer": "2"}]},
        {"scene": {"panel": {"angry": 8}}},
    ],
)
def test_a_telling_field_is_found_in_an_answer_of_the_api(app: Flask, planted: Any, hidden: Secrets) -> None:
    harmless = {"items": [{"slot": 1, "points": 1, "options": [{"id": "1", "text": "One"}], "answer": "1", "seq": 4}]}
    assert hidden.leaks(app.json.dumps(harmless), is_json=True) == []
    assert hidden.leaks(app.json.dumps(planted), is_json=True) != []


def test_a_leak_planted_into_a_real_page_is_found(sitting: Sitting, hidden: Secrets) -> None:
    page = sitting.browser.get(f"/attempts/{sitting.attempt['id']}").text
    leaking = page.replace("</main>", f"<!-- {_item().rationale['en']} --></main>")
    assert hidden.leaks(page, is_json=False) == []
    assert hidden.leaks(leaking, is_json=False) != []


def test_an_authored_key_as_a_value_is_no_number() -> None:
    page = '<input type="radio" name="answer" value="b"><select><option value="2">Two</option></select>'
    assert secrets.picked_values(page) == ["b", "2"]
    assert [
        value for value in ("b", "2", "angry", "true") if not secrets.is_shown_value(value, frozenset(EMOTIONS))
    ] == ["b"]


def test_the_checker_knows_enough_to_be_worth_asking(hidden: Secrets) -> None:
    assert hidden.count > 500
    assert len(hidden.keys) > 80
    assert len(hidden.item_keys) > 100
