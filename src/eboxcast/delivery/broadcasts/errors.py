"""Why the engine does not do something for a broadcast."""

from __future__ import annotations

from eboxcast.lib.errors import InputRefused, NotAllowedNow
from eboxcast.lib.translation import N_


class OnlyByBroadcast(NotAllowedNow):
    """With the procedure on, production is reached through a broadcast and its GO."""

    code = "procedure.only-by-broadcast"
    sentence = N_(
        "With the procedure on, nothing goes to production by {asked} alone: it needs a broadcast and its GO."
    )
    remedy = N_("Use `eboxcast broadcast deliver` for its files, and when its GO is given: eboxcast launch BROADCAST")


class OnlyInItsBroadcast(NotAllowedNow):
    """With the procedure on, nothing becomes visible in production but for a broadcast whose launch has passed."""

    code = "run.only-in-its-broadcast"
    sentence = N_(
        "Run {run} is in production, and no broadcast that is being launched has it. Nothing was made visible."
    )
    remedy = N_("The launch team does, in the window: eboxcast launch BROADCAST")


class RetryNeedsBroadcast(NotAllowedNow):
    """Trying again in production is publishing, and with the procedure on a broadcast and its GO lead there."""

    code = "run.retry-needs-broadcast"
    sentence = N_(
        "Run {run} is in production: with the procedure on nobody is tried again there without a broadcast and its GO."
        " Nothing was prepared."
    )
    remedy = N_(
        "See who is without it: eboxcast report {run} --paper-list FILE. The institution asks for a new broadcast to"
        " them alone: eboxcast broadcast request; its metadata need a Ticket or a Sequence of their own."
    )


class TicketTaken(InputRefused):
    """Another broadcast has a message of that identity."""

    code = "broadcast.ticket-taken"
    sentence = N_("Ticket {ticket} of {application} is that of broadcast {other}.")
    remedy = N_("Give the metadata a Ticket or a Sequence of their own.")


class FilesPublished(InputRefused):
    """These files were published before, by another way."""

    code = "broadcast.files-published"
    sentence = N_("These files are published already, in run {run}, since {visible_at}.")
    remedy = N_("Give the metadata a Ticket or a Sequence of their own, if they are to be published again.")


class NotTestedYet(NotAllowedNow):
    """There is nothing in an eBox to make a proof of."""

    code = "broadcast.not-tested-yet"
    sentence = N_("Broadcast {broadcast} was not tested in acceptance yet: no eBox shows it.")
    remedy = N_("The integration team does: eboxcast broadcast test {broadcast}")


class EboxesElsewhere(NotAllowedNow):
    """The eBoxes of acceptance are a provider's."""

    code = "broadcast.eboxes-elsewhere"
    sentence = N_("Acceptance publishes to a remote provider, whose eBoxes cannot be read here.")
    remedy = N_("The testers look into their eBoxes there.")


class ShortListForgotten(NotAllowedNow):
    """Who was on the short list was deleted in its time."""

    code = "broadcast.short-list-forgotten"
    sentence = N_("Who is on the short list of broadcast {broadcast} was deleted when its time had come.")
    remedy = N_(
        "Deliver files for acceptance again: eboxcast broadcast deliver {broadcast} DIR --environment acceptance"
    )
