"""What a user of the command line can get wrong before any work starts."""

from __future__ import annotations

from eboxcast.lib.errors import Trouble, WrongUse
from eboxcast.lib.wording import N_


class WhatToCheck(WrongUse):
    """Neither a directory nor all three kinds of files were given, or both were."""

    code = "check.what"
    sentence = N_("It is not clear which files to check.")
    remedy = N_("Give a directory, or --document, --metadata and --recipients; not both.")


class OutputInTheWay(WrongUse):
    """The output would overwrite a file that was given as input."""

    code = "output.in-the-way"
    sentence = N_("{path} is one of the files to check; it is not overwritten.")
    remedy = N_("Choose another name for the output.")


class OutputNotWritten(Trouble):
    """The output could not be written."""

    code = "output.not-written"
    sentence = N_("{path} could not be written: {reason}.")
    remedy = N_("Choose a place where you may write and that has room, then run the command again.")


class MomentUnclear(WrongUse):
    """A moment is not one: wrongly written, or it comes twice or never when the clock changes."""

    code = "moment.unclear"
    sentence = N_("{text} is not a clear moment.")
    remedy = N_("Write it like 2027-02-15T18:00 (Brussels time), or with its offset: 2027-02-15T18:00+01:00.")
