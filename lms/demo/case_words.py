"""What learners of the demo write to the case of the sofa, put together from parts that are worth 0, 1 or 2 points; and
the samples on which the trainers agreed (all invented)."""

from collections.abc import Mapping
from random import Random

LINES = ("steps", "sympathy", "options", "follow-up")
Levels = Mapping[str, int]

_LISTEN = (
    "我：邓先生，您先说，我听着，师傅哪天来的，卡在哪一处？客户：12号，卡在门框那儿，折腾一个钟头。我：好，您说的我都记下来了。",
    "我：邓先生您好，这事我来跟，您慢慢讲。客户：你们说能进的！我：嗯，12号两位师傅没搬进去，还把门框划了，是这样吗？客户：对。",
    "我：您好，我先听您说完，中间不打断。客户：沙发拉回去了，门框也花了。我：我复述一遍，您听听有没有漏的。",
)
_SYMPATHY = (
    (
        "我：这个您别急，尺寸单子上是您自己报的，一般我们是不会量错的，先看看是不是量的时候出了偏差。",
        "我：这种情况我们也常遇到，大件进不了门很正常，您先冷静一下，我们按流程走。",
    ),
    (
        "我：您的心情我非常理解，换了谁都会不高兴，给您添麻烦了，门框的钱我们肯定赔给您。",
        "我：理解理解，出了这样的事确实不好，我代表店里跟您说声对不起。",
    ),
    (
        "我：爸妈星期六就到，家里还没地方坐，门框又添一道印子，换成我也着急。门框怎么划的，我让师傅上门看过再给您准话。",
        "我：盼着爸妈来，沙发却又拉走了，这口气堵得慌。星期六的事咱们先办；门框是另一件，看过现场再谈怎么修。",
    ),
)
_CLARIFY = (
    "我：我再核对两件事：门净宽是多少，能不能把门扇卸下来？电梯进得去吗？客户：门八十二，电梯没问题。",
    "我：请问沙发是卡在扶手还是靠背？您家走廊转弯那儿多宽？客户：卡在扶手。我：明白，扶手是能拆的款。",
    "我：方便的话您拍张门口的照片给我，我拿去跟师傅对一下尺寸。客户：好，一会儿发你。",
)
_OPTIONS = (
    (
        "我：目前仓库那边要排期，最快也得下个星期才能再安排师傅，您看家里先凑合一下行不行？",
        "我：退换我做不了主，我把情况报上去，等领导批了再说，您先等等。",
    ),
    (
        "我：这样，我给您安排星期五换一套窄一点的同款送过去，就这么定了，您在家等着收货就好。",
        "我：我们星期五派师傅拆了扶手再搬一次，应该能进，您把那天上午空出来。",
    ),
    (
        "我：有两个办法：一是星期五拆了扶手再搬，原来那套您留着，但要在家等半天；二是先借您一套样品，星期六有得坐，款式不一样。您看选哪个？",
        "我：一个是换窄八公分的同款，星期五到，坐深浅一点；一个是退款，另外借您两张沙发椅用到月底。好处坏处都在这儿，您来定。",
    ),
)
_FOLLOW_UP = (
    ("我：那先这样，有消息我们会联系您的。祝您生活愉快，再见。", "我：好的，已经帮您登记了，后面会有专人跟您联系，请您耐心等候。"),
    (
        "我：最迟明天下班前给您答复，到时会有同事打电话过来跟您说结果，您留意接听。",
        "我：我姓陈，您有什么事直接打店里电话找我就行，我一直在，随时给您处理。",
    ),
    (
        "我：我姓陈，电话是店里分机206。明天中午12点前我把师傅的时间报给您；装好以后24小时内我再打一次，问问坐着怎么样。",
        "我：我叫周敏，手机您存一下。今天18点前定下送货时间，星期五装好，星期六上午我再来电话，看您家里坐下了没有。",
    ),
)


def written(levels: Levels, rng: Random) -> str:
    """An answer worth these levels, by rubric line. Less than all five steps: nothing is asked back, or nobody listens."""
    steps = levels["steps"]
    parts = [
        rng.choice(_LISTEN) if steps else "客户：你们说能进的！我爸妈星期六就到，让他们坐地上吗？还有，门框谁赔？",
        rng.choice(_SYMPATHY[levels["sympathy"]]),
        rng.choice(_CLARIFY) if steps == 2 else "客户：那你说怎么办吧，我请了半天假等你们，结果白等了一场。",
        rng.choice(_OPTIONS[levels["options"]]),
        "客户：那门框呢？我：这个我也记在单子上了。",
        rng.choice(_FOLLOW_UP[levels["follow-up"]]),
    ]
    return "\n".join(parts)


SAMPLES: tuple[tuple[Levels, str], ...] = (
    (
        {"steps": 2, "sympathy": 2, "options": 2, "follow-up": 2},
        "五步齐全、顺序对；点出了爸妈星期六要来；两个方案各讲利弊；期限、姓名、回访都有。",
    ),
    (
        {"steps": 1, "sympathy": 1, "options": 1, "follow-up": 1},
        "没有澄清这一步；还没看现场就答应赔门框，共情只能给1分；方案可行，但替客户定了；只有期限，没有姓名和电话。",
    ),
    (
        {"steps": 2, "sympathy": 1, "options": 2, "follow-up": 0},
        "前四步都在，跟踪只说“会联系您”，这一行是0分；步骤那一行看的是有没有，不重复扣。",
    ),
    (
        {"steps": 0, "sympathy": 0, "options": 1, "follow-up": 1},
        "没听客户说完，也没澄清；没有点出客户的感受，共情0分；方案有一个，但没有给客户选；只有期限。",
    ),
)
"""The agreed samples: levels, and why."""
