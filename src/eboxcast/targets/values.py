"""The kinds of values that only the targets file has."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from eboxcast.lib.forms import Fit, Unfit
from eboxcast.lib.translation import N_

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_MOST_SECONDS = 3600
_ADDRESS = N_("Write an address such as https://provider.example/v2.")
_ASCII = N_("Write the address in ASCII, without spaces.")
_HTTPS = N_("Write an address that starts with https://. Only this computer itself can be reached by http://.")
_BARE = N_("Write the address without a user, a password, ? or #.")
_NO_FILE = N_("This file cannot be read: {reason}.")
_EMPTY_FILE = N_("This file is empty.")
_FILE = N_("Write the name of a file.")
_SECONDS = N_("Write a number of seconds above 0, at most {most}.")
_RATE = N_("Write a number of recipients per second, or 0 for no limit.")


def url() -> Fit:
    """Address that calls go to, kept without the stroke at its end."""
    return Fit(_bare_address, _ADDRESS)


def readable_file() -> Fit:
    """Path that can be read now, kept as found from the folder of the targets file."""
    return Fit(_readable, _FILE, is_path=True)


def seconds() -> Fit:
    """Seconds, an hour at most."""
    return Fit(lambda value: value if 0 < value <= _MOST_SECONDS else None, _SECONDS, {"most": _MOST_SECONDS})


def recipients_a_second() -> Fit:
    """Recipients per second; 0 is without limit."""
    return Fit(lambda value: value if 0 <= value < float("inf") else None, _RATE)


def _readable(path: Path) -> Path:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Unfit(_NO_FILE, reason=error.strerror or "-") from None
    if not content.strip():
        raise Unfit(_EMPTY_FILE)
    return path


def _bare_address(text: str) -> str | None:
    address = text.rstrip("/")
    if not (address.isascii() and address.isprintable()) or " " in address:
        raise Unfit(_ASCII)
    parts = _split(address)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise Unfit(_HTTPS)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise Unfit(_BARE)
    return address


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.port  # reading it is what checks it
    except ValueError:
        return None
    return parts
