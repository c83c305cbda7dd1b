"""Scenarios for tests: small ones by hand, random ones, and all routes of one counted the slow and simple way."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from typing import Any

from lms.scenarios.conditions import parse
from lms.scenarios.definitions import ScenarioDefinition
from lms.scenarios.plot import Plot, compile_plot


def choice(goto: str, **fields: Any) -> dict[str, Any]:
    return {"reply": {"en": f"To {goto}", "zh-Hans": f"去{goto}"}, "goto": goto, **fields}


def scene(**choices: Any) -> dict[str, Any]:
    """A scene; ``emotion``, ``typed`` and ``visits`` are its fields, everything else a choice (c_d is c-d)."""
    fields = {name: choices.pop(name) for name in ("emotion", "typed", "visits") if name in choices}
    return {"says": "Well?", "choices": {key.replace("_", "-"): value for key, value in choices.items()}, **fields}


def ending(**fields: Any) -> dict[str, Any]:
    return {"title": "The end", **fields}


def story(scenes: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """The data of a scenario file; the first scene is the start, ``good`` and ``bad`` are its endings."""
    return {
        "scenario": "story",
        "title": {"en": "A story", "zh-Hans": "故事"},
        "criteria": {"lscat": "Steps", "outcome": "Outcome"},
        "start": next(iter(scenes)),
        "scenes": dict(scenes),
        "endings": {"good": ending(), "bad": ending(failed=True)},
        **fields,
    }


def defined(scenes: Mapping[str, Any], **fields: Any) -> ScenarioDefinition:
    return ScenarioDefinition.model_validate(story(scenes, **fields))


def plotted(scenes: Mapping[str, Any], **fields: Any) -> Plot:
    return compile_plot(defined(scenes, **fields))


def random_story(rng: random.Random) -> dict[str, Any]:
    """A small scenario that may have circles, conditions, taboos, typed replies, dead ends and unreachable parts."""
    scenes = [f"s{number}" for number in range(rng.randint(2, 5))]
    endings = ["good", "bad", "fair"][: rng.randint(1, 3)]
    data = story(
        {key: _random_scene(rng, key, scenes, endings) for key in scenes},
        state={
            "trust": {"start": rng.randint(0, 2), "min": 0, "max": 2},
            "anger": {"start": rng.randint(-1, 1), "min": -1, "max": 1},
        },
        endings={
            key: ending(points={"outcome": rng.randint(0, 4)}, failed=key == "bad" or rng.random() < 0.1)
            for key in endings
        },
    )
    cuts = {name: rng.choice((0, 50, 70, 100)) for name in ("emotion", "lscat", "outcome") if rng.random() < 0.4}
    data["pass"] = {
        "score": rng.choice((0, 60, 80, 100)),
        "criteria": cuts,
        "taboo": rng.choice(("fail", "allow")),
    }
    return data


def _random_scene(rng: random.Random, key: str, scenes: list[str], endings: list[str]) -> dict[str, Any]:
    onward = scenes[scenes.index(key) + 1 :] + endings
    choices = {}
    for number in range(rng.randint(1, 3)):
        goto = _random_target(rng, scenes, onward)
        fields: dict[str, Any] = {"points": {name: rng.randint(0, 3) for name in ("lscat", "outcome", "emotion")}}
        if rng.random() < 0.5:
            fields["effect"] = {"trust": rng.randint(-2, 2), "anger": rng.randint(-1, 1)}
        if rng.random() < 0.3:
            fields["when"] = _random_condition(rng, scenes)
        choices[f"c{number}"] = choice(goto, taboo=rng.random() < 0.15, **fields)
    if rng.random() < 0.6:
        choices["out"] = choice(rng.choice(endings))
    fields = {"visits": rng.randint(1, 2)}
    if rng.random() < 0.35:
        fields["emotion"] = _random_question(rng)
    if rng.random() < 0.2:
        steps = {step: rng.randint(0, 3) for step in ("listen", "advise")[: rng.randint(1, 2)]}
        fields["typed"] = {"steps": steps, "criterion": "lscat", "min_chars": 0, "goto": rng.choice(onward)}
        if rng.random() < 0.5:
            fields["typed"]["goto_taboo"] = rng.choice(onward)
    return scene(**choices, **fields)


def _random_target(rng: random.Random, scenes: list[str], onward: list[str]) -> str:
    """Mostly the next scene, at times one further on, an ending, or back."""
    luck = rng.random()
    if luck < 0.45:
        return onward[0]
    return rng.choice(scenes) if luck < 0.7 else rng.choice(onward)


def _random_question(rng: random.Random) -> dict[str, Any]:
    labels = ["angry", "sad", "neutral"][: rng.randint(2, 3)]
    question: dict[str, Any] = {"answer": rng.choice(labels), "labels": labels, "points": rng.randint(1, 3)}
    if rng.random() < 0.4:
        question |= {"panel": {label: rng.randint(1, 5) for label in labels}, "scoring": "panel"}
    return question


def _random_condition(rng: random.Random, scenes: list[str]) -> str:
    atoms = [
        f"trust {rng.choice(('>=', '<', '=='))} {rng.randint(0, 2)}",
        f"anger {rng.choice(('<=', '>', '!='))} {rng.randint(-1, 1)}",
        "taboo",
        f"visited({rng.choice(scenes)})",
    ]
    one, other = rng.sample(atoms, 2)
    return rng.choice((one, f"not {one}", f"{one} and {other}", f"not ({one} or {other})", f"{one} or {other}"))


@dataclass(frozen=True)
class Route:
    """One way through a scenario with everything that happened; ``ending`` is None at a dead end."""

    probability: Fraction
    points: Mapping[str, Fraction]
    ending: str | None
    taboo: bool
    turns: tuple[Mapping[str, Any], ...] = ()

    @property
    def total(self) -> Fraction:
        return sum(self.points.values(), Fraction(0))


@dataclass(frozen=True)
class _Present:
    scene: str
    values: Mapping[str, int]
    visits: Mapping[str, int]
    taboo: bool = False
    probability: Fraction = Fraction(1)
    points: Mapping[str, Fraction] = field(default_factory=dict)
    turns: tuple[Mapping[str, Any], ...] = ()


def all_routes(data: Mapping[str, Any]) -> Iterator[Route]:
    """Every route: every open choice, every label and none, every set of steps found, a taboo heard or not.

    Written from the content format alone and without any saving, to judge the engine by. A missing label has no
    probability: a blind player always picks one.
    """
    values = {name: variable["start"] for name, variable in data.get("state", {}).items()}
    waiting = [_Present(data["start"], values, {data["start"]: 1})]
    while waiting:
        now = waiting.pop()
        if now.scene in data["endings"]:
            points = _added(now.points, data["endings"][now.scene].get("points", {}))
            yield Route(now.probability, points, now.scene, now.taboo, now.turns)
            continue
        options = list(_open_options(data, now))
        if not options:
            yield Route(now.probability, now.points, None, now.taboo, now.turns)
        for option in options:
            for outcome in option:
                waiting.append(_after(data, now, outcome, Fraction(1, len(options) * len(option))))
    return


def _open_options(data: Mapping[str, Any], now: _Present) -> Iterator[list[dict[str, Any]]]:
    """For every open option the list of its equally likely outcomes, labels apart."""
    here = data["scenes"][now.scene]
    for key, each in here["choices"].items():
        if "when" in each and not parse(each["when"]).holds(now.values, now.taboo, now.visits):
            continue
        if _may_enter(data, now, each["goto"]):
            yield [{"choice": key, **each}]
    if typed := here.get("typed"):
        targets = (typed["goto"], typed.get("goto_taboo", typed["goto"]))
        if all(_may_enter(data, now, target) for target in targets):
            yield [
                {
                    "steps": steps,
                    "goto": targets[taboo],
                    "taboo": bool(taboo),
                    "points": {typed["criterion"]: sum(typed["steps"][step] for step in steps)},
                }
                for size in range(len(typed["steps"]) + 1)
                for steps in combinations(typed["steps"], size)
                for taboo in (0, 1)
            ]


def _may_enter(data: Mapping[str, Any], now: _Present, target: str) -> bool:
    return target in data["endings"] or now.visits.get(target, 0) < data["scenes"][target].get("visits", 1)


def _after(data: Mapping[str, Any], now: _Present, outcome: Mapping[str, Any], share: Fraction) -> _Present:
    values = dict(now.values)
    for name, by in outcome.get("effect", {}).items():
        bounds = data["state"][name]
        values[name] = min(bounds["max"], max(bounds["min"], values[name] + by))
    target = outcome["goto"]
    return _Present(
        target,
        values,
        {**now.visits, target: now.visits.get(target, 0) + 1},
        now.taboo or outcome.get("taboo", False),
        now.probability * share,
        _added(now.points, outcome.get("points", {})),
        (*now.turns, {"scene": now.scene, **outcome}),
    )


def _added(points: Mapping[str, Fraction], more: Mapping[str, int]) -> dict[str, Fraction]:
    names = points.keys() | more.keys()
    return {name: points.get(name, Fraction(0)) + more.get(name, 0) for name in names}


def label_credits(question: Mapping[str, Any]) -> list[Fraction]:
    """The points of every label of a question."""
    if question.get("scoring") == "panel":
        panel = question["panel"]
        return [Fraction(panel.get(label, 0) * question["points"], max(panel.values())) for label in question["labels"]]
    return [Fraction(question["points"] * (label == question["answer"])) for label in question["labels"]]
