"""Pages of role-plays: they work as plain forms, tell nothing too early, and cost few statements."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.core.access import Role
from lms.core.database import unit_of_work
from lms.scenarios.definitions import ScenarioDefinition
from tests import factories_scenarios as sets

Browser = FlaskClient


@pytest.fixture(autouse=True)
def small(app: Flask) -> ScenarioDefinition:
    with app.app_context(), unit_of_work():
        return sets.scenario()


@pytest.fixture
def learner(sign_in: Callable[..., Browser]) -> Browser:
    return sign_in(Role.LEARNER)


def page(browser: Browser, url: str) -> str:
    response = browser.get(url)
    assert response.status_code == 200, response.status
    return html.unescape(response.get_data(as_text=True))


def begin(browser: Browser, mode: str = "exam") -> str:
    response = browser.post("/scenarios/wet-floor/plays", data={"mode": mode})
    assert response.status_code == 303
    return str(response.headers["Location"])


def number_of(browser: Browser, url: str, reply: str) -> str:
    found = re.search(
        rf'name="choice" value="(\d)"(?:(?!name="choice").)*?{re.escape(reply)}', page(browser, url), re.S
    )
    assert found
    return found[1]


def say(browser: Browser, url: str, turn: int, reply: str, **more: str) -> Any:
    data = {"turn": turn, "choice": number_of(browser, url, reply), **more}
    return browser.post(f"{url}/turns", data=data)


def test_the_catalogue_shows_what_can_be_practised(learner: Browser) -> None:
    shown = page(learner, "/scenarios")
    assert "The wet floor" in shown
    assert "Not examined yet" in shown


def test_the_briefing_tells_the_pass_rule_in_words(learner: Browser) -> None:
    shown = page(learner, "/scenarios/wet-floor")
    assert "At least 80 % of the points of the best route" in shown
    assert "Taking the steps: at least 50 %" in shown
    assert "41, Hangzhou" in shown


def test_a_talk_can_be_played_with_forms_alone(learner: Browser) -> None:
    url = begin(learner)
    second = say(learner, url, 1, "Tell me from the beginning.", emotion="angry")
    assert (second.status_code, second.headers["Location"]) == (303, url)
    shown = page(learner, url)
    assert "1 earlier turn" in shown
    assert "And who calls me back?" in shown
    end = say(learner, url, 2, "I do, at noon.")
    assert (end.status_code, end.headers["Location"]) == (303, f"{url}/result")
    result = page(learner, f"{url}/result")
    assert "A dry kitchen. No point was left behind." in result
    assert "of 10 on the best route" in result
    assert "She is heard." in result


def test_an_examination_page_holds_nothing_of_what_follows(learner: Browser) -> None:
    url = begin(learner)
    pages = [page(learner, "/scenarios/wet-floor"), page(learner, url)]
    say(learner, url, 1, "Your number, please.", emotion="sad")
    pages.append(page(learner, url))
    for shown in pages:
        assert not [secret for secret in sets.SECRETS if secret in shown]
    assert "Feeling missed" not in pages[-1]


def test_practice_gives_its_reasons_at_once(learner: Browser) -> None:
    url = begin(learner, "practice")
    say(learner, url, 1, "Your number, please.", emotion="neutral")
    shown = page(learner, url)
    assert "Turn 1, 1 of 6" in shown
    assert "Too early." in shown
    assert "Feeling missed" in shown
    assert "She is heard." not in shown


def test_practice_takes_a_turn_back_on_a_page_of_its_own(learner: Browser) -> None:
    url = begin(learner, "practice")
    say(learner, url, 1, "Your number, please.", emotion="sad")
    back = learner.post(f"{url}/back", data={"turn": 1})
    assert back.status_code == 303
    assert back.headers["Location"] != url
    assert "The floor is wet again." in page(learner, back.headers["Location"])
    again = learner.post(f"{back.headers['Location']}/again")
    assert again.status_code == 303


def test_an_examination_page_offers_no_way_back(learner: Browser) -> None:
    url = begin(learner)
    say(learner, url, 1, "Your number, please.", emotion="sad")
    assert "/back" not in page(learner, url)
    assert learner.post(f"{url}/back", data={"turn": 1}).status_code == 409


def test_starting_twice_goes_on_with_the_same_talk(learner: Browser) -> None:
    assert begin(learner) == begin(learner)


def test_a_turn_answered_in_another_tab_comes_back_with_the_present_one(learner: Browser) -> None:
    url = begin(learner)
    other = number_of(learner, url, "Tell me from the beginning.")
    say(learner, url, 1, "Your number, please.", emotion="sad")
    stale = learner.post(f"{url}/turns", data={"turn": 1, "choice": other, "emotion": "sad"})
    assert stale.status_code == 409
    shown = html.unescape(stale.get_data(as_text=True))
    assert "Turn 1 was answered already." in shown
    assert "And who calls me back?" in shown
    assert 'name="turn" value="2"' in shown


def test_sending_nothing_says_what_to_do_and_keeps_the_label(learner: Browser) -> None:
    url = begin(learner)
    response = learner.post(f"{url}/turns", data={"turn": 1, "emotion": "sad"})
    assert response.status_code == 422
    shown = html.unescape(response.get_data(as_text=True))
    assert "Choose one reply" in shown
    assert re.search(r'value="sad" checked', shown)


def test_a_result_before_the_end_leads_back_to_the_talk(learner: Browser) -> None:
    url = begin(learner)
    response = learner.get(f"{url}/result")
    assert (response.status_code, response.headers["Location"]) == (302, url)


def test_a_failed_talk_says_what_was_forbidden(learner: Browser) -> None:
    url = begin(learner)
    say(learner, url, 1, "Please calm down.", emotion="angry")
    shown = page(learner, f"{url}/result")
    assert "She hangs up. What must never be said was said in turn 1." in shown
    assert "Not passed" in shown
    assert "Never said" in shown


def test_a_result_names_the_steps_left_out_and_the_weakest_criterion(learner: Browser) -> None:
    url = begin(learner)
    say(learner, url, 1, "Your number, please.", emotion="angry")
    say(learner, url, 2, "I do, at noon.")
    shown = page(learner, f"{url}/result")
    assert "Work on this first: Taking the steps" in shown
    assert "One step was left out" in shown
    assert "<dt>Listen</dt>" in shown


def test_the_right_label_is_never_named(learner: Browser) -> None:
    url = begin(learner)
    say(learner, url, 1, "Tell me from the beginning.", emotion="neutral")
    say(learner, url, 2, "I do, at noon.")
    shown = page(learner, f"{url}/result")
    assert "you said: Neutral" in shown
    assert "Angry" not in shown


def test_a_talk_waiting_for_marks_shows_no_score(app: Flask, learner: Browser) -> None:
    with app.app_context(), unit_of_work():
        sets.scenario(sets.with_typed_reply())
    url = begin(learner)
    say(learner, url, 1, "Tell me from the beginning.", emotion="angry")
    assert "A trainer reads what you write" in page(learner, url)
    end = learner.post(f"{url}/turns", data={"turn": 2, "reply": "I will ring you at noon."})
    assert end.headers["Location"] == f"{url}/result"
    shown = page(learner, f"{url}/result")
    assert "is with a trainer" in shown
    assert "on the best route" not in shown


def test_pages_speak_chinese(sign_in: Callable[..., Browser]) -> None:
    browser = sign_in(Role.LEARNER, language="zh-Hans")
    url = begin(browser)
    assert "与王女士通话" in page(browser, url)
    say(browser, url, 1, "您从头说。", emotion="angry")
    say(browser, url, 2, "我，中午十二点。")
    assert "一分没丢" in page(browser, f"{url}/result")


def test_pages_cost_few_statements(learner: Browser, count_queries: Callable[[], Any]) -> None:
    url = begin(learner)
    page(learner, url)
    counts = {}
    for name in ("/scenarios", "/scenarios/wet-floor", url):
        with count_queries() as queries:
            page(learner, name)
        counts[name] = len(queries)
    with count_queries() as queries:
        learner.post(f"{url}/turns", data={"turn": 1, "choice": "1", "emotion": "angry"})
    counts["turn"] = len(queries)
    assert counts[url] <= 3, counts
    assert max(counts.values()) <= 8, counts


def test_authors_read_bounds_warnings_and_scenes(sign_in: Callable[..., Browser]) -> None:
    trainer = sign_in(Role.TRAINER)
    listed = page(trainer, "/author/scenarios")
    assert "wet-floor" in listed
    assert "warning" in listed
    shown = page(trainer, "/author/scenarios/wet-floor")
    assert "hear-her-out" in shown
    assert "Scene 1" in shown
    assert "No reply performs the step “Sympathise” of the framework" in shown
    assert "“sympathize”" not in shown and "“lscat”" not in shown
    assert trainer.get("/author/scenarios/none").status_code == 404


def test_chinese_pages_of_authors_name_usual_variables_and_criteria_in_chinese(sign_in: Callable[..., Browser]) -> None:
    trainer = sign_in(Role.TRAINER, language="zh-Hans")
    shown = page(trainer, "/author/scenarios/wet-floor")
    assert "信任 +" in shown and "trust +" not in shown
    played = page(trainer, "/author/scenarios/wet-floor/try?show=1")
    assert "<dt>信任</dt>" in played and "<dt>trust</dt>" not in played and "trust +" not in played
    assert "lscat " not in played
    editor = page(trainer, "/author/scenarios/wet-floor/edit?scene=opening")
    assert ">信任</label>" in editor and ">trust</label>" not in editor


def test_learners_do_not_read_what_authors_do(learner: Browser) -> None:
    assert learner.get("/author/scenarios/wet-floor").status_code == 403


def test_an_auditor_reads_an_examination_and_a_colleague_does_not(
    learner: Browser, sign_in: Callable[..., Browser]
) -> None:
    url = begin(learner)
    assert sign_in(Role.AUDITOR).get(f"{url}/result").status_code == 404  # it is still running
    say(learner, url, 1, "Please calm down.", emotion="angry")
    assert "You are looking at an examination of" in page(sign_in(Role.AUDITOR), f"{url}/result")
    assert "form=\"again\"" not in page(sign_in(Role.TRAINER), f"{url}/result")
    assert sign_in(Role.LEARNER).get(f"{url}/result").status_code == 404
    assert sign_in(Role.HR).get(f"{url}/result").status_code == 404
