"""Where alarms go, made from what is registered and what became of the last alarms."""

from __future__ import annotations

from collections.abc import Iterable

from eboxcast.lib.masking import mask_and_strip
from eboxcast.notices.webhooks import Standing
from eboxcast.presenters.schemas.alarms import WebhookShown


def webhooks_shown(standings: Iterable[Standing]) -> tuple[WebhookShown, ...]:
    """Return the addresses that alarms go to."""
    return tuple(map(_shown, standings))


def _shown(one: Standing) -> WebhookShown:
    webhook, last = one.webhook, one.last
    return WebhookShown(
        number=webhook.pk,
        label=mask_and_strip(webhook.label),
        origin=one.origin,
        added_at=webhook.added_at,
        added_by=mask_and_strip(webhook.added_by),
        state=last.state if last else "",
        last_at=(last.sent_at or last.created_at) if last else None,
        problem=mask_and_strip(last.last_problem) if last else "",
        waiting=one.waiting_count,
    )
