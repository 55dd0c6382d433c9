"""What checking a package found, as JSON and back: kept without the package, it can be told again in any language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from eboxcast.package.faults import Fault
from eboxcast.package.model import (
    Checked,
    Choice,
    Document,
    Duplicates,
    EboxType,
    FaultyRows,
    ListAccount,
    Metadata,
    Policies,
    SheetAccount,
)

_BYTES = ("digest", "file_digest", "content_digest", "document_digest")


def checked_as_json(checked: Checked) -> dict[str, Any]:
    """Return everything but the package itself."""
    values = {field.name: getattr(checked, field.name) for field in fields(checked) if field.name != "package"}
    return {name: _plain(value) for name, value in values.items()}


def checked_from_json(values: Mapping[str, Any]) -> Checked:
    """Return what ``checked_as_json`` was given, without the package."""
    return Checked(
        package=None,
        faults=tuple(Fault(**one) for one in values["faults"]),
        fault_counts=values["fault_counts"],
        document=_document(values["document"]) if values["document"] else None,
        metadata=_metadata(values["metadata"]) if values["metadata"] else None,
        lists=tuple(map(_list, values["lists"])),
        policies=policies_from_json(values["policies"]),
    )


def policies_as_json(policies: Policies) -> dict[str, Any]:
    """Return the sender's choices."""
    return {field.name: _plain(getattr(policies, field.name)) for field in fields(policies)}


def policies_from_json(values: Mapping[str, Any]) -> Policies:
    """Return what ``policies_as_json`` was given."""
    return Policies(
        duplicates=Duplicates(values["duplicates"]),
        faulty_rows=FaultyRows(values["faulty_rows"]),
        choice=Choice(**values["choice"]),
    )


def _plain(value: Any) -> Any:
    match value:
        case bytes():
            return value.hex()
        case Enum():
            return value.value
        case Path():
            return str(value)
        case Mapping():
            return {str(name): _plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


def _document(values: Mapping[str, Any]) -> Document:
    return Document(**{**_with_bytes(values), "path": Path(values["path"])})


def _metadata(values: Mapping[str, Any]) -> Metadata:
    metas = {name: tuple(texts) for name, texts in values["metas"].items()}
    return Metadata(**{**_with_bytes(values), "metas": metas, "ebox_type": EboxType(values["ebox_type"])})


def _list(values: Mapping[str, Any]) -> ListAccount:
    return ListAccount(**{**_with_bytes(values), "sheet": _sheet(values["sheet"]) if values["sheet"] else None})


def _sheet(values: Mapping[str, Any]) -> SheetAccount:
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return SheetAccount(**given)


def _with_bytes(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: bytes.fromhex(value) if name in _BYTES and value is not None else value for name, value in values.items()
    }
