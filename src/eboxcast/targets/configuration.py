"""Where each environment publishes: a TOML file (docs/reference/targets.md), read once, at start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from eboxcast.lib.errors import Reason
from eboxcast.lib.forms import MISSING, ONE_OF, TABLE, Unfit, Unreadable, WrongPlaces, filled, read_toml
from eboxcast.lib.translation import N_
from eboxcast.targets.opening import KINDS
from eboxcast.targets.options import LocalOptions, TargetOptions, TargetsFileWrong

ENVIRONMENTS = ("acceptance", "production")
_NOT_TOML = N_("This cannot be read: {problem}")
_OTHER_TABLE = N_("There are only two tables: [acceptance] and [production].")
_NOT_APART = N_("Acceptance and production cannot have the same {keys}.")


def targets(path: Path | None) -> Mapping[str, TargetOptions]:
    """Return the options of both environments; without a file each uses its own eBoxes. Raises TargetsFileWrong."""
    return read_targets(path) if path else {name: LocalOptions() for name in ENVIRONMENTS}


def read_targets(path: Path) -> Mapping[str, TargetOptions]:
    """Return the options of both environments; one that is not in the file uses its own eBoxes.

    Raises TargetsFileWrong with every wrong place.
    """
    faults: list[Reason] = []
    found: dict[str, TargetOptions] = {name: LocalOptions() for name in ENVIRONMENTS}
    try:
        tables, _ = read_toml(path)
    except Unreadable as unreadable:
        raise TargetsFileWrong(
            file=path.name, faults=[Unfit(_NOT_TOML, problem=unreadable.problem).at("TOML")]
        ) from None
    for name, table in tables.items():
        try:
            found[name] = _options(name, table, path.parent)
        except WrongPlaces as wrong:
            faults += wrong.faults
    if faults := faults or list(_not_apart(found)):
        raise TargetsFileWrong(file=path.name, faults=faults)
    return found


def known_keys() -> set[str]:
    """Return every key of the file."""
    return {"kind", *(field.name for kind in KINDS.values() for field in fields(kind.options))}


def _options(name: str, table: object, folder: Path) -> TargetOptions:
    """Read a table. Keys of other kinds are left out, so that a provider can be set aside for a while."""
    place = f"[{name}]"
    if name not in ENVIRONMENTS:
        raise WrongPlaces([Unfit(_OTHER_TABLE).at(place)])
    if not isinstance(table, dict):
        raise WrongPlaces([Unfit(TABLE, table=name).at(place)])
    named = table.get("kind", LocalOptions.kind)
    kind = KINDS.get(named) if isinstance(named, str) else None
    if kind is None:
        raise WrongPlaces([Unfit(ONE_OF, "kind", choices=", ".join(KINDS)).at(place)])
    others = known_keys() - {field.name for field in fields(kind.options)}
    missing = [Unfit(MISSING, key).at(place) for key in kind.needed if key not in table]
    try:
        options = filled(kind.options, _without(table, others), folder=folder, place=place)
    except WrongPlaces as wrong:
        raise WrongPlaces([*missing, *wrong.faults]) from None
    if missing:
        raise WrongPlaces(missing)
    return options


def _without(table: Mapping[str, Any], keys: set[str]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key not in keys}


def _not_apart(targets: Mapping[str, TargetOptions]) -> Iterator[Reason]:
    """Refuse two environments that are one: what is tried in acceptance would reach everybody."""
    first, second = (targets[name] for name in ENVIRONMENTS)
    keys = KINDS[second.kind].whereabouts
    if keys and first.kind == second.kind and all(getattr(first, key) == getattr(second, key) for key in keys):
        yield Unfit(_NOT_APART, keys[0], keys=", ".join(keys)).at("[production]")
