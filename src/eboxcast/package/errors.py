"""What goes wrong around a package; what is wrong in one is a fault (``faults/``), not an error."""

from __future__ import annotations

from types import MappingProxyType

from eboxcast.lib.errors import InputRefused, Trouble, WrongUse
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_
from eboxcast.package.faults import Fault


class SampleTooLarge(WrongUse):
    """There are not that many synthetic numbers."""

    code = "sample.too-large"
    sentence = N_("{asked} synthetic recipients cannot be created: the maximum is {most}.")
    remedy = N_("Ask for fewer recipients.")


class SampleInTheWay(WrongUse):
    """Something is already where the sample would go; it may be somebody's own package."""

    code = "sample.in-the-way"
    sentence = N_("{directory} already exists, and a sample does not overwrite anything.")
    remedy = N_("Choose another directory, or remove that one first.")


class ListChanged(InputRefused):
    """A recipient list is no longer the file that was checked."""

    code = "list.changed-since"
    sentence = N_("The recipient list {file} changed after it was checked.")
    remedy = N_("Make sure that no program is still writing to it, then check it again.")


class PartInTheWay(WrongUse):
    """A part of a split list would overwrite a file."""

    code = "split.in-the-way"
    sentence = N_("{path} already exists, and splitting does not overwrite anything.")
    remedy = N_("Choose another directory, or remove that file first.")


class PartNotWritten(Trouble):
    """The parts of a split list could not be written; none is left behind."""

    code = "split.not-written"
    sentence = N_("The parts could not be written to {directory}: {reason}. No parts were left there.")
    remedy = N_("Choose a location where you can write and that has enough space, then run the command again.")


class ListRefused(InputRefused):
    """The list as a whole cannot be read; ``fault`` says what is wrong and where."""

    code = "list.refused"
    sentence = N_("The recipient list {file} cannot be read.")
    remedy = N_("To see what is wrong with it: `{check}`.")
    actions = MappingProxyType({"check": NextAction(action="package.check")})

    def __init__(
        self, code: str, *, file: str, line: int | None = None, sheet: str | None = None, **data: str | int
    ) -> None:
        super().__init__(file=file)
        self.fault = Fault(code=code, file=file, line=line, sheet=sheet, data=data)
