"""A list that cannot be read to its end, with the fault that says why."""

from __future__ import annotations

from eboxcast.lib.errors import InputRefused
from eboxcast.lib.translation import N_
from eboxcast.package.model import Fault


class ListRefused(InputRefused):
    """The list as a whole cannot be read; ``fault`` says what is wrong and where."""

    code = "list.refused"
    sentence = N_("The recipient list {file} cannot be read.")
    remedy = N_("To see what is wrong with it: `eboxcast check`.")

    def __init__(self, code: str, *, file: str, line: int | None = None, **data: str | int) -> None:
        super().__init__(file=file)
        self.fault = Fault(code=code, file=file, line=line, data=data)
