"""The editor of exam plans: what is to be mended stands where it is mended, and nothing typed is lost."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.assessment.plan_forms import EDIT, NEW, body, change, number, press, sent, shown, step


def test_what_the_bank_holds_is_told_beside_what_is_asked(app: Flask, trainer: FlaskClient) -> None:
    wish = {f"sections.0.cover.{step(app)}": "1"}
    text = shown(press(trainer, "check", **{"sections.0.draw": "5", **wish}))
    assert (
        text.count("Asks for 5; the bank holds 12") == 2
        and text.count("Easy 4 , Medium 4 , Hard 4") + text.count("Easy 4, Medium 4, Hard 4") == 2
    )
    assert f"{step(app)} 2" in text and "5 questions in a paper" in text and "Nothing to mend" in text
    text = shown(press(trainer, "check", **{"sections.0.topic": ""}))
    assert "Say where the items come from." in text and "how many questions: not clear yet" in text
    assert body(app)["sections"][0]["draw"] == 4 and number(app) == 1


@pytest.mark.parametrize(
    ("changes", "at", "said"),
    [
        ({"sections.0.draw": "13"}, "sections.0.draw", "This asks for 13 items, but there are only 12."),
        ({"sections.0.difficulty.easy": "5", "sections.0.draw": "5"}, "sections.0.difficulty.easy", "but there are only 4"),
        ({"sections.0.topic": "lost"}, "sections.0.topic", "There is no topic “lost”"),
        ({"sections.0.topic": ""}, "sections.0", "choose a topic, name an SOP place, or list items"),
        ({"sections.0.items": "refunds-1"}, "sections.0.items", "keep the topic, the SOP place or the list"),
        ({"sections.0.topic": "", "sections.0.items": "lost-1", "sections.0.draw": ""}, "sections.0.items", "There is no item “lost-1”"),
        ({"sections.0.cover.a/b/c": "1"}, "sections.0.cover.a/b/c", "No course has the SOP step “a/b/c”"),
        ({"sections.0.cover.+1.step": "Greet them"}, "sections.0.cover.+1.step", "Write course/lesson/step here"),
        ({"cut": "101"}, "cut", "Write a percentage from 0 to 100."),
        ({"cut": "most"}, "cut", "Write a number here, as in 2 or 0.5."),
        ({"attempts": "0"}, "attempts", "Write a number that is at least 1."),
        ({"when_time_is_up": "grace"}, "when_time_is_up", "Say how many minutes of grace there are."),
        ({"show.answers": "after-close"}, "show", "Without a closing time this would never be shown"),
        ({"opens_at": "tomorrow"}, "opens_at", "Write a day and a time here"),
        ({"status": "pilot"}, "sites", "A pilot needs the sites"),
        ({"before_try.2": "greeting/lost"}, "before_try.2", "No course has the SOP step “greeting/lost”"),
        ({"title.en": "", "title.zh-Hans": ""}, "title", "The text is empty; write it."),
        ({"keys.sections": ""}, "sections", "An exam has at least one part; add one."),
    ],
)  # fmt: skip
def test_bad_input_is_said_at_its_field_and_nothing_typed_is_lost(
    app: Flask, trainer: FlaskClient, changes: dict[str, str], at: str, said: str
) -> None:
    data = {**sent(trainer.get(EDIT).text), "escalate_after": "7", **changes, "do": ""}
    answer = trainer.post(EDIT, data=data)
    assert answer.status_code == 422 and "Nothing was saved" in answer.text
    fields = sent(answer.text)
    assert {name: fields[name] for name in changes if name in fields} == {
        name: [words.replace("\n", "\r\n")] for name, words in changes.items() if name in fields
    }
    assert fields["escalate_after"] == ["7"]
    notes = re.search(rf'id="{re.escape(at)}-notes">(.*?)</ul>', answer.text, re.S)
    assert notes and said in shown(notes[1]), shown(answer.text)
    links = re.findall(r'<li><a href="#([^"]+)"', answer.text)
    assert at in links and all(f'id="{link}"' in answer.text for link in links), links
    assert number(app) == 1 and body(app).get("escalate_after") is None


def test_what_lacks_is_told_of_other_parts_too_while_the_plan_cannot_be_read(trainer: FlaskClient) -> None:
    text = press(trainer, "add:sections")
    data = {
        **sent(text),
        "sections.1.topic": "refunds",
        "sections.1.draw": "9",
        "cut": "500",
        "title.en": "",
        "title.zh-Hans": "",
    }
    text = trainer.post(EDIT, data={**data, "do": "check"}).text
    assert re.search(r'id="sections.1.draw-notes">.*?asks for 9 items, but there are only 3', text, re.S)
    text = trainer.post(EDIT, data={**data, "sections.0.draw": "x", "do": "check"}).text
    assert re.search(r'id="sections.1.draw-notes">.*?asks for 9 items, but there are only 3', text, re.S)


def test_a_new_form_is_silent_until_it_is_asked(trainer: FlaskClient) -> None:
    assert "field-error" not in trainer.get(NEW).text and "field-error" not in press(trainer, "add:sections", NEW)
    text = press(trainer, "check", NEW)
    assert "field-error" in text and "Give the exam a key" in text
    answer = change(trainer, NEW, escalate_after="3")
    assert answer.status_code == 422 and sent(answer.text)["escalate_after"] == ["3"]


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("front-line", "is taken"),
        ("Not a key", "is not a key"),
        ("new", "is the address of this page"),
        ("x" * 70, "too long"),
    ],
)
def test_a_key_that_cannot_be_is_refused(trainer: FlaskClient, key: str, said: str) -> None:
    typed = {"key": key, "title.en": "T", "sections.0.topic": "refunds"}
    answer = change(trainer, NEW, **typed)
    assert answer.status_code == 422
    assert re.search(rf'id="key-notes">.*?{said}', answer.text, re.S)


@pytest.mark.parametrize(
    "hostile",
    [
        {"keys.sections": "0 0 9 ../x <b>"}, {"before_try.x": "a/b", "before_try.": "y"}, {"sites.<b>": "1"},
        {"sections.0.cover.<script>": "1"}, {"sections.0.cover.": "2"}, {"version": "-1"}, {"version": "x" * 50},
        {"do": "remove:sections.99"}, {"do": "up:"}, {"cut": "9" * 40}, {"title.en": "\x00"}, {"sections.0.draw": "1" * 15},
        {"marking.markers": "7"}, {"status": "secret"}, {"show.score": "<i>"}, {"title.en": "x" * 20_000},
        {"sections.0.items": "\n".join(["a"] * 500)}, {"before_try.+1.number": "²"}, {"sections.0.difficulty.easy": "-1"},
        {"opens_at": "2030-13-45T99:99"}, {"counts": ""},
    ],
)  # fmt: skip
def test_forged_forms_are_answered_and_change_nothing(
    app: Flask, trainer: FlaskClient, hostile: dict[str, str]
) -> None:
    answer = trainer.post(EDIT, data={"do": "", **sent(trainer.get(EDIT).text), **hostile})
    assert answer.status_code in (200, 303, 409, 422)
    assert "<script>" not in answer.text.split('id="plan-form"')[-1] and body(app)["title"]["en"] == "Front Line"
    assert trainer.post(EDIT, data={}).status_code in (303, 409)
    assert body(app)["sections"][0]["topic"] == "complaints"
