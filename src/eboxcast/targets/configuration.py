"""Where each environment publishes: a TOML file (docs/reference/targets.md), read once, at start."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from eboxcast.targets import readers
from eboxcast.targets.opening import KINDS, Kind
from eboxcast.targets.options import LocalOptions, TargetOptions, TargetsFileWrong
from eboxcast.targets.readers import Problem, Reader

ENVIRONMENTS = ("acceptance", "production")
_OF_EVERY_TARGET: Mapping[str, Reader] = {"parallel": readers.count(64), "rate": readers.rate}


def targets(path: Path | None) -> Mapping[str, TargetOptions]:
    """Return the options of both environments; without a file each uses its own eBoxes. Raises TargetsFileWrong."""
    return read_targets(path) if path else {name: LocalOptions() for name in ENVIRONMENTS}


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


def known_keys() -> Mapping[str, Reader]:
    """Return every key of the file but ``kind``, and how its value is read."""
    known = dict(_OF_EVERY_TARGET)
    for kind in KINDS.values():
        known.update(kind.readers)
    return known


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise _wrong(path, "file", error.strerror or "cannot be read") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(path, "TOML", str(error)) from None


def _options(path: Path, name: str, table: object) -> TargetOptions:
    """Read a table. Keys of other kinds are read and left out, so that a provider can be set aside for a while."""
    if not isinstance(table, dict):
        raise _wrong(path, name, f"must be a table: [{name}]")
    known: Mapping[str, Reader] = {"kind": _kind, **known_keys()}
    values: dict[str, Any] = {"kind": LocalOptions.kind}
    for key, value in table.items():
        if key not in known:
            raise _wrong(path, f"[{name}] {key}", "is no key of a target")
        try:
            values[key] = known[key](value, path.parent)
        except Problem as problem:
            raise _wrong(path, f"[{name}] {key}", str(problem)) from None
    kind = KINDS[values["kind"]]
    _check_together(path, name, kind, values)
    return kind.options(**{key: value for key, value in values.items() if key in _names(kind)})


def _kind(value: object, folder: Path) -> str:
    kind = readers.text(value, folder)
    if kind not in KINDS:
        raise Problem("must be " + " or ".join(f'"{known}"' for known in KINDS))
    return kind


def _names(kind: Kind) -> set[str]:
    return {field.name for field in fields(kind.options)}


def _check_together(path: Path, name: str, kind: Kind, values: Mapping[str, object]) -> None:
    for key in kind.needed:
        if key not in values:
            raise _wrong(path, f"[{name}] {key}", f"is missing; kind {kind.options.kind} needs it")
    for key, other in kind.beside.items():
        if key in values and other not in values:
            raise _wrong(path, f"[{name}] {other}", f"is missing beside {key}")


def _check_apart(path: Path, targets: Mapping[str, TargetOptions]) -> None:
    """Refuse two environments that are one: what is tried in acceptance would reach everybody."""
    first, second = (targets[name] for name in ENVIRONMENTS)
    keys = KINDS[second.kind].whereabouts
    if keys and first.kind == second.kind and all(getattr(first, key) == getattr(second, key) for key in keys):
        others = f"and {' and '.join(keys[1:])} are those of" if keys[1:] else "is that of"
        raise _wrong(path, f"[production] {keys[0]}", f"{others} [acceptance]")


def _wrong(path: Path, place: str, problem: str) -> TargetsFileWrong:
    return TargetsFileWrong(file=path.name, place=place, problem=problem)
