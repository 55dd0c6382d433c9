"""`eboxcast witness`: for an institution that watches over the audit of another one, without its database."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings

from eboxcast.audit.given_heads import GivenHead, HeadUnclear, read_head
from eboxcast.audit.signing_keys import MOST_DAYS
from eboxcast.audit.witnessing import Witness, create_witness, find_witness, seen_by, witness_head
from eboxcast.cli.shell import console
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.fetching import content_at, is_address
from eboxcast.cli.shell.given_files import head_in, keys_in
from eboxcast.cli.shell.options import AsJson, Force
from eboxcast.cli.shell.private import refuse_existing, write_private
from eboxcast.lib import clock
from eboxcast.lib.formatting import exact_moment, grouped
from eboxcast.lib.free_text import fit
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, translate
from eboxcast.presenters.schemas.audit import HeadWitnessed, WitnessShown
from eboxcast.presenters.witness import head_witnessed, witness_shown
from eboxcast.reports.proofs import Trust, counts

app = command_app()

_DAYS = 1095
_MOST_OF_A_HEAD = 1 << 20
Folder = Annotated[Path, typer.Argument(help="The folder of the witness.")]
_NAME = N_("Witness {name}, fingerprint of its key (SHA-256): {fingerprint}")
_GIVE = N_("Give this fingerprint to those who verify the audit.")
_NOTHING = N_("Nothing was countersigned yet.")
_LAST = N_("{count} heads countersigned, the last one with {size} entries, on {moment}.")
_FIRST = N_("Countersigned: {size} entries. It is the first head, so there is nothing to compare it with.")
_GOES_ON = N_(
    "Countersigned: {size} entries. It is proved that the audit only grew since the head with {since} entries."
)
_SEEN = N_("There is nothing new. The head with {size} entries was countersigned before.")
_BY = N_("The head was signed by the key {fingerprint}. Compare this fingerprint with the one the institution gives.")
_SEND = N_("Send {file} to the institution, for: eboxcast audit verify --witness FILE")


@app.callback()
def main() -> None:
    """Watch over the audit of another institution, without its database."""


@app.command()
def create(
    folder: Folder,
    name: Annotated[str, typer.Option(help="The name in the certificate: that of the organisation that witnesses.")],
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="For how many days the key is valid.")] = _DAYS,
    as_json: AsJson = False,
) -> None:
    """Create a witness: a folder with its own key, encrypted with EBOXCAST_SIGNING_PASSPHRASE."""
    name = fit(name, "name", most=64)
    now = clock.now().replace(microsecond=0)
    passphrase = settings.EBOXCAST_SIGNING_PASSPHRASE
    made = create_witness(folder, name, since=now, until=now + timedelta(days=days), passphrase=passphrase)
    console.result(witness_shown(made, []), _created_lines, as_json=as_json, precision="seconds")


@app.command()
def show(folder: Folder, as_json: AsJson = False) -> None:
    """Verify the whole record of a witness, and show what it saw last."""
    witness = find_witness(folder)
    console.result(witness_shown(witness, seen_by(witness)), _shown_lines, as_json=as_json, precision="seconds")


@app.command()
def see(
    folder: Folder,
    head: Annotated[
        str,
        typer.Argument(
            help="The signed head: a file, an https address, or - for standard input. "
            "From an address, it takes what is new."
        ),
    ],
    keys: Annotated[
        Path | None, typer.Option(help="The keys of the institution, as `eboxcast keys list --json` gives them.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the countersigned head to this file.")] = None,
    server_authority: Annotated[
        Path | None,
        typer.Option(
            help="For an address: the authority of its server's certificate (PEM), if this machine does not trust it."
        ),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Countersign a head if it is proved that the audit only grew since the last one, and keep it.

    If it does not go on from the last one, nothing is countersigned, both heads are kept, and it exits with 1. Without
    --keys, it must be signed by the key of the heads before.
    """
    refuse_existing(out, force=force)
    witness, known = find_witness(folder), keys_in(keys)
    sight = witness_head(
        witness,
        _given(head, witness, server_authority),
        counts=partial(counts, trust=Trust(keys=known)) if known else None,
        passphrase=settings.EBOXCAST_SIGNING_PASSPHRASE,
        at=clock.now(),
    )
    if out:
        write_private(out, [sight.witnessed.line()], force=force)
    answer = head_witnessed(sight, key_known=True if known else None)
    file = mask_and_strip(str(out)) if out else ""
    console.result(answer, partial(_seen_lines, file=file), as_json=as_json, precision="microseconds")


def _given(head: str, witness: Witness, server_authority: Path | None) -> GivenHead:
    """Return the head that was named. An address is told the last one: with it, it can prove that it goes on."""
    if head == "-":
        try:
            return read_head(sys.stdin.read(_MOST_OF_A_HEAD).encode(), file="-")
        except UnicodeError:
            raise HeadUnclear(file="-") from None
    if not is_address(head):
        return head_in(Path(head))
    seen = seen_by(witness)
    asked = {"since": str(seen[-1].head.root.size)} if seen else {}
    content = content_at(head, asked, most=_MOST_OF_A_HEAD, authority=server_authority)
    return read_head(content, file=mask_and_strip(head))


def _created_lines(answer: WitnessShown, language: str) -> list[str]:
    data = {"name": answer.name, "fingerprint": answer.fingerprint}
    return [translate(_NAME, language, data), translate(_GIVE, language)]


def _shown_lines(answer: WitnessShown, language: str) -> Iterator[str]:
    yield translate(_NAME, language, {"name": answer.name, "fingerprint": answer.fingerprint})
    if answer.last_at is None:
        yield translate(_NOTHING, language)
        return
    counted = {"count": grouped(answer.heads, language), "size": grouped(answer.last_size or 0, language)}
    yield translate(_LAST, language, {**counted, "moment": exact_moment(answer.last_at, language)})


def _seen_lines(answer: HeadWitnessed, language: str, *, file: str) -> Iterator[str]:
    data = {"size": grouped(answer.size, language), "since": grouped(answer.since or 0, language)}
    sentence = (_FIRST if answer.since is None else _GOES_ON) if answer.new else _SEEN
    yield translate(sentence, language, data)
    if answer.key_known is None:
        yield translate(_BY, language, {"fingerprint": answer.signed_by})
    if file:
        yield translate(_SEND, language, {"file": file})
