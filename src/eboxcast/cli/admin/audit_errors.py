"""What can be wrong with a question to the audit."""

from __future__ import annotations

from eboxcast.lib.errors import NotAllowedNow, WrongUse
from eboxcast.lib.translation import N_


class AnchorUnreadable(WrongUse):
    """An anchor is a number and a digest."""

    code = "audit.anchor-unreadable"
    sentence = N_("{text} is not a valid anchor.")
    remedy = N_(
        "Give it as printed in a certificate or an email: a number, a colon, and 64 characters from 0 to 9 and a to f."
    )


class NothingRecorded(NotAllowedNow):
    """There is no head of an empty chain."""

    code = "audit.nothing-recorded"
    sentence = N_("Nothing has been recorded yet, so there is no head to give.")


class NotTheOwner(NotAllowedNow):
    """The role that works may add to the audit and read it, and that is right so."""

    code = "audit.not-the-owner"
    sentence = N_("This process uses a role that may not delete a year of the audit.")
    remedy = N_("Set EBOXCAST_OWNER_URL for this command only (docs/howto/use-your-own-postgresql.md).")
