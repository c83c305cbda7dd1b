"""The few words by which people know a device they signed in on (pure)."""

_PROGRAMS = (
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("Lark/", "Feishu"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_words(user_agent: str) -> str:
    """ "Chrome · Windows" for a User-Agent header; its first 60 characters where neither part is known; "" for none."""
    known = [_first(_PROGRAMS, user_agent), _first(_SYSTEMS, user_agent)]
    return " · ".join(word for word in known if word) or user_agent[:60]


def _first(signs: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((word for sign, word in signs if sign in user_agent), "")
