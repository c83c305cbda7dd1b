"""The limit on signing in holds, also while Redis is away."""

from pathlib import Path

import pytest

from lms import create_app
from lms.core.database import db
from lms.core.limits import limiter


@pytest.mark.parametrize("redis", ["", "redis://127.0.0.1:1/0"])
def test_too_many_tries_are_told_to_wait(tmp_path: Path, redis: str) -> None:
    environ = {"LMS_INSTANCE": str(tmp_path), "LMS_ARGON2_MEMORY_KIB": "8", "LMS_LOG_LEVEL": "critical", "LMS_REDIS_URL": redis}
    app = create_app({"WTF_CSRF_ENABLED": False}, environ)
    with app.app_context():
        db.create_all()
    browser = app.test_client()
    wrong = {"email": "somebody@example.com", "password": "not this one"}
    answers = [browser.post("/sign-in", data=wrong) for _ in range(11)]
    assert {answer.status_code for answer in answers[:10]} == {422}
    assert answers[10].status_code == 429
    assert int(answers[10].headers["Retry-After"]) <= 60
    shift = [browser.post("/sign-in", data={**wrong, "email": f"agent{n}@example.com"}) for n in range(40)]
    assert {answer.status_code for answer in shift} == {422}, "a whole shift may come through one address"
    limiter.enabled = False  # one limiter serves all applications of this process; the others go without
