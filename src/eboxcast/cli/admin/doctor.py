"""eboxcast doctor: look at everything a broadcast depends on; change nothing unless asked to repair."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import EnvironmentName
from eboxcast.database import boot
from eboxcast.database.findings import State
from eboxcast.exchange.inventory import CHECKS as DROP_FOLDERS
from eboxcast.lib.translation import language_of_user
from eboxcast.operations.doctor import look, look_and_repair
from eboxcast.presenters.json import json_line
from eboxcast.presenters.operations import examination
from eboxcast.presenters.schemas.operations import FindingShown
from eboxcast.web.examination import CHECKS as SIGNING_IN

Restored = Annotated[
    EnvironmentName | None,
    typer.Option(help="With --repair: this environment was restored, so any sending in progress is uncertain."),
]

app = command_app()

_SIGNS: Mapping[str, str] = {State.OK: "ok", State.ATTENTION: "attention", State.FAILED: "FAILED"}


@app.command()
def doctor(
    as_json: bool = typer.Option(False, "--json", help="Write the findings as JSON."),
    repair: bool = typer.Option(
        False, "--repair", help="After a restore: make runs and releases consistent again. Recorded in the audit."
    ),
    restored: Restored = None,
) -> None:
    """Show what works, what needs attention and what fails, with what to do. Exits with 1 if something fails."""
    if restored and not repair:
        raise typer.BadParameter("--restored goes with --repair", param_hint="--restored")
    boot.configure()
    doors = (*DROP_FOLDERS, *SIGNING_IN)
    findings = look_and_repair(doors, restored=restored, acting=actor) if repair else look(doors)
    found = examination(findings, language_of_user())
    typer.echo(json_line(found) if as_json else "\n".join(map(_as_text, found.checks)))
    if not found.ok:
        raise typer.Exit(1)


def _as_text(finding: FindingShown) -> str:
    line = f"{_SIGNS[finding.state]:<11}{finding.says}"
    return f"{line}\n{'':<11}→ {finding.remedy}" if finding.remedy else line
