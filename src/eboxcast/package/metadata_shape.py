"""Which elements the metadata has and what their values look like: broadcast.xsd again, in a form that can explain.

A schema validator stops at the first surprise among siblings and speaks its own language; a sender wants all of it,
in words. A test holds this table and the schema together.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from eboxcast.lib.media_types import MEDIA_TYPES
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
