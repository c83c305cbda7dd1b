"""The house rules: who may import whom, which files are pure, how long they may be."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LMS = ROOT / "lms"

FLOORS = {
    "core": 0, "statistics": 0.5,
    "identity": 1, "courses": 1, "question_bank": 1,
    "enrolment": 2,
    "assessment": 3, "scenarios": 3,
    "certification": 4,
    "home": 5, "reporting": 5, "hr": 5,
    "improvement": 6,
}  # fmt: skip
TOP = {
    "factory",
    "rooms",
    "cli",
    "cli_content",
    "library",
    "packs",
    "doctor",
    "serve",
    "config",
    "__init__",
}  # see the whole house
FURNITURE = {
    "__init__", "models", "service", "queries", "sync", "views", "forms", "api", "jobs", "listeners", "cli",
}  # fmt: skip
PURE_CORE = {
    "texts",
    "charts",
    "chart_shapes",
    "definitions",
    "definition_errors",
    "entered",
    "field_types",
    "form_fields",
    "form_notes",
    "prose",
    "second_marks",
    "syncing",
}
IMPURE_MODULES = ("flask", "flask_", "sqlalchemy", "werkzeug", "wtforms", "requests", "redis", "pathlib", "time", "os")


def modules() -> list[Path]:
    return sorted(path for path in LMS.rglob("*.py") if "migrations" not in path.parts)


def imported(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno
            if node.module.startswith("lms"):
                yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def room_of(path: Path) -> str:
    relative = path.relative_to(LMS)
    return relative.parts[0] if len(relative.parts) > 1 else ""


def is_pure(path: Path) -> bool:
    relative = path.relative_to(LMS)
    room = room_of(path)
    if room == "statistics":
        return True
    if room == "core":
        return path.stem in PURE_CORE
    if room in FLOORS:
        furniture = path.stem in FURNITURE or path.stem.split("_")[0] in (
            "service",
            "queries",
            "views",
            "api",
            "models",
            "cli",
        )
        return relative.parts[1] != "adapters" and not furniture
    return False


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(LMS)))
def test_imports_fall(path: Path) -> None:
    room = room_of(path)
    if room == "demo":
        return  # it plays in all rooms
    if not room:
        assert path.stem in TOP, f"{path.name}: only {sorted(TOP)} stand above the rooms; move it into a room"
        return
    for name, line in imported(path):
        parts = name.split(".")
        if parts[0] != "lms" or len(parts) < 2:
            continue
        other = parts[1]
        if other == room:
            continue
        assert other in FLOORS, f"{path}:{line}: {room} must not import lms.{other}, which sees the whole house"
        assert FLOORS[other] < FLOORS[room], (
            f"{path}:{line}: {room} (floor {FLOORS[room]}) imports {other} (floor {FLOORS[other]}). "
            "Imports fall: call downwards, and let news travel up as an event of core/events.py."
        )


@pytest.mark.parametrize(
    "path", [path for path in modules() if is_pure(path)], ids=lambda path: str(path.relative_to(LMS))
)
def test_pure_files_know_no_web_no_database_no_clock(path: Path) -> None:
    for name, line in imported(path):
        head = name.split(".")[0]
        wrong = any(head == module or (module.endswith("_") and head.startswith(module)) for module in IMPURE_MODULES)
        assert not wrong, f"{path}:{line}: a pure file imports {name}; pass what it needs as an argument"
        assert name not in ("lms.core.clock", "lms.core.database"), f"{path}:{line}: pass `now` as an argument"


def test_imports_stand_at_the_top() -> None:
    for path in modules():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for node in ast.walk(function):
                    if isinstance(node, ast.Import | ast.ImportFrom):
                        allowed = path.name in ("__init__.py", "factory.py") and room_of(path) == ""
                        assert allowed, f"{path}:{node.lineno}: import at the top of the file"


def test_every_module_says_what_it_is_for() -> None:
    for path in modules():
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), (
            f"{path}: begin with a docstring sentence"
        )


def test_only_unit_of_work_commits() -> None:
    for path in modules():
        if path.relative_to(LMS).as_posix() == "core/database.py":
            continue
        assert "session.commit(" not in path.read_text(encoding="utf-8"), f"{path}: use @unit_of_work"


def test_no_file_outgrows_its_subject() -> None:
    for path in modules():
        lines = len(path.read_text(encoding="utf-8").splitlines())
        assert lines <= 480, f"{path}: {lines} lines; ask what wants to be its own file"
