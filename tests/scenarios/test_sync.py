"""Scenarios and frameworks from files to rows: versions, conflicts, retirement, and the product's own frameworks."""

import pytest
from sqlalchemy import select

from lms.core import clock
from lms.core.content import dump_yaml
from lms.core.database import db
from lms.core.errors import Invalid, NotFound
from lms.scenarios import queries, queries_author, service, service_versions
from lms.scenarios.definitions import FrameworkDefinition, ScenarioDefinition
from lms.scenarios.models import Framework, Scenario, ScenarioVersion
from lms.scenarios.queries_frameworks import framework, frameworks
from lms.scenarios.sync import export, export_frameworks, retire_missing, sync
from tests import factories
from tests import factories_scenarios as sets

pytestmark = pytest.mark.usefixtures("unit")

CHANGED = ("The floor is wet again.", "The floor is wet, again!")


def load(found: ScenarioDefinition | FrameworkDefinition, **more: object) -> dict[str, list[str]]:
    report = sync([found], pack="own", now=clock.now(), **more)  # type: ignore[arg-type]
    lists = ("added", "changed", "retired", "unchanged", "conflicts")
    return {name: getattr(report, name) for name in lists if getattr(report, name)}


def own_framework(key: str = "least") -> FrameworkDefinition:
    words = {"en": "Listen", "zh-Hans": "倾听"}
    return FrameworkDefinition.model_validate(
        {"framework": key, "title": words, "steps": [{"key": "listen", "title": words}]}
    )


def edit_in_the_browser() -> Scenario:
    row = db.session.scalars(select(Scenario)).one()
    edited = sets.definition(sets.SMALL, ("Somebody will.", "Somebody will, soon."))
    return service_versions.write_scenario(edited, row, None, pack=row.pack, actor=None, now=clock.now(), loaded=False)


def test_loading_twice_changes_nothing() -> None:
    assert load(sets.definition()) == {"added": ["scenario:wet-floor"]}
    assert load(sets.definition()) == {"unchanged": ["scenario:wet-floor"]}
    assert len(db.session.scalars(select(ScenarioVersion)).all()) == 1


def test_a_changed_body_makes_a_new_version() -> None:
    load(sets.definition())
    assert load(sets.definition(sets.SMALL, CHANGED)) == {"changed": ["scenario:wet-floor"]}
    numbers = db.session.scalars(select(ScenarioVersion.number).order_by(ScenarioVersion.id)).all()
    assert numbers == [1, 2]


def test_a_scenario_edited_in_the_browser_conflicts_with_a_changed_file() -> None:
    load(sets.definition())
    row = edit_in_the_browser()
    assert row.edited_at is not None
    assert load(sets.definition()) == {"unchanged": ["scenario:wet-floor"]}
    changed = sets.definition(sets.SMALL, CHANGED)
    assert load(changed) == {"conflicts": ["scenario:wet-floor"]}
    assert load(changed, take="browser") == {"unchanged": ["scenario:wet-floor"]}
    assert "soon" in str(export()[0].scenes["closing-scene"].choices["soon-enough"].reply)
    assert load(sets.definition(), take="files") == {"changed": ["scenario:wet-floor"]}
    assert (row.edited_at, export()) == (None, [sets.definition()])


def test_what_is_gone_is_retired_and_plays_on_it_go_on() -> None:
    person = factories.person()
    load(sets.definition())
    begun = service.start_play("wet-floor", person, "exam", now=clock.now(), language="en")
    assert retire_missing("other-pack", [], clock.now()).retired == []
    assert retire_missing("own", [], clock.now()).retired == ["scenario:wet-floor"]
    with pytest.raises(NotFound):
        service.start_play("wet-floor", person, "exam", now=clock.now(), language="en")
    after = service.take_turn(begun.play.id, person, 1, choice="1", now=clock.now())
    assert after.state.turn == 2
    assert load(sets.definition()) == {"changed": ["scenario:wet-floor"]}
    assert queries.scenario_by_key("wet-floor", person).retired_at is None


def test_another_packs_key_is_a_conflict() -> None:
    load(sets.definition())
    report = sync([sets.definition()], pack="another", now=clock.now())
    assert report.conflicts == ["scenario:wet-floor"]


def test_a_scenario_that_cannot_be_played_is_refused() -> None:
    broken = sets.definition(sets.SMALL, ("goto: settled", "goto: hung-up"))
    with pytest.raises(Invalid):
        load(broken)


def test_files_go_in_and_come_out_alike() -> None:
    found = sets.bundled()
    out = export()
    assert out == sorted(found, key=lambda each: each.scenario)  # type: ignore[union-attr]
    texts = [dump_yaml(each) for each in out]
    assert [dump_yaml(sets.definition(text)) for text in texts] == texts


def test_lscat_and_spin_are_there_in_an_empty_database() -> None:
    assert {"lscat", "spin"} <= frameworks().keys()
    found = framework("lscat")
    assert found is not None
    assert [step.key for step in found.steps] == ["listen", "sympathize", "clarify", "advise", "track"]
    assert db.session.scalars(select(Framework)).all() == []


def test_loading_gives_the_products_frameworks_rows_once() -> None:
    load(sets.definition())
    load(sets.definition())
    rows = db.session.scalars(select(Framework).order_by(Framework.key)).all()
    assert [(row.key, row.pack) for row in rows] == [("lscat", "product"), ("spin", "product")]
    assert export_frameworks() == []


def test_an_organisation_adds_its_own_framework_and_takes_it_away() -> None:
    own = own_framework()
    assert load(own) == {"added": ["framework:least"]}
    assert (framework("least"), export_frameworks()) == (own, [own])
    assert load(own) == {"unchanged": ["framework:least"]}
    assert retire_missing("own", [], clock.now(), frameworks=[]).retired == ["framework:least"]
    assert "least" not in frameworks()


def test_the_products_frameworks_cannot_be_overwritten() -> None:
    assert load(own_framework("lscat")) == {"conflicts": ["framework:lscat"]}


def test_bounds_and_warnings_are_computed_when_written() -> None:
    load(sets.definition())
    authored = queries_author.authored_scenario("wet-floor")
    known = authored.compiled.known
    assert (known.bounds.total.max, known.best[0].choice) == (10, "hear-her-out")
    said = [str(warning.message) for warning in known.warnings]
    assert "No reply performs the step “clarify” of the framework “lscat”." in said
    assert authored.steps == {"listen": 1, "track": 1}
