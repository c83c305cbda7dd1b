"""Bringing content packs into the database, and writing them out again as files."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select

from lms.assessment import sync as exams
from lms.assessment.content import BankItem
from lms.assessment.models import Exam
from lms.assessment.papers import MARKED_BY_PEOPLE
from lms.certification import sync as certifications
from lms.certification.content import Certification, CertificationsFile
from lms.certification.models import Certification as CertificationRow
from lms.core import audit, media
from lms.core.content import dump_yaml
from lms.core.database import db, unit_of_work
from lms.core.media import MediaFile
from lms.core.syncing import SyncReport, Take
from lms.courses import content as course_content
from lms.courses import sync as courses
from lms.courses.models import Course
from lms.courses.sop import CourseSource
from lms.enrolment import sync as paths
from lms.enrolment.models import SignOff, TrainingSession
from lms.library import SCHEMAS, Known, Library, PackContent, read_library
from lms.question_bank import queries as bank
from lms.question_bank import sync as topics
from lms.question_bank.items import item_of
from lms.question_bank.models import Item, ItemSopStep, ItemVersion, Topic
from lms.question_bank.panels import is_unfit_for_exams
from lms.scenarios import sync as scenarios
from lms.scenarios.models import Framework, Scenario
from lms.scenarios.queries_frameworks import product_frameworks


@dataclass(frozen=True)
class Loaded:
    """What loading found and did; ``report`` is None when errors forbade it."""

    library: Library
    report: SyncReport | None


def check(directories: Iterable[Path], *, strict: bool = False) -> Library:
    """Read and check the packs in these folders against each other and against what the database holds."""
    return read_library(directories, known(), strict=strict)


def load(directories: Iterable[Path], *, take: Take | None, actor: Any, now: datetime) -> Loaded:
    """Check, then bring everything in, in one transaction; with any error nothing is changed."""
    library = check(directories)
    if library.errors:
        return Loaded(library, None)
    report = SyncReport()
    with unit_of_work():
        for pack in library.packs:
            report += _bring_in(pack, take, actor, now)
    return Loaded(library, report)


def _bring_in(pack: PackContent, take: Take | None, actor: Any, now: datetime) -> SyncReport:
    for file in pack.media:
        media.keep(file.sha256, file.name, file.media_type, Path(file.path).read_bytes(), now)
    common: dict[str, Any] = {"pack": pack.name, "take": take, "actor": actor, "now": now}
    bank_media = {file.name: file.sha256 for file in pack.media if file.owner is None}
    report = courses.sync(pack.course_sources(), **common)
    report += topics.sync(pack.of("topic"), media=bank_media, **common)
    report += exams.sync(pack.of("exam"), **common)
    report += scenarios.sync([*pack.of("framework"), *pack.of("scenario")], **common)
    report += paths.sync(pack.of("paths"), **common)
    report += certifications.sync(_certifications(pack), **common)
    report += _retire(pack, now)
    if report.added or report.changed or report.retired:
        counts = {"added": len(report.added), "changed": len(report.changed), "retired": report.retired}
        audit.record("content.load", f"pack:{pack.name}", actor=actor, now=now, **counts)
    return report


def _retire(pack: PackContent, now: datetime) -> SyncReport:
    """Retire what vanished from the pack's own files; other packs are untouched."""
    items = [item.key for topic in pack.of("topic") for item in topic.items]
    report = courses.retire_missing(pack.name, [course.course for course in pack.of("course")], now)
    report += topics.retire_missing(pack.name, items, now)
    report += exams.retire_missing(pack.name, [exam.exam for exam in pack.of("exam")], now)
    frameworks = [framework.framework for framework in pack.of("framework")]
    plays = [scenario.scenario for scenario in pack.of("scenario")]
    report += scenarios.retire_missing(pack.name, plays, now, frameworks=frameworks)
    report += paths.retire_missing(pack.name, paths.names(pack.of("paths")), now)
    kept = [each.certification for each in _certifications(pack)]
    report += SyncReport(retired=certifications.retire_missing(pack.name, kept, now))
    return report


def _certifications(pack: PackContent) -> list[Certification]:
    return [each for file in pack.of("certifications") for each in file.certifications]


# ---- what the database holds ------------------------------------------------------


def known() -> Known:
    """Keys and items in force; before the first migration, only what ships inside the product."""
    frameworks = product_frameworks()
    if not inspect(db.engine).has_table(CertificationRow.__tablename__):
        return Known(keys={"framework": frozenset(frameworks)}, frameworks=frameworks)
    tables: dict[str, Any] = {
        "course": Course,
        "topic": Topic,
        "item": Item,
        "exam": Exam,
        "scenario": Scenario,
        "framework": Framework,
        "session": TrainingSession,
        "sign_off": SignOff,
        "certification": CertificationRow,
    }
    keys = {
        kind: frozenset(db.session.scalars(select(table.key).where(table.retired_at.is_(None))))
        for kind, table in tables.items()
    }
    keys["framework"] |= frozenset(frameworks)
    keys["sop"] = frozenset(
        place for source in courses.export() for place in course_content.defines(source.course)
    )
    keys["media"] = frozenset(db.session.scalars(select(MediaFile.name)))
    return Known(keys, tuple(_bank()), {**frameworks, **_stored_frameworks()})


def _stored_frameworks() -> dict[str, Any]:
    return {framework.framework: framework for framework in scenarios.export_frameworks()}


def _bank() -> list[BankItem]:
    steps: dict[int, list[str]] = {}
    for item_id, step in db.session.execute(select(ItemSopStep.item_id, ItemSopStep.step)):
        steps.setdefault(item_id, []).append(step)
    feelings = select(ItemVersion.item_id, ItemVersion.body).join(Item, Item.version_id == ItemVersion.id)
    judged = db.session.execute(feelings.where(Item.type == "emotion", Item.retired_at.is_(None)))
    unfit = {item_id for item_id, body in judged if is_unfit_for_exams(item_of(body))}
    query = (
        select(Item.id, Item.key, Topic.key, Item.difficulty, Item.type)
        .join(Topic, Topic.id == Item.topic_id)
        .where(Item.retired_at.is_(None))
    )
    return [
        BankItem(key, topic, tuple(steps.get(item_id, ())), difficulty, kind in MARKED_BY_PEOPLE, item_id in unfit)
        for item_id, key, topic, difficulty, kind in db.session.execute(query)
    ]


# ---- files again ------------------------------------------------------------------


def export(target: Path, pack: str | None = None) -> int:
    """Write one pack (default: all) as files in the one fixed style; returns how many files were written.

    The folder must be empty or not there.
    """
    if target.exists() and any(target.iterdir()):
        raise FileExistsError(f"{target} is not empty; choose a new folder")
    written = 0
    for name, text in _files(pack):
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        written += 1
    return written + _export_media(target, pack)


def _files(pack: str | None) -> Iterable[tuple[str, str]]:
    names = {pack} if pack else set(db.session.scalars(select(Course.pack).where(Course.retired_at.is_(None))))
    if len(names) == 1 and (only := next(iter(names))):
        yield "courses/pack.yaml", f"pack: {only}\ndefault_language: en\n"
    for source in courses.export(pack):
        yield f"courses/{source.key}/course.yaml", dump_yaml(source.course)
        for lesson, prose in source.prose.items():
            for language, text in prose.items():
                yield f"courses/{source.key}/lessons/{lesson}.{language}.md", text
    if (file := paths.export(pack)).paths or file.sessions or file.sign_offs:
        yield "courses/paths.yaml", dump_yaml(file)
    if rules := certifications.export(pack):
        yield "courses/certifications.yaml", dump_yaml(CertificationsFile.model_construct(certifications=rules))
    for topic in topics.export(pack):
        yield f"question_bank/{topic.topic}.yaml", dump_yaml(topic)
    for exam in exams.export(pack):
        yield f"question_bank/exams/{exam.exam}.yaml", dump_yaml(exam)
    for scenario in scenarios.export(pack):
        yield f"question_bank/scenarios/{scenario.scenario}.yaml", dump_yaml(scenario)
    for framework in scenarios.export_frameworks(pack):
        yield f"question_bank/frameworks/{framework.framework}.yaml", dump_yaml(framework)


def _export_media(target: Path, pack: str | None) -> int:
    written = 0
    for source in courses.export(pack):
        written += sum(_write_media(target / "courses" / source.key / "media" / name, sha256) for name, sha256 in _media(source))
    for name, sha256 in bank.media_in_use(pack).items():
        written += _write_media(target / "question_bank" / "media" / name, sha256)
    return written


def _media(source: CourseSource) -> list[tuple[str, str]]:
    return sorted(source.media.items())


def _write_media(path: Path, sha256: str) -> int:
    found = db.session.get(MediaFile, sha256)
    if found is None:
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(found.content)
    return 1


def write_schemas(target: Path) -> int:
    """Write a JSON Schema for every kind of file; returns how many."""
    target.mkdir(parents=True, exist_ok=True)
    for kind, model in SCHEMAS.items():
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema(by_alias=True)}
        (target / f"{kind}.schema.json").write_text(_json(schema), encoding="utf-8")
    return len(SCHEMAS)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
