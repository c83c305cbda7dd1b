"""A typed reply without what tells whose it is: names, numbers, addresses replaced by neutral words (pure).

Masking errs on the side of too much: what is left must not lead back to the learner or the customer.
"""

import re
from collections.abc import Iterable

NAME = {"zh-Hans": "某某", "en": "Alex"}
NUMBER = "0000"
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
LONG_NUMBER = re.compile(r"(?:\+|\b)?\d(?:[ \-–.]?\d){3,}")
CODE = re.compile(r"\b(?=[A-Za-z-]*\d)(?=\d*[A-Za-z])[A-Za-z0-9-]{4,}\b")
HAN = re.compile(r"[\u3400-\u9fff]")
SHORT_LATIN = 3
NOT_NAMES = frozenset({"the", "and", "mrs", "miss", "sir", "madam", "von", "van", "der", "team", "customer"})
TITLES = ("女士", "先生", "小姐", "太太", "老师", "经理", "总", "阿姨", "叔叔", "师傅")


def masked(text: str, names: Iterable[str], language: str) -> str:
    """The text with names, mail addresses, links, codes and numbers of four digits or more replaced.

    ``names`` are full names of people ("Lin Mei", "王女士"); each of their parts is masked too, in any case of letters.
    Numbers up to three digits stay: "in 24 hours" is what a reply promises.
    """
    text = ADDRESS.sub(NUMBER, MAIL.sub(NUMBER, text))
    for part in _parts(names):
        if HAN.search(part):
            text = text.replace(part, NAME["zh-Hans"])
        else:
            text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", NAME.get(language, NAME["en"]), text, flags=re.IGNORECASE)
    return CODE.sub(NUMBER, LONG_NUMBER.sub(NUMBER, text))


def _parts(names: Iterable[str]) -> list[str]:
    """Full names and their parts, the longest first so that none is cut through."""
    found: set[str] = set()
    for name in names:
        whole = name.strip()
        if not whole:
            continue
        found.add(whole)
        found.update(word for word in re.split(r"[\s·.,]+", whole) if _tells(word))
        if HAN.search(whole) and " " not in whole:
            found.update(_chinese(whole))
    return sorted(found, key=lambda part: (-len(part), part))


def _tells(word: str) -> bool:
    if HAN.search(word):
        return len(word) >= 2
    return len(word) >= SHORT_LATIN and word.lower() not in NOT_NAMES


def _chinese(name: str) -> set[str]:
    """ "王小明" is also called 小明, 王先生, 王女士 …; "王女士" is also called 王先生 by a slip."""
    bare = name
    for title in TITLES:
        bare = bare.removesuffix(title)
    if not bare or len(bare) > 4:
        return set()
    surname, given = bare[: 2 if len(bare) == 4 else 1], bare[2 if len(bare) == 4 else 1 :]
    called = {surname + title for title in TITLES}
    return called | ({given} if len(given) >= 2 else set())
