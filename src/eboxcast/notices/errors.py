"""Why notices cannot be made, sent or shown."""

from __future__ import annotations

from types import MappingProxyType

from eboxcast.lib.errors import InputRefused, NotAllowedNow, NotFound, Trouble, WrongUse
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_


class NoticeNotFound(NotFound):
    """No notice has this number."""

    code = "notice.not-found"
    sentence = N_("There is no notice {number}.")
    remedy = N_("To list the notices: {notices}")
    actions = MappingProxyType({"notices": NextAction(action="notice.see")})


class NoticeEmptied(NotAllowedNow):
    """What a notice said was deleted when its time had come."""

    code = "notice.emptied"
    sentence = N_("Notice {number} can no longer be sent: its text was deleted at the end of its retention period.")
    remedy = N_("The retention period is set in EBOXCAST_NOTICE_DAYS.")


class NoticeWithoutReader(NotAllowedNow):
    """A notice for a role that nobody had cannot be sent to anybody."""

    code = "notice.without-reader"
    sentence = N_("Notice {number} cannot be sent: no one with the role {role} had an email address.")
    remedy = N_("Once someone has this role and an email address, later notices reach them.")


class NoticeSent(NotAllowedNow):
    """A notice that was sent is not sent again."""

    code = "notice.sent"
    sentence = N_("Notice {number} was already sent.")
    remedy = N_("To read it: {see}")
    actions = MappingProxyType({"see": NextAction(action="notice.see", parameters={"number": "{number}"})})


class WebhookNotFound(NotFound):
    """No webhook has this number."""

    code = "webhook.not-found"
    sentence = N_("There is no webhook {number}.")
    remedy = N_("It may have been removed by a colleague.")


class WebhookUnfit(InputRefused):
    """Alarms cannot go to this address. It is not repeated: it may hold a key."""

    code = "webhook.unfit"
    sentence = N_("Alarms cannot be sent to this address.")
    remedy = N_("Enter an address that starts with https://, without a user name or password in it.")


class MailboxUnreachable(Trouble):
    """The folder of mails that come in cannot be read now."""

    code = "mail-in.unreachable"
    sentence = N_("The emails that came in cannot be read: {problem}")
    remedy = N_("Check EBOXCAST_IMAP_URL and the mail server. Nothing is lost: the next pass continues.")


class NoMailbox(WrongUse):
    """No setting says where mails that come in are."""

    code = "mail-in.not-set"
    sentence = N_("EBOXCAST_IMAP_URL is not set, so there is no mailbox to read.")
    remedy = N_("Set it as docs/howto/read-replies.md says.")
