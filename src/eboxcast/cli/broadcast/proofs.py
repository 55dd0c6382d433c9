"""Proofs as text, as JSON and as files: made from the eBoxes themselves, naming nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from eboxcast.broadcasts.models import Broadcast
from eboxcast.cli.shell import console
from eboxcast.cli.shell.private import OutputNotWritten, refuse_existing, write_private
from eboxcast.delivery.broadcasts.acceptance_tests import Proof, document_shown
from eboxcast.lib.actors import Actor
from eboxcast.lib.formatting import aligned, iso, moment_in, size
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.package.reading import reason_of

_HEAD = N_("Recipient {place} of the short list:")
_NOT_VISIBLE = N_("The message is not in this eBox.")
_WRITTEN = N_("Written to {path}: {count} proof(s) and the document.")
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


def proof_lines(proofs: Sequence[Proof], language: str) -> list[str]:
    """Return the proofs as people read them, one after the other."""
    return [line for proof in proofs for line in (*_lines(proof, language), "")][:-1]


def proof_values(proof: Proof) -> dict[str, object]:
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


def write_proofs(broadcast: Broadcast, proofs: Sequence[Proof], out: Path, *, actor: Actor, force: bool) -> None:
    """Write each proof as text, all of them as JSON, and the document once. Raises OutputExists, OutputNotWritten."""
    language = language_of_user()
    files = {
        f"{broadcast.number}-proof-{proof.place:02}.txt": "\n".join(_lines(proof, language)).encode() + b"\n"
        for proof in proofs
    }
    files["proofs.json"] = json.dumps([proof_values(proof) for proof in proofs], ensure_ascii=False, indent=2).encode()
    if seen := next((proof for proof in proofs if proof.visible), None):
        files[Path(seen.file_name).name] = document_shown(broadcast, place=seen.place, actor=actor)
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
