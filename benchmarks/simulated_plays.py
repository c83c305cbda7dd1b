"""Cohorts of learners who play scenarios with planted faults: what the flags of role-plays are tried on.

A learner has one latent ability and chooses among the replies open by a softmax over what they are *truly* worth; the
scenario's file says something else where a wrong key is planted. Flags see only plays: the file's points, what was
offered, what was taken. How able people differ, how well a scenario measures, how tempting its replies are and how it
branches are drawn anew for every scenario.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import exp
from random import Random
from typing import Any

from lms.reporting.play_figures import figures_of
from lms.reporting.play_flags import flags_of
from lms.reporting.play_records import PlayRecord, Reader, Told
from lms.scenarios.definitions import ScenarioDefinition
from lms.scenarios.play_states import PlayState, Refusal, Turn, begin, is_open, take
from lms.scenarios.plot import Plot, compile_plot

KINDS = ("key", "dead", "obvious")
WORTHS = {2: (1.0, 0.0), 3: (1.0, 0.5, 0.0), 4: (1.0, 0.6, 0.3, 0.0)}


@dataclass(frozen=True, slots=True)
class Fault:
    """A planted fault; ``choice`` names the dead one, or the truly best where the key is wrong."""

    kind: str
    scene: str
    choice: str | None = None


@dataclass(frozen=True, slots=True)
class World:
    """A scenario with what its replies are truly worth (0-1) and how tempting each is, and its planted faults."""

    definition: ScenarioDefinition
    plot: Plot
    true: Mapping[tuple[str, str], float]
    appeal: Mapping[tuple[str, str], float]
    base: float
    slope: float
    faults: tuple[Fault, ...]


GOOD, WEAK = (1.2, 2.0), (0.7, 1.2)
"""How strongly ability tells in the choices: the correlations of scenes with the rest of the play are about .30 to .50 in
good scenarios and .20 to .30 in weak ones."""
LEAST_TAKEN, MOST_TAKEN = 0.07, 0.85
"""A scene without fault: each reply is taken by at least so many, the best by at most so many of those who meet it."""


def world(seed: str, *, faults: bool = True, slopes: tuple[float, float] = GOOD) -> World:
    """A scenario of 7 to 9 scenes in a row, with by-ways, conditions, a feeling here and there, and up to two faults."""
    rng = Random(seed)
    base, slope = rng.uniform(1.5, 2.2), rng.uniform(*slopes)
    count = rng.randint(7, 9)
    scenes: dict[str, Any] = {}
    true: dict[tuple[str, str], float] = {}
    appeal: dict[tuple[str, str], float] = {}
    for place in range(count):
        onward = f"s{place + 1}" if place + 1 < count else "good"
        _scene(rng, scenes, true, f"s{place}", onward, by_way=place + 1 < count and rng.random() < 0.4)
    for scene, written in scenes.items():
        appeal |= _tempting(rng, scene, {key: true[scene, key] for key in written["choices"]}, base, slope)
    planted = _plant(rng, scenes, true, appeal, count) if faults else ()
    body = {
        "scenario": "simulated", "title": _text("Simulated"), "criteria": {"skill": _text("Skill")},
        "state": {"trust": {"start": 3}}, "start": "s0", "scenes": scenes,
        "endings": {"good": {"title": _text("Good")}, "bad": {"title": _text("Bad"), "failed": True}},
    }  # fmt: skip
    definition = ScenarioDefinition.model_validate(body)
    return World(definition, compile_plot(definition), true, appeal, base, slope, planted)


def _text(words: str) -> dict[str, str]:
    return {"en": words, "zh-Hans": words}


def _tempting(
    rng: Random, scene: str, worths: Mapping[str, float], base: float, slope: float
) -> dict[tuple[str, str], float]:
    """How tempting each reply is: drawn until the scene is one without fault."""
    while True:
        appeal = {key: rng.gauss(0, 0.3) for key in worths}
        shares = dict.fromkeys(worths, 0.0)
        for step in range(-24, 25):
            able = step / 8
            weights = {key: exp((base + slope * able) * worth + appeal[key]) for key, worth in worths.items()}
            for key, weight in weights.items():
                shares[key] += exp(-able * able / 2) / 20.05 * weight / sum(weights.values())
        if min(shares.values()) >= LEAST_TAKEN and max(shares.values()) <= MOST_TAKEN:
            return {(scene, key): value for key, value in appeal.items()}


def _scene(
    rng: Random, scenes: dict[str, Any], true: dict[tuple[str, str], float], key: str, onward: str, *, by_way: bool
) -> None:
    """A scene of three or four replies; the worst may lead to a by-way that comes back, seldom to a bad end."""
    worths = WORTHS[rng.choice((2, 3, 3, 3, 4))]
    most = rng.choice((4, 6, 10))
    choices: dict[str, Any] = {}
    for number, worth in enumerate(worths):
        name = "abcd"[number]
        true[key, name] = worth
        target = onward
        if worth < 0.4 and by_way:
            target = f"{key}-by"
        choices[name] = {
            "reply": _text(f"{key} {name}"), "points": {"skill": round(most * worth)}, "goto": target,
            "effect": {"trust": 1 if worth > 0.7 else -1 if worth < 0.3 else 0},
        }  # fmt: skip
    if len(worths) > 2 and rng.random() < 0.25:
        choices["b"]["when"] = rng.choice(("trust >= 3", "trust <= 4"))
    if rng.random() < 0.15 and not by_way:
        choices["abcd"[len(worths) - 1]]["goto"] = "bad" if rng.random() < 0.3 else onward
    scenes[key] = {"says": _text(key), "choices": choices}
    if rng.random() < 0.3:
        scenes[key]["emotion"] = {"answer": "angry", "points": 2}
    if by_way:
        _scene(rng, scenes, true, f"{key}-by", onward, by_way=False)


def _plant(
    rng: Random, scenes: dict[str, Any], true: dict[tuple[str, str], float], appeal: dict[tuple[str, str], float], count: int
) -> tuple[Fault, ...]:  # fmt: skip
    """One or two faults in scenes of the main row."""
    found = []
    for key in rng.sample([f"s{place}" for place in range(count)], rng.choice((1, 1, 2))):
        choices, kind = scenes[key]["choices"], rng.choice(KINDS)
        if kind == "dead" and len(choices) == 2:
            kind = "obvious"  # of two replies one that nobody takes makes the other obvious: the same fault
        worst = list(choices)[-1]
        if kind == "key":
            choices["a"]["points"], choices[worst]["points"] = choices[worst]["points"], choices["a"]["points"]
            found.append(Fault(kind, key, "a"))
        elif kind == "dead":
            dead = rng.choice(list(choices)[1:])
            appeal[key, dead] = -6.0
            choices[dead].pop("when", None)  # one that few are offered cannot be shown to be dead by two hundred
            found.append(Fault(kind, key, dead))
        else:
            for name in list(choices)[1:]:
                appeal[key, name] = -6.0
            found.append(Fault(kind, key))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Played:
    """One learner's way: its turns as they would be kept, their seconds, where it ended, percent of the best route."""

    turns: tuple[Told, ...]
    seconds: tuple[int, ...]
    ending: str
    percent: float


def cohort(found: World, learners: int, seed: str) -> list[PlayRecord]:
    """So many learners, each through the whole scenario, as records."""
    reader = Reader(found.plot)
    return [
        PlayRecord(tuple(reader.move(turn) for turn in one.turns), one.percent, one.percent >= 80, one.ending)
        for one in played(found, learners, seed)
    ]


def played(found: World, learners: int, seed: str) -> Iterator[Played]:
    """The same as they would be kept."""
    rng = Random(f"{seed}:cohort")
    most = _best(found.plot)
    for _ in range(learners):
        yield _one(found, rng.gauss(0, 1), rng, most)


def _best(plot: Plot) -> float:
    """Points of the best of all routes: by-ways come back, so the most of the scenes in the row is a good enough measure."""
    return float(
        sum(
            max(sum(option.highest) for option in scene.options) + (scene.question.points if scene.question else 0)
            for key, scene in plot.scenes.items()
            if not key.endswith("-by")
        )
    )


def _one(found: World, able: float, rng: Random, most: float) -> Played:
    state: PlayState | Refusal = begin(found.plot)
    turns: list[Told] = []
    while isinstance(state, PlayState) and state.scene is not None:
        scene = found.plot.scenes[state.scene]
        shown = [key for key, choice in scene.choices.items() if is_open(found.plot, state, choice)]
        weights = [
            exp((found.base + found.slope * able) * found.true[scene.key, key] + found.appeal[scene.key, key])
            for key in shown
        ]
        choice = rng.choices(shown, weights)[0]
        label = None
        if scene.question is not None:
            label = "angry" if rng.random() < 1 / (1 + exp(-0.6 - able)) else rng.choice(scene.question.labels)
        turns.append(Told(scene.key, choice, label, tuple(shown)))
        state = take(found.plot, state, Turn(choice=choice, emotion=label))
    assert isinstance(state, PlayState) and state.ending is not None
    seconds = tuple(round(rng.lognormvariate(3.2, 0.6)) for _ in turns)
    return Played(tuple(turns), seconds, state.ending, min(100 * float(sum(state.points)) / most, 100.0))


# ---- how well the flags find what was planted ------------------------------------------------------


@dataclass
class Found:
    """Of one kind of fault: planted and flagged, planted and not flagged, flagged and not planted."""

    right: int = 0
    missed: int = 0
    false: int = 0

    @property
    def recall(self) -> float:
        """The share of planted faults that were flagged."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def precision(self) -> float:
        """The share of flags on planted faults."""
        return self.right / (self.right + self.false) if self.right + self.false else 1.0


def tried(
    scenarios: int, learners: int, seed: str, slopes: tuple[float, float] = GOOD, every: int = 4
) -> tuple[dict[str, Found], int]:
    """Flags against plants by kind, over so many scenarios of which each ``every``-th has no fault; and the number of
    flags of these kinds in scenarios without any. A wrong key counts by its scene, a dead reply by itself."""
    found, false_alarms = {kind: Found() for kind in KINDS}, 0
    for number in range(scenarios):
        one = world(f"{seed}:{number}", faults=number % every != every - 1, slopes=slopes)
        flags = flags_of(figures_of(one.plot, cohort(one, learners, f"{seed}:{number}")))
        planted = {(fault.kind, fault.scene, fault.choice if fault.kind == "dead" else None) for fault in one.faults}
        flagged = {
            (flag.concern.value, flag.scene, flag.choice if flag.concern.value == "dead" else None)
            for flag in flags
            if flag.concern.value in KINDS
        }
        false_alarms += len(flagged) if not planted else 0
        for kind, tally in found.items():
            wanted, got = ({one for one in which if one[0] == kind} for which in (planted, flagged))
            tally.right += len(wanted & got)
            tally.missed += len(wanted - got)
            tally.false += len(got - wanted)
    return found, false_alarms
