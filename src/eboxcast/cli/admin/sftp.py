"""`eboxcast sftp`: the drop folders over SFTP; `eboxcast sftp-keys`: who may reach them, by which key, until when."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings

from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson
from eboxcast.exchange import keys
from eboxcast.exchange.folders import drop_folder
from eboxcast.exchange.sftp import Limits, Options, Server, allow_descriptors, host_key
from eboxcast.lib.errors import InputRefused
from eboxcast.lib.formatting import short_moment
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.package.reading import reason_of
from eboxcast.presenters.schemas.sftp_keys import SftpKeyList, SftpKeyShown
from eboxcast.presenters.sftp_keys import sftp_key_list


class KeyFileUnreadable(InputRefused):
    """The file with the key cannot be read."""

    code = "sftp-key.file-unreadable"
    sentence = N_("{file} cannot be read: {problem}")
    remedy = N_("Nothing was registered. Correct the name, or give the key on standard input: -")


_READY = N_("SFTP server ready at {host}, port {port}. Its host key: {fingerprint}. SIGTERM or Ctrl-C stops it.")
_ADDED = N_("Key {number} of {institution} is registered until {moment}: {fingerprint}")
_ENDED = N_("Key {number} of {institution} was ended on {moment}. Open connections are closed within a minute.")
_HEADINGS = (
    N_("Key"),
    N_("Institution"),
    N_("Label"),
    N_("Fingerprint"),
    N_("Made by"),
    N_("Expires"),
    N_("Last used"),
    N_("State"),
)
_IN_FORCE, _WAS_ENDED, _EXPIRED = N_("valid"), N_("ended"), N_("expired")
_NONE = N_("No keys are registered.")
_LONGEST = 20_000
_NEVER = "–"

app = command_app()
keys_app = command_app()


@app.command()
def sftp() -> None:
    """Serve the drop folders over SFTP, at the address in EBOXCAST_SFTP_LISTEN.

    An institution signs in with its CBE number and a key that is registered with `eboxcast sftp-keys add`. It sees its
    own folders only: IN, OUT, INTEST and OUTTEST. The steward collects what it puts there.
    """
    host, port = settings.EBOXCAST_SFTP_LISTEN or _USUAL
    options = Options(
        root=drop_folder(),
        host=host,
        port=port,
        host_key=host_key(settings.EBOXCAST_SFTP_HOST_KEY),
        most_bytes=settings.EBOXCAST_DROP_QUOTA << 20,
        limits=Limits(connections=settings.EBOXCAST_SFTP_CONNECTIONS),
    )
    allow_descriptors(options.limits)
    asyncio.run(_serve(options))


_USUAL = ("127.0.0.1", 8422)


async def _serve(options: Options) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    server = Server(options)
    await server.start()
    data = {"host": options.host, "port": server.port, "fingerprint": options.host_key.get_fingerprint()}
    console.line(translate(_READY, language_of_user(), data))
    await ended.wait()
    await server.close()


@keys_app.callback()
def main() -> None:
    """The keys by which institutions reach their drop folders over SFTP."""


@keys_app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the keys, also those that have ended, with when they were last used."""
    answer = sftp_key_list(keys.list_keys(actor=actor()))
    console.result(answer, _lines, as_json=as_json, precision="seconds")


@keys_app.command()
def add(
    institution: Annotated[str, typer.Argument(help="The CBE number of the institution.")],
    file: Annotated[Path, typer.Argument(help="A file with one public key (.pub); - for standard input.")],
    label: Annotated[str, typer.Option(help="What it is for, such as the name of a machine.")],
    days: Annotated[int, typer.Option(help="How long it is valid.")] = keys.USUAL_DAYS,
) -> None:
    """Register a public key of an institution. Compare the fingerprint with the institution, over the phone."""
    added = keys.add_key(institution, _content(file), label=label, days=days, actor=actor())
    _say(_ADDED, number=added.pk, institution=institution, moment=added.expires_at, fingerprint=added.fingerprint)


@keys_app.command()
def end(number: Annotated[int, typer.Argument(help="The number of the key.")]) -> None:
    """End a key. This is final."""
    ended = keys.end_key(number, actor=actor())
    _say(_ENDED, number=number, institution=ended.institution, moment=ended.ended_at)


def _content(file: Path) -> str:
    if file == Path("-"):
        return sys.stdin.read(_LONGEST)
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            return opened.read(_LONGEST)
    except OSError as error:
        raise KeyFileUnreadable(file=file.name, problem=reason_of(error)) from error


def _say(sentence: str, **data: object) -> None:
    console.line(translate(sentence, language_of_user(), data))


def _lines(answer: SftpKeyList, language: str) -> list[str]:
    """Return a line for each key, below headings."""
    rows = [_cells(one, language) for one in answer.keys]
    return console.table(_HEADINGS, rows, language) if rows else [translate(_NONE, language)]


def _cells(one: SftpKeyShown, language: str) -> tuple[str, ...]:
    state = _IN_FORCE if one.in_force else _WAS_ENDED if one.ended_at else _EXPIRED
    return (
        f"{one.number}",
        one.institution,
        one.label,
        one.fingerprint,
        one.added_by,
        short_moment(one.expires_at, language),
        short_moment(one.used_at, language) if one.used_at else _NEVER,
        translate(state, language),
    )
