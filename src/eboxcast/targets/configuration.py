"""Where each environment publishes: a TOML file (docs/reference/targets.md), read once, at start."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from eboxcast.targets.errors import TargetsFileWrong
from eboxcast.targets.options import SecretPlace, TargetKind, TargetOptions

ENVIRONMENTS = ("acceptance", "production")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_NEEDED = ("base_url", "token_url", "client_id", "client_secret_file")
_KEYS = frozenset(field.name for field in fields(TargetOptions))
_MOST_SECONDS = 3600.0


class _Problem(Exception):
    """What is wrong with one value; where it stands is added outside."""


Reader = Callable[[object, Path], object]


def targets(path: Path | None) -> Mapping[str, TargetOptions]:
    """Return the options of both environments; without a file each uses its own eBoxes. Raises TargetsFileWrong."""
    return read_targets(path) if path else {name: TargetOptions() for name in ENVIRONMENTS}


def read_targets(path: Path) -> Mapping[str, TargetOptions]:
    """Return the options of both environments; one that is not in the file uses its own eBoxes.

    Raises TargetsFileWrong naming the place of the first thing that is wrong.
    """
    tables = _parse(path)
    unknown = sorted(set(tables) - set(ENVIRONMENTS))
    if unknown:
        raise _wrong(path, f"[{unknown[0]}]", "there is only [acceptance] and [production]")
    targets = {name: _options(path, name, tables.get(name, {})) for name in ENVIRONMENTS}
    _check_apart(path, targets)
    return targets


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise _wrong(path, "file", error.strerror or "cannot be read") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(path, "TOML", str(error)) from None


def _options(path: Path, name: str, table: object) -> TargetOptions:
    if not isinstance(table, dict):
        raise _wrong(path, name, f"must be a table: [{name}]")
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _KEYS:
            raise _wrong(path, f"[{name}] {key}", "is no key of a target")
        try:
            values[key] = _READERS[key](value, path.parent)
        except _Problem as problem:
            raise _wrong(path, f"[{name}] {key}", str(problem)) from None
    options = TargetOptions(**values)
    _check_together(path, name, options)
    return options


def _check_together(path: Path, name: str, options: TargetOptions) -> None:
    if options.kind is TargetKind.LOCAL:
        return
    for key in _NEEDED:
        if not getattr(options, key):
            raise _wrong(path, f"[{name}] {key}", f"is missing; kind {options.kind} needs it")
    if options.certificate_key_file and not options.certificate_file:
        raise _wrong(path, f"[{name}] certificate_file", "is missing beside certificate_key_file")


def _check_apart(path: Path, targets: Mapping[str, TargetOptions]) -> None:
    """Refuse two environments that are one: what is tried in acceptance would reach everybody."""
    first, second = (targets[name] for name in ENVIRONMENTS)
    if first.base_url and (first.base_url, first.client_id) == (second.base_url, second.client_id):
        raise _wrong(path, "[production] base_url", "and client_id are those of [acceptance]")


def _wrong(path: Path, place: str, problem: str) -> TargetsFileWrong:
    return TargetsFileWrong(file=path.name, place=place, problem=problem)


def _text(value: object, _folder: Path) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _Problem("must be a text")
    return value.strip()


def _texts(value: object, folder: Path) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _Problem("must be a list of texts")
    return tuple(_text(one, folder) for one in value)


def _flag(value: object, _folder: Path) -> bool:
    if not isinstance(value, bool):
        raise _Problem("must be true or false")
    return value


def _count(most: int) -> Reader:
    def read(value: object, _folder: Path) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            raise _Problem(f"must be a whole number from 1 to {most}")
        return value

    return read


def _seconds(value: object, _folder: Path) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= _MOST_SECONDS:
        raise _Problem(f"must be a number of seconds above 0, at most {_MOST_SECONDS:.0f}")
    return float(value)


def _rate(value: object, _folder: Path) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < float("inf"):
        raise _Problem("must be a number of recipients per second, 0 for no limit")
    return float(value)


def _file(value: object, folder: Path) -> Path:
    """Return a path, relative to the folder of the targets file, that can be read now."""
    path = folder / _text(value, folder)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _Problem(f"the file cannot be read: {error.strerror}") from None
    if not content.strip():
        raise _Problem("the file is empty")
    return path


def _url(value: object, folder: Path) -> str:
    text = _text(value, folder).rstrip("/")
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise _Problem("must be written in ASCII, without spaces")
    url = _split(text)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise _Problem("must be an address that starts with https://")
    if url.scheme == "http" and url.hostname not in _LOOPBACK:
        raise _Problem("must start with https://; http:// is for this machine only")
    if url.username or url.password or url.query or url.fragment:
        raise _Problem("must have no user, password, ? or # in it")
    return text


def _split(text: str) -> SplitResult:
    try:
        url = urlsplit(text)
        _ = url.port  # reading it is what checks it
    except ValueError:
        raise _Problem("is no address") from None
    return url


def _one_of(kind: type[TargetKind] | type[SecretPlace]) -> Reader:
    def read(value: object, folder: Path) -> TargetKind | SecretPlace:
        try:
            return kind(_text(value, folder))
        except ValueError:
            raise _Problem("must be " + " or ".join(f'"{one}"' for one in kind)) from None

    return read


_READERS: Mapping[str, Reader] = {
    "kind": _one_of(TargetKind),
    "base_url": _url,
    "token_url": _url,
    "client_id": _text,
    "client_secret_file": _file,
    "client_secret_in": _one_of(SecretPlace),
    "scope": _text,
    "federation_url": _url,
    "links": _flag,
    "largest_call": _count(100_000),
    "statuses": _flag,
    "statuses_per_call": _count(100_000),
    "idempotency_key": _flag,
    "parallel": _count(64),
    "rate": _rate,
    "connect_seconds": _seconds,
    "answer_seconds": _seconds,
    "authority_file": _file,
    "certificate_file": _file,
    "certificate_key_file": _file,
    "metas": _texts,
    "recipient_refusals": _texts,
}
