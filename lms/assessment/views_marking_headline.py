"""The heading of the page of what waits for people: all that waits, in one sentence."""

from collections.abc import Sequence

from flask_babel import gettext, ngettext

from lms.core.texts import Message
from lms.core.waiting import Work


def headline(answers: int, appeals: int, talks: int, elsewhere: Sequence[Work], *, for_you: bool) -> str:
    """What waits, by kind; ``for_you`` is False for somebody who reads but does not mark."""
    waits = [
        (
            answers,
            ngettext("One answer waits for a mark", "%(num)s answers wait for a mark", answers),
            ngettext("one answer", "%(num)s answers", answers),
        ),
        (
            appeals,
            ngettext("One appeal waits for a decision", "%(num)s appeals wait for a decision", appeals),
            ngettext("one appeal", "%(num)s appeals", appeals),
        ),
        (
            talks,
            ngettext("One learner waits for a talk", "%(num)s learners wait for a talk", talks),
            ngettext("one talk", "%(num)s talks", talks),
        ),
        *((one.mine if for_you else one.waiting, _said(one.said), _said(one.counted)) for one in elsewhere),
    ]
    found = [(str(alone), str(kind)) for count, alone, kind in waits if count]
    if not found:
        return str(gettext("Nothing waits for you") if for_you else gettext("Nothing waits"))
    if len(found) == 1:
        return found[0][0]
    kinds = _listed([kind for _, kind in found])
    said = gettext("%(kinds)s wait for you", kinds=kinds) if for_you else gettext("%(kinds)s wait", kinds=kinds)
    return str(said)[:1].upper() + str(said)[1:]


def _said(message: Message) -> str:
    return message.translated(gettext)


def _listed(kinds: Sequence[str]) -> str:
    """“one answer, one appeal and 2 typed replies”, as the language strings words together."""
    return str(gettext("%(kinds)s and %(last)s", kinds=gettext(", ").join(kinds[:-1]), last=kinds[-1]))
