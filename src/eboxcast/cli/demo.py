"""`eboxcast demo`: the whole story on this machine, with made-up people."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from django.conf import settings

from eboxcast.cli.demo_errors import DemoAlone, DemoElsewhere
from eboxcast.cli.demo_files import write_files
from eboxcast.cli.demo_stage import Stage
from eboxcast.cli.demo_story import tell_story
from eboxcast.cli.door import command_app
from eboxcast.cli.errors import OutputNotWritten
from eboxcast.database.installation import procedure_is_on
from eboxcast.lib import clock

_FEWEST = 10
_MOST = 300_000

app = command_app()


@app.command()
def main(
    recipients: Annotated[
        int, typer.Option(min=_FEWEST, max=_MOST, help="How many recipients each broadcast has.")
    ] = _MOST,
    headless: Annotated[bool, typer.Option(help="For logs: no colours, no pauses, no progress.")] = False,
    out: Annotated[Path, typer.Option(help="Where the files go, in a new folder for each demo.")] = Path("demo"),
) -> None:
    """Publish a letter in French and one in Dutch into made-up eBoxes, from a faulty draft to the certificate.

    It uses the embedded database and an institution of its own; each demo has new tickets.
    """
    if not settings.EBOXCAST_EMBEDDED:
        raise DemoElsewhere
    if procedure_is_on():
        raise DemoAlone
    started = monotonic()
    stage = Stage(headless=headless)
    stamp = clock.now().astimezone(clock.BRUSSELS).strftime("%Y%m%d-%H%M%S")
    stage.tell(f"Writing the files of two broadcasts, {recipients:,} recipients each, into {out / stamp}.")
    try:
        files = write_files(out / stamp, recipients=recipients, stamp=stamp)
    except OSError as error:
        raise OutputNotWritten(path=out / stamp, reason=error.strerror) from error
    tell_story(stage, files)
    stage.tell(f"\nThe demo took {monotonic() - started:.0f} seconds.")
