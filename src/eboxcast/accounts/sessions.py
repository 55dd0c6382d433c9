"""The sessions of somebody, for themselves: to look through, and to end one or all others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from eboxcast.accounts.errors import SessionNotFound
from eboxcast.accounts.models import Session
from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.actors import Actor
from eboxcast.lib.digests import digest
from eboxcast.lib.policy import authorize


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A session as its owner may see it: never its key, which would let anybody in."""

    handle: str
    began_at: datetime
    seen_at: datetime
    browser: str
    """Its name and system, such as ``Firefox, Linux``; empty where it is none that we know."""
    current: bool


def sessions_of(current_key: str, *, actor: Actor) -> list[Visit]:
    """Return the open sessions of whoever asks, the one that asks first. Raises NotYourRole."""
    authorize(actor, "account.keep")
    with sanitized_db_errors():
        found = [_visit(one, current_key) for one in _open(actor)]
    return sorted(found, key=lambda one: (not one.current, -one.seen_at.timestamp()))


def end_session(handle: str, *, actor: Actor) -> None:
    """End one of one's sessions. Raises NotYourRole, SessionNotFound."""
    authorize(actor, "account.keep")
    with sanitized_db_errors(), transaction.atomic():
        for one in _open(actor):
            if _handle(one) == handle:
                one.delete()
                record("account.session_ended", by=actor.name, data={"person": actor.name})
                return
    raise SessionNotFound


def _open(actor: Actor) -> list[Session]:
    return list(Session.objects.filter(account__person_id=actor.name, expire_date__gt=timezone.now()))


def _visit(session: Session, current_key: str) -> Visit:
    return Visit(
        handle=_handle(session),
        began_at=session.began_at,
        seen_at=session.seen_at,
        browser=_browser(session.browser),
        current=session.session_key == current_key,
    )


# The first that is found counts: each browser also names those it wants to be taken for.
_BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


def _browser(agent: str) -> str:
    """Return what a person would call a browser, from what it says of itself."""
    found = (next((name for sign, name in table.items() if sign in agent), "") for table in (_BROWSERS, _SYSTEMS))
    return ", ".join(filter(None, found))


def _handle(session: Session) -> str:
    return digest(session.session_key.encode()).hex()[:24]
