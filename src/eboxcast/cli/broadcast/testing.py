"""`eboxcast broadcast testers|test|look|proofs`: the run in acceptance, and what its eBoxes show to its testers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from eboxcast.broadcasts import acceptance
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.cli.admin.ebox import message_lines
from eboxcast.cli.broadcast.answers import tell
from eboxcast.cli.broadcast.options import Number, load_broadcast
from eboxcast.cli.shell import console
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, Force
from eboxcast.cli.shell.private import OutputNotWritten, refuse_existing, write_private
from eboxcast.cli.shell.signals import resumable
from eboxcast.delivery.broadcasts.acceptance_tests import Proof, Shown, document_shown, run_test
from eboxcast.delivery.broadcasts.acceptance_tests import look as eboxes_of
from eboxcast.delivery.broadcasts.acceptance_tests import proofs as proofs_of
from eboxcast.lib.actors import Actor
from eboxcast.lib.errors import WrongUse
from eboxcast.lib.formatting import aligned, grouped, iso, moment_in, size
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.package.reading import reason_of
from eboxcast.presenters.json import json_text
from eboxcast.presenters.mailbox import short_list_shown


class RecipientNotSaid(WrongUse):
    """A document is saved from one eBox."""

    code = "broadcast.recipient-not-said"
    sentence = N_("It is not clear from which eBox the document must be saved.")
    remedy = N_("Add --recipient with the place in the short list.")


FORMAT = "eboxcast.proofs/1"
NONE = "-"
"""How it is written that nobody is a tester beside the requesters."""

_TESTED = N_("Broadcast {broadcast}: the test document is in {count} eBoxes of the short list. Run {run}.")
_TESTERS = N_("Broadcast {broadcast}: testers besides the requesters: {names}.")
_NOT_THERE = N_("{place}. The message is not in this eBox.")
_SAVED = N_("The document from the eBox of recipient {place} is in {path}.")
_HOW = N_(
    "Record what you found, for example: eboxcast broadcast verdict {broadcast} --recipient 1 --passed --seen-in ebox"
)

app = command_app()


@app.command("testers")
def name_testers(
    broadcast: Number,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME…", help="The logins of all testers; - for none. Without names: show them."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Name the testers besides the requesters, or show them."""
    found, actor = load_broadcast(broadcast)
    if names:
        acceptance.name_testers(found, actor=actor, names=[name for name in names if name != NONE])
    shown = ", ".join(found.testers) or "–"
    tell(found, _TESTERS, as_json=as_json, names=shown)


@app.command("test")
def run_in_acceptance(broadcast: Number, as_json: AsJson = False) -> None:
    """Publish the files for acceptance to their short list, so that the institution can check those eBoxes."""
    found, actor = load_broadcast(broadcast)
    with resumable():
        run = run_test(found, actor=actor)
    count = grouped(run.published_count or 0, language_of_user())
    tell(found, _TESTED, as_json=as_json, count=count, run=run.short)


@app.command()
def look(
    broadcast: Number,
    recipient: Annotated[
        int | None, typer.Option(min=1, help="Only the eBox of this recipient: the position in the list.")
    ] = None,
    document: Annotated[
        Path | None, typer.Option(help="With --recipient: save the document from that eBox to this file.")
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Show the message of this broadcast in the eBoxes of its short list; nothing is marked as read.

    The audit records who looked into which eBox, in a form that only an auditor can trace.
    """
    found, actor = load_broadcast(broadcast)
    if document and recipient is None:
        raise RecipientNotSaid
    refuse_existing(document, force=force)
    _show_eboxes(found, eboxes_of(found, actor=actor, place=recipient), as_json=as_json)
    if document and recipient is not None:
        write_private(document, [document_shown(found, place=recipient, actor=actor).content], force=force)
        data = {"place": recipient, "path": mask_and_strip(str(document))}
        console.line(translate(_SAVED, language_of_user(), data))


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


def _show_eboxes(found: Broadcast, eboxes: Sequence[Shown], *, as_json: bool) -> None:
    language = language_of_user()
    answer = short_list_shown(found.number, [(one.place, one.letter) for one in eboxes])
    if as_json:
        typer.echo(json_text(answer, precision="seconds"))
        return
    for one in answer.eboxes:
        if one.message is None:
            typer.echo(translate(_NOT_THERE, language, {"place": one.recipient}))
        else:
            typer.echo("\n".join([f"{one.recipient}. {one.message.title}", *message_lines(one.message, language), ""]))
    if found.state == State.TESTED:
        console.line(translate(_HOW, language, {"broadcast": found.number}))


def _show(found: Broadcast, actor: Actor, out: Path | None, *, force: bool, as_json: bool) -> None:
    made = proofs_of(found, actor=actor)
    if out is not None:
        _write_proofs(found, made, out, actor=actor, force=force)
    if as_json:
        values = {"format": FORMAT, "number": found.number, "proofs": [_proof_values(one) for one in made]}
        typer.echo(json_text(values))
    else:
        typer.echo("\n".join(_proof_lines(made, language_of_user())))


_HEAD = N_("Recipient {place} of the short list:")
_NOT_VISIBLE = N_("The message is not in this eBox.")
_WRITTEN = N_("Written to {path}: {count} {count:proof|proofs} and the document.")
_ROWS = {
    "title": N_("Title"),
    "sender": N_("Sender"),
    "language": N_("Language"),
    "visible": N_("Visible since"),
    "expires": N_("Visible until"),
    "document": N_("Document"),
    "digest": N_("Digest of the document"),
}
_AS_DELIVERED = N_("{digest} (as delivered)")
_OTHER = N_("{digest} (NOT as delivered)")


def _proof_lines(proofs: Sequence[Proof], language: str) -> list[str]:
    """Return the proofs as people read them, one after the other."""
    return [line for proof in proofs for line in (*_lines(proof, language), "")][:-1]


def _proof_values(proof: Proof) -> dict[str, object]:
    """Return a proof as JSON has it."""
    return {
        "recipient": proof.place,
        "visible": proof.visible,
        "title": proof.title or None,
        "sender": proof.sender or None,
        "application": proof.application or None,
        "language": proof.language or None,
        "visible_at": iso(proof.visible_at),
        "expires_at": iso(proof.expires_at),
        "file_name": proof.file_name or None,
        "media_type": proof.media_type or None,
        "size": proof.size,
        "document": proof.document or None,
        "as_delivered": proof.as_delivered,
    }


def _write_proofs(broadcast: Broadcast, proofs: Sequence[Proof], out: Path, *, actor: Actor, force: bool) -> None:
    """Write each proof as text, all of them as JSON, and the document once. Raises OutputExists, OutputNotWritten."""
    language = language_of_user()
    files = {
        f"{broadcast.number}-proof-{proof.place:02}.txt": "\n".join(_lines(proof, language)).encode() + b"\n"
        for proof in proofs
    }
    files["proofs.json"] = json_text([_proof_values(proof) for proof in proofs]).encode()
    if seen := next((proof for proof in proofs if proof.visible), None):
        files[Path(seen.file_name).name] = document_shown(broadcast, place=seen.place, actor=actor).content
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OutputNotWritten(path=out, reason=reason_of(error)) from error
    for name in files:
        refuse_existing(out / name, force=force)
    for name, content in files.items():
        write_private(out / name, [content], force=force)
    console.line(translate(_WRITTEN, language, {"path": out, "count": len(proofs)}))


def _lines(proof: Proof, language: str) -> Iterator[str]:
    yield translate(_HEAD, language, {"place": proof.place})
    if not proof.visible:
        yield "  " + translate(_NOT_VISIBLE, language)
        return
    shown = {
        "title": mask_and_strip(proof.title),
        "sender": f"{mask_and_strip(proof.sender)} · {mask_and_strip(proof.application)}",
        "language": proof.language,
        "visible": moment_in(proof.visible_at, language) if proof.visible_at else "–",
        "expires": moment_in(proof.expires_at, language) if proof.expires_at else "–",
        "document": f"{mask_and_strip(proof.file_name)} · {proof.media_type} · {size(proof.size, language)}",
        "digest": translate(_AS_DELIVERED if proof.as_delivered else _OTHER, language, {"digest": proof.document}),
    }
    yield from aligned([(f"  {translate(_ROWS[name], language)}", text) for name, text in shown.items()])
