"""The mails of the procedure as they are shown, made from those that are kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from eboxcast.broadcasts.models import Broadcast
from eboxcast.lib import clock
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import translate
from eboxcast.notices import heads
from eboxcast.notices.kinds.table import KINDS
from eboxcast.notices.models import ROLE, Item, Notice, State
from eboxcast.presenters.schemas.notices import Invitation, MailSheet, NoticeItem, NoticeList, NoticeShown, WholeNotice


def kinds_in(language: str) -> list[tuple[str, str]]:
    """Return each kind of notice with its subject, in alphabetical order; what only a mail knows is ``…`` there."""
    subjects = {kind.name: kind.subject for kind in KINDS.values()} | {heads.KIND: heads.SUBJECT}
    said = {name: translate(subject, language, defaultdict(lambda: "…")) for name, subject in subjects.items()}
    return sorted(said.items(), key=lambda one: one[1].casefold())


def mail_sheet(notice: Notice) -> MailSheet:
    """Return a notice for those who look after mails: with what it is about, and whether it can be sent again."""
    ended = notice.state in (State.SENT, State.NO_READER) or not notice.text
    return MailSheet(
        mail=whole_notice(notice),
        broadcasts=_numbers_of(notice),
        next_try_at=notice.next_try_at + clock.offset() if notice.state == State.FAILED else None,
        can_retry=notice.state in (State.FAILED, State.GIVEN_UP) and not ended,
        role=notice.recipient.removeprefix(ROLE) if notice.state == State.NO_READER else None,
    )


def _numbers_of(notice: Notice) -> tuple[str, ...]:
    about = {one for one in (notice.broadcast, *(item.broadcast for item in notice.items.all())) if one}
    return tuple(Broadcast.objects.filter(id__in=about).order_by("number").values_list("number", flat=True))


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
