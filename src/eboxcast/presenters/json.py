"""What is shown, written for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum

from eboxcast.lib.formatting import Precision, iso


def json_text(value: object, *, precision: Precision = "milliseconds") -> str:
    """Return a value of a schema as JSON text, its names in the order of the schema."""
    return json.dumps(plain(value, precision=precision), ensure_ascii=False, indent=2)


def json_line(value: object) -> str:
    """Return a value of a schema as one line: for what may follow other lines."""
    return json.dumps(plain(value), ensure_ascii=False)


def plain(value: object, *, precision: Precision = "milliseconds") -> object:
    """Return a value of a schema as dictionaries, lists, texts and numbers."""
    match value:
        case datetime():
            return iso(value, precision)
        case date():
            return value.isoformat()
        case Enum():
            return value.value
        case Mapping():
            return {str(name): plain(one, precision=precision) for name, one in value.items()}
        case list() | tuple():
            return [plain(one, precision=precision) for one in value]
    if is_dataclass(value):
        return {
            field.name.removesuffix("_"): plain(getattr(value, field.name), precision=precision)
            for field in fields(value)
        }
    return value
