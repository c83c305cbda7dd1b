"""Reads of typed replies that people judge: what waits, one reply to mark (blind), what was decided and by whom."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select

from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.marking_queue import MarkingQueue
from lms.core.texts import N_, Message, Text
from lms.identity.models import Person
from lms.scenarios import hearing, play_states, queries, queries_plays
from lms.scenarios.definitions import FrameworkDefinition, FrameworkStep
from lms.scenarios.models import Play, Scenario, Turn
from lms.scenarios.models_replies import ReplyClaim, ReplyContest, ReplyDecision, ReplyMark, WrittenReply
from lms.scenarios.play_states import Line, PlayState, Reading
from lms.scenarios.queries import Compiled
from lms.scenarios.queries_frameworks import framework
from lms.scenarios.replies import ReplyReading

NO_REPLY = N_("There is no such reply to mark, or it is not for you.")

REPLIES: MarkingQueue[WrittenReply, ReplyMark] = MarkingQueue(
    work=WrittenReply,
    claim=ReplyClaim,
    mark=ReplyMark,
    by="reply_id",
    absent=NO_REPLY,
    over=N_("This reply waits for no mark any more."),
    lost=N_("Your time with this reply was over, and somebody else is marking it now."),
)


# ---- the queue --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Queued:
    """Replies in one role-play that wait; ``mine`` of them this marker can mark now, ``contested`` are of practice."""

    key: str
    title: Text
    waiting: int
    mine: int
    contested: int
    oldest: datetime


def queue(marker_id: int, now: datetime) -> list[Queued]:
    """What waits, by role-play, the oldest first; one query."""
    oldest = func.min(WrittenReply.handed_in_at)
    query = (
        select(
            Scenario.key,
            Scenario.title,
            func.count().label("waiting"),
            func.sum(case((REPLIES.claimable(marker_id, now), 1), else_=0)).label("mine"),
            func.sum(case((WrittenReply.purpose == "contest", 1), else_=0)).label("contested"),
            oldest.label("oldest"),
        )
        .join(Scenario, Scenario.id == WrittenReply.scenario_id)
        .where(REPLIES.waits())
        .group_by(Scenario.id)
        .order_by(oldest, Scenario.id)
    )
    return [
        Queued(row.key, row.title, row.waiting, row.mine, row.contested, row.oldest)
        for row in db.session.execute(query)
    ]


# ---- one reply ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A reply in its talk, without its writer: what was said before, the customer's words, the reply.

    ``steps`` are those of the framework, the ones the scene asks for (``asked``) first.
    """

    id: int
    key: str
    title: Text
    version: Compiled
    number: int
    scene: str
    before: Sequence[Line]
    line: Line
    steps: Sequence[FrameworkStep]
    asked: frozenset[str]

    @property
    def reply(self) -> str:
        return self.line.turn.reply or ""


@dataclass(frozen=True, slots=True)
class ToMark:
    """A reply before a marker; ``left`` counts those of the role-play that this marker can mark, this one included."""

    shown: Shown
    left: int


def reply_to_mark(reply_id: int, marker_id: int, now: datetime) -> ToMark:
    """A reply this marker has before them; anything else is ``NotFound``. Nothing tells whose it is, whether somebody
    has marked it, or what the scorer made of it."""
    reply = db.session.scalar(select(WrittenReply).where(WrittenReply.id == reply_id, REPLIES.before(marker_id)))
    if reply is None:
        raise NotFound(Message(NO_REPLY))
    same = (WrittenReply.scenario_id == reply.scenario_id, REPLIES.claimable(marker_id, now))
    left = db.session.scalar(select(func.count()).select_from(WrittenReply).where(*same)) or 0
    return ToMark(shown(reply), left)


def shown(reply: WrittenReply) -> Shown:
    """A reply in its talk; three queries."""
    query = (
        select(Play.scenario_version_id, Play.mode, Scenario.key, Scenario.title)
        .join(Scenario, Scenario.id == Play.scenario_id)
        .where(Play.id == reply.play_id)
    )
    version_id, mode, key, title = db.session.execute(query).one()
    version = queries.compiled(version_id)
    lines = _state(reply, version, mode).lines
    line = lines[reply.number - 1]
    typed = version.plot.scenes[line.scene].typed
    asked = frozenset(typed.steps) if typed else frozenset[str]()
    known = framework(version.definition.framework)
    steps = sorted(_named(known, asked), key=lambda step: step.key not in asked)
    return Shown(reply.id, key, title, version, reply.number, line.scene, lines[: reply.number - 1], line, steps, asked)


def _named(known: FrameworkDefinition | None, asked: frozenset[str]) -> list[FrameworkStep]:
    """The framework's steps, and those asked for that it has no more: the talk was begun when it had them."""
    steps = list(known.steps) if known else []
    gone = sorted(asked - {step.key for step in steps})
    return [*steps, *(FrameworkStep(key=step, title={"en": step}) for step in gone)]


def any_reply(reply_id: int) -> Shown:
    """A reply in its talk, without its writer, whoever has it; raises ``NotFound``."""
    reply = db.session.get(WrittenReply, reply_id)
    if reply is None:
        raise NotFound(Message(NO_REPLY))
    return shown(reply)


def _state(reply: WrittenReply, version: Compiled, mode: str) -> PlayState:
    rows = db.session.scalars(
        select(Turn).where(Turn.play_id == reply.play_id, Turn.number <= reply.number).order_by(Turn.number)
    )
    return play_states.replay(version.plot, [queries_plays.spoken(row, mode) for row in rows])[-1]


@dataclass(frozen=True, slots=True)
class Compared:
    """A reply that this marker has marked, beside what the scorer made of it, the learner's objection if there was
    one, and all that was decided so far."""

    shown: Shown
    mark: ReplyMark
    reading: ReplyReading | None
    contest: str | None
    decided: Sequence["Decided"]
    is_settled: bool


def compared(reply_id: int, marker_id: int) -> Compared:
    """For whoever marked it, and for nobody before; raises ``NotFound``."""
    mark = REPLIES.mark_of(reply_id, marker_id)
    reply = db.session.get(WrittenReply, reply_id)
    if mark is None or reply is None:
        raise NotFound(Message(NO_REPLY))
    turn = (
        select(Turn.heard, ReplyContest.why)
        .outerjoin(ReplyContest, ReplyContest.turn_id == Turn.id)
        .where(Turn.id == reply.turn_id)
    )
    heard, why = db.session.execute(turn).one()
    return Compared(
        shown(reply),
        mark,
        hearing.reading_kept(heard),
        why,
        decided_of(reply.play_id).get(reply.number, []),
        reply.settled_at is not None,
    )


@dataclass(frozen=True, slots=True)
class DecidedReply:
    """A reply that was decided, with all that was decided of it."""

    shown: Shown
    play_id: int
    history: Sequence["Decided"]


def decided_reply(reply_id: int, viewer_id: int) -> DecidedReply:
    """For a correction; raises ``NotFound`` for one's own and for one that still waits."""
    reply = db.session.get(WrittenReply, reply_id)
    if reply is None or reply.person_id == viewer_id or reply.settled_at is None:
        raise NotFound(Message(NO_REPLY))
    return DecidedReply(shown(reply), reply.play_id, decided_of(reply.play_id)[reply.number])


# ---- behind a result ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision on a reply, in the order they came; ``by`` names a person where one person decided."""

    number: int
    found: Reading
    how: str
    reason: str
    by: str | None
    at: datetime


def decided_of(play_id: int) -> dict[int, list[Decided]]:
    """Everything that was decided of a play's replies, by turn; one query."""
    query = (
        select(WrittenReply.number, ReplyDecision, Person.name)
        .join(ReplyDecision, ReplyDecision.reply_id == WrittenReply.id)
        .outerjoin(Person, Person.id == ReplyDecision.decided_by_id)
        .where(WrittenReply.play_id == play_id)
        .order_by(WrittenReply.number, ReplyDecision.number)
    )
    found: dict[int, list[Decided]] = defaultdict(list)
    for turn, row, name in db.session.execute(query):
        reading = Reading(frozenset(row.steps), row.taboo)
        found[turn].append(Decided(row.number, reading, row.how, row.reason, name, row.decided_at))
    return dict(found)


def comments_of(play_id: int) -> dict[int, list[str]]:
    """What markers wrote to the learner, by turn; one query."""
    query = (
        select(WrittenReply.number, ReplyMark.comment)
        .join(ReplyMark, ReplyMark.reply_id == WrittenReply.id)
        .where(WrittenReply.play_id == play_id, ReplyMark.comment != "")
        .order_by(WrittenReply.number, ReplyMark.number)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for turn, words in db.session.execute(query):
        found[turn].append(words)
    return dict(found)


def contests_of(play_id: int) -> dict[int, str]:
    """What the learner said against readings of a play's replies, by turn; one query."""
    query = select(Turn.number, ReplyContest.why).join(ReplyContest, ReplyContest.turn_id == Turn.id)
    return {number: why for number, why in db.session.execute(query.where(Turn.play_id == play_id))}


def replies_of(play_id: int) -> dict[int, int]:
    """The ids under which a play's typed replies wait or were marked, by turn; one query."""
    query = select(WrittenReply.number, WrittenReply.id).where(WrittenReply.play_id == play_id)
    return {number: reply_id for number, reply_id in db.session.execute(query)}
