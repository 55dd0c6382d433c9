"""Options of the commands that take a package. A module apart: what they choose from takes numpy to import."""

from __future__ import annotations

from typing import Annotated

import typer

from eboxcast.package.model import Duplicates, FaultyRows

DuplicatesPolicy = Annotated[Duplicates, typer.Option(help="Duplicate recipients: count once, or refuse the package.")]
FaultyRowsPolicy = Annotated[FaultyRows, typer.Option(help="Faulty rows: refuse the package, or leave them out.")]
