"""The quick shape of a role-play, read line by line: a mark at the beginning says what a line is (pure).

Nothing is looked up here: names of scenes, steps and feelings stay the words that were typed. docs/trainers.md tells the
shape to those who write it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lms.core.field_types import NOT_KEPT
from lms.core.form_fields import LINE_END
from lms.core.texts import N_, Message

MOST_WORDS = 200_000
"""The longest conversation that is read, in characters."""

MOST_ENTRIES, MOST_REPLIES = 300, 60
"""Of scenes and endings together, and of replies in one scene."""

MOST_POINTS_DIGITS = 3
DIGITS = "0123456789０１２３４５６７８９"
# Every pattern here reads a line once, however long it is.
ARROW = re.compile(r"(?<![-=—–－＝−])[-=—–－＝−]++[>＞》]|→|⇒|[>＞》]{2}")
REPLY = re.compile(
    r"([+＋]\s?(?P<number>[0-9０-９]+)(?=\s|$)|(?P<plus>[+＋]+)|(?P<taboo>[!！])|[-－–·•]|—+)\s*(?P<words>.*)"
)
ENDING = re.compile(r"[=＝]+\s*(?:[+＋]\s?(?P<number>[0-9０-９]+)|(?P<plus>[+＋]+)|(?P<failed>[!！]))?\s*(?P<words>.*)")
CONDITION = re.compile(
    r"(?:if\s|when\s|如果|只有当|当)\s*+(?P<words>(?=.*(?:[<>=＜＞＝]|taboo|visited)).*)", re.IGNORECASE
)
COMMA = re.compile(r"[,，、;；]")
COLON = re.compile(r"[:：]")

HEADS: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "标题"),
    "name": ("customer", "客户"),
    "profile": ("who", "人物", "什么人"),
    "backstory": ("what happened", "story", "事情经过", "发生了什么"),
    "score": ("pass line", "pass", "及格线"),
}
"""The words before a colon at the top, by the field they fill."""

LONG_HEADS = ("profile", "backstory")
"""Those that go on over several lines."""

BEFORE_FIRST = N_(
    "No scene has begun here. Begin one with “# name”, or write Title:, Customer:, Who: or What happened:."
)
UNDER_REPLY = N_(
    "This line has no mark and stands below a reply. Begin it with > (how the customer reacts), * (the reason), + or - "
    "(another reply), # (the next scene) or = (an ending)."
)
NOT_UNDER_REPLY = N_("“>” and “*” belong below a reply; write the reply first, with + or - at the beginning.")
NOT_IN_ENDING = N_("An ending has no replies, feelings or cues. Begin the next scene with “# name” before this line.")
UNNAMED = N_("Give it a name, such as “# opening” or “= good: She stays a customer”.")
TWICE = N_("“%(name)s” is there already, in line %(line)s. Give this one another name.")
UNKEPT = N_("The character %(code)s cannot be kept; take it away.")
TOO_MANY = N_("Those are more points than a reply can have; write at most 3 digits.")
TOO_MANY_ENTRIES = N_("More than %(most)s scenes and endings; nothing from here on was read.")
TOO_MANY_REPLIES = N_("A scene can have at most %(most)s replies; take this one away.")


@dataclass(frozen=True, slots=True)
class LineProblem:
    """What cannot be read, with its line (from 1) and what to do."""

    line: int
    message: Message


@dataclass(slots=True)
class Reply:
    """A reply as typed. ``parts`` is what stands behind the arrow, without key and condition: target, step, worths."""

    line: int
    words: str
    points: int
    is_taboo: bool
    parts: list[str]
    key: str | None = None
    when: str | None = None
    reaction: str = ""
    reason: str = ""


@dataclass(slots=True)
class Scene:
    """A scene as typed; ``feeling`` is what stands behind the question mark."""

    line: int
    name: str
    says: list[str] = field(default_factory=list)
    cues: list[str] = field(default_factory=list)
    feeling: str | None = None
    feeling_line: int = 0
    replies: list[Reply] = field(default_factory=list)


@dataclass(slots=True)
class Ending:
    """An ending as typed."""

    line: int
    name: str
    title: str
    points: int
    is_failed: bool
    text: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Sketch:
    """A conversation as typed, and what of it cannot be read."""

    heads: dict[str, str] = field(default_factory=dict)
    head_lines: dict[str, int] = field(default_factory=dict)
    scenes: list[Scene] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)
    problems: list[LineProblem] = field(default_factory=list)


def read_lines(words: str) -> Sketch:
    """Read a conversation; every line that cannot be read is named and the others are read all the same."""
    reader = _Reader()
    for number, line in enumerate(words.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        reader.take(number, line.strip())
        if len(reader.named) > MOST_ENTRIES:
            reader.wrong(number, TOO_MANY_ENTRIES, most=MOST_ENTRIES)
            break
    return reader.sketch


def plain_word(word: str) -> str:
    """A name as it is compared: without case, width and blanks around."""
    return " ".join(_half(word).casefold().split())


class _Reader:
    def __init__(self) -> None:
        self.sketch = Sketch()
        self.here: Scene | Ending | None = None
        self.named: dict[str, Scene | Ending] = {}
        self.last_head: str | None = None

    def take(self, number: int, line: str) -> None:
        if found := NOT_KEPT.search(line):
            self.wrong(number, UNKEPT, code=f"U+{ord(found[0]):04X}")
        elif line.startswith("//"):
            return
        elif line.startswith("\\"):
            self.bare(number, line[1:])
        elif not line:
            self.blank()
        else:
            next((take for marks, take in self.marked() if line[0] in marks), self.bare)(number, line)

    def marked(self) -> tuple[tuple[str, Callable[[int, str], None]], ...]:
        return (
            ("#＃", self.scene),
            ("=＝", self.ending),
            ("+＋-－–—·•!！", self.reply),
            ("(（", self.cue),
            ("?？", self.feeling),
            (">＞》*＊", self.under_reply),
            ("→⇒", self.tail),
        )

    def wrong(self, number: int, template: str, **values: object) -> None:
        self.sketch.problems.append(LineProblem(number, Message(template, values)))

    def blank(self) -> None:
        """An empty line between two lines of the customer's words stays; others mean nothing."""
        self.last_head = None
        if isinstance(self.here, Scene) and self.here.says and not self.here.replies:
            self.here.says.append("")
        elif isinstance(self.here, Ending) and self.here.text:
            self.here.text.append("")

    def bare(self, number: int, line: str) -> None:
        if isinstance(self.here, Ending):
            self.here.text.append(line)
        elif self.here is None:
            self.head(number, line)
        elif self.here.replies:
            self.wrong(number, UNDER_REPLY)
        else:
            self.here.says.append(line)

    def head(self, number: int, line: str) -> None:
        word, colon, words = _parted(line, COLON)
        name = next((name for name, known in HEADS.items() if colon and plain_word(word) in known), None)
        if name is not None:
            self.sketch.heads[name], self.sketch.head_lines[name] = _unfolded(words), number
            self.last_head = name if name in LONG_HEADS else None
        elif self.last_head is not None:
            self.sketch.heads[self.last_head] += f"\n{line}"
        else:
            self.wrong(number, BEFORE_FIRST)

    def scene(self, number: int, line: str) -> None:
        name = line.strip("#＃ ").strip()
        self.here = Scene(number, name)
        if self.is_named(self.here):
            self.sketch.scenes.append(self.here)

    def ending(self, number: int, line: str) -> None:
        found = ENDING.fullmatch(line)
        assert found is not None  # whatever follows the mark are words
        name, colon, title = _parted(found["words"], COLON)
        title = _unfolded(title if colon else name)
        self.here = Ending(number, name, title, self.points(number, found), bool(found["failed"]))
        if self.is_named(self.here):
            self.sketch.endings.append(self.here)

    def is_named(self, entry: Scene | Ending) -> bool:
        if not entry.name:
            self.wrong(entry.line, UNNAMED)
            return False
        other = self.named.setdefault(plain_word(entry.name), entry)
        if other is not entry:
            self.wrong(entry.line, TWICE, name=entry.name, line=other.line)
        return other is entry

    def reply(self, number: int, line: str) -> None:
        if ARROW.match(line):
            return self.tail(number, line)
        if not isinstance(self.here, Scene):
            return self.misplaced(number, line)
        if len(self.here.replies) == MOST_REPLIES:
            return self.wrong(number, TOO_MANY_REPLIES, most=MOST_REPLIES)
        found = REPLY.fullmatch(line)
        assert found is not None  # whatever follows the mark are words
        words, tail = _before_last(found["words"], ARROW)
        made = Reply(number, _unfolded(words), self.points(number, found), bool(found["taboo"]), [])
        self.here.replies.append(made)
        self.add_tail(made, tail)
        return None

    def tail(self, number: int, line: str) -> None:
        """An arrow on a line of its own belongs to the reply above it."""
        if not isinstance(self.here, Scene) or not self.here.replies:
            return self.misplaced(number, line)
        self.add_tail(self.here.replies[-1], ARROW.sub("", line, count=1))
        return None

    def add_tail(self, made: Reply, tail: str) -> None:
        for place, part in enumerate(part.strip() for part in COMMA.split(tail)):
            if part.startswith("@"):
                made.key = _half(part[1:]).strip()
            elif found := CONDITION.fullmatch(part):
                made.when = _half(found["words"]).strip()
            elif part or not place:
                made.parts.append(part)

    def misplaced(self, number: int, line: str) -> None:
        if isinstance(self.here, Ending):
            return self.wrong(number, NOT_IN_ENDING)
        return self.wrong(number, NOT_UNDER_REPLY if self.here else BEFORE_FIRST)

    def cue(self, number: int, line: str) -> None:
        if not line.endswith((")", "）")):
            return self.bare(number, line)
        if not isinstance(self.here, Scene):
            return self.bare(number, line) if self.here else self.misplaced(number, line)
        self.here.cues.append(_unfolded(line[1:-1].strip()))
        return None

    def feeling(self, number: int, line: str) -> None:
        if not isinstance(self.here, Scene):
            return self.misplaced(number, line)
        self.here.feeling, self.here.feeling_line = line[1:].strip(), number
        return None

    def under_reply(self, number: int, line: str) -> None:
        if not isinstance(self.here, Scene) or not self.here.replies:
            return self.misplaced(number, line)
        if ARROW.match(line):
            return self.tail(number, line)
        words, last = _unfolded(line[1:].strip()), self.here.replies[-1]
        name = "reason" if line[0] in "*＊" else "reaction"
        said = getattr(last, name)
        setattr(last, name, f"{said}\n{words}" if said else words)
        return None

    def points(self, number: int, found: re.Match[str]) -> int:
        digits = _half(found["number"] or "")
        if len(digits) > MOST_POINTS_DIGITS:
            self.wrong(number, TOO_MANY)
            return 0
        return int(digits) if digits else len(found["plus"] or "")


def number_in(words: str) -> int:
    """A whole number with or without a sign, full-width digits too, whatever blanks stand between."""
    return int("".join(_half(words).split())[:9])


def worth_in(part: str) -> tuple[str, int] | None:
    """The name, as it is compared, and the number behind it, as in "trust +1"; None where no number ends the part."""
    head = part.rstrip(DIGITS)
    name = head.rstrip()
    if head == part:
        return None
    sign = name[-1:] if name[-1:] in tuple("-+＋－−") else ""
    return plain_word(name.removesuffix(sign)), number_in(sign + part[len(head) :])


def folded(words: str) -> str:
    """Words on one line, as ``read_lines`` reads them."""
    return words.replace("\n", LINE_END)


def _unfolded(words: str) -> str:
    return words.replace(LINE_END, "\n").strip()


def _half(words: str) -> str:
    """Full-width letters, digits and signs as plain ones."""
    plain = (chr(ord(each) - 0xFEE0) if "！" <= each <= "～" else each for each in words)
    return "".join(plain).replace("−", "-").replace("\u3000", " ")


def _parted(words: str, by: re.Pattern[str]) -> tuple[str, bool, str]:
    found = by.search(words)
    if found is None:
        return words.strip(), False, ""
    return words[: found.start()].strip(), True, words[found.end() :].strip()


def _before_last(words: str, by: re.Pattern[str]) -> tuple[str, str]:
    found = list(by.finditer(words))
    if not found:
        return words.strip(), ""
    return words[: found[-1].start()].strip(), words[found[-1].end() :].strip()
