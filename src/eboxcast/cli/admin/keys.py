"""`eboxcast keys`: the keys that sign certificates and receipts: creating, listing and revoking them."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from eboxcast.audit import signing
from eboxcast.audit.models import SigningKey
from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, Reason
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.formatting import short_moment
from eboxcast.lib.translation import N_, translate
from eboxcast.presenters.signing import signing_keys
from eboxcast.reports.schemas import SigningKeys, SigningKeyShown

app = command_app()

_DAYS = 1095
_HEADINGS = (N_("Number"), N_("Name"), N_("Since"), N_("Until"), N_("State"), N_("Fingerprint (SHA-256)"))
_NONE = N_("There is no signing key. Nothing is signed.")
_SIGNS = N_("valid")
_EXPIRED = N_("expired")
_REVOKED = N_("revoked: {reason}")
_CREATED = N_("Signing key {number} was created and signs from now on. Its fingerprint: {fingerprint}")
_PUBLISH = N_("Give those who verify the new list: eboxcast keys list --json")
_WAS_REVOKED = N_("Signing key {number} was revoked. Nothing that it signed counts any more. This is final.")


@app.callback()
def main() -> None:
    """The keys that sign certificates and receipts."""


@app.command()
def create(
    name: Annotated[str, typer.Option(help="The name in its certificate: that of the organisation that signs.")],
    days: Annotated[int, typer.Option(min=1, max=signing.MOST_DAYS, help="For how many days it is valid.")] = _DAYS,
    as_json: AsJson = False,
) -> None:
    """Create a key. It takes the place of the one before, whose signatures remain valid."""
    with sanitized_db_errors():
        key = signing.create_key(name, days=days, actor=actor())
    _show(key, _CREATED, as_json=as_json)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the keys with their certificates. With --json, it is the list for those who verify."""
    with sanitized_db_errors():
        found = signing_keys(signing.list_keys(actor=actor()))
    console.result(found, _lines, as_json=as_json, precision="seconds")


@app.command()
def revoke(
    number: Annotated[int, typer.Argument(help="The number of the key.")], reason: Reason, as_json: AsJson = False
) -> None:
    """Revoke a key: nothing that it signed counts any more. This is final."""
    with sanitized_db_errors():
        key = signing.revoke_key(number, reason, actor=actor())
    _show(key, _WAS_REVOKED, as_json=as_json)


def _show(key: SigningKey, sentence: str, *, as_json: bool) -> None:
    console.result(signing_keys([key]), partial(_changed, sentence=sentence), as_json=as_json, precision="seconds")


def _changed(answer: SigningKeys, language: str, *, sentence: str) -> list[str]:
    (key,) = answer.keys
    data = {"number": key.number, "fingerprint": key.fingerprint}
    return [translate(sentence, language, data), translate(_PUBLISH, language)]


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
