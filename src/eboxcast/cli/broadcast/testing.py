"""`eboxcast broadcast test|proofs`: the run in acceptance, and what its eBoxes show for who cannot open one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from eboxcast.broadcasts.models import Broadcast
from eboxcast.cli.broadcast.answers import tell
from eboxcast.cli.broadcast.options import Number, load_broadcast
from eboxcast.cli.broadcast.proofs import proof_lines, proof_values, write_proofs
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson
from eboxcast.cli.shell.signals import resumable
from eboxcast.delivery.broadcasts.acceptance_tests import proofs as proofs_of
from eboxcast.delivery.broadcasts.acceptance_tests import run_test
from eboxcast.lib.actors import Actor
from eboxcast.lib.formatting import grouped
from eboxcast.lib.translation import N_, language_of_user

FORMAT = "eboxcast.proofs/1"

_TESTED = N_("Broadcast {broadcast}: the test document is in {count} eBoxes of the short list. Run {run}.")

app = command_app()


@app.command("test")
def run_in_acceptance(broadcast: Number, as_json: AsJson = False) -> None:
    """Publish the files for acceptance to their short list, so that the institution can check those eBoxes."""
    found, actor = load_broadcast(broadcast)
    with resumable():
        run = run_test(found, actor=actor)
    count = grouped(run.published_count or 0, language_of_user())
    tell(found, _TESTED, as_json=as_json, count=count, run=run.short)


@app.command()
def proofs(
    broadcast: Number,
    out: Annotated[
        Path | None, typer.Option(help="Write each proof and the document to this directory, which only you can read.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite existing files.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what the eBoxes of the short list show: title, sender, language, expiry, and the digest of the document."""
    found, actor = load_broadcast(broadcast)
    _show(found, actor, out, force=force, as_json=as_json)


def _show(found: Broadcast, actor: Actor, out: Path | None, *, force: bool, as_json: bool) -> None:
    made = proofs_of(found, actor=actor)
    if out is not None:
        write_proofs(found, made, out, actor=actor, force=force)
    if as_json:
        values = {"format": FORMAT, "number": found.number, "proofs": [proof_values(one) for one in made]}
        typer.echo(json.dumps(values, ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join(proof_lines(made, language_of_user())))
