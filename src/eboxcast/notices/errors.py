"""Why notices cannot be made, sent or shown."""

from __future__ import annotations

from eboxcast.lib.errors import NotAllowedNow, WrongUse
from eboxcast.lib.wording import N_


class NoticeNotFound(WrongUse):
    """No notice has this number."""

    code = "notice.not-found"
    sentence = N_("There is no notice {number}.")
    remedy = N_("List the notices with: eboxcast notices list")


class NoticeSent(NotAllowedNow):
    """A notice that was sent is not sent again."""

    code = "notice.sent"
    sentence = N_("Notice {number} was sent already.")
    remedy = N_("Look at it with: eboxcast notices show {number}")
