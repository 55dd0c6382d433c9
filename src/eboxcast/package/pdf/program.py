"""The program that opens a PDF, run beside ours: `python -I -m eboxcast.package.pdf.program`.

In: the file. Out: a line of JSON, with the faults and the number of pages.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import BinaryIO

from eboxcast.package.apart import limit_yourself
from eboxcast.package.pdf.findings import MOST_MEMORY, MOST_SECONDS, PdfFindings
from eboxcast.package.pdf.inspection import inspect_pdf


def main(source: BinaryIO, out: BinaryIO) -> None:
    """Open a PDF and write what was found in it."""
    try:
        findings = inspect_pdf(source.read())
    except MemoryError:
        findings = PdfFindings(("too-much",), None)
    out.write(json.dumps(asdict(findings)).encode() + b"\n")


if __name__ == "__main__":
    limit_yourself(memory=MOST_MEMORY, seconds=MOST_SECONDS)
    main(sys.stdin.buffer, sys.stdout.buffer)
