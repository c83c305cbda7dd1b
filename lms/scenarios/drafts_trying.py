"""A draft tried by its author: the turns travel with the page, and nothing is kept anywhere (pure)."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lms.core.texts import N_, Message
from lms.scenarios.offers import Offer, offered
from lms.scenarios.play_states import PlayState, Reading, Refusal, Turn, begin, take
from lms.scenarios.plot import Plot

MOST_TURNS = 200
MOST_REPLY = 2000
Hear = Callable[[str, str], Reading]
"""What a scorer hears in a typed reply: the scene's key and the words."""


@dataclass(frozen=True, slots=True)
class Said:
    """One turn as the page carries it."""

    choice: str | None
    reply: str | None
    emotion: str | None
    intensity: int | None = None

    def packed(self) -> str:
        words = [self.choice, self.reply, self.emotion]
        return json.dumps([*words, self.intensity] if self.intensity else words, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Trial:
    """How far the trial has come: its turns, the state after each and what is offered now (None: it is over).

    ``refused`` says why the last turn, or what followed a change of the draft, was not taken.
    """

    said: tuple[Said, ...]
    states: tuple[PlayState, ...]
    offer: Offer | None
    refused: Message | None = None

    @property
    def state(self) -> PlayState:
        return self.states[-1]


def unpacked(words: Iterable[str]) -> list[Said]:
    """The turns a page carried; what is no turn ends the list."""
    found: list[Said] = []
    for packed in list(words)[:MOST_TURNS]:
        try:
            parts = json.loads(packed)
            json.dumps(parts, ensure_ascii=False).encode()  # half a character could not be shown again
        except (ValueError, RecursionError):
            break
        if not isinstance(parts, list) or len(parts) not in (3, 4):
            break
        choice, reply, emotion, intensity = [*parts, None][:4]
        if not all(part is None or isinstance(part, str) for part in parts[:3]) or not _is_strength(intensity):
            break
        found.append(Said(choice, reply, emotion, intensity))
    return found


def _is_strength(intensity: object) -> bool:
    return intensity is None or (type(intensity) is int and 1 <= intensity <= 5)


def tried(plot: Plot, said: Iterable[Said], seed: str, hear: Hear) -> Trial:
    """The trial after these turns; a turn that does not fit any more, because the draft changed, ends it there."""
    states, done, refused = [begin(plot)], [], None
    for turn in said:
        after = _after(plot, states[-1], turn, hear)
        if isinstance(after, Refusal):
            refused = after.reason
            break
        states.append(after)
        done.append(turn)
    return Trial(tuple(done), tuple(states), offered(plot, states[-1], seed), refused)


def _after(plot: Plot, state: PlayState, said: Said, hear: Hear) -> PlayState | Refusal:
    heard = Reading()
    if said.reply is not None and state.scene is not None:
        if len(said.reply) > MOST_REPLY:
            return Refusal(Message(N_("Write at most %(most)s characters."), {"most": MOST_REPLY}))
        heard = hear(state.scene, said.reply)
    marks = heard if said.reply is not None else None
    return take(plot, state, Turn(said.choice, said.reply, said.emotion, heard, marks))
