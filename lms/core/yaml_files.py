"""YAML as content files use it: the 1.2 core schema, nothing hidden, every place known; and one fixed style (pure)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from lms.core.definitions import Definition, Document, Loc, Problem, plain
from lms.core.texts import N_, Message

MOST_LEVELS = 50
INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,99})|0o[0-7]{1,99}|0x[0-9a-fA-F]{1,99}")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
ENDLESS = re.compile(r"([-+]?)\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
UNPRINTABLE = re.compile("[^\\t\\n\\r\\x20-\\x7e\\x85\\xa0-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def resolved(text: str) -> Any:
    """The value of an unquoted scalar; ``yes``, ``on``, ``10:30``, ``010`` and dates stay text."""
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if FLOAT.fullmatch(text):
        return float(text)
    if found := ENDLESS.fullmatch(text):
        return float("nan" if found[3] else f"{found[1]}inf")
    return text


@dataclass
class _Open:
    """A map or a list that is still being read."""

    loc: Loc
    value: dict[str, Any] | list[Any]
    key: str | None = None
    inner: Loc = ()


@dataclass
class _Reader:
    """Builds the data of one document from parser events, noting lines and problems."""

    path: str
    lines: dict[Loc, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)
    root: Any = None
    skipping: int = 0
    documents: int = 0
    unread: list[Loc] = field(default_factory=list)

    def problem(self, line: int, message: str, **values: Any) -> None:
        loc = self._place() if self.open else ()
        found = Document(self.path, None, {loc: line}).problem(loc, Message(message, values))
        self.problems.append(found)

    def _place(self) -> Loc:
        top = self.open[-1]
        if isinstance(top.value, list):
            return (*top.loc, len(top.value))
        return (*top.loc, top.key) if top.key is not None else top.loc

    def read(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.DocumentStartEvent):
            self._start_document(event, line)
        elif self.skipping:
            self._skip(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.open.pop()
        elif isinstance(event, yaml.NodeEvent):
            self._node(event, line)

    def _start_document(self, event: yaml.DocumentStartEvent, line: int) -> None:
        self.documents += 1
        if self.documents == 2:
            self.problem(line, N_("A file holds one document; take the line “---” away."))
            self.skipping = 1
        if event.tags:
            self.problem(line, N_("Tags are not used here; take this line away."))

    def _skip(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.CollectionStartEvent):
            self.skipping += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            self.skipping -= 1

    def _node(self, event: yaml.NodeEvent, line: int) -> None:
        self._refuse_hidden_things(event, line)
        if self._awaits_key():
            self._key(event, line)
            return
        loc = self._place() if self.open else ()
        self.lines.setdefault(loc, line)
        if isinstance(event, yaml.CollectionStartEvent):
            self._start_collection(event, loc, line)
        elif isinstance(event, yaml.ScalarEvent):
            self._put(resolved(event.value) if event.implicit[0] and not event.style else event.value)
        else:
            self._leave_unread(loc)

    def _leave_unread(self, loc: Loc) -> None:
        """Note that what stands here is not known, so that nobody complains about it a second time."""
        self.unread.append(loc)
        self._put(None)

    def _refuse_hidden_things(self, event: yaml.NodeEvent, line: int) -> None:
        if isinstance(event, yaml.AliasEvent):
            unwelcome = N_("Aliases are not used here; write out what “*%(name)s” stands for.")
            self.problem(line, unwelcome, name=event.anchor)
        elif event.anchor is not None:
            self.problem(line, N_("Anchors are not used here; take “&%(name)s” away."), name=event.anchor)
        if getattr(event, "tag", None) is not None:
            self.problem(line, N_("Tags are not used here; take “%(name)s” away."), name=_spelled_tag(event))

    def _awaits_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1].value, dict) and self.open[-1].key is None

    def _key(self, event: yaml.NodeEvent, line: int) -> None:
        top = self.open[-1]
        if not isinstance(event, yaml.ScalarEvent):
            if isinstance(event, yaml.CollectionStartEvent):
                self.problem(line, N_("A key is one word or text, not a list or a map."))
                self.skipping = 1
            self.unread.append(top.loc)
            top.key = f"?{line}"
            return
        if event.value == "<<" and not event.style:
            self.problem(line, N_("Merging with “<<” is not used here; write the fields out."))
            self.unread.append(top.loc)
        assert isinstance(top.value, dict)
        top.key = event.value
        if event.value in top.value:
            first = self.lines[self._place()]
            self.problem(line, N_("This key stands here already, on line %(first)s; keep one."), first=first)
        self.lines.setdefault(self._place(), line)

    def _start_collection(self, event: yaml.NodeEvent, loc: Loc, line: int) -> None:
        if len(self.open) >= MOST_LEVELS:
            self.problems.append(Problem(self.path, line, "", Message(N_("This is nested too deeply."))))
            self._leave_unread(loc)
            self.skipping = 1
            return
        value: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._put(value)
        self.open.append(_Open(loc, value))

    def _put(self, value: Any) -> None:
        if not self.open:
            self.root = value
            return
        top = self.open[-1]
        if isinstance(top.value, list):
            top.value.append(value)
        else:
            assert top.key is not None
            top.value.setdefault(top.key, value)
            top.key = None


def _spelled_tag(event: yaml.NodeEvent) -> str:
    tag: str = getattr(event, "tag", "")
    return tag.replace("tag:yaml.org,2002:", "!!")


def read_yaml(path: str, text: str) -> tuple[Document | None, list[Problem]]:
    """The document of one file, or none when it cannot be read as YAML; with all problems of its spelling.

    A document may come with problems, so that what else is wrong in it is found in the same run.
    """
    reader = _Reader(path)
    for found in UNPRINTABLE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        code = f"U+{ord(found[0]):04X}"
        reader.problem(line, N_("The character %(code)s cannot be shown; take it away."), code=code)
    if reader.problems:
        return None, reader.problems
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            reader.read(event)
    except yaml.MarkedYAMLError as error:
        reader.open.clear()
        reader.problem(*_unreadable(error, text))
        return None, reader.problems
    if reader.root is None and not reader.problems:
        reader.problem(1, N_("The file is empty; fill it or delete it."))
        return None, reader.problems
    return Document(path, reader.root, reader.lines, tuple(reader.unread)), reader.problems


def _unreadable(error: yaml.MarkedYAMLError, text: str) -> tuple[int, str]:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    reason = error.problem or ""
    if re.match(r" *\t", "".join(text.splitlines()[line - 1 : line])):
        return line, N_("A tab stands here; indent with spaces.")
    if "mapping values are not allowed" in reason:
        return line, N_("A colon stands where none is expected; put the text in quotes, or look at the indentation.")
    if "end of stream" in reason or "' or '" in reason:
        opened = error.context_mark.line + 1 if error.context_mark else line
        return opened, N_("A quote or a bracket that is opened here is not closed.")
    if "cannot start any token" in reason:
        return line, N_("The text begins with a sign that means something else in YAML; put the text in quotes.")
    return line, N_("This cannot be read as YAML; look at the indentation, the quotes and the brackets near this line.")


def dump_yaml(definition: Definition) -> str:
    """The definition in the one fixed style of exports: reading it and writing it again gives the same bytes."""
    return dump_plain(plain(definition))


def dump_plain(data: dict[str, Any]) -> str:
    """Data as a file would hold it, sound or not, in the same style."""
    return "\n".join(_map_lines(data, "")) + "\n"


def _map_lines(value: dict[str, Any], indent: str) -> Iterator[str]:
    for key, inner in value.items():
        yield from _entry(f"{indent}{_scalar(key, indent)}:", inner, indent)


def _entry(head: str, value: Any, indent: str) -> Iterator[str]:
    deeper = indent + "  "
    if isinstance(value, dict) and value:
        yield head
        yield from _map_lines(value, deeper)
    elif isinstance(value, list) and value:
        yield head
        yield from _list_lines(value, deeper)
    else:
        yield f"{head} {_leaf(value, deeper)}"


def _list_lines(value: list[Any], indent: str) -> Iterator[str]:
    for element in value:
        deeper = indent + "  "
        if isinstance(element, dict) and element:
            first, *rest = _map_lines(element, deeper)
        elif isinstance(element, list) and element:
            first, *rest = _list_lines(element, deeper)
        else:
            first, rest = _leaf(element, deeper), []
        yield f"{indent}- {first.removeprefix(deeper)}"
        yield from rest


def _leaf(value: Any, indent: str) -> str:
    if value in ({}, []) and not isinstance(value, str):
        return "{}" if isinstance(value, dict) else "[]"
    if isinstance(value, str):
        return _block(value, indent) if _fits_block(value) else _scalar(value, indent)
    return json.dumps(value)


def _fits_block(text: str) -> bool:
    """Whether a literal block gives the text back exactly: several lines, no odd blanks at the edges of any."""
    lines = text.split("\n")
    are_tidy = all(line == line.strip() for line in lines) and lines[0] and lines[-1]
    return len(lines) > 1 and bool(are_tidy) and not ODD.search(text)


def _block(text: str, indent: str) -> str:
    return "|-\n" + "\n".join(indent + line if line else "" for line in text.split("\n"))


ODD = re.compile("[^\\n\\x20-\\x7e\\xa0-\\u2027\\u202a-\\ud7ff\\ue000-\\ufefe\\uff00-\\ufffd\\U00010000-\\U0010ffff]")
SAFE = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`]([^:#]|:(?! |$)|(?<! )#)*(?<![ :])")
MISREAD = re.compile(r"(?i:y|n|yes|no|on|off|true|false|null|~|=|<<)|[-+.]?[0-9][-+0-9_.:,xobae]*|[-+]?\.(?i:inf|nan)")
DAY = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?([-+]\d\d:\d\d)?)?")


def _scalar(text: str, indent: str) -> str:
    """The text on one line: bare where every YAML reader takes it for the same text (days too), else in quotes."""
    bare = SAFE.fullmatch(text) and not ODD.search(text) and "\n" not in text
    if bare and (DAY.fullmatch(text) or not MISREAD.fullmatch(text)):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return ODD.sub(lambda found: _escaped(found[0]), quoted)


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\U{code:08X}" if code > 0xFFFF else f"\\u{code:04X}"
