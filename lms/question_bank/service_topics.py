"""The verbs of topics: make one, and give it another title."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from lms.core import audit
from lms.core.authored import TAKEN
from lms.core.database import db, savepoint
from lms.core.errors import Conflict
from lms.core.texts import N_, Message
from lms.question_bank import queries
from lms.question_bank.models import OWN_PACK, Topic
from lms.question_bank.queries_topics import RENAMED, topic_row
from lms.question_bank.topic_heads import TopicHead

RENAMED_MEANWHILE = N_(
    "Somebody else renamed this topic after you opened it. Nothing was saved. Below stands what you typed, over the newer "
    "title: look at it, then save again."
)


def add_topic(head: TopicHead, *, actor: Any, now: datetime) -> None:
    """Make a topic without items; it belongs to the organisation's own pack, which no files retire.

    Raises ``Conflict`` for a key that is taken, also by a retired topic, or was in this very moment.
    """
    taken = Message(TAKEN, {"key": head.topic})
    if queries.is_topic_known(head.topic):
        raise Conflict(taken)
    try:
        with savepoint():
            db.session.add(Topic(key=head.topic, title=head.title, pack=OWN_PACK))
    except IntegrityError as error:
        raise Conflict(taken) from error
    audit.record("topic.add", f"topic:{head.topic}", actor=actor, now=now, title=head.title)


def rename_topic(head: TopicHead, seen: Mapping[str, str], *, actor: Any, now: datetime) -> bool:
    """Give the topic this title, and put it in use again if it was retired; says whether anything changed.

    ``seen`` is the title that the author's page showed. Raises ``NotFound``, and ``Conflict`` when another one stands
    there by now.
    """
    topic = topic_row(head.topic, lock=True)
    if topic.title == head.title and topic.retired_at is None:
        return False
    if topic.title not in (seen, head.title):
        raise Conflict(Message(RENAMED_MEANWHILE))
    if topic.title != head.title:
        audit.record(RENAMED, f"topic:{topic.key}", actor=actor, now=now, before=topic.title, after=head.title)
    if topic.retired_at is not None:
        audit.record("topic.return", f"topic:{topic.key}", actor=actor, now=now)
    topic.title, topic.retired_at = head.title, None
    return True
