"""Certification files to rows and back."""

from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from lms.certification import queries, sync
from lms.certification.content import CertificationsFile
from lms.certification.models import Certification, CertificationLeaf, CertificationRole, CertificationVersion
from lms.core import clock
from lms.core.database import db
from tests.factories_certification import definition

pytestmark = pytest.mark.usefixtures("unit")


def load(*definitions: object, pack: str = "tests") -> object:
    return sync.sync(list(definitions), pack=pack, now=clock.now())  # type: ignore[arg-type]


def versions() -> int:
    return len(db.session.scalars(select(CertificationVersion)).all())


def test_loading_twice_changes_nothing() -> None:
    first = load(definition())
    second = load(definition())
    assert first.added == ["certification:front-line"]
    assert second.unchanged == ["certification:front-line"] and not second.changed
    assert versions() == 1


def test_a_changed_rule_makes_a_new_version_and_new_leaves() -> None:
    load(definition(roles=["front-line"]))
    old = queries.rule("front-line")
    report = load(definition(requires={"exam": "other"}, roles=["manager"]))
    assert report.changed == ["certification:front-line"]
    new = queries.rule("front-line")
    assert new.version_id != old.version_id
    assert queries.definition_of(old.version_id).requires.key == "front-line-exam"
    assert [(leaf.kind, leaf.key) for leaf in db.session.scalars(select(CertificationLeaf))] == [("exam", "other")]
    assert [row.role for row in db.session.scalars(select(CertificationRole))] == ["manager"]


def test_what_vanished_is_retired_and_comes_back() -> None:
    load(definition("a"), definition("b"))
    report = load(definition("a"))
    assert report.retired == ["certification:b"]
    assert [rule.key for rule in queries.rules()] == ["a"]
    assert load(definition("a"), definition("b")).changed == ["certification:b"]
    assert versions() == 2


def test_another_pack_is_untouched_and_its_keys_are_a_conflict() -> None:
    load(definition("a"), pack="one")
    report = load(definition("a", window_months=1), definition("b"), pack="two")
    assert report.conflicts == ["certification:a"] and report.added == ["certification:b"]
    assert [rule.key for rule in queries.rules()] == ["a", "b"]


def test_export_gives_back_what_was_loaded_in_its_order() -> None:
    tree = {"all": [{"course": "c"}, {"at_least": {"count": 1, "of": [{"exam": "x"}, {"any": [{"licence": "l"}]}]}}]}
    given = [definition("z", requires=tree, recertify={"exam": "x"}), definition("a", date_rule="fixed")]
    load(*given)
    assert sync.export() == given
    assert sync.export("elsewhere") == []


def test_the_bundled_certifications_load_and_come_back() -> None:
    file = Path(__file__).resolve().parent.parent.parent / "courses" / "certifications.yaml"
    bundled = CertificationsFile.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    assert len(load(*bundled.certifications).added) == len(bundled.certifications) >= 2  # type: ignore[attr-defined]
    assert sync.export("tests") == bundled.certifications


def test_a_version_keeps_its_defaults() -> None:
    load(definition())
    body = db.session.scalars(select(CertificationVersion.body)).one()
    assert body["validity_months"] == 12 and "recertify" not in body
    assert db.session.scalars(select(Certification)).one().title == body["title"]
