"""What is proposed for a broadcast, tried: nothing that is proposed may be refused by the same state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from django.db import transaction
from tests.broadcasts import people as p

from eboxcast.broadcasts import acceptance, aftermath, contacts, production, requests, scheduling
from eboxcast.broadcasts.calendar_changes import lift
from eboxcast.broadcasts.load import free_dates
from eboxcast.broadcasts.models import Broadcast, Lateness, SeenIn
from eboxcast.broadcasts.progress import standing_of
from eboxcast.lib import clock
from eboxcast.lib.actors import ALL_ROLES, Actor
from eboxcast.lib.errors import EboxcastError, Told
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.telling import next_actions
from eboxcast.presenters.broadcast_steps import next_action_of, outlook_of
from eboxcast.senders.models import MessageType

SOMEBODY = Actor("somebody", ALL_ROLES)
"""Who may do anything, and did nothing yet."""

Given = Mapping[str, str]


def _dates(broadcast: Broadcast, given: Given) -> list[date]:
    """Return the day that a proposal names; where its reader has to choose one, the nearest that is free."""
    if given.get("date", "DATE") != "DATE":
        return [date.fromisoformat(given["date"])]
    return list(free_dates(broadcast, clock.today(), count=1)) or [p.far_away()]


def _postpone(broadcast: Broadcast, given: Given) -> object:
    days = scheduling.days_to_propose(broadcast, _dates(broadcast, given) if "date" in given else ())
    return scheduling.postpone(broadcast, actor=SOMEBODY, reason="works", dates=days)


def _judge(broadcast: Broadcast, given: Given) -> object:
    seen = p.seen(broadcast.short_list_count or 1, passed="check" not in given)
    return acceptance.judge(broadcast, actor=SOMEBODY, seen=seen, seen_in=SeenIn.EBOX)


DONE: Mapping[str, Callable[[Broadcast, Given], object]] = {
    "broadcast.accept": lambda b, given: scheduling.accept(b, actor=SOMEBODY, day=_dates(b, given)[0]),
    "broadcast.postpone": _postpone,
    "broadcast.agree": lambda b, given: scheduling.agree(b, actor=SOMEBODY, day=_dates(b, given)[0]),
    "broadcast.want": lambda b, given: scheduling.want(b, actor=SOMEBODY, dates=_dates(b, given)),
    "broadcast.reconfirm": lambda b, given: requests.reconfirm(b, actor=SOMEBODY),
    "broadcast.waive": lambda b, given: requests.waive(
        b, actor=SOMEBODY, what=Lateness(given["what"]), reason="agreed"
    ),
    "broadcast.deliver_acceptance": lambda b, given: acceptance.receive_for_acceptance(
        b, actor=SOMEBODY, delivered=p.files()
    ),
    "broadcast.deliver_production": lambda b, given: production.receive_for_production(
        b, actor=SOMEBODY, delivered=p.files(document=bytes(b.tested_document or p.DOCUMENT), recipients=180_000)
    ),
    "broadcast.test": lambda b, given: acceptance.tested(b, actor=SOMEBODY),
    "broadcast.look": _judge,
    "broadcast.judge": _judge,
    "broadcast.approve": lambda b, given: acceptance.approve(b, actor=SOMEBODY),
    "broadcast.reject": lambda b, given: acceptance.reject(b, actor=SOMEBODY, reason="title"),
    "broadcast.name_testers": lambda b, given: None,
    "broadcast.give_go": lambda b, given: (
        None if given.get("show") else production.give_go(b, actor=SOMEBODY, named=p.named(b))
    ),
    "broadcast.set_contact": lambda b, given: contacts.set_contact(
        b, actor=SOMEBODY, team="gatb", name="Somebody", phone="02 000"
    ),
    "broadcast.warn": lambda b, given: contacts.warn_contact_centre(b, actor=SOMEBODY, first_time=1),
    "broadcast.arm": lambda b, given: production.arm(b, actor=SOMEBODY),
    "broadcast.launch": lambda b, given: production.launched(b, actor=SOMEBODY),
    "broadcast.report": lambda b, given: aftermath.reported(b, actor=SOMEBODY, counts={}),
    "broadcast.close": lambda b, given: aftermath.close(b, actor=SOMEBODY),
    "broadcast.see": lambda b, given: None,
    "run.see": lambda b, given: None,
    "calendar.see": lambda b, given: None,
    "calendar.lift": lambda b, given: lift(int(given["number"]), actor=p.INES),
    "type.configure": lambda b, given: MessageType.objects.get(code=given["type"]),
}
"""Each action that is proposed, done as its proposal says."""


def proposed(broadcast: Broadcast) -> Iterator[NextAction]:
    """Yield what the sheet of a broadcast proposes: its next steps, and what mends what is missing."""
    standing = standing_of(broadcast)
    outlook = outlook_of(broadcast, "en", standing)
    for step, shown in zip(standing.steps, outlook.steps, strict=True):
        action = next_action_of(step, broadcast) if shown.command else None
        if action is not None:
            yield action
    for missing in outlook.missing:
        yield from next_actions(missing)


def proposed_by(error: EboxcastError) -> Iterator[NextAction]:
    """Yield what an error proposes, with the reasons it consists of."""
    told: tuple[Told, ...] = (error, *error.parts)
    for one in told:
        yield from next_actions(one)


def refused(broadcast: Broadcast, actions: Iterator[NextAction]) -> list[str]:
    """Return what of that is refused, with why; all is undone."""
    return [why for action in actions if (why := _refusal(broadcast, action))]


def _refusal(broadcast: Broadcast, action: NextAction) -> str:
    found = Broadcast.objects.get(id=broadcast.id)
    try:
        with transaction.atomic():
            DONE[action.action](found, action.parameters)
            transaction.set_rollback(True)
    except EboxcastError as error:
        return f"{found.state}: {action}: {error!r} {error.parts}"
    return ""
