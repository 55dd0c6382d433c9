"""The tables of the JSON answers in docs/reference, and their JSON Schema, made from the schemas in the code.

A page says where a table goes: between `<!-- schema NAME -->` and `<!-- end -->`. To write them all anew:

    make reference
"""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
import json
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import is_dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import TypeAdapter

import eboxcast.presenters.schemas
import eboxcast.reports.schemas

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
JSON_SCHEMA = REFERENCE / "answers.schema.json"
_BLOCK = re.compile(r"(<!-- schema (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
_TYPES = {"string": "text", "integer": "number", "number": "number", "boolean": "true or false", "null": "`null`"}
_FORMATS = {"date-time": "moment", "date": "date"}

Schema = dict[str, Any]


def shown() -> dict[str, type]:
    """Return every class of a schema by its name."""
    found = {}
    for module in _modules():
        for name, one in vars(module).items():
            if inspect.isclass(one) and is_dataclass(one) and one.__module__ == module.__name__:
                assert found.setdefault(name, one) is one, f"two schemas are named {name}"
    return found


def answers() -> dict[str, type]:
    """Return the classes that are whole answers, by their format."""
    classes = shown().values()
    return {one.format: one for one in classes if isinstance(getattr(one, "format", None), str)}


@cache
def json_schema() -> Schema:
    """Return the JSON Schema of all answers: made once, as every table reads it."""
    adapters = [(one, "serialization", _adapter(one)) for one in answers().values()]
    where, whole = TypeAdapter.json_schemas(adapters, title="The JSON answers of eboxcast")
    described_by = {name: _docstrings(one) for name, one in shown().items()}
    definitions = {
        name: _without_underscores(_with_docstrings(one, described_by.get(name, {})))
        for name, one in whole["$defs"].items()
    }
    any_of = [where[(one, "serialization")] for one in answers().values()]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **whole, "$defs": definitions, "anyOf": any_of}


def described(name: str) -> str:
    """Return the table of a class, followed by those of the classes in it."""
    definitions, answer_names = json_schema()["$defs"], {one.__name__ for one in answers().values()}
    blocks, seen, waiting = [], set[str](), [("", name)]
    while waiting:
        labels, current = waiting.pop(0)
        seen.add(current)
        definition = definitions[current]
        heading = f"**{labels}**: {_in_one_line(definition['description'])}\n\n" if labels else ""
        blocks.append(heading + "\n".join(_table(definition)))
        within: dict[str, list[str]] = {}
        for label, one in definition["properties"].items():
            for inner in _references(one):
                within.setdefault(inner, []).append(f"`{label}`")
        new = within.keys() - seen - answer_names  # an answer of its own has a table of its own
        waiting += [(", ".join(labels), inner) for inner, labels in within.items() if inner in new]
        waiting = _together(waiting)
    return "\n\n".join(blocks) + "\n"


def page_with_tables(text: str) -> str:
    """Return a page with its tables as they are made now."""
    return _BLOCK.sub(lambda found: f"{found[1]}\n{described(found[2])}\n{found[4]}", text)


def names_in_pages() -> set[str]:
    """Return the names of the schemas that the pages have a table of."""
    return {found[2] for page in REFERENCE.glob("*.md") for found in _BLOCK.finditer(page.read_text("utf-8"))}


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules(eboxcast.presenters.schemas.__path__, "eboxcast.presenters.schemas."):
        yield importlib.import_module(found.name)
    yield eboxcast.reports.schemas


def _adapter(of: type) -> TypeAdapter[Any]:
    for one in shown().values():
        one.__pydantic_config__ = {"use_attribute_docstrings": True}  # the schemas themselves know nothing of pydantic
    return TypeAdapter(of)


def _docstrings(of: type) -> dict[str, str]:
    """Return the docstrings of the names of a class, also of those it has from another: pydantic reads its own only."""
    found: dict[str, str] = {}
    for one in (each for each in reversed(of.__mro__) if is_dataclass(each)):
        (body,) = [node.body for node in ast.parse(inspect.getsource(one)).body if isinstance(node, ast.ClassDef)]
        for statement, after in itertools.pairwise(body):
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                match after:
                    case ast.Expr(value=ast.Constant(value=str(text))):
                        found[statement.target.id] = inspect.cleandoc(text)
    return found


def _with_docstrings(definition: Schema, docstrings: dict[str, str]) -> Schema:
    properties = {
        name: {"description": docstrings[name], **one} if name in docstrings else one
        for name, one in definition["properties"].items()
    }
    return {**definition, "properties": properties}


def _without_underscores(definition: Schema) -> Schema:
    """Return a definition with the names that programs see: Python keeps some of them for itself."""
    properties = {name.removesuffix("_"): _without_title(one) for name, one in definition["properties"].items()}
    required = [name.removesuffix("_") for name in definition.get("required", [])]
    return {**definition, "properties": properties, "required": required}


def _without_title(one: Schema) -> Schema:
    return {name: value for name, value in one.items() if name != "title"}


def _together(waiting: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Let a class that several names lead to be described once, under all of them."""
    labels: dict[str, list[str]] = {}
    for label, name in waiting:
        labels.setdefault(name, []).append(label)
    return [(", ".join(dict.fromkeys(", ".join(found).split(", "))), name) for name, found in labels.items()]


def _table(definition: Schema) -> Iterator[str]:
    yield "| Name | Type | What it is |"
    yield "|---|---|---|"
    for name, one in definition["properties"].items():
        assert one.get("description"), f"{name} has no docstring"
        yield f"| `{name}` | {_type(one)} | {_in_one_line(one['description'])} |"


def _type(one: Schema) -> str:
    if "anyOf" in one:
        return " or ".join(dict.fromkeys(_type(each) for each in one["anyOf"]))
    if "const" in one:
        return f"`{json.dumps(one['const'])}`"
    if "$ref" in one or "allOf" in one:
        return "object"
    if one["type"] == "array":
        return f"list of {_plural(_type(one['items']))}"
    if one["type"] == "object":
        inner = one.get("additionalProperties")
        return f"{_plural(_type(inner)) if isinstance(inner, dict) else 'values'} by name"
    return _FORMATS.get(one.get("format", ""), _TYPES[one["type"]])


def _plural(words: str) -> str:
    return re.sub(r"\b(text|object|number|date|moment)\b", r"\1s", words)


def _references(one: Schema) -> Iterator[str]:
    """Yield the names of the classes a property is made of."""
    if "$ref" in one:
        yield one["$ref"].rpartition("/")[2]
    for each in (*one.get("anyOf", ()), *one.get("allOf", ()), *filter(None, [one.get("items")])):
        yield from _references(each)


def _in_one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def write() -> None:
    """Write all tables and the JSON Schema anew."""
    for page in REFERENCE.glob("*.md"):
        page.write_text(page_with_tables(page.read_text("utf-8")), "utf-8")
    JSON_SCHEMA.write_text(json.dumps(json_schema(), ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    write()
