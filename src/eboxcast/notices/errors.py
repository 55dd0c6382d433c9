"""Why notices cannot be made, sent or shown."""

from __future__ import annotations

from eboxcast.lib.errors import NotAllowedNow, WrongUse
from eboxcast.lib.translation import N_


class NoticeNotFound(WrongUse):
    """No notice has this number."""

    code = "notice.not-found"
    sentence = N_("There is no notice {number}.")
    remedy = N_("To list the notices: eboxcast notices list")


class NoticeEmptied(NotAllowedNow):
    """What a notice said was deleted when its time had come."""

    code = "notice.emptied"
    sentence = N_("Notice {number} can no longer be sent: its text was deleted at the end of its retention period.")
    remedy = N_("The retention period is set in EBOXCAST_NOTICE_DAYS.")


class NoticeSent(NotAllowedNow):
    """A notice that was sent is not sent again."""

    code = "notice.sent"
    sentence = N_("Notice {number} was already sent.")
    remedy = N_("To read it: eboxcast notices show {number}")
