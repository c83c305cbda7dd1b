"""Typed replies as a learner reads them back: the words that show a step, what is not sure, and who decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.core.texts import N_, Message, Text
from lms.scenarios import hearing, queries_replies
from lms.scenarios.hearing import Piece
from lms.scenarios.judging import How
from lms.scenarios.models import Turn
from lms.scenarios.play_states import Stage
from lms.scenarios.queries_frameworks import framework
from lms.scenarios.queries_plays import PlayView
from lms.scenarios.queries_replies import Decided
from lms.scenarios.replies import Guard, ReplyReading

GUARDED: Mapping[Guard, str] = {
    Guard.RUBRIC_WORDS: N_("It names the steps instead of taking them."),
    Guard.COPIED_SCRIPT: N_("It is very close to an example or to a reply that was offered."),
    Guard.FLATTERY: N_("It praises more than it says."),
    Guard.REPEATED: N_("One sentence comes again and again."),
    Guard.OFF_TOPIC: N_("It hardly speaks of the matter."),
    Guard.TOO_SHORT: N_("It is very short."),
    Guard.TOO_LONG: N_("It is very long."),
    Guard.NEGATION: N_("It says that something will not be done."),
    Guard.SARCASM: N_("It may be meant otherwise than it says."),
    Guard.QUOTED: N_("It quotes more than it says itself."),
}


@dataclass(frozen=True, slots=True)
class StepShown:
    """A step with the very words that show it, or may show it."""

    title: Text
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class TabooShown:
    """Words that are never said, with the better ones if the framework knows them."""

    words: str
    instead: Text | None


@dataclass(frozen=True, slots=True)
class MachineShown:
    """The machine's opinion. ``unsure`` are the steps asked for that it cannot see for certain; never "missing".
    ``doubtful`` may be taboos: a question to the learner, without any effect."""

    version: str
    pieces: Sequence[Piece]
    found: Sequence[StepShown]
    unsure: Sequence[StepShown]
    taboos: Sequence[TabooShown]
    doubtful: Sequence[TabooShown]
    guards: Sequence[Message]


@dataclass(frozen=True, slots=True)
class PeopleShown:
    """What was decided last, and before: steps asked for that are there and that are not."""

    how: str
    found: Sequence[Text]
    absent: Sequence[Text]
    taboo: bool
    by: str | None
    comments: Sequence[str]
    history: Sequence[Decided]


@dataclass(frozen=True, slots=True)
class ReplyShown:
    """A typed reply with all that may be known of it. ``differs`` names the steps that people and machine judged
    otherwise, ``taboo_differs`` whether that holds of the taboo. ``machine_counts``: no person decided it."""

    number: int
    machine: MachineShown | None
    people: PeopleShown | None
    contest: str | None
    may_contest: bool
    differs: Sequence[Text] = ()
    taboo_differs: bool = False
    reply_id: int | None = None
    machine_counts: bool = False


def replies_shown(view: PlayView) -> dict[int, ReplyShown]:
    """The typed replies of a play by turn; nothing of an examination before it is over and marked.

    At most five queries, none for a play without typed replies.
    """
    typed = [turn for turn in view.turns if turn.reply is not None]
    if not typed or (view.is_exam and view.state.stage is not Stage.FINISHED):
        return {}
    known = framework(view.compiled.definition.framework)
    titles: dict[str, Text] = {step.key: step.title for step in known.steps} if known else {}
    contests = queries_replies.contests_of(view.play.id)
    judged = view.is_exam or bool(contests)
    decided = queries_replies.decided_of(view.play.id) if judged else {}
    comments = queries_replies.comments_of(view.play.id) if judged else {}
    ids = queries_replies.replies_of(view.play.id) if judged else {}
    return {turn.number: _shown(view, turn, titles, decided, comments, contests, ids) for turn in typed}


def _shown(
    view: PlayView,
    turn: Turn,
    titles: Mapping[str, Text],
    decided: Mapping[int, list[Decided]],
    comments: Mapping[int, list[str]],
    contests: Mapping[int, str],
    ids: Mapping[int, int],
) -> ReplyShown:
    number, reading = turn.number, hearing.reading_kept(turn.heard)
    typed = view.compiled.plot.scenes[turn.scene].typed
    asked = list(typed.steps) if typed else []
    history = decided.get(number, [])
    by_people = [one for one in history if one.how != How.MACHINE]
    people = _people(by_people, history, asked, titles, comments.get(number, [])) if by_people else None
    machine_counts = bool(history) and not by_people
    differs: list[Text] = []
    if by_people and reading is not None:
        last = by_people[-1].found.steps
        differs = [titles.get(step, {"en": step}) for step in asked if (step in last) != (step in reading.found)]
    return ReplyShown(
        number=number,
        machine=machine_shown(turn.reply or "", reading, asked, titles) if reading else None,
        people=people,
        contest=contests.get(number),
        may_contest=reading is not None and number not in contests and (machine_counts or not view.is_exam),
        differs=differs,
        taboo_differs=bool(by_people and reading) and by_people[-1].found.taboo != bool(reading and reading.taboos),
        reply_id=ids.get(number),
        machine_counts=machine_counts,
    )


def machine_shown(text: str, reading: ReplyReading, asked: Sequence[str], titles: Mapping[str, Text]) -> MachineShown:
    """A reading in words: sure steps with their words, the other steps asked for with words that may show them."""
    evidence = {finding.step: hearing.quoted(text, finding.evidence) for finding in reading.findings}
    sure = [span for finding in reading.findings if finding.sure for span in finding.evidence]
    open_steps = [step for step in asked if step not in reading.found]
    return MachineShown(
        reading.version,
        hearing.pieces(text, sure, [hit.evidence for hit in reading.taboos]),
        [StepShown(titles.get(step, {"en": step}), evidence[step]) for step in reading.found],
        [StepShown(titles.get(step, {"en": step}), evidence.get(step, [])) for step in open_steps],
        [TabooShown(hit.phrase, hit.instead) for hit in reading.taboos],
        [TabooShown(hit.phrase, hit.instead) for hit in reading.doubtful],
        [Message(GUARDED[guard]) for guard in reading.guards],
    )


def _people(
    by_people: Sequence[Decided],
    history: Sequence[Decided],
    asked: Sequence[str],
    titles: Mapping[str, Text],
    comments: Sequence[str],
) -> PeopleShown:
    last = by_people[-1]
    return PeopleShown(
        how=last.how,
        found=[titles.get(step, {"en": step}) for step in dict.fromkeys([*titles, *asked]) if step in last.found.steps],
        absent=[titles.get(step, {"en": step}) for step in asked if step not in last.found.steps],
        taboo=last.found.taboo,
        by=last.by,
        comments=comments,
        history=history,
    )
