"""What a PDF holds, asked of the program beside ours."""

from __future__ import annotations

import json
from dataclasses import dataclass

from eboxcast.lib.digests import digest
from eboxcast.package.apart import Failed, TooMuch, read_apart

MOST_MEMORY = 1 << 30
MOST_SECONDS = 20
"""Of the processor. An ordinary letter takes a few hundredths."""
MOST_PAGES = 2000
_MOST_SECONDS_WAITED = 60
_MOST_REMEMBERED = 100
_PROGRAM = "eboxcast.package.pdf.program"


@dataclass(frozen=True)
class PdfFindings:
    """What opening a PDF showed: the last parts of the fault codes, and the number of pages when it opens."""

    faults: tuple[str, ...]
    page_count: int | None


_remembered: dict[bytes, PdfFindings] = {}
"""By digest: the same letter is checked for the test, for production, and whenever another file is handed in again."""


def findings_of(content: bytes) -> PdfFindings:
    """Open a PDF in a process of its own, and return what was found in it."""
    key = digest(content)
    if known := _remembered.get(key):
        return known
    try:
        told = json.loads(read_apart(_PROGRAM, content, seconds=_MOST_SECONDS_WAITED))
    except TooMuch:  # on a machine with less to do it may not be
        return PdfFindings(("too-much",), None)
    except Failed:
        return PdfFindings(("damaged",), None)
    if len(_remembered) == _MOST_REMEMBERED:
        _remembered.clear()
    return _remembered.setdefault(key, PdfFindings(tuple(told["faults"]), told["page_count"]))
