"""Why a run cannot be found, prepared, launched or changed."""

from __future__ import annotations

from eboxcast.lib.errors import Incomplete, InputRefused, NotAllowedNow, WrongUse
from eboxcast.lib.wording import N_


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


class LaunchStopped(NotAllowedNow):
    """The run is stopped; somebody must resume it first."""

    code = "run.stopped"
    sentence = N_("Run {run} is stopped since {stopped_at}. Nothing of it is visible.")
    remedy = N_('To go on: eboxcast resume {run}; to give it up: eboxcast discard {run} --reason "…"')


class OutsideWindow(NotAllowedNow):
    """The window for becoming visible has ended."""

    code = "run.outside-window"
    sentence = N_("The window of run {run} ended at {not_after}. Nothing was made visible.")
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
