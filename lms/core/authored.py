"""Content sent as JSON: a body is what its file holds, checked by the engine that checks the files."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from flask_babel import gettext
from pydantic import Field, GetJsonSchemaHandler, RootModel, TypeAdapter
from pydantic_core import CoreSchema

from lms.core.api import Answer
from lms.core.content import Definition, Document, Fault, Problem, Reference, validate
from lms.core.definitions import names
from lms.core.errors import Conflict, Invalid
from lms.core.texts import N_, Message

D = TypeVar("D")
M = TypeVar("M", bound=Definition)
B = TypeVar("B", bound=Definition)

REFUSED = N_("Some fields cannot be used as sent; nothing was changed.")
TAKEN = N_("The key “%(key)s” is taken; choose another, or change what has it.")
MISPLACED = N_("The key in the body is not the one in the address; make both the same.")
OVERTAKEN = N_("Version %(current)s is in force by now, and this began from version %(sent)s; fetch it again first.")
MISSING = {
    "course": N_("There is no course “%(key)s”; write it or correct the key."),
    "topic": N_("There is no topic “%(key)s”; write it or correct the key."),
    "item": N_("There is no item “%(key)s”; write it or correct the key."),
    "exam": N_("There is no exam “%(key)s”; write it or correct the key."),
    "scenario": N_("There is no scenario “%(key)s”; write it or correct the key."),
    "framework": N_("There is no framework “%(key)s”; write it or correct the key."),
    "session": N_("There is no session “%(key)s”; add it under sessions in paths.yaml."),
    "sign_off": N_("There is no sign-off “%(key)s”; add it under sign_offs in paths.yaml."),
    "certification": N_("There is no certification “%(key)s”; write it or correct the key."),
    "sop": N_("No course has the SOP step “%(key)s”; write it as course/lesson/step."),
    "media": N_("There is no file media/%(key)s; add it."),
}
"""What to say of a reference that leads nowhere, by its kind."""


class NewOne(Definition):
    """What may stand beside the body of something new: nothing."""


class Change(Definition):
    """What may stand beside a changed body: the version it was made of, so that nobody's change is overwritten."""

    version: Annotated[int, Field(ge=1)] | None = None


class FileBody(RootModel[dict[str, Any]]):
    """A body as its content file holds it. Any JSON object passes here: ``read`` checks it, with sentences that are
    translated; the description is that of ``described`` (several: told apart by their type) and ``beside``."""

    described: ClassVar[tuple[type[Definition], ...]] = ()
    beside: ClassVar[type[Definition]] = NewOne

    @classmethod
    def __get_pydantic_json_schema__(cls, _core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        around = cls.beside.model_json_schema()
        variants = [_joined(_inlined(model, handler), around) for model in cls.described]
        return {"title": cls.__name__, **(variants[0] if len(variants) == 1 else {"oneOf": variants})}


def _inlined(model: type[Definition], handler: GetJsonSchemaHandler) -> dict[str, Any]:
    return dict(handler.resolve_ref_schema(handler(TypeAdapter(model).core_schema)))


def _joined(schema: dict[str, Any], around: dict[str, Any]) -> dict[str, Any]:
    properties = {**around.get("properties", {}), **schema["properties"]}
    required = [*around.get("required", []), *schema.get("required", [])]
    return {**schema, "properties": properties, "required": required}


@dataclass(frozen=True, slots=True)
class Sent(Generic[D, B]):
    """A body without errors: its definition, what stood beside it, and what its author should look at."""

    definition: D
    beside: B
    warnings: tuple[Problem, ...]


Reader = Callable[[Document], tuple[D | None, list[Problem]]]
"""Reads a document that holds just one thing; with all problems."""


def reader(model: type[M]) -> Reader[M]:
    """The reader of a kind of content that has one definition."""
    return lambda document: validate(model, document)


def read(
    body: FileBody, beside: type[B], reading: Reader[D], faults: Callable[[D | None, B | None], Iterable[Fault]]
) -> Sent[D, B]:
    """The definition in a body; ``faults`` looks further, at as much as could be read.

    Raises ``Invalid`` with every error, by field.
    """
    own = set(names(beside))
    document = Document("body", {name: value for name, value in body.root.items() if name not in own})
    definition, problems = reading(document)
    around, more = validate(beside, Document("body", {name: body.root[name] for name in own & body.root.keys()}))
    problems = [*problems, *more, *document.located(faults(definition, around))]
    if errors := [problem for problem in problems if problem.severity == "error"]:
        raise Invalid(Message(REFUSED), errors=by_field(errors))
    if definition is None or around is None:  # pragma: no cover - what cannot be read has an error
        raise Invalid(Message(REFUSED))
    return Sent(definition, around, tuple(problems))


def by_field(problems: Iterable[Problem]) -> dict[str, Message]:
    """What is said of each field (``items.3.answer``), in one message where there are several."""
    found: dict[str, dict[str, Message]] = {}
    for problem in problems:
        found.setdefault(_field(problem.field), {}).setdefault(str(problem.message), problem.message)
    return {field: _together(list(messages.values())) for field, messages in found.items()}


def _field(dotted: str) -> str:
    """The place as every call of the API names it."""
    return dotted.replace("[", ".").replace("]", "") or "body"


def _together(messages: list[Message]) -> Message:
    if len(messages) == 1:
        return messages[0]
    return Message("%(text)s", {"text": " ".join(message.translated(gettext) for message in messages)})


def missing(reference: Reference) -> Fault:
    """The fault of a reference that leads nowhere."""
    return Fault(reference.loc, MISSING[reference.kind], {"key": reference.key})


def must_match(key: str, address: str, field: str) -> None:
    """The key in a body is the one in its address; else ``Invalid``."""
    if key != address:
        raise Invalid(Message(MISPLACED), errors={field: Message(MISPLACED)})


def must_be_free(key: str, is_taken: bool) -> None:
    """A new thing's key is not in use, nor was it ever; else ``Conflict``."""
    if is_taken:
        raise Conflict(Message(TAKEN, {"key": key}))


def must_be_current(change: Change, current: int) -> None:
    """Another body that names the version it was made of is refused when a later one is in force: ``Conflict``."""
    if change.version not in (None, current):
        raise Conflict(Message(OVERTAKEN, {"current": current, "sent": change.version}), version=current)


class Remark(Answer):
    """Something the author should look at."""

    field: str
    message: str


class Saved(Answer):
    """What is in force now."""

    key: str
    version: int
    sha256: str
    warnings: list[Remark]


def saved(key: str, version: int, sha256: str, warnings: Iterable[Problem]) -> dict[str, Any]:
    """The answer to a body that was saved."""
    told = [{"field": _field(each.field), "message": each.message.translated(gettext)} for each in warnings]
    return {"key": key, "version": version, "sha256": sha256, "warnings": told}
