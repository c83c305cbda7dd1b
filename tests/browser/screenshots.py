"""``make screenshots``: the main pages of the demo at both widths and in both languages, into screenshots/."""

import logging
import sys
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from lms import create_app, demo
from lms.core import clock
from lms.core.database import db
from lms.demo.people import PASSWORD
from tests.browser.conftest import FLAGS, chromium

PAGES = {
    "lin": {
        "my-training": "/",
        "courses": "/courses",
        "course": "/courses/complaint-handling",
        "lesson": "/courses/complaint-handling/lscat",
        "job-aids": "/job-aids?q=LSCAT",
        "exam": "/exams/onboarding-exam",
        "practice": "/scenarios",
        "briefing": "/scenarios/late-delivery",
        "certificates": "/certificates",
        "account": "/account",
    },
    "manager": {"team": "/team", "reports": "/reports", "pass-rates": "/reports/pass-rates"},
    "hr": {"reviews": "/hr/reviews", "quality-scores": "/hr/quality-scores"},
    "trainer": {"items": "/author/items", "scenarios": "/author/scenarios", "sessions": "/sessions"},
    "mentor": {"mentoring": "/mentoring"},
    "admin": {"people": "/admin/people", "tokens": "/admin/tokens", "audit": "/admin/audit"},
}


def main(target: Path, only: set[str]) -> None:
    """Build the demo in a scratch folder, serve it, and take the pictures."""
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        environ = {
            "LMS_INSTANCE": folder,
            "LMS_DATABASE_URL": f"sqlite:///{folder}/demo.sqlite3",
            "LMS_RATE_LIMITS": "off",
            "LMS_LOG_LEVEL": "error",
        }
        app = create_app({}, environ)
        with app.app_context():
            db.create_all()
            demo.build(clock.now())
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            for width in (1280, 390):
                for language in ("en", "zh-Hans"):
                    for person, pages in PAGES.items():
                        if only and not only & {person, *pages}:
                            continue
                        context = browser.new_context(
                            base_url=f"http://127.0.0.1:{server.server_port}",
                            viewport={"width": width, "height": 844 if width < 700 else 900},
                        )
                        page = context.new_page()
                        page.goto("/sign-in")
                        page.fill("[name=email]", f"{person}@example.com")
                        page.fill("[name=password]", PASSWORD)
                        page.click("main button")
                        page.goto("/account")
                        if page.locator("html").get_attribute("lang") != language:
                            page.click("[name=language]")
                        for name, url in pages.items():
                            if only and not only & {person, name}:
                                continue
                            response = page.goto(url)
                            page.screenshot(path=target / f"{name}-{language}-{width}.png", full_page=True)
                            status = response.status if response else 0
                            sys.stderr.write(f"{status} {name} {language} {width}\n")
                        context.close()
            browser.close()
        server.shutdown()


if __name__ == "__main__":
    main(Path("screenshots"), set(sys.argv[1:]))
