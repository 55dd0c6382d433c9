"""Why a run cannot be found, prepared, launched or changed."""

from __future__ import annotations

from eboxcast.lib.errors import Incomplete, InputRefused, NotAllowedNow, WrongUse
from eboxcast.lib.translation import N_


class RunNotFound(WrongUse):
    """No run has this number."""

    code = "run.not-found"
    sentence = N_("There is no run {run}.")
    remedy = N_("List the runs with: eboxcast runs")


class RunAmbiguous(WrongUse):
    """Several runs begin with these characters."""

    code = "run.ambiguous"
    sentence = N_("{count} runs begin with {run}.")
    remedy = N_("Give more of the run's number; `eboxcast runs` lists them.")


class FileChanged(InputRefused):
    """A file is not the one that was checked a moment ago."""

    code = "package.file-changed"
    sentence = N_("The file {file} changed after it was checked. Nothing was stored.")
    remedy = N_("Make sure that nobody writes to it any more, and run the same command again.")


class NotInThisState(NotAllowedNow):
    """The state of the run forbids what is asked."""

    code = "run.not-in-this-state"
    sentence = N_("Run {run} is {state}: it cannot be {asked}.")
    remedy = N_("Look at it with: eboxcast status {run}")


class DecidedBefore(NotInThisState):
    """Somebody decided about the run before this could be done."""

    code = "run.decided-before"
    sentence = N_("Run {run} is {state} since {moment}, by {by}: it cannot be {asked}.")


class SomeHaveIt(NotAllowedNow):
    """A run of which something was sent cannot be made undone."""

    code = "run.some-have-it"
    sentence = N_("Run {run} was sent to {sent} of its {recipients} recipients already: it cannot be given up.")
    remedy = N_('To end it as published in part: eboxcast close {run} --reason "…"; while it runs, stop it first.')


class NothingSent(NotAllowedNow):
    """There is nothing to close."""

    code = "run.nothing-sent"
    sentence = N_("Run {run} is {state} and nothing of it was sent: there is no account to close.")
    remedy = N_('To give it up: eboxcast discard {run} --reason "…"')


class CallsUnderWay(NotAllowedNow):
    """Calls under way must come to their end first, so that the account is true."""

    code = "run.calls-under-way"
    sentence = N_("Run {run} still has {batches} batch(es) under way, with {workers}.")
    remedy = N_("They end by themselves, at the latest at {until}. Then run the same command again.")


class MessageNumberNeeded(WrongUse):
    """The provider links the others to the message, so its number must be known."""

    code = "run.message-number-needed"
    sentence = N_("Run {run} goes on by linking to the message that was published first, and nobody knows its number.")
    remedy = N_("Ask the provider's support for it, and add: --message-id NUMBER")


class MessageNumberNotNeeded(WrongUse):
    """A message number is only taken where it is missing."""

    code = "run.message-number-not-needed"
    sentence = N_("Run {run} needs no number of a message: it is known, or there is one for each recipient.")
    remedy = N_("Run the same command without --message-id; `published` is what it goes with.")


class NobodyToRetry(NotAllowedNow):
    """A retry needs somebody who was refused or not attempted."""

    code = "run.nobody-to-retry"
    sentence = N_("In run {run} nobody was refused and everybody attempted: there is nobody to try again.")
    remedy = N_("Look at its account with: eboxcast report {run}")


class RefusedForgotten(NotAllowedNow):
    """Whom a run did not reach was deleted when its time had come."""

    code = "run.refused-forgotten"
    sentence = N_("Whom run {run} did not reach was deleted at {moment}.")
    remedy = N_("To publish to them all the same, prepare a package with them: eboxcast prepare DIR --add")


class LaunchStopped(NotAllowedNow):
    """The run is stopped; somebody must resume it first."""

    code = "run.stopped"
    sentence = N_("Run {run} is stopped since {stopped_at}. Nothing of it is visible.")
    remedy = N_('To go on: eboxcast resume {run}; to give it up: eboxcast discard {run} --reason "…"')


class OutsideWindow(NotAllowedNow):
    """The window for becoming visible has ended."""

    code = "run.outside-window"
    sentence = N_("The window of run {run} ended at {not_after}. This command made nothing visible.")
    remedy = N_("Agree on a new moment and launch again with --not-before and --not-after.")


class Interrupted(Incomplete):
    """A signal ended the command; everything is as it was before the step it was in."""

    code = "interrupted"
    sentence = N_("Interrupted. Nothing is half done.")
    remedy = N_("To continue, run the same command again: {command}")


class NothingUnknown(NotAllowedNow):
    """There is nobody to resolve."""

    code = "run.nothing-unknown"
    sentence = N_("Run {run} has no recipient of whom it is unknown whether he has the document.")
    remedy = N_("Look at it with: eboxcast status {run}")


class NoTarget(WrongUse):
    """The run is not of the kind of target this is for."""

    code = "run.no-remote-target"
    sentence = N_("Run {run} publishes into our own eBoxes, in one moment: there is nothing to {asked}.")
    remedy = N_("Look at it with: eboxcast status {run}")


class CannotRecall(NotAllowedNow):
    """The provider has no call that takes a message back."""

    code = "run.cannot-recall"
    sentence = N_("Run {run} was sent to a remote provider, whose contract has no way to take a message back.")
    remedy = N_("Ask the provider's support; `eboxcast report {run}` has what they need to find it.")


class SendingForgotten(NotAllowedNow):
    """A run was sent to a provider, and the environment was restored to a time before that."""

    code = "run.sending-forgotten"
    sentence = N_("Run {run} was sent, but {environment} does not know to whom any more: was {environment} restored?")
    remedy = N_("Restore {environment} later in time, if you can. If not: eboxcast doctor --repair")


class RunsUnderWay(NotAllowedNow):
    """What was begun one way is ended that way."""

    code = "procedure.runs-under-way"
    sentence = N_("The procedure cannot be switched {procedure}: runs in production are not over: {runs}.")
    remedy = N_("Launch, close or discard them first; `eboxcast status RUN` says how.")


class OnlyAcceptance(NotAllowedNow):
    """Nobody but its owner looks into an eBox of production."""

    code = "ebox.only-acceptance"
    sentence = N_("`eboxcast ebox` looks into acceptance only: in production nobody but its owner opens an eBox.")
    remedy = N_("To see what became of a production run: eboxcast report RUN")
