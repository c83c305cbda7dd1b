"""The people of the example organisation (invented)."""

from dataclasses import dataclass
from enum import StrEnum

from lms.core.access import Role

PASSWORD = "service-academy-demo"

DEPARTMENTS = {
    "service": ({"en": "Customer service", "zh-Hans": "客户服务部"}, None),
    "hotline-1": ({"en": "Hotline team 1", "zh-Hans": "热线一组"}, "service"),
    "hotline-2": ({"en": "Hotline team 2", "zh-Hans": "热线二组"}, "service"),
    "online-chat": ({"en": "Online chat", "zh-Hans": "在线客服组"}, "service"),
    "counter-east": ({"en": "Counter East", "zh-Hans": "东区门店服务台"}, "service"),
    "counter-west": ({"en": "Counter West", "zh-Hans": "西区门店服务台"}, "service"),
    "support": ({"en": "Technical support", "zh-Hans": "技术支持部"}, None),
    "human-resources": ({"en": "Human resources", "zh-Hans": "人力资源部"}, None),
    "quality": ({"en": "Quality and training", "zh-Hans": "质量与培训部"}, None),
}

SITES = {
    "shanghai": {"en": "Shanghai", "zh-Hans": "上海"},
    "chengdu": {"en": "Chengdu", "zh-Hans": "成都"},
    "wuhan": {"en": "Wuhan", "zh-Hans": "武汉"},
}

SHIFTED = "counter-west"
"""The department whose pass rate fell when its mentor left and it got another manager."""


class Story(StrEnum):
    """How somebody goes through the year."""

    ROLLOUT = "rollout"  # certified when the LMS came, renewed within the window
    LAPSED = "lapsed"  # the same, but let it run out
    WINDOW = "window"  # certified somewhat later: the window is open, renewal is still to come
    LATER = "later"  # certified in the course of the year
    HIRED = "hired"  # came as a new hire within the year
    NEW = "new"  # is a new hire
    TECHNICAL = "technical"
    MANAGER = "manager"


@dataclass(frozen=True, slots=True)
class Member:
    """One person: ``days`` at work by today, ``ability`` the chance to answer a medium item rightly."""

    email: str
    name: str
    story: Story
    department: str
    site: str
    days: int
    ability: float
    manager: str | None = None
    mentor: str | None = None
    language: str = "zh-Hans"
    roles: tuple[Role, ...] = (Role.LEARNER,)

    @property
    def address(self) -> str:
        return f"{self.email}@example.com"

    @property
    def job_role(self) -> str:
        """What they worked as when they came."""
        if self.story in (Story.HIRED, Story.NEW):
            return "new-hire"
        return self.story.value if self.story is Story.MANAGER else _JOB_ROLES.get(self.story, "front-line")


_JOB_ROLES = {Story.TECHNICAL: "technical-support"}
LEARNER, TRAINER, MENTOR, MANAGER, HR, AUDITOR, ADMIN = Role
ROLLOUT, LAPSED, WINDOW, LATER, HIRED, NEW, TECHNICAL, LEADS = Story
SH, CD, WH = SITES

STAFF = (
    Member("manager", "何静", LEADS, "service", SH, 2600, 0.92, roles=(MANAGER, LEARNER)),
    Member("manager2", "马天宇", LEADS, "counter-east", CD, 1900, 0.88, "manager", roles=(MANAGER, LEARNER)),
    Member("manager3", "许岚", LEADS, "hotline-1", SH, 1500, 0.9, "manager", roles=(MANAGER, LEARNER)),
    Member("manager4", "郑凯", LEADS, "support", SH, 1700, 0.85, roles=(MANAGER, LEARNER)),
    Member("hr", "陈莉", LEADS, "human-resources", SH, 1400, 0.9, roles=(HR, LEARNER)),
    Member("quality", "顾清", LEADS, "quality", SH, 1200, 0.94, roles=(TRAINER, LEARNER)),
    Member("auditor", "Anna Keller", LEADS, "quality", SH, 900, 0.9, language="en"),
    Member("trainer", "吴敏", LATER, "quality", SH, 1300, 0.95, "quality", roles=(TRAINER, LEARNER)),
    Member("trainer2", "David Okoro", LATER, "quality", CD, 700, 0.93, "quality", language="en", roles=(TRAINER, LEARNER)),
    Member("mentor", "赵鹏", ROLLOUT, "hotline-1", SH, 1000, 0.94, "manager3", roles=(MENTOR, LEARNER)),
    Member("mentor2", "徐丹", ROLLOUT, "counter-east", CD, 950, 0.92, "manager2", roles=(MENTOR, LEARNER)),
    Member("mentor3", "梁辰", ROLLOUT, "online-chat", SH, 880, 0.93, "manager", roles=(MENTOR, LEARNER)),
    Member("admin", "沈一鸣", TECHNICAL, "support", SH, 1500, 0.9, "manager4", roles=(ADMIN, LEARNER)),
)

SUPPORT = (
    Member("marco", "Marco Rossi", TECHNICAL, "support", SH, 1140, 0.9, "manager4", None, "en", (MENTOR, LEARNER)),
    Member("shi", "石磊", TECHNICAL, "support", SH, 780, 0.86, "manager4", "marco"),
    Member("bai", "白雪", TECHNICAL, "support", SH, 630, 0.91, "manager4", "marco"),
    Member("nie", "聂双", TECHNICAL, "support", WH, 560, 0.84, "manager4", "marco"),
    Member("tomas", "Tomas Novak", TECHNICAL, "support", SH, 230, 0.88, "manager4", "marco", "en"),
)

NEW_HIRES = (
    Member("lin", "林小雨", NEW, "hotline-2", SH, 9, 0.88, "manager3", "mentor"),
    Member("gao", "高远", NEW, "hotline-2", SH, 13, 0.8, "manager3", "mentor"),
    Member("tang", "唐薇", NEW, "online-chat", SH, 24, 0.9, "manager", "mentor3"),
    Member("emma", "Emma Wright", NEW, "online-chat", SH, 18, 0.86, "manager", "mentor3", "en"),
    Member("luo", "罗杰", NEW, "counter-east", CD, 34, 0.84, "manager2", "mentor2"),
    Member("qin", "秦悦", NEW, "counter-west", WH, 29, 0.76, "manager2", "mentor2"),
    Member("hu", "胡帆", NEW, "counter-west", WH, 16, 0.78, "manager2", "mentor2"),
    Member("yuan", "袁可", NEW, "hotline-1", SH, 3, 0.87, "manager3", "mentor"),
)

AGENTS = (
    Member("zhou", "周航", ROLLOUT, "hotline-1", SH, 690, 0.9, "manager3", "mentor"),
    Member("wei", "魏然", ROLLOUT, "hotline-1", SH, 910, 0.86, "manager3", "mentor"),
    Member("hejq", "何佳琪", ROLLOUT, "hotline-1", SH, 780, 0.88, "manager3", "mentor"),
    Member("deng", "邓伟", LATER, "hotline-1", SH, 560, 0.84, "manager3", "mentor"),
    Member("cao", "曹颖", LATER, "hotline-1", SH, 480, 0.91, "manager3", "mentor"),
    Member("oliver", "Oliver Grant", HIRED, "hotline-1", SH, 252, 0.88, "manager3", "mentor", "en"),
    Member("pan", "潘磊", ROLLOUT, "hotline-2", SH, 630, 0.89, "manager3", "mentor"),
    Member("fang", "方圆", ROLLOUT, "hotline-2", SH, 740, 0.94, "manager3", "mentor"),
    Member("xie", "谢婷", ROLLOUT, "hotline-2", SH, 670, 0.86, "manager3", "mentor"),
    Member("song", "宋佳", LATER, "hotline-2", SH, 520, 0.9, "manager3", "mentor"),
    Member("yin", "尹航", HIRED, "hotline-2", SH, 318, 0.87, "manager3", "mentor"),
    Member("mo", "莫晓", HIRED, "hotline-2", SH, 170, 0.91, "manager3", "mentor"),
    Member("sun", "孙悦", ROLLOUT, "online-chat", SH, 820, 0.92, "manager", "mentor3"),
    Member("gulnara", "古丽娜尔", ROLLOUT, "online-chat", SH, 1010, 0.95, "manager", "mentor3"),
    Member("tian", "田甜", ROLLOUT, "online-chat", SH, 590, 0.87, "manager", "mentor3"),
    Member("priya", "Priya Nair", LATER, "online-chat", SH, 540, 0.93, "manager", "mentor3", "en"),
    Member("ren", "任杰", WINDOW, "online-chat", SH, 610, 0.85, "manager", "mentor3"),
    Member("bao", "鲍欣", HIRED, "online-chat", SH, 214, 0.89, "manager", "mentor3"),
    Member("guo", "郭锐", ROLLOUT, "counter-east", CD, 760, 0.85, "manager2", "mentor2"),
    Member("ding", "丁宁", ROLLOUT, "counter-east", CD, 850, 0.88, "manager2", "mentor2"),
    Member("yu", "于洋", ROLLOUT, "counter-east", CD, 700, 0.87, "manager2", "mentor2"),
    Member("lei", "雷雨", LAPSED, "counter-east", CD, 920, 0.83, "manager2", "mentor2"),
    Member("cui", "崔浩", WINDOW, "counter-east", CD, 580, 0.9, "manager2", "mentor2"),
    Member("qiao", "乔安", HIRED, "counter-east", CD, 196, 0.86, "manager2", "mentor2"),
    Member("wan", "万里", ROLLOUT, "counter-west", WH, 880, 0.88, "manager", "mentor4"),
    Member("hao", "郝敏", ROLLOUT, "counter-west", WH, 790, 0.9, "manager", "mentor4"),
    Member("duan", "段宁", ROLLOUT, "counter-west", WH, 720, 0.86, "manager", "mentor4"),
    Member("qian", "钱峰", ROLLOUT, "counter-west", WH, 660, 0.87, "manager", "mentor4"),
    Member("tao", "陶然", ROLLOUT, "counter-west", WH, 600, 0.91, "manager", "mentor4"),
    Member("jin", "金璐", ROLLOUT, "counter-west", WH, 570, 0.85, "manager", "mentor4"),
    Member("mei", "梅朵", HIRED, "counter-west", WH, 300, 0.89, "manager", "mentor4"),
    Member("kong", "孔亮", HIRED, "counter-west", WH, 118, 0.86, "manager2", "mentor2"),
    Member("hou", "侯佳", HIRED, "counter-west", WH, 112, 0.87, "manager2", "mentor2"),
    Member("bi", "毕然", HIRED, "counter-west", WH, 104, 0.85, "manager2", "mentor2"),
)

GONE = Member("mentor4", "韩松", LAPSED, "counter-west", WH, 1300, 0.92, "manager", roles=(MENTOR, LEARNER))
"""The mentor of Counter West, who left."""

AT_WORK = (*STAFF, *SUPPORT, *AGENTS, *NEW_HIRES)
EVERYBODY = (*STAFF, *SUPPORT, GONE, *AGENTS, *NEW_HIRES)
"""Whoever others report to stands before them."""

SIGN_INS = (
    ("lin", "a new hire on day 10"),
    ("trainer", "a trainer"),
    ("mentor", "a mentor"),
    ("manager", "a manager"),
    ("hr", "HR"),
    ("auditor", "an auditor"),
    ("admin", "an administrator"),
)
