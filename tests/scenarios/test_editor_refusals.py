"""The editor's pages: who may, what cannot be kept, and what they cost."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from lms.core import clock
from lms.core.access import Role
from lms.core.content import plain
from lms.core.database import unit_of_work
from lms.scenarios import service_drafts
from tests import factories
from tests import factories_scenarios as sets
from tests.scenarios.editor_sent import ADDRESS, EDIT, SAYS, Browser, Form, body, draft, page, save

pytestmark = pytest.mark.usefixtures("wet_floor")


@pytest.mark.parametrize("role", [Role.LEARNER, Role.MENTOR, Role.MANAGER, Role.HR, Role.ADMIN], ids=str)
def test_only_authors_and_auditors_see_drafts(sign_in: Callable[..., Browser], role: Role) -> None:
    browser = sign_in(role)
    for url in (EDIT, "/author/scenarios/new", f"{ADDRESS}/drafts", f"{ADDRESS}/file",
                f"{ADDRESS}/try", f"{ADDRESS}/import"):  # fmt: skip
        assert browser.get(url).status_code == 403, url


def test_an_auditor_reads_and_changes_nothing(app: Flask, sign_in: Callable[..., Browser]) -> None:
    auditor = sign_in(Role.AUDITOR)
    source = page(auditor)
    assert "The floor is wet again." in source
    assert 'name="do" value="add:' not in source and "save-bar" not in source
    for url in (EDIT, f"{ADDRESS}/publish", f"{ADDRESS}/discard", "/author/scenarios/new",
                f"{ADDRESS}/drafts/1/restore", f"{ADDRESS}/import"):  # fmt: skip
        assert auditor.post(url, data={SAYS: "x"}).status_code == 403, url
    assert auditor.get("/author/scenarios/new").status_code == 403
    assert draft(app) is None


HOSTILE = "<script>alert(1)</script>{{ 7*7 }}'\";--\u202e\u0000"


def test_hostile_words_are_refused_or_shown_as_words(app: Flask, trainer: Browser) -> None:
    refused = save(trainer, **{SAYS: HOSTILE})
    assert refused.status_code == 422
    source = refused.get_data(as_text=True)
    assert "U+0000" in source and "&lt;script&gt;alert(1)&lt;/script&gt;" in source and "<script>alert" not in source
    words = HOSTILE.replace("\u0000", "")
    assert save(trainer, **{SAYS: words}).status_code == 303
    assert body(app)["scenes"]["opening"]["says"]["en"] == words
    assert "<script>alert" not in page(trainer)
    assert "<script>alert" not in page(trainer, f"{ADDRESS}/try")


def test_a_text_that_is_too_long_stays_typed(app: Flask, trainer: Browser) -> None:
    refused = save(trainer, **{SAYS: "long " * 3000})
    assert refused.status_code == 422
    assert Form(refused.get_data(as_text=True)).fields[SAYS] == ["long " * 3000]
    assert draft(app) is None


def test_a_draft_has_a_largest_size(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        big = plain(sets.definition())
        big["title"] = {"en": "x" * service_drafts.MOST_BYTES}
        with pytest.raises(service_drafts.Invalid):
            service_drafts.begin_draft("big-one", big, actor=factories.person(), now=clock.now())


@pytest.mark.parametrize(
    "query",
    ["?scene=nowhere", "?scene=" + "x" * 500, "?part=other", "?scene[]=1", "?scene=%00", "?part=general&scene="],
)
def test_an_address_that_names_nothing_shows_the_first_scene(trainer: Browser, query: str) -> None:
    assert page(trainer, EDIT + query)


def test_the_editor_costs_as_many_statements_however_large_the_role_play(
    app: Flask, trainer: Browser, count_queries: Callable[[], Any]
) -> None:
    with app.app_context(), unit_of_work():
        sets.bundled()
    counts = {}
    for key in ("wet-floor", "new-branch-lines"):
        for query in ("", "?part=general", "?part=endings"):
            page(trainer, f"/author/scenarios/{key}/edit{query}")
            with count_queries() as queries:
                page(trainer, f"/author/scenarios/{key}/edit{query}")
            counts[key, query] = len(queries)
    assert len(set(counts.values())) == 1, counts
    assert max(counts.values()) <= 8, counts
    with count_queries() as queries:
        assert save(trainer, **{SAYS: "Counted"}).status_code == 303
    assert len(queries) <= 26, queries  # the page, then the save with its audit entry
