"""Own words in role-plays: some learners write what they would say; two trainers mark each reply, a third where they
differ, others wait. What the trainers found is simulated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.demo.stage import Stage, Steps, random_of, working_hour
from lms.scenarios import service as scenarios
from lms.scenarios import service_contests, service_replies, service_reply_rules


@dataclass(frozen=True, slots=True)
class Talk:
    """A scene that takes own words, and what learners wrote: by the first part of their address the words, and whether
    the step is there, as the two trainers found."""

    key: str
    scene: str
    step: str
    said: Mapping[str, tuple[str, bool, bool]]


CEILING = Talk(
    "leaking-ceiling",
    "third-time",
    "sympathize",
    {
        "fang": ("您一个人守着这漏水的天花板，上回还信了我们的话，结果又漏，换谁都寒心。", True, True),
        "shi": ("真不好意思，我帮您登记一下，会有师傅联系您的。", False, False),
        "zhou": ("又漏了第三回，您还给人家下过面，这心里肯定不是滋味，真对不住您。", True, True),
        "bai": ("您这是第三回打来，心里头又失望又不好意思，我听得出来。", True, True),
        "nie": ("好的，请问您的房号是多少？我马上帮您报修。", False, False),
        "mentor2": ("共情，倾听，澄清，建议，跟踪，我都会做到的。", False, False),
        "gulnara": ("奶奶，您信了他，结果又漏，失望是应该的，这电话您打得对。", True, True),
        "wei": ("理解您的心情，我们会尽快处理的。", True, False),
        "pan": ("奶奶您别这么想，谁也没嫌您烦，上回没修好是我们没做到。", True, True),
        "song": ("这次我让师傅带上测漏仪来，一定查清楚是哪儿漏的。", False, False),
        "sun": ("面都下了，话也信了，还是漏，您心里凉，我听着也难受。", True, True),
        "tian": ("您放心，这回保证给您修好。", False, False),
        "ding": ("三回了，还得您再打这个电话，委屈您了。", False, True),
        "cao": ("您等了三回，盼的就是一个准话，盼空了心里不好受。", True, True),
    },
)
TRIAL = Talk(
    "software-trial",
    "stuck",
    "implication",
    {
        "zhou": ("天天算到一点，第二天发货会不会受影响？", True, True),
        "wei": ("您用的是哪家网店平台？", False, False),
        "sun": ("这差的3块4，时间长了报税的时候会怎么样？", True, True),
    },
)
TALKS = (CEILING, TRIAL)
PAIR, THIRD = ("trainer", "trainer2"), "quality"
BEGAN, MARKED_ON = 11, 3
"""How many days ago the first of them wrote, and the trainers marked."""
LATE = ("cao",)
"""Who wrote when the others were marked already."""


def stories(stage: Stage) -> list[Steps]:
    """All of it."""
    return [_two_mark(stage), *(_written(stage, talk) for talk in TALKS), _marked(stage), contested(stage)]


def _two_mark(stage: Stage) -> Steps:
    """For some weeks two people mark every reply."""
    at = working_hour(stage.ago(BEGAN + 2), random_of("two mark"))
    yield at
    reason = "四周内每条都由两位培训师评，看看标准是否一致。"
    service_reply_rules.set_share(None, 100, reason, actor=stage.people["admin"], now=at)
    return at


def _written(stage: Stage, talk: Talk) -> Steps:
    """The learners play an examination with their own words in it, two a day."""
    at = stage.ago(BEGAN)
    for place, email in enumerate(talk.said):
        rng = random_of(email, talk.key, "own words")
        at = working_hour(stage.ago(1 if email in LATE else BEGAN - place * 0.4), rng)
        yield at
        at = _play(stage, talk, email, at)
    return at


def _play(stage: Stage, talk: Talk, email: str, at: datetime) -> datetime:
    rng, person = random_of(email, talk.key, "pace"), stage.people[email]
    view = scenarios.start_play(talk.key, person, "exam", now=at, language="zh-Hans")
    while (offer := view.offer) is not None:
        at += timedelta(seconds=rng.randint(20, 60))
        scene = view.compiled.plot.scenes[offer.scene]
        felt = scene.question.answer if scene.question else None
        best = max(offer.choices, key=lambda shown: sum(scene.choices[shown.key].points))
        own = offer.scene == talk.scene and offer.typed
        words = talk.said[email][0] if own else None
        view = scenarios.take_turn(
            view.play.id, person, offer.turn, emotion=felt, choice=None if own else best.id, reply=words, now=at
        )
    return at


def _marked(stage: Stage) -> Steps:
    """Two trainers mark what is there, a third what they differ on; what comes later waits to be seen in the demo."""
    at = working_hour(stage.ago(MARKED_ON), random_of("own words", "marking"))
    yield at
    for talk in TALKS:
        for email in (*PAIR, THIRD):
            while _mark_next(stage, talk, email, at):
                at += timedelta(minutes=2)
    return at


def _mark_next(stage: Stage, talk: Talk, email: str, at: datetime) -> bool:
    """Mark one reply more; False when none is left."""
    trainer = stage.people[email]
    found = service_replies.take_next(talk.key, actor=trainer, now=at)
    if found is None:
        return False
    writer = next(each for each in talk.said if stage.people[each].id == found.person_id)
    there = talk.said[writer][1 + (email == PAIR[1])]
    steps = frozenset({talk.step} if there else ())
    service_replies.mark(found.id, service_replies.Given(steps, taboo=False), actor=trainer, now=at)
    return True


def contested(stage: Stage) -> Steps:
    """A learner practises with own words and sees it otherwise than the program."""
    at = working_hour(stage.ago(1), random_of(CEILING.key, "contest"))
    yield at
    person = stage.people["bai"]
    view = scenarios.start_play(TRIAL.key, person, "practice", now=at, language="zh-Hans")
    turn = 0
    while (offer := view.offer) is not None:
        at += timedelta(seconds=40)
        scene = view.compiled.plot.scenes[offer.scene]
        best = max(offer.choices, key=lambda shown: sum(scene.choices[shown.key].points))
        own = offer.typed and not turn
        turn = offer.turn if own else turn
        view = scenarios.take_turn(
            view.play.id, person, offer.turn, emotion=scene.question.answer if scene.question else None,
            choice=None if own else best.id, reply="天天对账对到一点，白天上班能扛得住吗" if own else None, now=at,
        )  # fmt: skip
    if turn:
        service_contests.contest(view.play.id, person, turn, "我问的就是熬夜之后会怎样，这是影响。", now=at)
    return at
