"""`eboxcast signers`: the certificates with which institutions sign what they deliver to their drop folders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.given_files import content_of
from eboxcast.cli.shell.options import AsJson
from eboxcast.exchange import signers
from eboxcast.lib.formatting import short_moment
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.presenters.schemas.signers import SignerList, SignerShown
from eboxcast.presenters.signers import signer_list

app = command_app()

_ADDED = N_("Certificate {number} of {institution} is registered until {moment}: {fingerprint}")
_ENDED = N_("Certificate {number} of {institution} was ended on {moment}.")
_HEADINGS = (
    N_("Certificate"),
    N_("Institution"),
    N_("Label"),
    N_("Name"),
    N_("Fingerprint (SHA-256)"),
    N_("Expires"),
    N_("State"),
)
_IN_FORCE, _WAS_ENDED, _EXPIRED = N_("valid"), N_("ended"), N_("expired")
_NONE = N_("No certificates are registered. Sets need no signature.")


@app.callback()
def main() -> None:
    """The certificates with which institutions sign what they deliver."""


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the certificates, also those that have ended."""
    answer = signer_list(signers.list_signers(actor=actor()))
    console.result(answer, _lines, as_json=as_json, precision="seconds")


@app.command()
def add(
    institution: Annotated[str, typer.Argument(help="The CBE number of the institution.")],
    file: Annotated[Path, typer.Argument(help="A file with one certificate (X.509, PEM or DER).")],
    label: Annotated[str, typer.Option(help="What it is for, such as the name of a program.")],
) -> None:
    """Register a certificate. From then on, each set of the institution for production needs signatures.

    Compare the fingerprint with the institution, over the phone.
    """
    added = signers.add_signer(institution, content_of(file), label=label, actor=actor())
    _say(_ADDED, number=added.pk, institution=institution, moment=added.expires_at, fingerprint=added.fingerprint)


@app.command()
def end(number: Annotated[int, typer.Argument(help="The number of the certificate.")]) -> None:
    """End a certificate. This is final. After the last one, sets of the institution need no signature."""
    ended = signers.end_signer(number, actor=actor())
    _say(_ENDED, number=number, institution=ended.institution, moment=ended.ended_at)


def _say(sentence: str, **data: object) -> None:
    console.line(translate(sentence, language_of_user(), data))


def _lines(answer: SignerList, language: str) -> list[str]:
    """Return a line for each certificate, below headings."""
    rows = [_cells(one, language) for one in answer.signers]
    return console.table(_HEADINGS, rows, language) if rows else [translate(_NONE, language)]


def _cells(one: SignerShown, language: str) -> tuple[str, ...]:
    state = _IN_FORCE if one.in_force else _WAS_ENDED if one.ended_at else _EXPIRED
    return (
        f"{one.number}",
        one.institution,
        one.label,
        one.name,
        one.fingerprint,
        short_moment(one.expires_at, language),
        translate(state, language),
    )
