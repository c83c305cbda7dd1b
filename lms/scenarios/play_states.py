"""A play as a fold over its turns: what is offered, what a turn does, and what has been earned so far (pure).

Callers keep the turns and fold them again whenever they need the state; nothing here is ever changed in place.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from lms.core.texts import N_, Message, Text
from lms.scenarios.outline import EMOTION
from lms.scenarios.plot import Choice, Option, Plot, Points, Scene, TypedReply, Way, whole_if_possible


class Stage(StrEnum):
    """Where a play stands."""

    IN_PROGRESS = "in_progress"
    MARKING = "marking"
    FINISHED = "finished"


class Verb(StrEnum):
    """What may happen to a play: a turn that goes on or ends it, a mark for a typed reply and the last one missing."""

    GO_ON = "go_on"
    END = "end"
    END_UNMARKED = "end_unmarked"
    MARK = "mark"
    MARK_LAST = "mark_last"


MOVES: Mapping[tuple[Stage, Verb], Stage] = {
    (Stage.IN_PROGRESS, Verb.GO_ON): Stage.IN_PROGRESS,
    (Stage.IN_PROGRESS, Verb.END): Stage.FINISHED,
    (Stage.IN_PROGRESS, Verb.END_UNMARKED): Stage.MARKING,
    (Stage.MARKING, Verb.MARK): Stage.MARKING,
    (Stage.MARKING, Verb.MARK_LAST): Stage.FINISHED,
    (Stage.FINISHED, Verb.MARK): Stage.FINISHED,
}
"""Every other pair is impossible; a play is marked when it is over, and marks may be corrected."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a scorer or a person finds in a typed reply: framework steps, and whether a taboo is in it."""

    steps: frozenset[str] = frozenset()
    taboo: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """What the learner did: a label where one is asked for, and either a choice (its key) or a typed reply.

    ``heard`` is what the scorer found at once: it decides the way the talk takes, for ever. ``marks`` decides the
    points: in practice the same reading, in an exam what people decided, None until they did.
    """

    choice: str | None = None
    reply: str | None = None
    emotion: str | None = None
    heard: Reading = Reading()
    marks: Reading | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One turn of the transcript. ``effect`` is what really changed (after the bounds), ``values`` what followed.

    ``points`` are per criterion, the question for the feeling included (``emotion_points`` are its part); of a typed
    reply that waits for marks only that part is in them, and neither steps nor taboo are known.
    """

    number: int
    scene: str
    turn: Turn
    says: Text
    reply: Text | str
    emotion_points: Points | None
    points: tuple[Points, ...]
    effect: Mapping[str, int]
    values: Mapping[str, int]
    reaction: Text | None = None
    feedback: Text | None = None
    steps: frozenset[str] = frozenset()
    taboo: bool = False
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class PlayState:
    """Where a play stands after its turns.

    ``taboo`` is what the talk reacts to (``when: taboo``); ``taboo_said`` is what counts for passing. They differ
    only after people judged a typed reply otherwise than the scorer. ``visits`` counts the entries of scenes.
    """

    stage: Stage
    scene: str | None
    ending: str | None
    values: Mapping[str, int]
    start_values: Mapping[str, int]
    taboo: bool
    visits: Mapping[str, int]
    lines: tuple[Line, ...]
    ending_points: tuple[Points, ...]

    @property
    def turn(self) -> int:
        """The number of the turn that comes next, or that would."""
        return len(self.lines) + 1

    @property
    def taboo_said(self) -> bool:
        return any(line.taboo for line in self.lines)

    @property
    def points(self) -> tuple[Points, ...]:
        """What has been earned, in the order of ``Plot.criteria``; the ending's points are added once it is over."""
        columns = zip(*(line.points for line in self.lines), self.ending_points, strict=True)
        return tuple(whole_if_possible(sum(column)) for column in columns)

    @property
    def curve(self) -> tuple[Mapping[str, int], ...]:
        """The variables at the beginning and after every turn."""
        return (self.start_values, *(line.values for line in self.lines))

    @property
    def unmarked(self) -> tuple[int, ...]:
        """The numbers of the turns whose typed reply waits for people."""
        return tuple(line.number for line in self.lines if line.waiting)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a turn or a mark changes nothing."""

    reason: Message


class BrokenPlay(ValueError):
    """Recorded turns that do not fit the version they are said to be played on."""

    def __init__(self, number: int, reason: Message) -> None:
        self.number = number
        self.reason = reason
        super().__init__(f"turn {number}: {reason}")


def begin(plot: Plot) -> PlayState:
    """A play before its first turn."""
    start = {name: variable.start for name, variable in plot.variables.items()}
    return PlayState(
        stage=Stage.IN_PROGRESS,
        scene=plot.start,
        ending=None,
        values=start,
        start_values=start,
        taboo=False,
        visits={plot.start: 1},
        lines=(),
        ending_points=(0,) * len(plot.criteria),
    )


def is_open(plot: Plot, state: PlayState, option: Option) -> bool:
    """Whether its condition holds and every scene it may lead to has visits left."""
    for way in option.ways:
        target = plot.scenes.get(way.target)
        if target is not None and state.visits.get(way.target, 0) >= target.visits:
            return False
    return option.when is None or option.when.holds(state.values, state.taboo, state.visits)


def take(plot: Plot, state: PlayState, turn: Turn) -> PlayState | Refusal:
    """The state after one more turn, or why that turn is not possible."""
    if state.scene is None:
        return Refusal(Message(N_("This role-play is over.")))
    scene = plot.scenes[state.scene]
    option = _picked(plot, state, scene, turn)
    if isinstance(option, Refusal):
        return option
    if refusal := _wrong_label(scene, turn):
        return refusal
    way = option.ways[1] if isinstance(option, TypedReply) and turn.heard.taboo else option.ways[0]
    return _taken(plot, state, _said(plot, state, scene, option, turn), way)


def mark(plot: Plot, state: PlayState, number: int, marks: Reading) -> PlayState | Refusal:
    """The state once people decided what the typed reply of that turn holds; the way it took stays as it was."""
    if not 0 < number < state.turn or state.lines[number - 1].turn.reply is None:
        return Refusal(Message(N_("Turn %(number)s has no typed reply to mark."), {"number": number}))
    last = state.unmarked == (number,)
    stage = MOVES.get((state.stage, Verb.MARK_LAST if last else Verb.MARK))
    if stage is None:
        return Refusal(Message(N_("This role-play is not over yet; it is marked afterwards.")))
    turns = [line.turn for line in state.lines]
    turns[number - 1] = replace(turns[number - 1], marks=marks)
    return replace(replay(plot, turns)[-1], stage=stage)


def replay(plot: Plot, turns: Iterable[Turn]) -> tuple[PlayState, ...]:
    """The beginning and the state after every recorded turn; the last one holds the transcript.

    Raises BrokenPlay when a turn is not possible, which recorded turns never are on their own version.
    """
    states = [begin(plot)]
    for number, turn in enumerate(turns, start=1):
        after = take(plot, states[-1], turn)
        if isinstance(after, Refusal):
            raise BrokenPlay(number, after.reason)
        states.append(after)
    return tuple(states)


def _picked(plot: Plot, state: PlayState, scene: Scene, turn: Turn) -> Option | Refusal:
    if (turn.choice is None) == (turn.reply is None):
        return Refusal(Message(N_("Choose one reply, or write your own.")))
    option = scene.choices.get(turn.choice) if turn.choice is not None else scene.typed
    if option is None or not is_open(plot, state, option):
        return Refusal(Message(N_("This reply is not offered here; choose one of those shown.")))
    if isinstance(option, TypedReply) and len((turn.reply or "").strip()) < option.min_chars:
        return Refusal(Message(N_("Write at least %(least)s characters."), {"least": option.min_chars}))
    return option


def _wrong_label(scene: Scene, turn: Turn) -> Refusal | None:
    """A missing label is no mistake of form: it earns nothing."""
    if turn.emotion is None:
        return None
    if scene.question is None:
        return Refusal(Message(N_("No feeling is asked for here.")))
    if turn.emotion not in scene.question.labels:
        return Refusal(Message(N_("“%(label)s” is not one of the feelings shown."), {"label": turn.emotion}))
    return None


def _said(plot: Plot, state: PlayState, scene: Scene, option: Option, turn: Turn) -> Line:
    values = {
        name: plot.variables[name].moved(value, option.effect[name]) if name in option.effect else value
        for name, value in state.values.items()
    }
    felt = scene.question.earned(turn.emotion) if scene.question else None
    line = Line(
        number=state.turn,
        scene=scene.key,
        turn=turn,
        says=scene.says,
        reply=turn.reply or "",
        emotion_points=felt,
        points=tuple(felt or 0 if name == EMOTION else 0 for name in plot.criteria),
        effect={name: values[name] - value for name, value in state.values.items() if values[name] != value},
        values=values,
    )
    if isinstance(option, Choice):
        return replace(
            line,
            reply=option.reply,
            reaction=option.reaction,
            feedback=option.feedback,
            steps=frozenset({option.step} if option.step else ()),
            taboo=option.way.taboo,
            points=_sum(line.points, option.points),
        )
    if turn.marks is None:  # what a scorer heard is nobody's to know before people judged
        return replace(line, points=_sum(line.points, option.lowest), waiting=True)
    return replace(
        line,
        steps=turn.marks.steps,
        taboo=turn.marks.taboo,
        points=_sum(line.points, option.earned(turn.marks.steps)),
    )


def _taken(plot: Plot, state: PlayState, line: Line, way: Way) -> PlayState:
    lines = (*state.lines, line)
    taboo = state.taboo or way.taboo
    ending = plot.endings.get(way.target)
    if ending is None:
        return replace(
            state,
            stage=MOVES[state.stage, Verb.GO_ON],
            scene=way.target,
            values=line.values,
            taboo=taboo,
            visits={**state.visits, way.target: state.visits.get(way.target, 0) + 1},
            lines=lines,
        )
    waits = any(each.waiting for each in lines)
    return replace(
        state,
        stage=MOVES[state.stage, Verb.END_UNMARKED if waits else Verb.END],
        scene=None,
        ending=ending.key,
        values=line.values,
        taboo=taboo,
        lines=lines,
        ending_points=ending.points,
    )


def _sum(left: tuple[Points, ...], right: tuple[Points, ...]) -> tuple[Points, ...]:
    return tuple(whole_if_possible(one + other) for one, other in zip(left, right, strict=True))
