"""The language of ``when``: reading a condition and asking whether it holds (pure).

A condition is kept as a postfix program, so neither reading nor asking ever recurses, however many brackets
an author writes.
"""

import operator
import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import Literal

from lms.core.texts import N_, Message

Kind = Literal["compare", "taboo", "visited", "not", "and", "or"]

COMPARISONS: Mapping[str, Callable[[int, int], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
    "!=": operator.ne,
}
RESERVED = frozenset({"taboo", "visited", "not", "and", "or"})
"""Words that a variable may not be named."""

BINDS = {"or": 1, "and": 2, "not": 3}
TOKEN = re.compile(r"\s*(?:(?P<word>[a-z0-9]+(?:-[a-z0-9]+)*)|(?P<number>-[0-9]+)|(?P<sign>>=|<=|==|!=|[<>()]))")
WHOLE_NUMBER = re.compile(r"-?[0-9]{1,9}")


class ConditionError(ValueError):
    """A condition that cannot be read: ``message`` says why, ``column`` where, counted from 1."""

    def __init__(self, column: int, template: str, **values: object) -> None:
        self.column = column
        self.message = Message(template, {"column": column, **values})
        super().__init__(str(self.message))


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a condition's program; ``name`` is a variable or a scene."""

    kind: Kind
    name: str = ""
    sign: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that was read; ``text`` is what the author wrote, ``program`` the same in postfix order."""

    text: str
    program: tuple[Step, ...]

    @property
    def variables(self) -> frozenset[str]:
        """The variables it reads."""
        return frozenset(step.name for step in self.program if step.kind == "compare")

    @property
    def scenes(self) -> frozenset[str]:
        """The scenes whose visits it reads."""
        return frozenset(step.name for step in self.program if step.kind == "visited")

    def holds(self, values: Mapping[str, int], taboo: bool, visited: Container[str]) -> bool:
        """Whether it holds for these variables, with or without a taboo said, after entering these scenes."""
        stack: list[bool] = []
        for step in self.program:
            if step.kind == "compare":
                stack.append(COMPARISONS[step.sign](values[step.name], step.number))
            elif step.kind == "taboo":
                stack.append(taboo)
            elif step.kind == "visited":
                stack.append(step.name in visited)
            elif step.kind == "not":
                stack.append(not stack.pop())
            else:
                right, left = stack.pop(), stack.pop()
                stack.append(left and right if step.kind == "and" else left or right)
        return stack[0]


def parse(text: str) -> Condition:
    """Read a condition such as ``trust >= 4 and not (taboo or visited(facts))``.

    Raises ConditionError with the column of the first thing that does not fit.
    """
    return Condition(text, _Reader(text).program())


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    column: int


class _Reader:
    """Turns the text into a postfix program with two stacks (Dijkstra's shunting yard)."""

    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.place = 0
        self.output: list[Step] = []
        self.waiting: list[_Token] = []

    def program(self) -> tuple[Step, ...]:
        self._operand()
        while (token := self._next()).text:
            if token.text == ")":
                self._close(token)
            elif token.text in ("and", "or"):
                self._unload(BINDS[token.text])
                self.waiting.append(token)
                self._operand()
            else:
                raise ConditionError(
                    token.column,
                    N_("Column %(column)s: “and”, “or” or the end is expected here, not “%(found)s”."),
                    found=token.text,
                )
        self._unload(0)
        if self.waiting:
            raise ConditionError(self.waiting[-1].column, N_("Column %(column)s: this bracket is never closed."))
        return tuple(self.output)

    def _next(self) -> _Token:
        token = self.tokens[self.place]
        self.place = min(self.place + 1, len(self.tokens) - 1)
        return token

    def _operand(self) -> None:
        while (token := self._next()).text in ("not", "("):
            self.waiting.append(token)
        if token.text == "taboo":
            self.output.append(Step("taboo"))
        elif token.text == "visited":
            self._visited()
        elif token.text not in RESERVED and _is_word(token.text):
            self._comparison(token)
        else:
            raise _unexpected(token, N_("Column %(column)s: a condition is expected here, not “%(found)s”."))

    def _visited(self) -> None:
        self._expect("(")
        scene = self._next()
        if not _is_word(scene.text):
            raise _unexpected(scene, N_("Column %(column)s: the key of a scene is expected here, not “%(found)s”."))
        self._expect(")")
        self.output.append(Step("visited", name=scene.text))

    def _comparison(self, name: _Token) -> None:
        sign = self._next()
        if sign.text not in COMPARISONS:
            raise _unexpected(
                sign,
                N_("Column %(column)s: one of >= <= > < == != is expected after “%(name)s”, not “%(found)s”."),
                name=name.text,
            )
        number = self._next()
        if not WHOLE_NUMBER.fullmatch(number.text):
            raise _unexpected(number, N_("Column %(column)s: a whole number is expected here, not “%(found)s”."))
        self.output.append(Step("compare", name.text, sign.text, int(number.text)))

    def _expect(self, bracket: str) -> None:
        token = self._next()
        if token.text != bracket:
            raise _unexpected(
                token,
                N_("Column %(column)s: “%(bracket)s” is expected here, as in visited(scene), not “%(found)s”."),
                bracket=bracket,
            )

    def _unload(self, binding: int) -> None:
        """Move waiting operators that bind at least so strongly to the program, up to the last open bracket."""
        while self.waiting and BINDS.get(self.waiting[-1].text, -1) >= binding:
            operation = self.waiting.pop().text
            self.output.append(Step("not" if operation == "not" else "and" if operation == "and" else "or"))

    def _close(self, bracket: _Token) -> None:
        self._unload(0)
        if not self.waiting:
            raise ConditionError(bracket.column, N_("Column %(column)s: this bracket was never opened."))
        self.waiting.pop()


def _tokens(text: str) -> list[_Token]:
    """The words and signs of a text; the last is always the empty one behind its end."""
    tokens: list[_Token] = []
    place = 0
    end = len(text.rstrip())
    while place < end:
        found = TOKEN.match(text, place, end)
        if not found:
            place += len(text[place:]) - len(text[place:].lstrip())
            raise _unreadable(text[place], place + 1)
        kind = found.lastgroup or ""
        tokens.append(_Token(found[kind], found.start(kind) + 1))
        place = found.end()
    return [*tokens, _Token("", end + 1)]


def _unreadable(character: str, column: int) -> ConditionError:
    if character == "=":
        return ConditionError(column, N_("Column %(column)s: write == to ask whether two numbers are equal."))
    return ConditionError(column, N_("Column %(column)s: “%(found)s” has no meaning here."), found=character)


def _unexpected(token: _Token, template: str, **values: object) -> ConditionError:
    if not token.text:
        return ConditionError(token.column, N_("Column %(column)s: the condition ends too early."))
    return ConditionError(token.column, template, found=token.text, **values)


def _is_word(text: str) -> bool:
    return bool(text) and text[0].isascii() and text[0].isalnum()
