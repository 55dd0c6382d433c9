"""eboxcast doctor: look at everything a broadcast depends on; change nothing unless asked to repair."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import EnvironmentName
from eboxcast.database import boot
from eboxcast.database.findings import Finding, State
from eboxcast.exchange.inventory import drop_folders
from eboxcast.inbox.examination import sign_in
from eboxcast.lib.telling import remedy_in, sentence_in
from eboxcast.lib.translation import language_of_user
from eboxcast.operations.doctor import look, look_and_repair

Restored = Annotated[
    EnvironmentName | None,
    typer.Option(help="With --repair: this environment was restored, so any sending in progress is uncertain."),
]

app = command_app()

_SIGNS = {State.OK: "ok", State.ATTENTION: "attention", State.FAILED: "FAILED"}


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
    doors = (drop_folders, sign_in)
    findings = look_and_repair(doors, restored=restored, acting=actor) if repair else look(doors)
    typer.echo(_as_json(findings) if as_json else "\n".join(map(_as_text, findings)))
    if any(finding.state is State.FAILED for finding in findings):
        raise typer.Exit(1)


def _as_text(finding: Finding) -> str:
    says, remedy = _words(finding)
    line = f"{_SIGNS[finding.state]:<11}{says}"
    return f"{line}\n{'':<11}→ {remedy}" if remedy else line


def _as_json(findings: list[Finding]) -> str:
    failed = any(finding.state is State.FAILED for finding in findings)
    return json.dumps({"ok": not failed, "checks": [_as_values(finding) for finding in findings]}, ensure_ascii=False)


def _as_values(finding: Finding) -> dict[str, str]:
    says, remedy = _words(finding)
    return {"name": finding.name, "state": finding.state.value, "says": says, "remedy": remedy}


def _words(finding: Finding) -> tuple[str, str]:
    language = language_of_user()
    return sentence_in(finding, language), remedy_in(finding, language)
