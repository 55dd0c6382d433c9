"""Why an environment refuses to store, show or end a release."""

from __future__ import annotations

from types import MappingProxyType

from eboxcast.lib.errors import Defect, EboxcastError, InputRefused, NotAllowedNow, NotFound, Trouble
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_


class OtherContentVisible(InputRefused):
    """The identity already has another content that people can see or have seen (public error 620 is the model)."""

    code = "message.other-content"
    sentence = N_(
        "Ticket {ticket} of {application} was already published with another document or other metadata "
        "(run {run}, visible since {visible_at})."
    )
    remedy = N_(
        "A message that citizens may have read cannot be replaced. Use a new Ticket or a new Sequence for this message."
    )


class OtherContentInHand(InputRefused):
    """The identity has another content whose run is stopped or under way."""

    code = "message.other-content-in-hand"
    sentence = N_("Ticket {ticket} of {application} has different content in run {run}, which is {state}.")
    remedy = N_("Discard that run first: {discard}")
    actions = MappingProxyType({"discard": NextAction(action="run.discard", parameters={"run": "{run}"})})


class OtherRecipientsVisible(InputRefused):
    """The same message is visible to others; more people get it only when that is said."""

    code = "message.other-recipients"
    sentence = N_(
        "Ticket {ticket} of {application} is already visible to other recipients (run {run}, since {visible_at})."
    )
    remedy = N_("To publish the same message to those on these lists who do not have it yet: {add}")
    actions = MappingProxyType({"add": NextAction(action="run.prepare", parameters={"add": "yes"})})


class OtherRecipientsInHand(InputRefused):
    """The same message waits for other recipients in a run that is stopped or under way."""

    code = "message.other-recipients-in-hand"
    sentence = N_("Ticket {ticket} of {application} has different recipients in run {run}, which is {state}.")
    remedy = N_("To continue it: {resume}; to discard it: {discard}")
    actions = MappingProxyType(
        {
            "discard": NextAction(action="run.discard", parameters={"run": "{run}"}),
            "resume": NextAction(action="run.resume", parameters={"run": "{run}"}),
        }
    )


class AudienceIncomplete(Trouble):
    """One of many machines has not finished storing: it failed in the commit, and has not caught up yet."""

    code = "release.audience-incomplete"
    sentence = N_(
        "Only {found} of the {count} recipients of run {run} could be found: a machine of {environment} has not caught "
        "up after a failure. Nothing became visible."
    )
    remedy = N_(
        "It catches up by itself within a minute. Then run the same command again; if it is refused again: {examine}"
    )
    actions = MappingProxyType({"examine": NextAction(action="installation.examine")})


class EverybodyHasIt(InputRefused):
    """Nobody is left to publish to."""

    code = "message.everybody-has-it"
    sentence = N_("All {count} recipients on these lists already have ticket {ticket} of {application}.")
    remedy = N_("There is nothing to publish. To see the earlier runs: `{runs}`.")
    actions = MappingProxyType({"runs": NextAction(action="run.see")})


class WasRecalled(NotAllowedNow):
    """Exactly this was published and then recalled."""

    code = "message.was-recalled"
    sentence = N_("This package was published in run {run} and recalled at {recalled_at}.")
    remedy = N_("To make it visible again to those who no longer have it: {add}")
    actions = MappingProxyType({"add": NextAction(action="run.prepare", parameters={"add": "yes"})})


class StoredDiffers(Defect):
    """What was read back is not what was to be stored; the transaction was rolled back."""

    code = "release.stored-differs"


class FenceClosed(EboxcastError):
    """Somebody else's decision about the release came first."""

    code = "release.fence-closed"
    sentence = N_("Another decision about run {run} came first: it is {state}.")
    remedy = N_("To see its status: {see}")
    actions = MappingProxyType({"see": NextAction(action="run.see", parameters={"run": "{run}"})})
    exit_code = NotAllowedNow.exit_code


class WindowOver(NotAllowedNow):
    """The window ended before the release became visible; nothing of it did."""

    code = "release.window-over"
    sentence = N_("The window of run {run} ended at {not_after}. This command made nothing visible.")
    remedy = N_("Agree on a new moment, then launch again: {launch}")
    actions = MappingProxyType(
        {
            "launch": NextAction(
                action="run.launch", parameters={"run": "{run}", "not_before": "MOMENT", "not_after": "MOMENT"}
            )
        }
    )


class ReleaseMissing(NotAllowedNow):
    """The environment has nothing of a run."""

    code = "release.missing"
    sentence = N_("The environment {environment} has no data for run {run}.")
    remedy = N_("Prepare it again from the same files: {prepare}")
    actions = MappingProxyType(
        {"prepare": NextAction(action="run.prepare", parameters={"environment": "{environment}"})}
    )


class EboxFileWrong(InputRefused):
    """A file of eBoxes cannot be loaded."""

    code = "eboxes.file-wrong"
    sentence = N_("{file}, line {line}: {problem}")
    remedy = N_(
        "Nothing was loaded. Correct the file and load it again. For an example, see docs/reference/ebox-file.md."
    )


class MessageGone(NotFound):
    """An eBox has no such message now: recalled, expired, someone else's or nobody's, in the same words."""

    code = "message.gone"
    sentence = N_("This message is not in this eBox, or no longer.")
    remedy = N_("The sender may have withdrawn it, or it may have expired. Ask the sender if you still need it.")


class TooManyAddresses(NotAllowedNow):
    """Each address that is typed gets an email: whoever types many would have us write to strangers."""

    code = "mail-choice.too-many"
    sentence = N_("You have already entered {most} email addresses today.")
    remedy = N_("Check the last email we sent you, or try again tomorrow.")


class ConfirmationOver(NotFound):
    """The link was used, is too old, or is nobody's: told in the same words."""

    code = "mail-choice.confirmation-over"
    sentence = N_("This link is no longer valid. It may have been used already, or is more than 24 hours old.")
    remedy = N_("Open your eBox and enter your email address again.")


class NoSecret(Trouble):
    """Addresses are encrypted with the secret of the installation, which this process does not have."""

    code = "mail-choice.no-secret"
    sentence = N_("The secret of the pages is not known to this process, so no email address can be read.")
    remedy = N_("Set EBOXCAST_SECRET_KEY to the same value as for the pages. See docs/reference/settings.md.")
