"""What loading a scenario looks for beyond its fields: that every play ends, that one can pass, that none is obvious
(pure)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from lms.core.definition_errors import Fault
from lms.core.texts import LANGUAGES, N_
from lms.scenarios.checks_taboos import taboo_faults
from lms.scenarios.definitions import FrameworkDefinition, ScenarioDefinition
from lms.scenarios.graph import MOST_STATES, Space, TooManyStates, explore
from lms.scenarios.play_states import PlayState
from lms.scenarios.plot import Choice, Plot
from lms.scenarios.routes import NO_ROUTE, TooManyTries, best_route, outcome_values, passing_route
from lms.scenarios.scoring import ScoreBounds, score_bounds

OBVIOUS = Fraction(4, 5)
"""From this share of the scenes on, the first or the longest reply gives the best one away."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that can be known of a scenario before anybody plays it.

    ``faults`` are errors and warnings; ``bounds`` and ``best`` are None where an error leaves them without meaning;
    ``states`` counts the states of which all this was computed.
    """

    faults: tuple[Fault, ...]
    bounds: ScoreBounds | None
    best: PlayState | None
    states: int

    @property
    def is_sound(self) -> bool:
        return not any(fault.severity == "error" for fault in self.faults)


def analyse(plot: Plot) -> Analysis:
    """Look at every reachable state of a scenario: its faults, its bounds and a best route."""
    try:
        space = explore(plot)
    except TooManyStates:
        message = N_("The scenario can be in %(most)s states or more; use fewer variables, visits or narrower bounds.")
        return Analysis((Fault(("scenes",), message, {"most": MOST_STATES}),), None, None, MOST_STATES)
    faults = [*_unreachable(space), *_stuck(space), *_unused(space)]
    if any(fault.severity == "error" for fault in faults):
        return Analysis(tuple(faults), None, None, len(space.codes))
    bounds = score_bounds(space)
    faults += [*_never_passing(space, bounds), *_worthless(plot, bounds), *_obvious(space)]
    return Analysis(tuple(faults), bounds, best_route(space), len(space.codes))


def framework_faults(scenario: ScenarioDefinition, framework: FrameworkDefinition) -> Iterator[Fault]:
    """Steps that the framework does not have (errors), steps that no reply performs and taboos said unmarked."""
    known = [step.key for step in framework.steps]
    performed = dict(_steps(scenario))
    for place, step in performed.items():
        if step not in known:
            message = N_("The framework “%(framework)s” has no step “%(step)s”; it has: %(known)s.")
            yield Fault(place, message, {"framework": framework.framework, "step": step, "known": ", ".join(known)})
    for step in known:
        if step not in performed.values():
            message = N_("No reply performs the step “%(step)s” of the framework “%(framework)s”.")
            yield Fault(("framework",), message, {"step": step, "framework": framework.framework}, "warning")
    yield from taboo_faults(scenario, framework)


def _steps(scenario: ScenarioDefinition) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, scene in scenario.scenes.items():
        for name, choice in scene.choices.items():
            if choice.step is not None:
                yield ("scenes", key, "choices", name, "step"), choice.step
        for step in scene.typed.steps if scene.typed else ():
            yield ("scenes", key, "typed", "steps", step), step


def _unreachable(space: Space) -> Iterator[Fault]:
    reached = set(space.places)
    for key in space.plot.scenes:
        if key not in reached:
            yield Fault(("scenes", key), N_("No route reaches this scene; lead to it or take it away."))
    for key in space.plot.endings:
        if key not in reached:
            yield Fault(("endings", key), N_("No route reaches this ending."), {}, "warning")


def _stuck(space: Space) -> Iterator[Fault]:
    """For every scene its first state without an open reply, or else its first from which no ending is reached."""
    closed: dict[str, int] = {}
    endless: dict[str, int] = {}
    for number, place in enumerate(space.places):
        if not space.finishing[number]:
            (endless if space.leaving[number] else closed).setdefault(place, number)
    for scene, number in closed.items():
        yield Fault(
            ("scenes", scene),
            N_("No reply is open here on the route %(route)s; add one that always is."),
            {"route": described(space, number)},
        )
    for scene, number in endless.items():
        yield Fault(
            ("scenes", scene),
            N_("From here no ending can be reached on the route %(route)s."),
            {"route": described(space, number)},
        )


def described(space: Space, number: int) -> str:
    """How a state comes about, in the keys of the file: ``opening.listen > facts (trust = 2, taboo)``."""
    steps = [f"{outcome.scene}.{outcome.option.key or 'typed'}" for outcome in space.route_to(number)]
    code = space.codes[number]
    memory = [f"{name} = {value}" for name, value in space.coder.values(code).items()]
    memory += ["taboo"] if space.coder.taboo(code) else []
    return " > ".join([*steps, space.places[number]]) + (f" ({', '.join(memory)})" if memory else "")


def _unused(space: Space) -> Iterator[Fault]:
    used = set(space.taken)
    reached = set(space.places)
    for number, (scene, option, way) in enumerate(space.outcomes):
        if number in used or scene not in reached or way is not option.ways[0]:
            continue
        place = ("scenes", scene, "choices", option.key) if isinstance(option, Choice) else ("scenes", scene, "typed")
        yield Fault(place, N_("No route can take this reply; it is never open."), {}, "warning")


def _never_passing(space: Space, bounds: ScoreBounds) -> Iterator[Fault]:
    try:
        if passing_route(space, bounds) is not None:
            return
    except TooManyTries:
        message = N_("No passing route was found among very many; there may be one. Check the cuts.")
        yield Fault(("pass",), message, {}, "warning")
        return
    if max(outcome_values(space)) == NO_ROUTE:
        yield Fault(("pass",), N_("No route can pass: every one ends in failure or says a taboo."))
    else:
        yield Fault(("pass",), N_("No route can pass: none reaches every cut; lower them or give more points."))


def _worthless(plot: Plot, bounds: ScoreBounds) -> Iterator[Fault]:
    for name, criterion in bounds.criteria.items():
        if not criterion.max:
            place = ("pass", "criteria", name) if name in plot.passing.criteria else ("criteria", name)
            message = N_("No route earns a point for “%(key)s”.")
            yield Fault(place, message, {"key": name}, "warning")


def _obvious(space: Space) -> Iterator[Fault]:
    """Whether a learner who knows nothing does well by a simple habit; scenes without one best choice say nothing."""
    values = outcome_values(space)
    best: dict[str, str] = {}
    for key, scene in space.plot.scenes.items():
        worth = {
            outcome.option.key: values[number]
            for number, outcome in enumerate(space.outcomes)
            if outcome.scene == key and isinstance(outcome.option, Choice)
        }
        top = [choice for choice in scene.choices if worth[choice] == max(worth.values())]
        if len(top) == 1 and len(worth) > 1:
            best[key] = top[0]
    if len(best) < 2:
        return
    first = sum(next(iter(space.plot.scenes[key].choices)) == choice for key, choice in best.items())
    if first >= OBVIOUS * len(best):
        message = N_("In %(count)s of %(scenes)s scenes the first reply is the best; change the order.")
        yield Fault(("scenes",), message, {"count": first, "scenes": len(best)}, "warning")
    longest = max(_times_longest(space.plot, best, language) for language in LANGUAGES)
    if longest >= OBVIOUS * len(best):
        message = N_("In %(count)s of %(scenes)s scenes the longest reply is the best; shorten it or lengthen others.")
        yield Fault(("scenes",), message, {"count": longest, "scenes": len(best)}, "warning")


def _times_longest(plot: Plot, best: Mapping[str, str], language: str) -> int:
    """In how many scenes the best choice has the longest text in that language, longer than any other."""
    times = 0
    for key, choice in best.items():
        lengths = {name: len(each.reply.get(language, "")) for name, each in plot.scenes[key].choices.items()}
        own = lengths.pop(choice)
        times += own > max(lengths.values())
    return times
