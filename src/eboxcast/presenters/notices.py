"""The mails of the procedure as they are shown, made from those that are kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_
from eboxcast.notices.models import Item, Notice, State
from eboxcast.presenters.schemas.notices import Invitation, NoticeItem, NoticeList, NoticeShown, WholeNotice

STATES = {
    State.WAITING: N_("waiting"),
    State.SENT: N_("sent"),
    State.FAILED: N_("to be retried"),
    State.GIVEN_UP: N_("given up"),
    State.NO_READER: N_("no reader"),
}
"""Where a notice stands, in words."""


def notice_list(notices: Iterable[Notice]) -> NoticeList:
    """Return some notices, in their order."""
    return NoticeList(notices=tuple(NoticeShown(**_values(one)) for one in notices))


def whole_notice(notice: Notice) -> WholeNotice:
    """Return a notice as its reader gets it."""
    return WholeNotice(
        **_values(notice),
        text=notice.text,
        html=notice.html,
        calendar=notice.calendar or None,
        invitation=_invitation(notice),
        attachments=tuple(notice.attachments.order_by("id").values_list("file_name", flat=True)),
    )


def _values(notice: Notice) -> dict[str, Any]:
    return {
        "number": notice.pk,
        "seal": notice.seal,
        "entry": notice.entry,
        "kind": notice.kind,
        "broadcast": str(notice.broadcast) if notice.broadcast else None,
        "recipient": notice.recipient,
        "address": notice.address,
        "language": notice.language,
        "subject": notice.subject,
        "message_id": notice.message_id,
        "state": notice.state,
        "attempts": notice.attempts,
        "made_at": notice.created_at,
        "sent_at": notice.sent_at,
        "problem": mask_and_strip(notice.last_problem) or None,
        "items": tuple(map(_item, sorted(notice.items.all(), key=lambda item: (item.seal, item.id)))),
    }


def _item(item: Item) -> NoticeItem:
    broadcast = str(item.broadcast) if item.broadcast else None
    return NoticeItem(seal=item.seal, entry=item.entry, kind=item.kind, broadcast=broadcast)


def _invitation(notice: Notice) -> Invitation | None:
    if not (notice.method and notice.starts_at and notice.ends_at):
        return None
    return Invitation(method=notice.method, starts_at=notice.starts_at, ends_at=notice.ends_at)
