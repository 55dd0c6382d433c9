"""Options that several commands share."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from eboxcast.lib.errors import WrongUse
from eboxcast.lib.moments import read_moment
from eboxcast.lib.translation import N_


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


class EnvironmentName(StrEnum):
    """Where a run happens."""

    ACCEPTANCE = "acceptance"
    PRODUCTION = "production"


class Language(StrEnum):
    """The languages we speak to people in."""

    FR = "fr"
    NL = "nl"
    DE = "de"
    EN = "en"


Directory = Annotated[Path, typer.Argument(help="The package: a directory with the three kinds of files.")]
Environment = Annotated[EnvironmentName, typer.Option(help="Where: acceptance or production.")]
Adds = Annotated[
    bool, typer.Option("--add", help="Publish the same message to those on these lists who do not have it yet.")
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]
SheetChoice = Annotated[str | None, typer.Option("--sheet", help="The sheet to read, if a list is a spreadsheet.")]
ColumnChoice = Annotated[
    str | None,
    typer.Option(
        "--column", help="The column with the identifiers: its heading, letters (spreadsheet) or number (CSV)."
    ),
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 6 if it is published but not to all recipients.")]
NotBefore = Annotated[
    str | None, typer.Option(help="The agreed moment: nothing is visible before it. 2027-02-15T18:00, Brussels time.")
]
NotAfter = Annotated[str | None, typer.Option(help="The end of the window: nothing becomes visible later.")]
ByWorkers = Annotated[bool, typer.Option("--by-workers", help="Remote: leave the sending to `eboxcast worker`.")]
Reason = Annotated[str, typer.Option(help="The reason, in a few words. Kept permanently: do not identify any citizen.")]
RunNumber = Annotated[
    str, typer.Argument(help="The run: its number, its first characters, its ticket, or the number of its broadcast.")
]


def day(text: str) -> date:
    """Return a day as it was typed. Raises DayUnclear."""
    try:
        read = date.fromisoformat(text)
    except ValueError:
        raise DayUnclear(text=text) from None
    if not _FIRST_YEAR <= read.year <= _LAST_YEAR:
        raise DayUnclear(text=text)
    return read


_FIRST_YEAR, _LAST_YEAR = 2000, 2199


def moment(text: str | None) -> datetime | None:
    """Return a moment as it was typed; Brussels time where no zone is given. Raises MomentUnclear."""
    if text is None:
        return None
    read = read_moment(text)
    if read is None:
        raise MomentUnclear(text=text)
    return read
