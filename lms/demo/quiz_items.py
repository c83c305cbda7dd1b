"""The ten items of the house's own quiz, as its trainer wrote them; one has a wrong key."""

from dataclasses import dataclass
from typing import Any

WRONG_KEY = "house-refund-limit"
"""The item whose key names what the old handbook said; the new one allows 500 yuan."""
REALLY_RIGHT = "five-hundred"


@dataclass(frozen=True, slots=True)
class Question:
    """One item as the trainer wrote it; ``options`` None: a statement, true or false. ``hard``: how much one must know."""

    key: str
    stem: tuple[str, str]
    options: dict[str, tuple[str, str]] | None
    answer: str | bool
    rationale: tuple[str, str]
    hard: float

    @property
    def body(self) -> dict[str, Any]:
        """The item as the API takes it."""
        common = {"key": self.key, "stem": _text(self.stem), "rationale": _text(self.rationale), "answer": self.answer}
        if self.options is None:
            return {**common, "type": "true-false"}
        return {**common, "type": "single", "options": {key: _text(text) for key, text in self.options.items()}}


def _text(words: tuple[str, str]) -> dict[str, str]:
    return {"en": words[0], "zh-Hans": words[1]}


QUESTIONS = (
    Question(
        "house-call-before-closing",
        (
            "A call comes in two minutes before the lines close. What does the house rule say?",
            "热线下班前两分钟进来一通电话，内部规定怎么处理？",
        ),
        {
            "finish": ("Take it and finish it, however long it takes", "接起来，办完为止，不看时间"),
            "tomorrow": ("Ask the customer to ring again tomorrow", "请客户明天再打"),
            "machine": ("Let the answering machine take it", "转给语音信箱"),
        },
        "finish",
        (
            "Handbook 1.3: a call that began before closing is finished.",
            "手册1.3条：下班前进线的电话要办完。",
        ),
        -0.6,
    ),
    Question(
        "house-callback-note",
        (
            "You have promised to call back at three. Where does the promise go?",
            "您答应客户三点回电。这个承诺记在哪里？",
        ),
        {
            "ticket": ("Into the ticket, with the time and your name", "工单里，写明时间和本人姓名"),
            "group": ("Into the chat group of the team", "发到班组群里"),
            "notebook": ("Into your own notebook, so that you see it", "记在自己本子上，一眼就能看到"),
        },
        "ticket",
        (
            "Handbook 2.1: only what stands in the ticket can be taken over by a colleague.",
            "手册2.1条：写进工单，同事才接得上。",
        ),
        -0.4,
    ),
    Question(
        "house-id-number",
        (
            "To check who is calling, the whole identity number may be read out to the customer.",
            "核对身份时，可以把证件号码完整念给客户听。",
        ),
        None,
        False,
        (
            "Handbook 3.2: the customer says the last four digits; we read nothing out.",
            "手册3.2条：请客户自己报后四位，我们不念号码。",
        ),
        -0.53,
    ),
    Question(
        WRONG_KEY,
        (
            "Up to which amount may an agent approve a refund without asking anybody?",
            "客服代表不用请示，可以自己批准多少元以内的退款？",
        ),
        {
            "two-hundred": ("200 yuan", "200元"),
            REALLY_RIGHT: ("500 yuan", "500元"),
            "one-thousand": ("1,000 yuan", "1000元"),
        },
        "two-hundred",
        (
            "Handbook 4.2: refunds at the agent’s own decision.",
            "手册4.2条：客服代表自行批准的退款。",
        ),
        0.25,
    ),
    Question(
        "house-media-threat",
        (
            "A customer says a reporter is on the way. Who is told, and how fast?",
            "客户说记者已经在路上。要告诉谁，多快？",
        ),
        {
            "shift": ("The shift manager, within fifteen minutes", "值班经理，十五分钟内"),
            "press": ("The press office, by mail, before the shift ends", "公关部，下班前发邮件"),
            "nobody": ("Nobody yet; such threats are mostly empty", "先不报，这种话多半只是说说"),
        },
        "shift",
        (
            "Handbook 5.1: the shift manager decides who else has to know.",
            "手册5.1条：由值班经理决定还要通知谁。",
        ),
        -0.29,
    ),
    Question(
        "house-gifts",
        (
            "A gift worth less than 50 yuan may be kept without telling anybody.",
            "价值50元以下的礼物可以自己收下，不用上报。",
        ),
        None,
        False,
        (
            "Handbook 6.4: every gift is entered in the register, whatever it is worth.",
            "手册6.4条：礼物不论价值，一律登记。",
        ),
        -0.35,
    ),
    Question(
        "house-lost-property",
        (
            "A customer has left a bag at the counter. What comes first?",
            "客户把包落在柜台。第一步做什么？",
        ),
        {
            "two": ("Open it with a colleague watching, and list what is in it", "请一位同事在场，一起打开并列清单"),
            "alone": ("Look for a telephone number in it, quickly and alone", "赶紧自己翻一下，找找有没有电话"),
            "shelf": ("Put it on the shelf behind the counter until somebody asks", "先放在柜台后面的架子上，等人来问"),
        },
        "two",
        (
            "Handbook 7.2: lost property is opened by two people.",
            "手册7.2条：遗失物品两人同时在场才能打开。",
        ),
        0.6,
    ),
    Question(
        "house-close-ticket",
        (
            "A ticket may be closed when the customer has not answered our question for 48 hours.",
            "问过客户“解决了吗”，48小时没有回音，工单可以关闭。",
        ),
        None,
        True,
        (
            "Handbook 2.5: after a yes, or after 48 hours without an answer.",
            "手册2.5条：客户确认，或询问后48小时无回音。",
        ),
        0.7,
    ),
    Question(
        "house-phone-and-counter",
        (
            "The telephone at the counter rings while you are serving somebody. What does the house rule say?",
            "您正在柜台接待客户，座机响了。内部规定怎么处理？",
        ),
        {
            "back": ("Let it ring through to the back office", "让它响，转到后台接"),
            "both": ("Take it and ask the customer in front of you to wait", "接起来，请面前的客户稍等"),
            "short": ("Take it, say “one moment” and put it aside", "接起来说声“请稍等”，先放一边"),
        },
        "back",
        (
            "Handbook 1.6: whoever stands in front of you comes first; the call goes to the back office.",
            "手册1.6条：面前的客户优先，电话转后台。",
        ),
        0.5,
    ),
    Question(
        "house-recordings",
        (
            "Recorded calls may be played in training if the customer’s name and numbers are cut out.",
            "录音剪掉客户姓名和号码后，可以在培训中播放。",
        ),
        None,
        True,
        (
            "Handbook 3.7: without anything that tells who is speaking.",
            "手册3.7条：去掉一切能认出客户的内容。",
        ),
        -0.47,
    ),
)
