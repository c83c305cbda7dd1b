"""Own words in role-plays: some learners write what they would say, a trainer marks the first of them, others wait."""

from datetime import timedelta

from lms.demo.stage import Stage, Steps, random_of, working_hour
from lms.scenarios import service as scenarios
from lms.scenarios import service_contests, service_replies

KEY = "leaking-ceiling"
SCENE = "third-time"
STEP = "sympathize"
SAID = {
    "fang": ("您一个人守着这漏水的天花板，上回还信了我们的话，结果又漏，换谁都寒心。", True),
    "shi": ("真不好意思，我帮您登记一下，会有师傅联系您的。", False),
    "zhou": ("又漏了第三回，您还给人家下过面，这心里肯定不是滋味，真对不住您。", True),
    "bai": ("您这是第三回打来，心里头又失望又不好意思，我听得出来。", True),
    "nie": ("好的，请问您的房号是多少？我马上帮您报修。", False),
    "mentor2": ("共情，倾听，澄清，建议，跟踪，我都会做到的。", False),
}
"""What learners wrote, by the first part of their address, and whether the step is really there."""
MARKED = 3
BEGAN = 6
"""How many days ago the first of them wrote."""


def written(stage: Stage) -> Steps:
    """The learners who are there play an examination with their own words in it, one a day."""
    at = stage.ago(BEGAN)
    for place, (email, (words, _there)) in enumerate(SAID.items()):
        rng = random_of(email, KEY, "own words")
        at = working_hour(stage.ago(BEGAN - place * 0.7), rng)
        yield at
        person = stage.people[email]
        view = scenarios.start_play(KEY, person, "exam", now=at, language="zh-Hans")
        while (offer := view.offer) is not None:
            at += timedelta(seconds=rng.randint(20, 60))
            scene = view.compiled.plot.scenes[offer.scene]
            felt = scene.question.answer if scene.question else None
            best = max(offer.choices, key=lambda shown: sum(scene.choices[shown.key].points))
            own = offer.scene == SCENE and offer.typed
            view = scenarios.take_turn(
                view.play.id, person, offer.turn, emotion=felt, choice=None if own else best.id, reply=words if own else None,
                now=at,
            )  # fmt: skip
    return at


def marked(stage: Stage) -> Steps:
    """The trainer marks the first of them; the rest waits to be seen in the demo."""
    at = working_hour(stage.ago(1), random_of(KEY, "marking"))
    yield at
    trainer = stage.people["trainer"]
    for _ in range(MARKED):
        at += timedelta(minutes=2)
        found = service_replies.take_next(KEY, actor=trainer, now=at)
        if found is None:
            break
        steps = frozenset({STEP} if found.person_id in _there(stage) else ())
        service_replies.mark(found.id, service_replies.Given(steps, taboo=False), actor=trainer, now=at)
    return at


def _there(stage: Stage) -> set[int]:
    return {stage.people[email].id for email, (_words, there) in SAID.items() if there}


def contested(stage: Stage) -> Steps:
    """A learner practises with own words and sees it otherwise than the program."""
    at = working_hour(stage.ago(2), random_of(KEY, "contest"))
    yield at
    person = stage.people["bai"]
    view = scenarios.start_play("software-trial", person, "practice", now=at, language="zh-Hans")
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
