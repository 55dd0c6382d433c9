"""What a user of the command line can get wrong before any work starts."""

from __future__ import annotations

from eboxcast.lib.errors import Incomplete, NotFound, Trouble, WrongUse
from eboxcast.lib.translation import N_


class WhatToCheck(WrongUse):
    """Neither a directory nor all three kinds of files were given, or both were."""

    code = "check.what"
    sentence = N_("It is not clear which files to check.")
    remedy = N_("Give either a directory, or --document, --metadata and --recipients.")


class OutputInTheWay(WrongUse):
    """The output would overwrite a file that was given as input."""

    code = "output.in-the-way"
    sentence = N_("{path} is one of the files to check, so it was not overwritten.")
    remedy = N_("Choose another name for the output file.")


class OutputInPackage(WrongUse):
    """The output would become a part of the package."""

    code = "output.in-package"
    sentence = N_("{path} is inside the package and would be read as a recipient list.")
    remedy = N_("Choose a location outside the package.")


class OutputNotWritten(Trouble):
    """The output could not be written."""

    code = "output.not-written"
    sentence = N_("{path} could not be written: {reason}.")
    remedy = N_("Choose a location where you can write and that has enough space, then run the command again.")


class MomentUnclear(WrongUse):
    """A moment is not one: wrongly written, or it comes twice or never when the clock changes."""

    code = "moment.unclear"
    sentence = N_("{text} is not a valid date and time.")
    remedy = N_("Write it like 2027-02-15T18:00 (Brussels time), or with an offset: 2027-02-15T18:00+01:00.")


class DayUnclear(WrongUse):
    """A day is not one, or of another century."""

    code = "day.unclear"
    sentence = N_("{text} is not a valid date.")
    remedy = N_("Write it like 2027-02-15: year, month, day.")


class PeriodUnclear(WrongUse):
    """A period that ends before it begins, or is too long to be looked at."""

    code = "period.unclear"
    sentence = N_("The period from {first} to {last} cannot be shown.")
    remedy = N_("Give the first day with --from and the last day with --to, at most {most} days later.")


class OutputExists(WrongUse):
    """A file of that name is there already."""

    code = "output.exists"
    sentence = N_("{path} already exists and was not overwritten.")
    remedy = N_("Choose another name, or add: --force")


class IdentifierUnreadable(WrongUse):
    """What came on standard input is no identifier. It is not repeated in the message."""

    code = "ebox.identifier-unreadable"
    sentence = N_("Standard input does not contain a valid national number or enterprise number.")
    remedy = N_(
        "Give exactly one number, on standard input, so that it does not appear in the list of processes "
        "or in the shell history."
    )


class NoSuchLetter(NotFound):
    """The eBox shows fewer messages."""

    code = "ebox.no-such-letter"
    sentence = N_("There is no message {number} in this eBox; it contains {count}.")
    remedy = N_("Run the command without --document first.")


class NothingToWorkOn(WrongUse):
    """An environment that publishes into its own eBoxes has no use for a worker."""

    code = "worker.nothing"
    sentence = N_("{environment} publishes to its own eBoxes at one moment, so there is nothing for a worker to do.")
    remedy = N_(
        "Workers are for remote providers, which are listed in EBOXCAST_TARGETS_FILE (docs/reference/targets.md)."
    )


class VerificationUnclear(WrongUse):
    """Options of the report that do not go together."""

    code = "report.verification-unclear"
    sentence = N_("--verify gives text or JSON, and --with-salt can only be used with --verify.")
    remedy = N_("For example: eboxcast report RUN --verify --with-salt --format json")


class PortTaken(Trouble):
    """The port to serve on cannot be had."""

    code = "metrics.port"
    sentence = N_("Port {port} cannot be used: {reason}.")
    remedy = N_("Choose another port with --port; 0 takes any free port.")


class NoPace(WrongUse):
    """Nothing was said of the pace."""

    code = "pace.none"
    sentence = N_("The sending speed is missing.")
    remedy = N_("Give --rate (recipients per second), --parallel (batches at once), or both.")


class NotFinished(Incomplete):
    """A run is sent in part and may go on."""

    code = "run.not-finished"
    sentence = N_("Run {run} is {state}: {remainder}. {reason}")
    remedy = N_("To continue: {command}")


class SendingInterrupted(Incomplete):
    """A signal ended the sending between two batches."""

    code = "run.sending-interrupted"
    sentence = N_("Interrupted. Run {run}: {remainder}. If workers are running, they continue with it.")
    remedy = N_('To continue: {command}; to pause it: eboxcast pause {run} --reason "…"')


class ExtraMissing(WrongUse):
    """The command needs a part of eboxcast that was not installed."""

    code = "command.extra-missing"
    sentence = N_("This command needs the `{extra}` extra of eboxcast, which is not installed: {missing}.")
    remedy = N_("Install it: pip install 'eboxcast[{extra}]'")


class WindowAgreed(WrongUse):
    """A broadcast has its agreed moment and its window; nobody gives it others at the launch."""

    code = "launch.window-agreed"
    sentence = N_(
        "Broadcast {broadcast} has its own moment and window, which were agreed by both sides and confirmed by its GO."
    )
    remedy = N_("Leave out --not-before and --not-after, or move the date: eboxcast broadcast want {broadcast} DATE")
