"""What a draft still lacks in one of its languages, in the order of the talk (pure)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lms.core.form_fields import LINE_END
from lms.core.texts import LANGUAGES, Message
from lms.scenarios.drafts_shape import ENDINGS, GENERAL, Kind, Leaf, Part, Place, kind_of_text, leaves, value_at
from lms.scenarios.editing import Filled, filled


@dataclass(frozen=True, slots=True)
class Missing:
    """A field that has words in one language and lacks some in the other: ``given`` and ``present`` are what stands in
    each, lines of a list one a line; ``name`` is that of the field to fill."""

    place: Place
    name: str
    given: str
    present: str

    @property
    def lines(self) -> int:
        return self.given.count("\n") + 1


def other_language(language: str) -> str:
    """The one of the two languages that this is not."""
    return next(each for each in LANGUAGES if each != language)


def missing_words(body: Mapping[str, Any], language: str) -> list[Missing]:
    """Every field that has words in the other language and lacks some in this one."""
    return [
        found for part in parts_of(body) for leaf in leaves(body, part) if (found := _missing(body, leaf, language))
    ]


def parts_of(body: Mapping[str, Any]) -> Iterator[Part]:
    """The forms of a draft: the general one, every scene, the endings."""
    yield GENERAL
    yield from (Part("scene", key) for key in value_at(body, ("scenes",)) or {})
    yield ENDINGS


def translated(body: Mapping[str, Any], typed: Mapping[str, str], language: str) -> Filled:
    """The body with what was typed into fields of one language, whichever form they belong to."""
    own = {name: words for name, words in typed.items() if name.endswith(f".{language}")}
    made, changed, refused = dict(body), list[str](), dict[str, Message]()
    for part in parts_of(body):
        done = filled(made, part, own)
        made, changed, refused = done.body, [*changed, *done.changed], {**refused, **done.refused}
    return Filled(made, tuple(changed), refused)


def _missing(body: Mapping[str, Any], leaf: Leaf, language: str) -> Missing | None:
    if not kind_of_text(leaf.kind):
        return None
    value, other = value_at(body, leaf.place), other_language(language)
    texts = value or [] if leaf.kind is Kind.TEXTS else [value or {}]
    if not any(text.get(other) and not text.get(language) for text in texts):
        return None
    joined = "\n" if leaf.kind is Kind.TEXTS else ""
    given, present = (joined.join(_line(text.get(one, ""), leaf) for text in texts) for one in (other, language))
    return Missing(leaf.place, f"{leaf.name}.{language}", given, present)


def _line(words: str, leaf: Leaf) -> str:
    return words.replace("\n", LINE_END) if leaf.kind is Kind.TEXTS else words
