"""The part of a document that a browser asks for (RFC 9110, 14): one range, or the whole."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONE_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)


@dataclass(frozen=True)
class Part:
    """Bytes of a document, both ends included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """Return how many they are."""
        return self.last - self.first + 1


class BeyondTheEnd(Exception):
    """There are no such bytes."""


def part_asked(header: str, size: int) -> Part | None:
    """Return the range of a header; None for the whole: nothing else is asked, or something we do not offer.

    Raises BeyondTheEnd.
    """
    asked = _ONE_RANGE.fullmatch(header.replace(" ", ""))
    if asked is None or not any(asked.groups()):
        return None
    first, last = asked.groups()
    if not first:
        part = Part(max(0, size - int(last)), size - 1)
    else:
        part = Part(int(first), min(int(last), size - 1) if last else size - 1)
        if last and int(last) < int(first):
            return None  # not a range at all, says the standard
    if part.length <= 0:
        raise BeyondTheEnd
    return part
