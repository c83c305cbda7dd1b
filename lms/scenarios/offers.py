"""What a learner is shown in a turn: the scene, the labels, and the open choices in an order of their own (pure)."""

import hashlib
from dataclasses import dataclass

from lms.core.texts import Text
from lms.scenarios.play_states import PlayState, is_open
from lms.scenarios.plot import Plot


@dataclass(frozen=True, slots=True)
class ShownChoice:
    """A choice as it is shown: ``id`` ("1", "2", …) may leave the house, ``key`` may not."""

    id: str
    key: str
    text: Text


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered in this turn; ``labels`` is empty where no feeling is asked for, ``min_chars`` None where no
    reply may be typed."""

    turn: int
    scene: str
    says: Text
    cues: tuple[Text, ...]
    labels: tuple[str, ...]
    choices: tuple[ShownChoice, ...]
    min_chars: int | None
    asks_intensity: bool = False

    @property
    def asks_emotion(self) -> bool:
        return bool(self.labels)

    @property
    def typed(self) -> bool:
        return self.min_chars is not None

    def key_of(self, shown: str) -> str | None:
        """The key of the choice shown under that number; None if there is none."""
        return next((choice.key for choice in self.choices if choice.id == shown), None)


def offered(plot: Plot, state: PlayState, seed: str | int) -> Offer | None:
    """What the learner sees now; None when the play is over. The same seed gives the same order for ever."""
    if state.scene is None:
        return None
    scene = plot.scenes[state.scene]
    choices = [choice for choice in scene.choices.values() if is_open(plot, state, choice)]
    choices.sort(key=lambda choice: _rank(seed, state.turn, choice.key))
    typed = scene.typed if scene.typed and is_open(plot, state, scene.typed) else None
    return Offer(
        turn=state.turn,
        scene=scene.key,
        says=scene.says,
        cues=scene.cues,
        labels=scene.question.labels if scene.question else (),
        choices=tuple(
            ShownChoice(str(number), choice.key, choice.reply) for number, choice in enumerate(choices, start=1)
        ),
        min_chars=typed.min_chars if typed else None,
        asks_intensity=bool(scene.question and scene.question.intensity),
    )


def _rank(seed: str | int, turn: int, key: str) -> bytes:
    """A hash, not a generator: no other version of Python can shuffle differently."""
    return hashlib.sha256(f"{seed}:{turn}:{key}".encode()).digest()
