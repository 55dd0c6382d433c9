"""Why the engine does not do something for a broadcast."""

from __future__ import annotations

from types import MappingProxyType

from eboxcast.lib.errors import InputRefused, NotAllowedNow
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_


class OnlyByBroadcast(NotAllowedNow):
    """With the procedure on, production is reached through a broadcast and its GO."""

    code = "procedure.only-by-broadcast"
    sentence = N_(
        "The procedure is on, so {asked} cannot be used for production on its own: a broadcast with a GO is needed."
    )
    remedy = N_("Deliver the files with `{deliver}`. Once the GO is given: {launch}")
    actions = MappingProxyType(
        {"deliver": NextAction(action="broadcast.deliver_production"), "launch": NextAction(action="broadcast.launch")}
    )


class OnlyInItsBroadcast(NotAllowedNow):
    """With the procedure on, nothing becomes visible in production but for a broadcast whose launch has passed."""

    code = "run.only-in-its-broadcast"
    sentence = N_(
        "Run {run} is in production, but does not belong to a broadcast that is being launched. Nothing "
        "was made visible."
    )
    remedy = N_("The launch team must run, during the window: {launch}")
    actions = MappingProxyType({"launch": NextAction(action="broadcast.launch")})


class RetryNeedsBroadcast(NotAllowedNow):
    """Trying again in production is publishing, and with the procedure on a broadcast and its GO lead there."""

    code = "run.retry-needs-broadcast"
    sentence = N_(
        "Run {run} is in production. While the procedure is on, a retry there needs a broadcast and its "
        "GO. Nothing was prepared."
    )
    remedy = N_(
        "To see who did not receive it: {paper_list}. The institution can request a new broadcast for "
        "these recipients only: {request}. Its metadata needs a different Ticket or Sequence."
    )
    actions = MappingProxyType(
        {
            "paper_list": NextAction(action="report.paper_list", parameters={"run": "{run}"}),
            "request": NextAction(action="broadcast.request"),
        }
    )


class TicketTaken(InputRefused):
    """Another broadcast has a message of that identity."""

    code = "broadcast.ticket-taken"
    sentence = N_("Ticket {ticket} of {application} is already used by broadcast {other}.")
    remedy = N_("Use a different Ticket or Sequence in the metadata.")


class FilesPublished(InputRefused):
    """These files were published before, by another way."""

    code = "broadcast.files-published"
    sentence = N_("These files were already published, in run {run}, since {visible_at}.")
    remedy = N_("To publish them again, use a different Ticket or Sequence in the metadata.")


class NotTestedYet(NotAllowedNow):
    """There is nothing in an eBox to make a proof of."""

    code = "broadcast.not-tested-yet"
    sentence = N_("Broadcast {broadcast} has not been tested in acceptance yet: it is not in any eBox.")
    remedy = N_("The integration team must run: {test}")
    actions = MappingProxyType({"test": NextAction(action="broadcast.test", parameters={"broadcast": "{broadcast}"})})


class EboxesElsewhere(NotAllowedNow):
    """The eBoxes of acceptance are a provider's."""

    code = "broadcast.eboxes-elsewhere"
    sentence = N_("Acceptance publishes to a remote provider, whose eBoxes cannot be read here.")
    remedy = N_("The testers must check their eBoxes at the provider.")


class EboxNotShown(NotAllowedNow):
    """What was found in an eBox is said by whoever looked into it."""

    code = "broadcast.ebox-not-shown"
    sentence = N_("You have not opened the eBox of recipient {places} in this test. Nothing was recorded.")
    remedy = N_("Open it first, then record what you found.")


class ShortListForgotten(NotAllowedNow):
    """Who was on the short list was deleted in its time."""

    code = "broadcast.short-list-forgotten"
    sentence = N_("The short list of broadcast {broadcast} was deleted at the end of its retention period.")
    remedy = N_("Deliver the files for acceptance again: {deliver}")
    actions = MappingProxyType(
        {"deliver": NextAction(action="broadcast.deliver_acceptance", parameters={"broadcast": "{broadcast}"})}
    )
