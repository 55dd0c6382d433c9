"""`eboxcast keys`: the keys that sign certificates and receipts: creating, certifying, listing and revoking them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from eboxcast.audit import signing_keys
from eboxcast.audit.models import SigningKey
from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.given_files import content_of
from eboxcast.cli.shell.options import AsJson, Reason
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.formatting import short_moment
from eboxcast.lib.translation import N_, translate
from eboxcast.presenters.signing import keys_shown
from eboxcast.reports.schemas import SigningKeys, SigningKeyShown

app = command_app()

_DAYS = 1095
_HEADINGS = (N_("Number"), N_("Name"), N_("Since"), N_("Until"), N_("State"), N_("Fingerprint (SHA-256)"))
_NONE = N_("There is no signing key. Nothing is signed.")
_SIGNS = N_("valid")
_EXPIRED = N_("expired")
_REVOKED = N_("revoked: {reason}")
_CREATED = N_("Signing key {number} was created and signs from now on. Its fingerprint: {fingerprint}")
_IMPORTED = N_("The certificate is signing key {number} and signs from now on. Its fingerprint: {fingerprint}")
_PUBLISH = N_("Give those who verify the new list: eboxcast keys list --json")
_WAS_REVOKED = N_("Signing key {number} was revoked. Nothing that it signed counts any more. This is final.")


@app.callback()
def main() -> None:
    """The keys that sign certificates and receipts."""


@app.command()
def create(
    name: Annotated[str, typer.Option(help="The name in its certificate: that of the organisation that signs.")],
    days: Annotated[
        int, typer.Option(min=1, max=signing_keys.MOST_DAYS, help="For how many days it is valid.")
    ] = _DAYS,
    token: Annotated[
        str, typer.Option(help="Use the key pair that is in a token: its PKCS #11 URI, with module-path.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Create a key. It takes the place of the one before, whose signatures remain valid."""
    with sanitized_db_errors():
        key = signing_keys.create_key(name, days=days, actor=actor(), token=token)
    _show([key], _CREATED, as_json=as_json)


@app.command()
def request(number: Annotated[int, typer.Argument(help="The number of the key.")]) -> None:
    """Print what a certificate authority needs to issue a certificate for a key (PKCS #10)."""
    with sanitized_db_errors():
        typer.echo(signing_keys.request_certificate(number, actor=actor()), nl=False)


@app.command("import")
def import_(
    number: Annotated[int, typer.Argument(help="The number of the key.")],
    file: Annotated[Path, typer.Argument(help="The certificate that was issued, and those above it (PEM).")],
    as_json: AsJson = False,
) -> None:
    """Import the certificate that an authority issued for a key. It has a number of its own, and signs from then on."""
    with sanitized_db_errors():
        key = signing_keys.import_certificate(number, content_of(file), file=str(file), actor=actor())
    _show([key], _IMPORTED, as_json=as_json)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the keys with their certificates. With --json, it is the list for those who verify."""
    with sanitized_db_errors():
        found = keys_shown(signing_keys.list_keys(actor=actor()))
    console.result(found, _lines, as_json=as_json, precision="seconds")


@app.command()
def revoke(
    number: Annotated[int, typer.Argument(help="The number of the key.")], reason: Reason, as_json: AsJson = False
) -> None:
    """Revoke a key, with all its certificates: nothing that it signed counts any more. This is final."""
    with sanitized_db_errors():
        revoked = signing_keys.revoke_key(number, reason, actor=actor())
    _show(revoked, _WAS_REVOKED, as_json=as_json)


def _show(keys: list[SigningKey], sentence: str, *, as_json: bool) -> None:
    console.result(keys_shown(keys), partial(_changed, sentence=sentence), as_json=as_json, precision="seconds")


def _changed(answer: SigningKeys, language: str, *, sentence: str) -> list[str]:
    data = [{"number": key.number, "fingerprint": key.fingerprint} for key in answer.keys]
    return [*(translate(sentence, language, one) for one in data), translate(_PUBLISH, language)]


def _lines(answer: SigningKeys, language: str) -> list[str]:
    """Return a line for each key, below headings."""
    rows = [_cells(one, language) for one in answer.keys]
    return console.table(_HEADINGS, rows, language) if rows else [translate(_NONE, language)]


def _cells(key: SigningKeyShown, language: str) -> tuple[str, ...]:
    moments = (short_moment(key.made_at, language), short_moment(key.expires_at, language))
    return (f"{key.number}", key.name, *moments, _state(key, language), key.fingerprint)


def _state(key: SigningKeyShown, language: str) -> str:
    if key.revoked_at:
        return translate(_REVOKED, language, {"reason": key.reason})
    return translate(_EXPIRED if key.expires_at <= clock.now() else _SIGNS, language)
