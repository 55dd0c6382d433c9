"""What a PDF holds, asked of the program beside ours."""

from __future__ import annotations

import json
from dataclasses import dataclass

from eboxcast.package.apart import Failed, TooMuch, read_apart

MOST_MEMORY = 1 << 30
MOST_SECONDS = 20
"""Of the processor. An ordinary letter takes a few hundredths."""
MOST_PAGES = 2000
_MOST_SECONDS_WAITED = 60
_PROGRAM = "eboxcast.package.pdf.program"


@dataclass(frozen=True)
class PdfFindings:
    """What opening a PDF showed: the last parts of the fault codes, and the number of pages when it opens."""

    faults: tuple[str, ...]
    page_count: int | None


def findings_of(content: bytes) -> PdfFindings:
    """Open a PDF in a process of its own, and return what was found in it."""
    try:
        told = json.loads(read_apart(_PROGRAM, content, seconds=_MOST_SECONDS_WAITED))
    except TooMuch:
        return PdfFindings(("too-much",), None)
    except Failed:
        return PdfFindings(("damaged",), None)
    return PdfFindings(tuple(told["faults"]), told["page_count"])
