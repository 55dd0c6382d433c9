"""Which elements the metadata has and what their values look like: broadcast.xsd again, in a form that can explain.

A schema validator stops at the first surprise among siblings and speaks its own language; a sender wants all of it,
in words: so a tree is walked beside this table. A test holds the table and the schema together.
"""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from lxml import etree

from eboxcast.lib.media_types import MEDIA_TYPES
from eboxcast.package.faults import Fault
from eboxcast.package.metadata_text import NAMESPACE
from eboxcast.package.model import EboxType


@dataclass(frozen=True)
class Problem:
    """What is wrong with a value: the last part of a fault's code, and its data."""

    why: str
    data: Mapping[str, str | int]


Check = Callable[[str], Problem | None]


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """An element that holds a value."""

    name: str
    check: Check
    least: int = 1
    most: int = 1


@dataclass(frozen=True, kw_only=True)
class Branch:
    """An element that holds elements, in this order."""

    name: str
    children: tuple[Leaf | Branch, ...]
    least: int = 1
    most: int = 1


def length(least: int, most: int) -> Check:
    """Check how many characters a value has."""

    def check(value: str) -> Problem | None:
        if len(value) > most:
            return Problem("too-long", {"found": len(value), "most": most})
        return Problem("too-short", {"found": len(value), "least": least}) if len(value) < least else None

    return check


def form(pattern: str, why: str) -> Check:
    """Check that a value follows a pattern."""
    compiled = re.compile(pattern)
    return lambda value: None if compiled.fullmatch(value) else Problem(why, {})


def language(value: str) -> Problem | None:
    """Check that a value is one language; senders with two get told why that is two broadcasts."""
    if re.fullmatch("fr|nl|de", value, re.IGNORECASE):
        return None
    several = value.upper() == "BI" or len(re.findall(r"\b(?:fr|nl|de|en)\b", value, re.IGNORECASE)) > 1
    return Problem("two-languages" if several else "language", {})


def digest_value(value: str) -> Problem | None:
    """Check that a value is a SHA-256 in one of the usual forms."""
    return None if read_digest(value) else Problem("digest-value", {})


def read_digest(value: str) -> tuple[bytes, str] | None:
    """Return the 32 bytes and the name of the form they are written in."""
    if re.fullmatch("[0-9A-Fa-f]{64}", value):
        return bytes.fromhex(value), "hexadecimal"
    for pattern, name in (("[A-Za-z0-9+/]{43}=?", "base64"), ("[A-Za-z0-9_-]{43}=?", "base64url")):
        if re.fullmatch(pattern, value):
            return base64.urlsafe_b64decode(value[:43].replace("+", "-").replace("/", "_") + "="), name
    return None


_SHORT = length(1, 25)

SHAPE = Branch(
    name="Broadcast",
    children=(
        Branch(
            name="MessageID",
            children=(
                Leaf(name="Ticket", check=length(1, 25)),
                Leaf(name="Sequence", check=form("[0-9]{1,5}", "sequence"), least=0),
            ),
        ),
        Branch(
            name="SenderID",
            children=(
                Leaf(name="Application", check=length(1, 150)),
                Leaf(name="Institution", check=form("[01][0-9]{9}", "institution")),
            ),
        ),
        Leaf(name="MessageType", check=length(6, 80)),
        Leaf(name="EboxType", check=form("|".join(EboxType), "ebox-type")),
        Leaf(name="Language", check=language),
        Branch(
            name="Document",
            children=(
                Leaf(name="Title", check=length(1, 255)),
                Leaf(name="DownloadFileName", check=length(1, 80)),
                Leaf(name="MIME", check=form("|".join(map(re.escape, MEDIA_TYPES)), "media-type"), least=0),
                Branch(
                    name="Digest",
                    children=(
                        Leaf(name="DigestMethod", check=form("SHA-256", "digest-method")),
                        Leaf(name="DigestValue", check=digest_value),
                    ),
                    least=0,
                ),
            ),
        ),
        Branch(
            name="Meta",
            children=(Leaf(name="Type", check=_SHORT), Leaf(name="Value", check=_SHORT, most=10)),
            least=0,
            most=10,
        ),
    ),
)


_BLANK = " \t\r\n"
_BLANKS = re.compile(f"[{_BLANK}]+")
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_HARMLESS_ATTRIBUTES = {_XSI + "schemaLocation", _XSI + "noNamespaceSchemaLocation"}
"""They say where a schema may be found, editors write them, and nothing here follows them."""
_MOST_SHOWN = 40


@dataclass(frozen=True)
class Value:
    """A good value and its line."""

    text: str
    line: int


@dataclass
class Walk:
    """What a walk through one file found: faults, and the good values by path in the order they came."""

    file_name: str
    faults: list[Fault] = field(default_factory=list)
    values: dict[str, list[Value]] = field(default_factory=dict)
    metas: list[tuple[list[Value], list[Value]]] = field(default_factory=list)

    def one(self, path: str) -> Value | None:
        """Return the value of an element that may stand once."""
        return next(iter(self.values.get(path, ())), None)

    def note(self, why: str, element: etree._Element, *, place: str, **data: str | int) -> None:
        """Note one fault."""
        fault = Fault(
            code=f"metadata.{why}", file=self.file_name, line=_line_of(element), place=shown(place), data=data
        )
        self.faults.append(fault)


def walk(root: etree._Element, *, file_name: str) -> Walk:
    """Return what a metadata tree holds and what is wrong with it."""
    found = Walk(file_name)
    namespace, name = _split(root)
    if name != SHAPE.name:
        found.note("root", root, place=name)
    elif not namespace:
        found.note("no-namespace", root, place=name)
    elif namespace != NAMESPACE:
        found.note("namespace", root, place=name, found=shown(namespace), namespace=NAMESPACE)
    else:
        _branch(found, root, SHAPE, path="")
    return found


def shown(text: str) -> str:
    """Return a sender's own word as a message may show it: not long, and without what could be a national number."""
    short = text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1] + "…"
    return re.sub(r"\d", "*", short) if sum(map(str.isdigit, text)) >= 9 else short


def _branch(found: Walk, element: etree._Element, branch: Branch, *, path: str) -> None:
    _attributes(found, element)
    if _has_text(element):
        found.note("text", element, place=branch.name)
    names = [child.name for child in branch.children]
    counts: Counter[str] = Counter()
    furthest = 0
    for child in _children(found, element, branch.name):
        name = _split(child)[1]
        if name not in names:
            found.note("unknown-element", child, place=name, parent=branch.name)
            continue
        shape = branch.children[names.index(name)]
        counts[name] += 1
        if counts[name] > shape.most:
            _surplus(found, child, shape, counts[name])
            continue
        if names.index(name) < furthest:
            found.note("order", child, place=name, before=names[furthest])
        furthest = max(furthest, names.index(name))
        _visit(found, child, shape, path=f"{path}/{name}".strip("/"))
    for shape in branch.children:
        if counts[shape.name] < shape.least:
            found.note("missing", element, place=shape.name, parent=branch.name)


def _visit(found: Walk, element: etree._Element, shape: Leaf | Branch, *, path: str) -> None:
    if isinstance(shape, Leaf):
        _leaf(found, element, shape, path=path)
        return
    _branch(found, element, shape, path=path)
    if shape.name == "Meta":
        found.metas.append((found.values.pop("Meta/Type", []), found.values.pop("Meta/Value", [])))


def _leaf(found: Walk, element: etree._Element, leaf: Leaf, *, path: str) -> None:
    _attributes(found, element)
    for child in _children(found, element, leaf.name):
        found.note("unknown-element", child, place=_split(child)[1], parent=leaf.name)
    value = _BLANKS.sub(" ", (element.text or "").strip(_BLANK))
    if not value:
        if not len(element):
            found.note("empty-value", element, place=leaf.name)
        return
    problem = leaf.check(value)
    if problem:
        found.note(problem.why, element, place=leaf.name, **problem.data)
        return
    found.values.setdefault(path, []).append(Value(value, _line_of(element)))


def _surplus(found: Walk, element: etree._Element, shape: Leaf | Branch, count: int) -> None:
    if shape.name == "Language":
        found.note("two-languages", element, place=shape.name)
    elif shape.most == 1:
        found.note("twice", element, place=shape.name)
    elif count == shape.most + 1:
        found.note("too-many", element, place=shape.name, most=shape.most)


def _children(found: Walk, element: etree._Element, parent: str) -> Iterator[etree._Element]:
    for child in element:
        namespace, name = _split(child)
        if namespace == NAMESPACE:
            yield child
        else:
            found.note("foreign-element", child, place=name, parent=parent)


def _attributes(found: Walk, element: etree._Element) -> None:
    for attribute in element.attrib:
        if attribute not in _HARMLESS_ATTRIBUTES:
            name = etree.QName(attribute).localname
            found.note("attribute", element, place=_split(element)[1], name=shown(name))


def _has_text(element: etree._Element) -> bool:
    return any((text or "").strip(_BLANK) for text in (element.text, *(child.tail for child in element)))


def _split(element: etree._Element) -> tuple[str, str]:
    name = etree.QName(element)
    return name.namespace or "", name.localname


def _line_of(element: etree._Element) -> int:
    return cast("int | None", element.sourceline) or 1  # the stubs say Ellipsis
