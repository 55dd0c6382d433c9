"""Registering where alarms go: by the integration team, audited; the key is shown once."""

from __future__ import annotations

import base64
import secrets
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.database import installation
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.free_text import fit
from eboxcast.lib.policy import authorize
from eboxcast.lib.sealing import seal
from eboxcast.mailboxes.mail_choices import secret_of_installation
from eboxcast.notices.alarms import PURPOSE, in_nobodys_hands, send_one, trial_of
from eboxcast.notices.errors import WebhookNotFound, WebhookUnfit
from eboxcast.notices.models import Alarm, State, Webhook
from eboxcast.notices.sending import OPEN
from eboxcast.notices.transport.webhook import is_fit_address, origin_of

_KEY_BYTES = 32
_MOST = 500
_PLAIN = ("demo", "test")
"""The kinds of installation where HTTP to the machine itself will do."""


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A webhook that was just registered, with its key: what stands here is kept nowhere in this form."""

    webhook: Webhook
    key: str
    """``whsec_`` and the key in base64, as whoever checks signatures wants it."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A webhook, and what became of its last alarm."""

    webhook: Webhook
    origin: str
    last: Alarm | None
    waiting_count: int
    """Alarms that are still to be sent."""


def add_webhook(label: str, address: str, *, actor: Actor) -> Registered:
    """Register an address for alarms. Raises NotYourRole, TextUnfit, WebhookUnfit, NoSecret."""
    authorize(actor, "alarm.configure")
    label = fit(label, "name", most=_MOST)
    address = fit(address, "address", most=_MOST)
    if not is_fit_address(address, plain=installation.kind_now() in _PLAIN):
        raise WebhookUnfit
    key = secrets.token_bytes(_KEY_BYTES)
    text = base64.b64encode(key).decode()
    with sanitized_db_errors(), transaction.atomic():
        webhook = Webhook.objects.create(
            label=label,
            address=address,
            sealed_key=seal(text, secret=secret_of_installation(), purpose=PURPOSE),
            added_at=clock.now(),
            added_by=actor.name,
        )
        record("webhook.added", by=actor.name, data={"webhook": webhook.pk, "origin": origin_of(address)})
    return Registered(webhook=webhook, key=f"whsec_{text}")


def remove_webhook(number: int, *, actor: Actor) -> None:
    """Send no more alarms to an address; those that wait are given up. Raises NotYourRole, WebhookNotFound.

    What of one becomes that is being sent at this moment, its sender notes.
    """
    authorize(actor, "alarm.configure")
    with sanitized_db_errors(), transaction.atomic():
        webhook = _find(number)
        webhook.removed_at = clock.now()
        webhook.save(update_fields=["removed_at"])
        webhook.alarms.filter(in_nobodys_hands(), state__in=OPEN).update(state=State.GIVEN_UP)
        record("webhook.removed", by=actor.name, data={"webhook": webhook.pk, "origin": origin_of(webhook.address)})


def try_webhook(number: int, *, actor: Actor, once: AbstractContextManager[None] | None = None) -> Alarm:
    """Send an alarm that says it is a trial, at once, and return what came of it. It is not tried again.

    ``once`` is entered in the transaction that records it, before anything is sent.

    Raises NotYourRole, WebhookNotFound.
    """
    authorize(actor, "alarm.configure")
    with sanitized_db_errors(), transaction.atomic(), once or nullcontext():
        webhook = _find(number)
        alarm = trial_of(webhook)
        alarm.save()
        record("webhook.tried", by=actor.name, data={"webhook": webhook.pk})
    return send_one(alarm, again=False)


@sanitized_db_errors()
def list_webhooks(*, actor: Actor) -> list[Standing]:
    """Return where alarms go, and what became of the last ones. Raises NotYourRole."""
    authorize(actor, "alarm.see")
    return standings()


@sanitized_db_errors()
def standings() -> list[Standing]:
    """Return the same for whoever looks after the installation."""
    return [_standing_of(one) for one in Webhook.objects.filter(removed_at=None).order_by("id")]


def _standing_of(webhook: Webhook) -> Standing:
    return Standing(
        webhook=webhook,
        origin=origin_of(webhook.address),
        last=webhook.alarms.filter(attempts__gt=0).order_by("-id").first(),
        waiting_count=webhook.alarms.filter(state__in=OPEN).count(),
    )


def _find(number: int) -> Webhook:
    found = Webhook.objects.select_for_update().filter(pk=number, removed_at=None).first()
    if found is None:
        raise WebhookNotFound(number=str(number))
    return found
