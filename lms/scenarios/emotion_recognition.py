"""How well feelings are recognised, as a statistic over questions asked in plays (pure; MEASURES.md 7)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from lms.scenarios.play_states import PlayState
from lms.scenarios.plot import EmotionQuestion, Plot


@dataclass(frozen=True, slots=True)
class EmotionAnswer:
    """One question and the label the learner gave, None for none."""

    question: EmotionQuestion
    label: str | None


@dataclass(frozen=True, slots=True)
class EmotionRecognition:
    """Shares from 0 to 1, None without a question to judge by.

    ``strict``: of ``n`` questions, those whose label equals the answer. ``proportional``: over the ``panel_n``
    questions with a panel, the mean share of the panel that chose the learner's label.
    """

    n: int
    strict: Fraction | None
    panel_n: int
    proportional: Fraction | None


def emotion_answers(plot: Plot, state: PlayState) -> Iterator[EmotionAnswer]:
    """What a play answered, in the order of its turns."""
    for line in state.lines:
        question = plot.scenes[line.scene].question
        if question is not None:
            yield EmotionAnswer(question, line.turn.emotion)


def emotion_recognition(answers: Iterable[EmotionAnswer]) -> EmotionRecognition:
    """The two shares over these answers; a missing label counts as wrong."""
    given = list(answers)
    strict = [Fraction(answer.label == answer.question.answer) for answer in given]
    shares = [_panel_share(answer) for answer in given if answer.question.panel]
    return EmotionRecognition(len(strict), _mean(strict), len(shares), _mean(shares))


def _panel_share(answer: EmotionAnswer) -> Fraction:
    panel = answer.question.panel
    return Fraction(panel.get(answer.label or "", 0), sum(panel.values()))


def _mean(shares: list[Fraction]) -> Fraction | None:
    return sum(shares, Fraction(0)) / len(shares) if shares else None
