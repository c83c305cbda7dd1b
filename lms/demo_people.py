"""The people of the example organisation (invented)."""

from dataclasses import dataclass

from lms.core.access import Role

PASSWORD = "service-academy-demo"

DEPARTMENTS = {
    "service": ({"en": "Customer service", "zh-Hans": "客户服务部"}, None),
    "hotline-1": ({"en": "Hotline team 1", "zh-Hans": "热线一组"}, "service"),
    "hotline-2": ({"en": "Hotline team 2", "zh-Hans": "热线二组"}, "service"),
    "online-chat": ({"en": "Online chat", "zh-Hans": "在线客服组"}, "service"),
    "counter-east": ({"en": "Counter East", "zh-Hans": "东区门店服务台"}, "service"),
    "support": ({"en": "Technical support", "zh-Hans": "技术支持部"}, None),
    "human-resources": ({"en": "Human resources", "zh-Hans": "人力资源部"}, None),
}

SITES = {
    "shanghai": {"en": "Shanghai", "zh-Hans": "上海"},
    "chengdu": {"en": "Chengdu", "zh-Hans": "成都"},
}


@dataclass(frozen=True, slots=True)
class Member:
    """One person: ``days`` at work by today, ``ability`` 0…1 for those who learn."""

    email: str
    name: str
    roles: tuple[Role, ...]
    department: str
    site: str
    job_role: str
    days: int
    ability: float = 0.0
    manager: str | None = None
    mentor: str | None = None
    language: str = "zh-Hans"

    @property
    def address(self) -> str:
        return f"{self.email}@example.com"


LEARNER, TRAINER, MENTOR, MANAGER, HR, AUDITOR, ADMIN = Role

STAFF = (
    Member("admin", "沈一鸣", (ADMIN, LEARNER), "support", "shanghai", "technical-support", 1500),
    Member("hr", "陈莉", (HR, LEARNER), "human-resources", "shanghai", "manager", 1400),
    Member("auditor", "Anna Keller", (AUDITOR,), "human-resources", "shanghai", "manager", 900, language="en"),
    Member("trainer", "吴敏", (TRAINER, LEARNER), "service", "shanghai", "manager", 1300),
    Member("trainer2", "David Okoro", (TRAINER, LEARNER), "service", "chengdu", "manager", 700, language="en"),
    Member("manager", "何静", (MANAGER, LEARNER), "service", "shanghai", "manager", 1600),
    Member("manager2", "马天宇", (MANAGER, LEARNER), "counter-east", "chengdu", "manager", 1100, manager="manager"),
    Member("mentor", "赵鹏", (MENTOR, LEARNER), "hotline-1", "shanghai", "front-line", 1000, 0.93, "manager"),
    Member("mentor2", "徐丹", (MENTOR, LEARNER), "counter-east", "chengdu", "front-line", 950, 0.9, "manager2"),
)

NEW_HIRES = (
    Member("lin", "林小雨", (LEARNER,), "hotline-2", "shanghai", "new-hire", 9, 0.86, "manager", "mentor"),
    Member("gao", "高远", (LEARNER,), "hotline-2", "shanghai", "new-hire", 13, 0.78, "manager", "mentor"),
    Member("tang", "唐薇", (LEARNER,), "online-chat", "shanghai", "new-hire", 24, 0.9, "manager", "mentor"),
    Member("emma", "Emma Wright", (LEARNER,), "online-chat", "shanghai", "new-hire", 18, 0.84, "manager", "mentor", "en"),
    Member("luo", "罗杰", (LEARNER,), "counter-east", "chengdu", "new-hire", 40, 0.66, "manager2", "mentor2"),
    Member("qin", "秦悦", (LEARNER,), "counter-east", "chengdu", "new-hire", 33, 0.72, "manager2", "mentor2"),
)

AGENTS = (
    Member("sun", "孙悦", (LEARNER,), "online-chat", "shanghai", "front-line", 420, 0.9, "manager", "mentor"),
    Member("gulnara", "古丽娜尔", (LEARNER,), "online-chat", "shanghai", "front-line", 610, 0.92, "manager", "mentor"),
    Member("hejq", "何佳琪", (LEARNER,), "hotline-1", "shanghai", "front-line", 380, 0.84, "manager", "mentor"),
    Member("zhou", "周航", (LEARNER,), "hotline-1", "shanghai", "front-line", 290, 0.88, "manager", "mentor"),
    Member("wei", "魏然", (LEARNER,), "hotline-1", "shanghai", "front-line", 510, 0.82, "manager", "mentor"),
    Member("pan", "潘磊", (LEARNER,), "hotline-2", "shanghai", "front-line", 230, 0.87, "manager", "mentor"),
    Member("fang", "方圆", (LEARNER,), "hotline-2", "shanghai", "front-line", 340, 0.91, "manager", "mentor"),
    Member("xie", "谢婷", (LEARNER,), "hotline-2", "shanghai", "front-line", 270, 0.83, "manager", "mentor"),
    Member("guo", "郭锐", (LEARNER,), "counter-east", "chengdu", "front-line", 360, 0.66, "manager2", "mentor2"),
    Member("ding", "丁宁", (LEARNER,), "counter-east", "chengdu", "front-line", 450, 0.7, "manager2", "mentor2"),
    Member("yu", "于洋", (LEARNER,), "counter-east", "chengdu", "front-line", 300, 0.74, "manager2", "mentor2"),
    Member("lei", "雷雨", (LEARNER,), "counter-east", "chengdu", "front-line", 520, 0.79, "manager2", "mentor2"),
    Member("marco", "Marco Rossi", (LEARNER,), "support", "shanghai", "technical-support", 640, 0.87, None, "mentor", "en"),
    Member("shi", "石磊", (LEARNER,), "support", "shanghai", "technical-support", 480, 0.83, None, "mentor"),
    Member("bai", "白雪", (LEARNER,), "support", "shanghai", "technical-support", 330, 0.9, None, "mentor"),
)

EVERYBODY = (*STAFF, *NEW_HIRES, *AGENTS)

SIGN_INS = (
    ("lin", "a new hire on day 10"),
    ("trainer", "a trainer"),
    ("mentor", "a mentor"),
    ("manager", "a manager"),
    ("hr", "HR"),
    ("auditor", "an auditor"),
    ("admin", "an administrator"),
)
