"""Reading one value of the targets file: each returns it as it is used, or says what it must be."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_MOST_SECONDS = 3600.0

Reader = Callable[[object, Path], object]
"""Takes a value of the TOML file and the file's folder. Raises Problem."""


class Problem(Exception):
    """What is wrong with one value; where it stands is added outside."""


def text(value: object, _folder: Path) -> str:
    """Return a text that says something."""
    if not isinstance(value, str) or not value.strip():
        raise Problem("must be a text")
    return value.strip()


def texts(value: object, folder: Path) -> tuple[str, ...]:
    """Return a list of texts."""
    if not isinstance(value, list):
        raise Problem("must be a list of texts")
    return tuple(text(one, folder) for one in value)


def flag(value: object, _folder: Path) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise Problem("must be true or false")
    return value


def count(most: int) -> Reader:
    """Return a reader of whole numbers from 1 on."""

    def read(value: object, _folder: Path) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            raise Problem(f"must be a whole number from 1 to {most}")
        return value

    return read


def seconds(value: object, _folder: Path) -> float:
    """Return seconds."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= _MOST_SECONDS:
        raise Problem(f"must be a number of seconds above 0, at most {_MOST_SECONDS:.0f}")
    return float(value)


def rate(value: object, _folder: Path) -> float:
    """Return recipients per second."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < float("inf"):
        raise Problem("must be a number of recipients per second, 0 for no limit")
    return float(value)


def file(value: object, folder: Path) -> Path:
    """Return a path, relative to the folder of the targets file, that can be read now."""
    path = folder / text(value, folder)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Problem(f"the file cannot be read: {error.strerror}") from None
    if not content.strip():
        raise Problem("the file is empty")
    return path


def url(value: object, folder: Path) -> str:
    """Return an address that calls go to, without the stroke at its end."""
    address = text(value, folder).rstrip("/")
    if not (address.isascii() and address.isprintable()) or " " in address:
        raise Problem("must be written in ASCII, without spaces")
    parts = _split(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Problem("must be an address that starts with https://")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise Problem("must start with https://; http:// is for this machine only")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise Problem("must have no user, password, ? or # in it")
    return address


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        _ = parts.port  # reading it is what checks it
    except ValueError:
        raise Problem("is no address") from None
    return parts


def one_of(kind: type[StrEnum]) -> Reader:
    """Return a reader of one of some words."""

    def read(value: object, folder: Path) -> StrEnum:
        try:
            return kind(text(value, folder))
        except ValueError:
            raise Problem("must be " + " or ".join(f'"{one}"' for one in kind)) from None

    return read
