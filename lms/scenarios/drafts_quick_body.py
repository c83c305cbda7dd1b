"""A conversation in the quick shape as the body of a draft, in one language (pure).

What the shape does not say is filled as the starters do it: criteria by the framework, trust and anger by what a reply is
worth, SOP steps of the chosen lesson by the steps that the replies perform.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from lms.core.texts import LANGUAGES, N_, Message
from lms.question_bank.labels import label_name
from lms.scenarios.definitions import EMOTIONS
from lms.scenarios.drafts_quick_frame import USUAL_STATE, Frame
from lms.scenarios.drafts_quick_lines import (
    DIGITS,
    Ending,
    LineProblem,
    Reply,
    Scene,
    Sketch,
    number_in,
    plain_word,
    worth_in,
)
from lms.scenarios.drafts_shape import Place, is_key, value_at

Entry = TypeVar("Entry", Scene, Ending)
BEST, NOTHING, TABOO = {"trust": 1, "anger": -1}, {"trust": -1, "anger": 1}, {"trust": -2, "anger": 2}
"""What a reply does to the customer where its line does not say."""

TABOO_WORDS = ("taboo", "禁语")
NO_FEELING = N_("“%(word)s” is no feeling. Write one of: %(known)s; then its strength from 1 to 5, if you like.")
NO_TARGET = N_("No scene and no ending is called “%(word)s”. Write its name as behind # or =, or its number.")
LEADS_NOWHERE = N_(
    "Say where this reply leads: “-> name” at the end of the line. Only before another scene may it be left out."
)
UNKNOWN_PART = N_(
    "“%(word)s” is not known. Behind the arrow stand where it leads, then a step (%(steps)s), and numbers such as "
    "“trust +1”."
)
TWO_KEYS = N_("“@%(key)s” stands at two replies of this scene. Take it away from the new one.")
NOT_A_NUMBER = N_("Write the pass line as a whole number of percent, such as 80.")
NOTHING_THERE = N_("There is nothing to read yet. Begin with “# opening” and what the customer says.")
NO_ENDING = N_(
    "There is no ending yet. Write one as “=+3 good: She stays a customer”, and a bad one as “=! bad: She leaves”."
)


@dataclass(frozen=True, slots=True)
class Read:
    """The body that a conversation makes, the line of each place, and the lines that cannot be taken."""

    body: dict[str, Any]
    lines: Mapping[Place, int]
    problems: tuple[LineProblem, ...]

    def line_of(self, place: Place) -> int | None:
        """The line to mend for a place: its own, or that of what it stands in."""
        return next((self.lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in self.lines), None)


def body_of(sketch: Sketch, frame: Frame) -> Read:
    """The body that a conversation makes."""
    return _Maker(sketch, frame).made()


class _Maker:
    def __init__(self, sketch: Sketch, frame: Frame) -> None:
        self.sketch, self.frame = sketch, frame
        self.problems = list(sketch.problems)
        self.lines: dict[Place, int] = {}
        known = {root: list(value_at(frame.base, (root,)) or {}) for root in ("scenes", "endings")}
        taken: set[str] = {key for keys in known.values() for key in keys}
        self.scenes = _keyed(sketch.scenes, "scene", known["scenes"], taken)
        self.endings = _keyed(sketch.endings, "ending", known["endings"], taken)
        self.targets = self._targets()
        self.steps, self.criteria, self.variables = frame.step_names, frame.criterion_names, frame.variable_names

    def made(self) -> Read:
        if not self.sketch.scenes and not self.problems:
            self.wrong(1, NOTHING_THERE)
        elif not self.sketch.endings and not self.problems:
            self.wrong(self.sketch.scenes[-1].line, NO_ENDING)
        heads = self._heads()
        scenes = {key: self._scene(key, each) for key, each in self.scenes.items()}
        endings = {key: self._ending(key, each) for key, each in self.endings.items()}
        body = {**heads, "scenes": scenes, "endings": endings}
        if self.frame.base is None:
            body = self._begun(heads, scenes, endings)
        return Read(body, self.lines, tuple(sorted(self.problems, key=lambda problem: problem.line)))

    def wrong(self, line: int, template: str, **values: Any) -> None:
        self.problems.append(LineProblem(line, Message(template, values)))

    def text(self, words: str | list[str]) -> dict[str, str]:
        said = words if isinstance(words, str) else "\n".join(words)
        return {self.frame.language: said.strip()} if said.strip() else {}

    def _targets(self) -> dict[str, str]:
        """Where replies may lead, by name, key and number."""
        both: dict[str, Scene | Ending] = {**self.scenes, **self.endings}
        found = {str(number): key for number, key in enumerate(both, start=1)}
        found.update({key: key for key in both})
        return {**found, **{plain_word(each.name): key for key, each in both.items()}}

    def _heads(self) -> dict[str, Any]:
        heads, made = self.sketch.heads, dict[str, Any]()
        for name, line in self.sketch.head_lines.items():
            self.lines[(name,) if name == "title" else ("pass",) if name == "score" else ("customer", name)] = line
        if text := self.text(heads.get("title", "")):
            made["title"] = text
        customer = {name: self.text(heads.get(name, "")) for name in ("name", "profile", "backstory")}
        if any(customer.values()):
            made["customer"] = {name: text for name, text in customer.items() if text}
        if score := heads.get("score", "").strip(" %％"):
            if not score.strip(DIGITS) and len(score) < 4:
                made["pass"] = {"score": number_in(score)}
            else:
                self.wrong(self.sketch.head_lines["score"], NOT_A_NUMBER)
        return made

    def _begun(self, heads: dict[str, Any], scenes: dict[str, Any], endings: dict[str, Any]) -> dict[str, Any]:
        """A whole new body around the scenes and endings."""
        earning = {name for each in _worths(scenes, endings) for name in each}
        criteria = {
            key: dict(title) for key, title in self.frame.criteria.items() if key in earning or len(earning) == 0
        }
        return {
            **{key: heads[key] for key in ("title",) if key in heads},
            **{key: value for key, value in self.frame.chosen.items() if value},
            **{key: heads[key] for key in ("customer",) if key in heads},
            "state": {key: dict(each) for key, each in USUAL_STATE.items()},
            "criteria": criteria,
            **({"start": next(iter(scenes))} if scenes else {}),
            "scenes": scenes,
            "endings": endings,
            **{key: heads[key] for key in ("pass",) if key in heads},
        }

    def _scene(self, key: str, scene: Scene) -> dict[str, Any]:
        at: Place = ("scenes", key)
        self.lines[at] = scene.line
        made: dict[str, Any] = {}
        if says := self.text(scene.says):
            made["says"] = says
        if scene.cues:
            made["cues"] = [self.text(cue) for cue in scene.cues if cue]
        if scene.feeling is not None and (emotion := self._feeling(at, scene)):
            made["emotion"] = emotion
        keys = self._reply_keys(at, scene)
        choices = {name: self._reply(at, name, reply) for name, reply in zip(keys, scene.replies, strict=True)}
        self._move_feelings(at, scene, choices)
        made["choices"] = choices
        if self.frame.base is None and (sop := self._sop(choices)):
            made["sop"] = sop
        return made

    def _sop(self, choices: Mapping[str, Mapping[str, Any]]) -> list[str]:
        places = dict.fromkeys(f"{self.frame.lesson}/{each['step']}" for each in choices.values() if "step" in each)
        return [place for place in places if place in self.frame.places]

    def _feeling(self, at: Place, scene: Scene) -> dict[str, Any]:
        self.lines[(*at, "emotion")] = scene.feeling_line
        words = re.split(r"[\s,，、]+", scene.feeling or "")
        numbers = [word for word in words if re.fullmatch(r"[+＋]?[0-9０-９]{1,3}", word)]
        label = plain_word(" ".join(word for word in words if word not in numbers))
        allowed = value_at(self.frame.base, (*at, "emotion", "labels")) or EMOTIONS
        named = {
            plain_word(name): key for key in allowed for name in (key, *(label_name(key, one) for one in LANGUAGES))
        }
        if label not in named:
            known = ", ".join(label_name(key, self.frame.language) for key in allowed)
            self.wrong(scene.feeling_line, NO_FEELING, word=scene.feeling, known=known)
            return {}
        made: dict[str, Any] = {"answer": named[label]}
        for word in numbers:
            made["points" if word[0] in "+＋" else "intensity"] = number_in(word)
        return made

    def _reply_keys(self, at: Place, scene: Scene) -> list[str]:
        known = value_at(self.frame.base, (*at, "choices")) or {}
        keys: list[str] = []
        taken = {reply.key for reply in scene.replies if reply.key} | set(known)
        for reply in scene.replies:
            key = reply.key if reply.key and is_key(reply.key) else _free("reply", taken, len(keys) + 1)
            if key in keys:
                self.wrong(reply.line, TWO_KEYS, key=key)
                key = _free("reply", taken, len(keys) + 1)
            taken.add(key)
            keys.append(key)
        return keys

    def _reply(self, at: Place, key: str, reply: Reply) -> dict[str, Any]:
        place = (*at, "choices", key)
        self.lines[place] = reply.line
        target, step, points, effect = self._tail(place, reply)
        if reply.points and self.frame.main:
            points = {self.frame.main: reply.points, **points}
        made = {
            "when": reply.when,
            "reply": self.text(reply.words),
            "reaction": self.text(reply.reaction),
            "step": step,
            "taboo": reply.is_taboo,
            "points": points,
            "effect": effect,
            "feedback": self.text(reply.reason),
            "goto": target,
        }
        return {name: value for name, value in made.items() if value}

    def _tail(self, place: Place, reply: Reply) -> tuple[str | None, str | None, dict[str, int], dict[str, int]]:
        """Where a reply leads, its step, its points and its effects."""
        target: str | None = None
        step: str | None = None
        points: dict[str, int] = {}
        effect: dict[str, int] = {}
        leads = bool(reply.parts and reply.parts[0])
        for part in filter(None, reply.parts):
            word = plain_word(part)
            name, worth = worth_in(part) or (None, 0)
            if target is None and leads and (found := self._target(word)):
                target = found
            elif word in self.steps:
                step = self.steps[word]
            elif word in TABOO_WORDS:
                reply.is_taboo = True
            elif name in self.variables:
                effect[self.variables[name]] = worth
            elif name in self.criteria:
                points[self.criteria[name]] = max(worth, 0)
            elif target is None and part is reply.parts[0]:
                self.wrong(reply.line, NO_TARGET, word=part)
                target = ""
            else:
                self.wrong(reply.line, UNKNOWN_PART, word=part, steps=self.frame.steps_told or "–")
        if target is None and (target := self._next(place)) is None and not self._may_lead_nowhere(place):
            self.wrong(reply.line, LEADS_NOWHERE)
        return target or None, step, points, effect

    def _target(self, word: str) -> str | None:
        if word in self.targets:
            return self.targets[word]
        begun = {key for name, key in self.targets.items() if name.startswith(word) and not name.isdigit()}
        return next(iter(begun)) if len(begun) == 1 and word not in self.steps and len(word) > 1 else None

    def _next(self, place: Place) -> str | None:
        """A new reply without a target leads to the next scene; one that is in the draft stays as it is."""
        if value_at(self.frame.base, place) is not None:
            return None
        keys = list(self.scenes)
        return next(iter(keys[keys.index(place[1]) + 1 :]), None)

    def _may_lead_nowhere(self, place: Place) -> bool:
        here = value_at(self.frame.base, place)
        return here is not None and not here.get("goto")

    def _move_feelings(self, at: Place, scene: Scene, choices: dict[str, dict[str, Any]]) -> None:
        """Trust and anger as usual, at new replies whose lines say nothing of them."""
        most = max((reply.points for reply in scene.replies), default=0)
        for (key, made), reply in zip(choices.items(), scene.replies, strict=True):
            is_new = value_at(self.frame.base, (*at, "choices", key)) is None
            if not is_new or "effect" in made or any(_names(part, self.variables) for part in reply.parts):
                continue
            usual = TABOO if reply.is_taboo else NOTHING if not reply.points else BEST if reply.points == most else {}
            if effect := {name: by for name, by in usual.items() if name in self.frame.variables}:
                made["effect"] = effect

    def _ending(self, key: str, ending: Ending) -> dict[str, Any]:
        self.lines["endings", key] = ending.line
        points = {self.frame.last: ending.points} if ending.points and self.frame.last else {}
        made = {
            "title": self.text(ending.title),
            "text": self.text(ending.text),
            "points": points,
            "failed": ending.is_failed,
        }
        return {name: value for name, value in made.items() if value}


def _keyed(entries: list[Entry], stem: str, known: Collection[str], taken: set[str]) -> dict[str, Entry]:
    """The entries by key: that of the draft where the name is one, else the name's words, else a number."""
    found: dict[str, Entry] = {}
    for number, entry in enumerate(entries, start=1):
        name = plain_word(entry.name)
        if name in known and name not in found:
            found[name] = entry
            continue
        words = "-".join(re.findall(r"[a-z0-9]+", name))[:50].strip("-")
        is_plain = name.isascii() and is_key(words) and not words.isdigit()
        key = words if is_plain and words not in taken else _free(words if is_plain else stem, taken, number)
        taken.add(key)
        found[key] = entry
    return found


def _free(stem: str, taken: Collection[str], first: int) -> str:
    return next(key for number in range(first, len(taken) + first + 1) if (key := f"{stem}-{number}") not in taken)


def _names(part: str, variables: Mapping[str, str]) -> bool:
    found = worth_in(part)
    return found is not None and found[0] in variables


def _worths(scenes: Mapping[str, Any], endings: Mapping[str, Any]) -> Iterable[Mapping[str, int]]:
    for scene in scenes.values():
        yield from (choice.get("points", {}) for choice in scene["choices"].values())
    yield from (ending.get("points", {}) for ending in endings.values())
