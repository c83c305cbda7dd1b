"""Pictures and topics in a real browser: on a phone, with a file that is too large, without JavaScript."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect

from lms.core.access import Role
from lms.core.content import plain
from lms.core.database import unit_of_work
from lms.question_bank import queries
from tests import factories
from tests import factories_assessment as make
from tests.question_bank.test_media import png

pytestmark = pytest.mark.browser


@pytest.fixture
def enter(app: Flask, window_of: Callable[..., Page]) -> Callable[..., Page]:
    """Open a browser window in which a trainer is signed in; the same trainer every time."""
    with app.app_context(), unit_of_work():
        make.every_type()
        trainer = factories.person(roles=[Role.TRAINER])
    return partial(window_of, trainer)


def field(page: Page, name: str) -> Any:
    return page.locator(f"#item-form [name='{name}']:not([type=hidden])")


def test_a_picture_comes_in_and_one_that_is_too_large_stays_out(
    app: Flask, enter: Callable[..., Page], tmp_path: Path
) -> None:
    (tmp_path / "torn.png").write_bytes(png())
    (tmp_path / "huge.png").write_bytes(png() + bytes(5 * 1024 * 1024))
    page = enter(width=390)
    page.goto("/author/items/every-type-single/edit")
    page.wait_for_selector("[data-watched]", state="attached")
    page.locator("summary", has_text="Put a picture into the question").click()
    page.set_input_files("[name='file.stem']", tmp_path / "huge.png")
    expect(page.locator("[id='file.stem-said']")).to_contain_text("larger than 5 MB")
    assert page.locator("[name='file.stem']").input_value() == ""
    page.set_input_files("[name='file.stem']", tmp_path / "torn.png")
    expect(page.locator("[id='file.stem-said']")).to_be_empty()
    field(page, "picture.en").fill("A torn parcel")
    field(page, "picture.zh-Hans").fill("破损的包裹")
    page.locator("button[value='bring:stem']").click()
    expect(page.locator("#preview img")).to_have_attribute("alt", "A torn parcel")
    assert page.locator("#preview img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 2
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".save-bar .btn-primary").click()
    expect(page).to_have_url(re.compile("/author/items/every-type-single$"))
    with app.app_context():
        stem = plain(queries.authored_item("every-type-single").stored.definition)["stem"]["en"]
    assert "](media/torn.png)" in stem


def test_a_topic_is_made_without_scripts(app: Flask, enter: Callable[..., Page]) -> None:
    page = enter(java_script_enabled=False, width=390)
    page.goto("/author/topics")
    page.get_by_role("link", name="New topic").click()
    page.get_by_label("Title in English").fill("Late parcels")
    page.get_by_label("Title in Chinese").fill("包裹延误")
    page.get_by_label("Key").fill("Late Parcels")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#errors")).to_contain_text("is not a key")
    expect(page.get_by_label("Title in Chinese")).to_have_value("包裹延误")
    page.get_by_label("Key").fill("late-parcels")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Choose how it is answered")
    with app.app_context():
        assert queries.is_topic_known("late-parcels")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_of_topics_are_accessible_and_fit(enter: Callable[..., Page], width: int) -> None:
    page = enter(width=width)
    for address in ("/author/topics", "/author/new-topic", "/author/topics/every-type/edit"):
        page.goto(address)
        results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        assert results.violations_count == 0, f"{address}: {results.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width
