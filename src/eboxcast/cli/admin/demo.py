"""`eboxcast demo`: the whole story on this machine, with made-up people."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from django.conf import settings

from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.private import OutputNotWritten
from eboxcast.database import boot
from eboxcast.lib import clock
from eboxcast.tools.demo.dates import dates_after
from eboxcast.tools.demo.evening import open_pages, tell_evening
from eboxcast.tools.demo.files import DemoFiles, write_files
from eboxcast.tools.demo.installation import fresh_installation, variables
from eboxcast.tools.demo.stage import Stage
from eboxcast.tools.demo.story import Play, tell_beginning

_FEWEST = 10
_MOST = 300_000

app = command_app()


@app.command()
def main(
    recipients: Annotated[int, typer.Option(min=_FEWEST, max=_MOST, help="The number of recipients.")] = _MOST,
    headless: Annotated[bool, typer.Option(help="For logs: no colours, no pauses, no progress.")] = False,
    out: Annotated[Path, typer.Option(help="Where to put the files, in a new folder for each demo.")] = Path("demo"),
) -> None:
    """Play a whole broadcast with fictional people and a clock that moves, from the request to the certificate.

    It uses a separate installation below the state folder, created for each demo. Yours is not touched. On a terminal
    it ends with the pages open, until Ctrl-C, where you can be each of the people.
    """
    boot.configure()
    started = monotonic()
    with fresh_installation() as installation:
        stage = Stage(variables(installation), headless=headless)
        now = clock.now().astimezone(clock.BRUSSELS)
        play = Play(
            stage=stage,
            files=_write(stage, out / f"{now:%Y%m%d-%H%M%S}", recipients, now),
            dates=dates_after(now.date()),
            recipients=recipients,
        )
        tell_beginning(play)
        tell_evening(play, installation)
    stage.tell(f"\nThe demo took {monotonic() - started:.0f} seconds.")
    if stage.console.is_terminal and not headless and (settings.STATIC_ROOT / "staticfiles.json").exists():
        open_pages(stage, installation)


def _write(stage: Stage, folder: Path, recipients: int, now: datetime) -> DemoFiles:
    stage.tell(f"Writing the files of a broadcast with {recipients:,} recipients into {folder}.")
    try:
        return write_files(folder, recipients=recipients, dates=dates_after(now.date()))
    except OSError as error:
        raise OutputNotWritten(path=folder, reason=error.strerror) from error
