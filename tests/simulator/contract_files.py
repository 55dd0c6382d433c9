"""The public contract files: enough of YAML to read them, and enough of JSON Schema to hold an answer against them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

REFERENCE = Path(__file__).parents[3] / "shared" / "reference"
REGISTRY = "e-Box-Enterprise-swagger-v2.1-AP-Public.yaml"
FEDERATION = "ebox-federation-1.3.yaml"

_KEY = re.compile(r"""("[^"]+"|[^\s"'\[{-][^:"]*|\$ref):(?:\s+(.*))?""")
_WHOLE_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def contract(name: str) -> dict[str, Any]:
    """Return a contract file. Skips the test where the files are not beside the repository."""
    path = REFERENCE / name
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    lines = [line for line in path.read_text("utf-8").splitlines() if line.strip() and line.strip() != "---"]
    whole, _ = _node(_joined([line for line in lines if not line.lstrip().startswith("#")]), 0)
    assert isinstance(whole, dict)
    return whole


Line = tuple[int, str]


def _joined(lines: list[str]) -> list[Line]:
    """Return each line with its indentation; texts over several lines are made one."""
    joined: list[Line] = []
    for raw in lines:
        indent, text = len(raw) - len(raw.lstrip()), raw.strip()
        if joined and _goes_on(joined[-1], indent, text):
            before = joined[-1][1]
            joined[-1] = (
                joined[-1][0],
                before[:-1] + text.lstrip("\\") if before.endswith("\\") else f"{before} {text}",
            )
        else:
            joined.append((indent, text))
    return joined


def _goes_on(before: Line, indent: int, text: str) -> bool:
    key = _KEY.fullmatch(before[1].removeprefix("- "))
    value = (key[2] if key else before[1].removeprefix("- ")) or ""
    if value.startswith('"'):
        return _WHOLE_QUOTED.fullmatch(value) is None
    return (
        bool(value)
        and key is not None
        and indent > before[0]
        and not _KEY.fullmatch(text)
        and not text.startswith("- ")
    )


def _node(lines: list[Line], at: int) -> tuple[Any, int]:
    indent, text = lines[at]
    if text.startswith("- "):
        return _list(lines, at, indent)
    return _map(lines, at, indent) if _KEY.fullmatch(text) else (_scalar(text), at + 1)


def _list(lines: list[Line], at: int, indent: int) -> tuple[list[Any], int]:
    items = []
    while at < len(lines) and lines[at][0] == indent and lines[at][1].startswith("- "):
        lines[at] = (indent + 2, lines[at][1][2:])
        item, at = _node(lines, at)
        items.append(item)
    return items, at


def _map(lines: list[Line], at: int, indent: int) -> tuple[dict[str, Any], int]:
    values: dict[str, Any] = {}
    while at < len(lines) and lines[at][0] == indent and (key := _KEY.fullmatch(lines[at][1])):
        name, text = key[1].strip('"'), key[2]
        at += 1
        if text:
            values[name] = _scalar(text)
        elif at < len(lines) and (lines[at][0] > indent or (lines[at][0] == indent and lines[at][1].startswith("- "))):
            values[name], at = _node(lines, at)
    return values, at


def _scalar(text: str) -> Any:
    if text.startswith('"'):
        return text[1:-1].replace("\\ ", " ").replace('\\"', '"')
    if text.startswith("'"):
        return text[1:-1]
    words: dict[str, Any] = {"true": True, "false": False, "[]": []}
    if text in words:
        return words[text]
    return float(text) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) else text


KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")


def problems(definitions: dict[str, Any], schema: dict[str, Any], value: Any, place: str = "$") -> Iterator[str]:
    """Return what of a value does not follow a schema, keys the schema does not know included."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].removeprefix("#/definitions/")]
    kind = schema.get("type", "object")
    if not isinstance(value, KINDS[kind]) or (isinstance(value, bool) and kind != "boolean"):
        yield f"{place} is no {kind}"
    elif kind == "object":
        yield from _problems_of_object(definitions, schema, value, place)
    elif kind == "array":
        for number, item in enumerate(value):
            yield from problems(definitions, schema["items"], item, f"{place}[{number}]")
    else:
        yield from _problems_of_scalar(schema, value, place)


def _problems_of_object(definitions: dict[str, Any], schema: dict[str, Any], value: Any, place: str) -> Iterator[str]:
    known = schema.get("properties", {})
    yield from (f"{place}.{name} is missing" for name in schema.get("required", []) if name not in value)
    yield from (f"{place}.{name} is unknown" for name in value if name not in known)
    for name in value.keys() & known.keys():
        yield from problems(definitions, known[name], value[name], f"{place}.{name}")


def _problems_of_scalar(schema: dict[str, Any], value: Any, place: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place} is none of the enumeration"
    if "pattern" in schema and not re.fullmatch(schema["pattern"], value):
        yield f"{place} does not match the pattern"
    if schema.get("format") == "date-time" and not (_MOMENT.fullmatch(value) and datetime.fromisoformat(value)):
        yield f"{place} is no moment"
    if schema.get("format") == "uuid" and str(UUID(value)) != value:
        yield f"{place} is no uuid"
