"""What people may call about: the broadcasts that come, and those that can be seen; for whoever answers them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from eboxcast.broadcasts.lookup import broadcasts_for, find_broadcast
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.broadcasts.states import ENDED
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.policy import authorize
from eboxcast.lib.validity import end_of_validity
from eboxcast.senders.models import MessageType, WithoutEbox

RECENT = timedelta(days=60)
"""So long after they became visible broadcasts are shown by themselves; earlier ones are searched."""
MOST = 30
"""As many are shown of each; for others there is the search."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A broadcast that somebody may call about."""

    broadcast: Broadcast
    until: datetime | None
    """When it expires, or will; None where its type is not known any more."""
    waits_for_activation: bool
    """Whether those who have no active eBox find it once they activate theirs."""


@dataclass(frozen=True, kw_only=True)
class Calls:
    """Those that come, the next first; and those that became visible, the newest first."""

    coming: list[Call]
    visible: list[Call]


@sanitized_db_errors()
def list_calls(words: str = "", *, actor: Actor) -> Calls:
    """Return what people may call about, or of all broadcasts those that these words fit. Raises NotYourRole."""
    authorize(actor, "calls.see")
    found = broadcasts_for(actor)
    coming = found.filter(Q(date__isnull=False) & Q(visible_at=None)).exclude(state__in=ENDED)
    seen = found.filter(visible_at__isnull=False)
    if not words.strip():
        seen = seen.filter(visible_at__gte=clock.now() - RECENT)
    # Those that people see as one letter stand beside each other.
    coming = coming.order_by("agreed_at", "campaign", "subject", "number")
    seen = seen.order_by("-visible_at", "campaign", "subject", "number")
    return Calls(coming=_calls(_fitting(coming, words)), visible=_calls(_fitting(seen, words)))


@sanitized_db_errors()
def find_call(number: str, *, actor: Actor) -> Call:
    """Return one broadcast somebody may call about. Raises NotYourRole, BroadcastNotFound."""
    authorize(actor, "calls.see")
    return _calls([find_broadcast(number, actor=actor)])[0]


def is_over(broadcast: Broadcast) -> bool:
    """Return whether nobody can see it any more, or ever will: it was recalled, refused or cancelled."""
    return broadcast.state in (State.RECALLED, State.REFUSED, State.CANCELLED)


def _fitting(broadcasts: QuerySet[Broadcast], words: str) -> list[Broadcast]:
    """Return the first of those in which all words stand, whatever their case and accents."""
    wanted = _folded(words).split()
    if not wanted:
        return list(broadcasts[:MOST])
    fitting = []
    for one in broadcasts:
        text = " ".join((one.number, one.subject, _campaign(one), *one.institution.names.values()))
        if all(word in _folded(text) for word in wanted):
            fitting.append(one)
        if len(fitting) == MOST:
            break
    return fitting


def _campaign(broadcast: Broadcast) -> str:
    return broadcast.campaign.name if broadcast.campaign else ""


def _folded(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in parts if not unicodedata.combining(one))


def _calls(broadcasts: list[Broadcast]) -> list[Call]:
    types = {one.code: one for one in MessageType.objects.filter(code__in={one.message_type for one in broadcasts})}
    return [_call(one, types.get(one.message_type)) for one in broadcasts]


def _call(broadcast: Broadcast, kind: MessageType | None) -> Call:
    begin = broadcast.visible_at or broadcast.agreed_at
    until = None
    if begin and kind:
        until = end_of_validity(begin, number=kind.validity_number, unit=kind.validity_unit)
    publishes = kind is None or kind.without_ebox == WithoutEbox.PUBLISH
    return Call(broadcast=broadcast, until=until, waits_for_activation=publishes)
