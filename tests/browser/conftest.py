"""A real browser against a real server: skipped where Chromium is missing, unless ``LMS_REQUIRE_BROWSER`` is set.

``LMS_TEST_DELAY_MS=400`` lets every script and every sending wait as on a slow line: a test that acts before the page
is ready, which a quick machine hides, fails then.
"""

import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from werkzeug.serving import make_server

from lms import create_app
from lms.core import clock
from lms.core.database import db, unit_of_work
from lms.identity import service as identity
from lms.identity.models import Person

DELAY = int(os.environ.get("LMS_TEST_DELAY_MS", "0")) / 1000
expect.set_options(timeout=20_000)

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def chromium() -> str | None:
    """Where Chromium is, if it is."""
    return next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    path = chromium()
    if path is None:
        if os.environ.get("LMS_REQUIRE_BROWSER"):
            pytest.fail("Chromium is not here, and LMS_REQUIRE_BROWSER is set")
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


def delayed(application: Any) -> Any:
    """The same application behind a slow line: scripts come late, and so does the answer to what is sent."""

    def wait(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["REQUEST_METHOD"] != "GET" or environ["PATH_INFO"].endswith(".js"):
            time.sleep(DELAY)
        return application(environ, start_response)

    return wait if DELAY else application


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The address of a server on the test database, with CSRF protection as in real life."""
    environ = {
        "LMS_DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "LMS_SECRET_KEY": "for-tests-only",
        "LMS_INSTANCE": app.instance_path,
        "LMS_ARGON2_MEMORY_KIB": "8",
        "LMS_RATE_LIMITS": "off",
        "LMS_LOG_LEVEL": "error",
    }
    served = create_app({}, environ)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, delayed(served), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=5)
    with served.app_context():
        served.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture
def visitor(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """``visitor(language="zh-Hans", width=390)`` opens a browser window of somebody new."""
    contexts: list[Any] = []

    def open_window(language: str = "en", width: int = 1280, **options: Any) -> Page:
        height = 844 if width < 700 else 900
        context = browser.new_context(
            base_url=address,
            viewport={"width": width, "height": height},
            locale="zh-CN" if language == "zh-Hans" else "en-GB",
            **options,
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        page: Page = context.new_page()
        return page

    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture
def admit(app: Flask, address: str) -> Callable[[BrowserContext, Person], None]:
    """Give a browser the cookie of somebody signed in, in place of whoever was there before."""

    def sign_in(context: BrowserContext, person: Person) -> None:
        with app.app_context(), unit_of_work():
            token = identity.sign_in(db.session.get_one(Person, person.id), now=clock.now())
            serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        value = serializer.dumps({"_user_id": token, "_fresh": True})
        context.add_cookies([{"name": app.config["SESSION_COOKIE_NAME"], "value": value, "url": address}])

    return sign_in


@pytest.fixture
def window_of(admit: Callable[..., None], visitor: Callable[..., Page]) -> Callable[..., Page]:
    """``window_of(person, width=390)`` opens a browser window in which the person is signed in."""

    def open_window(person: Person, **options: Any) -> Page:
        page = visitor(**options)
        admit(page.context, person)
        return page

    return open_window
