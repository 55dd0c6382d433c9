"""Alarms: what is urgent, told to other systems by webhook beside the mails; made of the same entries, once each.

An alarm names nobody: not who did something, nor why in their words. Whoever wants to know more opens its page.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.formatting import iso
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.sealing import unseal
from eboxcast.lib.translation import N_
from eboxcast.mailboxes.errors import NoSecret
from eboxcast.mailboxes.mail_choices import secret_of_installation
from eboxcast.notices.about import About
from eboxcast.notices.kinds.kind import Kind
from eboxcast.notices.links import link_to
from eboxcast.notices.models import Alarm, State, Webhook
from eboxcast.notices.sending import OPEN, world_now
from eboxcast.notices.transport.ways import Later, NotSent, Refused
from eboxcast.notices.transport.webhook import SECONDS, Message, post
from eboxcast.notices.words import said

PURPOSE = "webhook"
TRIAL = "trial"
_TRIAL_TITLE = N_("This is a trial: nothing has happened.")
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=10)
MOST_ATTEMPTS = 100
"""With these pauses an alarm is tried for about sixteen hours: later it is no alarm any more."""
_MOST_DOUBLINGS = 10
_LEASE = timedelta(seconds=5 * SECONDS)
_LANGUAGE = "en"
"""Programs read it."""


def alarms_of(kind: Kind, about: About) -> Iterator[Alarm]:
    """Yield the alarms that an entry becomes, one for each webhook there was when it was written."""
    if not kind.urgent or about.broadcast is None:
        return
    for webhook in Webhook.objects.filter(removed_at=None, added_at__lte=about.entry.at).order_by("id"):
        yield _alarm(webhook, kind.name, said(kind.subject, _LANGUAGE, about.data), about)


def trial_of(webhook: Webhook) -> Alarm:
    """Return an alarm that says it is a trial, in the hands of whoever sends it now."""
    alarm = _alarm(webhook, TRIAL, _TRIAL_TITLE, None)
    alarm.attempts, alarm.leased_until = 1, world_now() + _LEASE
    return alarm


def _alarm(webhook: Webhook, kind: str, title: str, about: About | None) -> Alarm:
    broadcast = about.broadcast if about else None
    at = about.entry.at if about else clock.now()
    data = {
        "kind": kind,
        "title": title,
        "broadcast": broadcast.number if broadcast else None,
        "state": about.standing.get("state") if about else None,
        "page": _page(broadcast.number) if broadcast else None,
    }
    return Alarm(
        webhook=webhook,
        name=f"msg_{uuid4().hex}",
        seal=about.entry.number if about else None,
        kind=kind,
        broadcast=broadcast.id if broadcast else None,
        body=json.dumps({"type": "eboxcast.alarm", "timestamp": iso(at), "data": data}),
        created_at=clock.now(),
        next_try_at=world_now(),
    )


def _page(number: str) -> str | None:
    return link_to(NextAction(action="broadcast.see", parameters={"broadcast": number})) or None


@dataclass
class Rung:
    """What became of the alarms of one pass."""

    sent: int = 0
    failed: int = 0
    """Tried again later."""
    given_up: int = 0
    silent: set[int] = field(default_factory=set)
    """The webhooks that did not take one: the others of theirs wait for the next pass."""


def send_alarms(*, ended: Callable[[], bool] = lambda: False) -> Rung:
    """Send every alarm that is due, until ``ended`` says so; one webhook that does not answer holds up no other."""
    rung = Rung(given_up=_give_up_removed())
    while not ended() and (alarm := _take(rung.silent)):
        outcome = send_one(alarm).state
        rung.sent += outcome == State.SENT
        rung.failed += outcome == State.FAILED
        rung.given_up += outcome == State.GIVEN_UP
        if outcome != State.SENT:
            rung.silent.add(alarm.webhook_id)
    return rung


def send_one(alarm: Alarm, *, again: bool = True) -> Alarm:
    """Send one alarm and note what came of it; ``again`` says whether it is tried again where it could not be sent."""
    try:
        post(Message(name=alarm.name, body=alarm.body), address=alarm.webhook.address, key=_key_of(alarm.webhook))
    except NotSent as failure:
        for_good = not again or isinstance(failure, Refused) or alarm.attempts >= MOST_ATTEMPTS
        pause = min(FIRST_PAUSE * 2 ** min(alarm.attempts - 1, _MOST_DOUBLINGS), LONGEST_PAUSE)
        alarm.state = State.GIVEN_UP if for_good else State.FAILED
        alarm.next_try_at, alarm.last_problem = world_now() + pause, failure.problem
    else:
        alarm.state, alarm.sent_at, alarm.last_problem = State.SENT, clock.now(), ""
    return _noted(alarm)


@sanitized_db_errors()
def forget_alarms() -> int:
    """Delete alarms that are over since long, but for the last of each webhook; return how many.

    Nothing is put on record: they name nobody, and what they told is in the audit.
    """
    until = clock.now() - timedelta(days=settings.EBOXCAST_NOTICE_DAYS)
    newer = Alarm.objects.filter(webhook=OuterRef("webhook"), id__gt=OuterRef("id"))
    over = Alarm.objects.filter(Exists(newer), created_at__lt=until).exclude(state__in=OPEN)
    return over.delete()[0]


def _key_of(webhook: Webhook) -> bytes:
    try:
        key = unseal(webhook.sealed_key, secret=secret_of_installation(), purpose=PURPOSE)
    except NoSecret:
        raise Later("the secret of the installation is not known to this process") from None
    if key is None:
        raise Later("the secret of the installation has changed: register the address again")
    return base64.b64decode(key)


def in_nobodys_hands() -> Q:
    """Return which alarms no process is sending now."""
    return Q(leased_until=None) | Q(leased_until__lt=world_now())


@sanitized_db_errors()
def _give_up_removed() -> int:
    """Give up what was made while its webhook was being removed, or was left to a sender that was killed."""
    left = Alarm.objects.filter(in_nobodys_hands(), state__in=OPEN).exclude(webhook__removed_at=None)
    return left.update(state=State.GIVEN_UP, leased_until=None)


@sanitized_db_errors()
def _take(but: set[int]) -> Alarm | None:
    """Take the oldest alarm that is due and in nobody's hands; nothing goes to an address that was removed."""
    now = world_now()
    with transaction.atomic():
        due = Alarm.objects.filter(in_nobodys_hands(), state__in=OPEN, next_try_at__lte=now, webhook__removed_at=None)
        alarm = (
            due.exclude(webhook__in=but)
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("next_try_at", "id")
            .first()
        )
        if alarm is not None:
            alarm.leased_until = now + _LEASE
            alarm.attempts += 1
            alarm.save(update_fields=["leased_until", "attempts"])
    return alarm


@sanitized_db_errors()
def _noted(alarm: Alarm) -> Alarm:
    """Note the outcome, unless another process took the alarm meanwhile because we were too slow.

    Whoever removed the webhook meanwhile left this alarm to us.
    """
    if alarm.state == State.FAILED and not Webhook.objects.filter(pk=alarm.webhook_id, removed_at=None).exists():
        alarm.state = State.GIVEN_UP
    mine = Alarm.objects.filter(pk=alarm.pk, attempts=alarm.attempts, state__in=OPEN)
    mine.update(
        state=alarm.state,
        leased_until=None,
        next_try_at=alarm.next_try_at,
        sent_at=alarm.sent_at,
        last_problem=alarm.last_problem,
    )
    return alarm
