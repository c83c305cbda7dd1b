"""What is kept ready for templates gives the same as what it stands for."""

from collections.abc import Callable

import pytest
from flask import Flask, render_template_string, url_for
from flask.testing import FlaskClient
from markupsafe import Markup

from lms.core import page_parts
from lms.core.access import Role


def _shown(app: Flask, source: str, language: str = "en", **values: object) -> str:
    with app.test_request_context(headers={"Cookie": f"language={language}"}):
        return render_template_string(source, **values)


def test_words_follow_the_language_of_each_request(app: Flask) -> None:
    source = "{{ _('Sign out') }}"
    assert [_shown(app, source, language) for language in ("en", "zh-Hans", "en")] == ["Sign out", "退出登录", "Sign out"]


def test_values_in_words_are_escaped_but_markup_is_not(app: Flask) -> None:
    source = "{{ _('Question %(number)s', number=n) }}"
    assert _shown(app, source, n="<b>") == "Question &lt;b&gt;"
    assert _shown(app, source, n=Markup("<b>")) == "Question <b>"
    assert _shown(app, source, n="<b>") == "Question &lt;b&gt;"


def test_true_and_one_are_remembered_apart(app: Flask) -> None:
    source = "{{ _('Question %(number)s', number=n) }}"
    assert [_shown(app, source, n=n) for n in (1, True, 1.0)] == ["Question 1", "Question True", "Question 1.0"]


def test_a_value_that_cannot_be_remembered_is_still_shown(app: Flask) -> None:
    assert _shown(app, "{{ _('Question %(number)s', number=n) }}", n=[1]) == "Question [1]"


def test_a_doubled_percent_sign_is_one(app: Flask) -> None:
    assert _shown(app, "{{ _('100 %%') }}") == "100 %"


@pytest.mark.parametrize(("count", "words"), [(1, "1 earlier turn"), (3, "3 earlier turns")])
def test_counting_words(app: Flask, count: int, words: str) -> None:
    source = "{{ ngettext('%(num)s earlier turn', '%(num)s earlier turns', n) }}"
    assert _shown(app, source, n=count) == words


def test_addresses_are_those_of_flask_under_every_root(app: Flask) -> None:
    for root in ("", "/academy", ""):
        with app.test_request_context(environ_overrides={"SCRIPT_NAME": root}):
            for values in ({"key": "late-delivery"}, {"key": "late-delivery", "page": ["a", "b"]}):
                assert page_parts.page_url("scenarios.scenario", **values) == url_for("scenarios.scenario", **values)
                assert page_parts.page_url("scenarios.scenario", **values).startswith(f"{root}/scenarios/")


def test_a_static_file_carries_its_hash(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        address = page_parts.static_url("base/theme.js")
    response = client.get(address)
    assert "immutable" in response.headers["Cache-Control"]
    assert client.get(address).data == response.data


def test_globals_added_later_are_seen_by_templates_already_loaded(app: Flask) -> None:
    template = app.jinja_env.from_string("{{ something_new }}")
    app.jinja_env.globals["something_new"] = "here"
    try:
        assert template.render() == "here"
    finally:
        del app.jinja_env.globals["something_new"]


def test_navigation_shows_what_the_roles_allow(sign_in: Callable[..., FlaskClient]) -> None:
    assert "/admin/people" not in sign_in(Role.LEARNER).get("/courses").text
    assert "/admin/people" in sign_in(Role.ADMIN).get("/courses").text
