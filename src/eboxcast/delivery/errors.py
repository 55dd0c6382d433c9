"""Why a run cannot be found, prepared, launched or changed."""

from __future__ import annotations

from types import MappingProxyType

from eboxcast.lib.errors import Incomplete, InputRefused, NotAllowedNow, NotFound, WrongUse
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_


class RunNotFound(NotFound):
    """No run has this number."""

    code = "run.not-found"
    sentence = N_("There is no run {run}.")
    remedy = N_("To list the runs: {runs}")
    actions = MappingProxyType({"runs": NextAction(action="run.see")})


class RunAmbiguous(WrongUse):
    """Several runs begin with these characters."""

    code = "run.ambiguous"
    sentence = N_("{count} runs start with {run}.")
    remedy = N_("Give more characters of the run number. To list the runs: `{runs}`.")
    actions = MappingProxyType({"runs": NextAction(action="run.see")})


class NoRunYet(NotAllowedNow):
    """Nothing was prepared for this broadcast yet."""

    code = "broadcast.no-run-yet"
    sentence = N_("No files of broadcast {broadcast} are prepared, so it has no run yet.")
    remedy = N_("To see the next step: {see}")
    actions = MappingProxyType({"see": NextAction(action="broadcast.see", parameters={"broadcast": "{broadcast}"})})


class FileChanged(InputRefused):
    """A file is not the one that was checked a moment ago."""

    code = "package.file-changed"
    sentence = N_("The file {file} changed after it was checked. Nothing was stored.")
    remedy = N_("Make sure that no program is still writing to it, then run the same command again.")


class NotInThisState(NotAllowedNow):
    """The state of the run forbids what is asked."""

    code = "run.not-in-this-state"
    sentence = N_("Run {run} is {state}: it cannot be {asked}.")
    remedy = N_("To see its status: {see}")
    actions = MappingProxyType({"see": NextAction(action="run.see", parameters={"run": "{run}"})})


class DecidedBefore(NotInThisState):
    """Somebody decided about the run before this could be done."""

    code = "run.decided-before"
    sentence = N_("Run {run} is {state} ({moment}, by {by}): it cannot be {asked}.")


class ChangedMeanwhile(NotAllowedNow):
    """Somebody decides about a run that is not any more as they saw it: they are told who came first, and when."""

    code = "run.changed-meanwhile"
    sentence = N_("Run {run} is now {state} ({moment}, by {by}). Your decision was not carried out.")
    remedy = N_("Look at the run as it is now, then decide again if that is still needed.")


class TooEarly(NotAllowedNow):
    """Somebody who cannot wait would launch before the agreed moment."""

    code = "run.too-early"
    sentence = N_("The agreed moment is {moment}. Nothing may become visible before it.")
    remedy = N_("Arm the launch: it then starts automatically at that moment.")


class NobodyAtWork(NotAllowedNow):
    """What is launched now would be sent by nobody."""

    code = "run.nobody-at-work"
    sentence = N_("No worker is running for {environment}, so nothing would be sent. The run was not launched.")
    remedy = N_("Have a worker started, then launch again.")


class NoPace(WrongUse):
    """Nothing was said of the pace."""

    code = "pace.none"
    sentence = N_("The sending speed is missing.")
    remedy = N_("Give the number of recipients per second, of batches at once, or both: {pace}")
    actions = MappingProxyType({"pace": NextAction(action="run.pace", parameters={"run": "{run}"})})


class SomeHaveIt(NotAllowedNow):
    """A run of which something was sent cannot be made undone."""

    code = "run.some-have-it"
    sentence = N_("Run {run} was already sent to {sent} of its {recipients} recipients, so it cannot be discarded.")
    remedy = N_("To end it as published in part: {close}. If it is still running, stop it first.")
    actions = MappingProxyType({"close": NextAction(action="run.close", parameters={"run": "{run}"})})


class NothingSent(NotAllowedNow):
    """There is nothing to close."""

    code = "run.nothing-sent"
    sentence = N_("Run {run} is {state} and nothing was sent, so there is no account to close.")
    remedy = N_("To discard it: {discard}")
    actions = MappingProxyType({"discard": NextAction(action="run.discard", parameters={"run": "{run}"})})


class CallsUnderWay(NotAllowedNow):
    """Calls under way must come to their end first, so that the account is true."""

    code = "run.calls-under-way"
    sentence = N_("Run {run} still has {batches} {batches:batch|batches} in progress, with {workers}.")
    remedy = N_("They end automatically, by {until} at the latest. Then run the same command again.")


class MessageNumberNeeded(WrongUse):
    """The provider links the others to the message, so its number must be known."""

    code = "run.message-number-needed"
    sentence = N_(
        "Run {run} continues by linking to the message that was published first, but the number of that "
        "message is not known."
    )
    remedy = N_("Ask the provider's support for it, then give it: {resolve}")
    actions = MappingProxyType(
        {"resolve": NextAction(action="run.resolve", parameters={"run": "{run}", "message_id": "NUMBER"})}
    )


class MessageNumberNotNeeded(WrongUse):
    """A message number is only taken where it is missing."""

    code = "run.message-number-not-needed"
    sentence = N_("Run {run} does not need a message number: it is known, or each recipient has one.")
    remedy = N_("Leave the message number out. One is only needed where the recipients have the message.")


class NobodyToRetry(NotAllowedNow):
    """A retry needs somebody who was refused or not attempted."""

    code = "run.nobody-to-retry"
    sentence = N_("In run {run}, no recipient was refused or left unattempted, so there is nothing to retry.")
    remedy = N_("To see its account: {report}")
    actions = MappingProxyType({"report": NextAction(action="report.see", parameters={"run": "{run}"})})


class RefusedForgotten(NotAllowedNow):
    """Whom a run did not reach was deleted when its time had come."""

    code = "run.refused-forgotten"
    sentence = N_("The list of recipients that run {run} did not reach was deleted on {moment}.")
    remedy = N_("To publish to them anyway, prepare a package with them: {prepare}")
    actions = MappingProxyType({"prepare": NextAction(action="run.prepare", parameters={"add": "yes"})})


class LaunchStopped(NotAllowedNow):
    """The run is stopped; somebody must resume it first."""

    code = "run.stopped"
    sentence = N_("Run {run} has been stopped since {stopped_at}. Nothing is visible.")
    remedy = N_("To continue: {resume}; to discard it: {discard}")
    actions = MappingProxyType(
        {
            "discard": NextAction(action="run.discard", parameters={"run": "{run}"}),
            "resume": NextAction(action="run.resume", parameters={"run": "{run}"}),
        }
    )


class OutsideWindow(NotAllowedNow):
    """The window for becoming visible has ended."""

    code = "run.outside-window"
    sentence = N_("The window of run {run} ended at {not_after}. This command made nothing visible.")
    remedy = N_("Agree on a new moment, then launch again: {launch}")
    actions = MappingProxyType(
        {
            "launch": NextAction(
                action="run.launch", parameters={"run": "{run}", "not_before": "MOMENT", "not_after": "MOMENT"}
            )
        }
    )


class Interrupted(Incomplete):
    """A signal ended the command; everything is as it was before the step it was in."""

    code = "interrupted"
    sentence = N_("Interrupted. No step was left half done.")
    remedy = N_("To continue, run the same command again: {command}")


class NothingUnknown(NotAllowedNow):
    """There is nobody to resolve."""

    code = "run.nothing-unknown"
    sentence = N_("Run {run} has no unknown recipients.")
    remedy = N_("To see its status: {see}")
    actions = MappingProxyType({"see": NextAction(action="run.see", parameters={"run": "{run}"})})


class NoTarget(WrongUse):
    """The run is not of the kind of target this is for."""

    code = "run.no-remote-target"
    sentence = N_("Run {run} publishes to our own eBoxes at one moment, so there is nothing to {asked}.")
    remedy = N_("To see its status: {see}")
    actions = MappingProxyType({"see": NextAction(action="run.see", parameters={"run": "{run}"})})


class CannotRecall(NotAllowedNow):
    """The provider has no call that takes a message back."""

    code = "run.cannot-recall"
    sentence = N_("Run {run} was sent to a remote provider, which does not offer a way to recall a message.")
    remedy = N_("Ask the provider's support. `{report}` has the details they need to find it.")
    actions = MappingProxyType({"report": NextAction(action="report.see", parameters={"run": "{run}"})})


class SendingForgotten(NotAllowedNow):
    """A run was sent to a provider, and the environment was restored to a time before that."""

    code = "run.sending-forgotten"
    sentence = N_(
        "Run {run} was sent, but {environment} no longer has the list of who received it. Was {environment} restored?"
    )
    remedy = N_("Restore {environment} to a later point in time, if you can. If not: {repair}")
    actions = MappingProxyType({"repair": NextAction(action="run.repair")})


class RunsUnderWay(NotAllowedNow):
    """What was begun one way is ended that way."""

    code = "procedure.runs-under-way"
    sentence = N_("The procedure cannot be switched {procedure}: these runs in production have not ended: {runs}.")
    remedy = N_("Launch, close or discard them first. To see how: `{see}`.")
    actions = MappingProxyType({"see": NextAction(action="run.see", parameters={"run": "RUN"})})


class OnlyAcceptance(NotAllowedNow):
    """Nobody but its owner looks into an eBox of production."""

    code = "ebox.only-acceptance"
    sentence = N_("You can look into an eBox in acceptance only. In production, only its owner can open it.")
    remedy = N_("To see the result of a production run: {report}")
    actions = MappingProxyType({"report": NextAction(action="report.see", parameters={"run": "RUN"})})
