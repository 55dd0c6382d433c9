"""Why notices cannot be made, sent or shown."""

from __future__ import annotations

from eboxcast.lib.errors import NotAllowedNow, WrongUse
from eboxcast.lib.translation import N_


class NoticeNotFound(WrongUse):
    """No notice has this number."""

    code = "notice.not-found"
    sentence = N_("There is no notice {number}.")
    remedy = N_("List the notices with: eboxcast notices list")


class NoticeEmptied(NotAllowedNow):
    """What a notice said was deleted when its time had come."""

    code = "notice.emptied"
    sentence = N_("Notice {number} cannot be sent any more: its text was deleted when its time had come.")
    remedy = N_("How long texts are kept is in the setting EBOXCAST_NOTICE_DAYS.")


class NoticeSent(NotAllowedNow):
    """A notice that was sent is not sent again."""

    code = "notice.sent"
    sentence = N_("Notice {number} was sent already.")
    remedy = N_("Look at it with: eboxcast notices show {number}")
