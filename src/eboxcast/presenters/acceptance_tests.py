"""A test in acceptance, made for whoever looks at it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from eboxcast.broadcasts.models import Broadcast, Check, State
from eboxcast.delivery.broadcasts.runs import ACCEPTANCE
from eboxcast.lib.masking import mask_and_strip
from eboxcast.presenters.broadcast_records import verdicts_of, verdicts_shown
from eboxcast.presenters.schemas.acceptance_test import AcceptanceTestShown, CheckShown, TestedRecipient
from eboxcast.presenters.schemas.broadcast import VerdictShown
from eboxcast.targets.opening import capabilities_of


def acceptance_test_shown(broadcast: Broadcast, *, looked: Collection[int] = ()) -> AcceptanceTestShown:
    """Return the test of the files that are in acceptance now, and what was found in it.

    ``looked`` has the places whose eBox its reader was shown.
    """
    verdicts = verdicts_shown(broadcast)
    counting = [one for one in verdicts if one.counts]
    count = (broadcast.short_list_count or 0) if broadcast.tested_at else 0
    return AcceptanceTestShown(
        number=broadcast.number,
        state=broadcast.state,
        run=str(broadcast.acceptance_run) if broadcast.acceptance_run else None,
        last=max((one.pk for one in verdicts_of(broadcast)), default=0),
        tested_at=broadcast.tested_at,
        recipients=tuple(_recipient(place, verdicts, looked=place in looked) for place in range(1, count + 1)),
        expected=count * len(Check),
        passed=sum(one.passed for one in counting),
        failed=sum(not one.passed for one in counting),
        approved_at=broadcast.approved_at,
        approved_by=broadcast.approved_by or None,
        rejected_because=mask_and_strip(broadcast.reason) if broadcast.state == State.REJECTED else "",
        testers=tuple(broadcast.testers),
        own_eboxes=capabilities_of(ACCEPTANCE).own_eboxes,
    )


def _recipient(place: int, verdicts: Sequence[VerdictShown], *, looked: bool) -> TestedRecipient:
    theirs = [one for one in verdicts if one.recipient == place]
    return TestedRecipient(
        recipient=place,
        looked=looked,
        checks=tuple(_check(check, [one for one in theirs if one.check == check]) for check in Check),
    )


def _check(check: Check, found: Sequence[VerdictShown]) -> CheckShown:
    return CheckShown(
        check=str(check),
        verdict=next((one for one in found if one.counts), None),
        earlier=tuple(one for one in found if not one.counts),
    )
