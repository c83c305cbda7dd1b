"""A draft written in the quick shape, in one language; what the shape does not hold is named in a note (pure).

What comes out reads back to the same scenes, replies and endings under the same keys, whatever the draft holds.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lms.core.texts import N_
from lms.question_bank.labels import label_name
from lms.scenarios.definitions import EMOTIONS
from lms.scenarios.drafts_quick_frame import Frame
from lms.scenarios.drafts_quick_lines import COMMA, CONDITION, HEADS, folded
from lms.scenarios.drafts_shape import value_at

MARKS = re.compile(r"[#＃=＝+＋\-－–—·•!！(（?？>＞》*＊→⇒\\]|//")
WORDS_OF_HEADS: Mapping[str, Mapping[str, str]] = {
    field: dict(zip(("en", "zh-Hans"), (words[0].capitalize(), words[-1]), strict=True))
    for field, words in HEADS.items()
}
OWN_WORDS = N_("This scene also takes a reply in the learner's own words; it stays.")


def written_quickly(body: Mapping[str, Any], frame: Frame, notes: Mapping[str, str] | None = None) -> str:
    """The draft as lines; ``notes`` are sentences for lines that nobody reads back, by scene."""
    writer = _Writer(frame)
    parts = ["\n".join(writer.heads(body))]
    for key, scene in (value_at(body, ("scenes",)) or {}).items():
        parts.append("\n".join(writer.scene(key, scene, (notes or {}).get(key))))
    for key, ending in (value_at(body, ("endings",)) or {}).items():
        parts.append("\n".join(writer.ending(key, ending)))
    return "\n\n".join(part for part in parts if part) + "\n"


class _Writer:
    def __init__(self, frame: Frame) -> None:
        self.frame, self.language = frame, frame.language

    def words(self, text: Any) -> str:
        return _kept((text or {}).get(self.language, ""))

    def line(self, text: Any) -> str:
        return folded(self.words(text))

    def heads(self, body: Mapping[str, Any]) -> Iterator[str]:
        customer = value_at(body, ("customer",)) or {}
        texts = {
            "title": value_at(body, ("title",)),
            **{name: customer.get(name) for name in ("name", "profile", "backstory")},
        }
        colon = "：" if self.language != "en" else ": "
        for name, text in texts.items():
            yield f"{WORDS_OF_HEADS[name][self.language]}{colon}{self.line(text)}".rstrip()
        if isinstance(score := value_at(body, ("pass", "score")), int):
            yield f"{WORDS_OF_HEADS['score'][self.language]}{colon}{score}"

    def scene(self, key: str, scene: Mapping[str, Any], note: str | None) -> Iterator[str]:
        yield f"# {key}"
        if note:
            yield f"// {note}"
        yield from _bare(self.words(scene.get("says")))
        for cue in scene.get("cues") or ():
            if line := self.line(cue):
                yield f"({line})"
        if feeling := self.feeling(scene.get("emotion") or {}):
            yield f"? {feeling}"
        for name, choice in (scene.get("choices") or {}).items():
            yield from self.reply(name, choice)

    def feeling(self, emotion: Mapping[str, Any]) -> str:
        answer, allowed = emotion.get("answer"), emotion.get("labels") or EMOTIONS
        if not isinstance(answer, str) or answer not in allowed:
            return ""
        strength, points = emotion.get("intensity"), emotion.get("points")
        parts = [label_name(answer, self.language), _digits(strength), f"+{points}" if _digits(points) else ""]
        return " ".join(part for part in parts if part)

    def reply(self, key: str, choice: Mapping[str, Any]) -> Iterator[str]:
        earned = choice.get("points") or {}
        main = earned.get(self.frame.main)
        is_taboo = choice.get("taboo") is True
        mark = "!" if is_taboo else f"+{main}" if _digits(main) and main else "-"
        yield " ".join(
            part for part in (mark, self.line(choice.get("reply")), f"-> {', '.join(self.tail(key, choice))}") if part
        )
        for sign, name in ((">", "reaction"), ("*", "feedback")):
            for said in self.words(choice.get(name)).split("\n"):
                if said.strip():
                    yield f"{sign} {said.strip()}"

    def tail(self, key: str, choice: Mapping[str, Any]) -> Iterator[str]:
        main, is_taboo = self.frame.main, choice.get("taboo") is True
        if choice.get("goto"):
            yield choice["goto"]
        elif choice.get("step"):
            yield ""
        if choice.get("step") in self.frame.step_names.values():
            yield self.frame.step_word(choice["step"])
        for name, worth in (choice.get("points") or {}).items():
            if name in self.frame.criteria and _digits(worth) and (name != main or is_taboo):
                yield f"{name} +{worth}"
        for name, by in (choice.get("effect") or {}).items():
            if name in self.frame.variables and isinstance(by, int):
                yield f"{self.frame.variable_word(name)} {by:+d}"
        when = choice.get("when") or ""
        if CONDITION.fullmatch(f"if {when}") and not COMMA.search(when):
            yield f"if {when}"
        yield f"@{key}"

    def ending(self, key: str, ending: Mapping[str, Any]) -> Iterator[str]:
        points = (ending.get("points") or {}).get(self.frame.last)
        mark = "!" if ending.get("failed") else f"+{points}" if _digits(points) and points else ""
        yield f"={mark} {key}: {self.line(ending.get('title'))}".rstrip()
        yield from _bare(self.words(ending.get("text")))


def _bare(words: str) -> Iterator[str]:
    """The lines of a text; one that would read as something else begins with a backslash."""
    for line in words.split("\n") if words.strip() else ():
        yield f"\\{line}" if MARKS.match(line.strip()) else line


def _kept(words: str) -> str:
    return words.replace("\r\n", "\n").replace("\r", "\n").strip()


def _digits(number: Any) -> str:
    is_number = isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 1000
    return str(number) if is_number else ""
