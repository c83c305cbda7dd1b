"""The verbs of drafts: save, publish, discard, bring back. No save overwrites another unseen."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from lms.core import audit
from lms.core.database import db, savepoint
from lms.core.errors import Conflict, Invalid
from lms.core.texts import N_, Message
from lms.scenarios import queries_drafts, service_versions
from lms.scenarios.definitions import FrameworkDefinition
from lms.scenarios.drafts_checks import Checked
from lms.scenarios.drafts_shape import is_key
from lms.scenarios.models import Scenario
from lms.scenarios.models_drafts import ScenarioDraft, ScenarioDraftSave
from lms.scenarios.queries_drafts import Seen, Stand

MOST_BYTES = 1_000_000
"""The largest draft, as JSON."""


class Retired(Conflict):
    """Publishing would bring a retired role-play back, and nobody was asked."""


OVERTAKEN = N_("Somebody else, or you in another window, saved this draft meanwhile. Nothing of either is lost.")
RESERVED_KEYS = frozenset({"new"})
"""Keys that are words of addresses."""


def begin_draft(key: str, body: dict[str, Any], *, verb: str = "begun", actor: Any, now: datetime) -> ScenarioDraft:
    """The first draft of a new role-play. Raises ``Invalid`` for a key that cannot be used or is taken."""
    why = None
    if not is_key(key) or key in RESERVED_KEYS:
        why = Message(
            N_("“%(key)s” is not a key; use lower-case letters and digits, words joined by hyphens."), {"key": key}
        )
    elif queries_drafts.is_known(key):
        why = Message(N_("The key “%(key)s” is taken; choose another, or change what has it."), {"key": key})
    if why is not None:
        raise Invalid(why, errors={"key": why})
    return _begun(key, {**body, "scenario": key}, None, verb, actor, now)


def save_draft(
    stand: Stand, body: dict[str, Any], seen: Seen, *, verb: str = "saved", actor: Any, now: datetime
) -> ScenarioDraft | None:
    """Let the body be the draft; the same body again saves nothing (None while no draft was begun).

    Raises ``Conflict`` when the draft, or the version it would begin from, is not the one that was ``seen``.
    """
    must_be_seen(stand, seen)
    if json.dumps(body) == json.dumps(stand.body):
        return stand.draft
    if stand.draft is None:
        return _begun(stand.key, body, stand.seen.version_id, "begun" if verb == "saved" else verb, actor, now)
    _must_fit(body)
    mine = (ScenarioDraft.id == stand.draft.id, ScenarioDraft.number == stand.draft.number)
    values = {"body": body, "number": stand.draft.number + 1, "saved_at": now, "saved_by_id": actor.id}
    if db.session.execute(update(ScenarioDraft).where(*mine).values(**values)).rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(Message(OVERTAKEN))
    db.session.refresh(stand.draft)
    _note(stand.draft, verb)
    return stand.draft


def must_be_seen(stand: Stand, seen: Seen) -> None:
    """Raise ``Conflict`` unless what stands is what the page showed."""
    if stand.seen.number != seen.number or (not seen.number and stand.seen.version_id != seen.version_id):
        raise Conflict(Message(OVERTAKEN))


def publish_draft(
    stand: Stand,
    seen: Seen,
    checked: Checked,
    framework: FrameworkDefinition | None,
    *,
    brings_back: bool = False,
    actor: Any,
    now: datetime,
) -> Scenario:
    """Make the draft the version in force, for plays begun from now on; plays under way keep theirs.

    Raises ``Conflict`` when there is no draft, or the draft or the version in force is not the one seen, ``Retired``
    when the role-play is out of use and nobody said that it is to come back, and ``Invalid`` while something stops it.
    """
    if stand.draft is None or stand.seen != seen:
        raise Conflict(
            Message(N_("The draft or the published version changed meanwhile. Look at it, then publish again."))
        )
    if checked.definition is None or not checked.is_sound:
        raise Invalid(Message(N_("This cannot be published yet. Mend what is listed under Problems first.")))
    if stand.is_retired and not brings_back:
        raise Retired(Message(N_("This role-play is retired. Publishing the draft would bring it back into use.")))
    row = service_versions.save_scenario(checked.definition, framework, actor=actor, now=now)
    audit.record("scenario.draft.publish", f"scenario:{stand.key}", actor=actor, now=now, draft=stand.draft.number)
    _drop(stand.draft)
    return row


def discard_draft(stand: Stand, seen: Seen, *, actor: Any, now: datetime) -> None:
    """Put the draft away; what is published stays as it is, and every save can be brought back."""
    if stand.draft is None or stand.draft.number != seen.number:
        raise Conflict(Message(OVERTAKEN))
    audit.record("scenario.draft.discard", f"scenario:{stand.key}", actor=actor, now=now, draft=stand.draft.number)
    _drop(stand.draft)


def _begun(key: str, body: dict[str, Any], base: int | None, verb: str, actor: Any, now: datetime) -> ScenarioDraft:
    _must_fit(body)
    draft = ScenarioDraft(
        key=key, body=body, base_version_id=base, number=queries_drafts.last_number(key) + 1, saved_at=now,
        saved_by_id=actor.id,
    )  # fmt: skip
    try:
        with savepoint():
            db.session.add(draft)
    except IntegrityError as error:  # somebody began one in this very moment
        raise Conflict(Message(OVERTAKEN)) from error
    _note(draft, verb)
    audit.record("scenario.draft.begin", f"scenario:{key}", actor=actor, now=now, draft=draft.number, how=verb)
    return draft


def _must_fit(body: dict[str, Any]) -> None:
    if len(json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")) > MOST_BYTES:
        raise Invalid(Message(N_("This draft is too large to keep; make its texts shorter or take scenes away.")))


def _note(draft: ScenarioDraft, verb: str) -> None:
    """Keep the save."""
    names = ("key", "number", "body", "base_version_id", "saved_at", "saved_by_id")
    db.session.add(ScenarioDraftSave(verb=verb, **{name: getattr(draft, name) for name in names}))
    db.session.flush()


def _drop(draft: ScenarioDraft) -> None:
    db.session.execute(delete(ScenarioDraft).where(ScenarioDraft.id == draft.id))
    db.session.expire_all()
