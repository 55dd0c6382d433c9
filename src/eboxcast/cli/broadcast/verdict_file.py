"""The file with checks: a line for each check of each recipient, all of it taken or nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from eboxcast.broadcasts.acceptance import Seen
from eboxcast.broadcasts.models import Check
from eboxcast.cli.broadcast.errors import ChecksFileUnclear
from eboxcast.lib.free_text import is_fit
from eboxcast.lib.masking import mask_and_strip
from eboxcast.package.reading import reason_of

_RESULTS = {"passed": True, "failed": False}
_MOST_BYTES = 1_000_000


def read_checks(path: Path) -> list[Seen]:
    """Return what a file says was found. Raises ChecksFileUnclear."""
    try:
        content = path.read_bytes()[:_MOST_BYTES].decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else "UTF-8"
        raise ChecksFileUnclear(path=path.name, line=1, text=reason) from error
    return list(_read(path, content))


def _read(path: Path, content: str) -> Iterator[Seen]:
    reader = csv.DictReader(content.splitlines())
    if not {"recipient", "check", "result"} <= set(reader.fieldnames or ()):
        raise ChecksFileUnclear(path=path.name, line=1, text=mask_and_strip(content.partition("\n")[0])[:80])
    for row in reader:
        seen = _seen(row)
        if seen is None:
            text = ",".join(str(value or "") for value in row.values())
            raise ChecksFileUnclear(path=path.name, line=reader.line_num, text=mask_and_strip(text)[:80])
        yield seen


def _seen(row: Mapping[str, str | None]) -> Seen | None:
    recipient, check, result = ((row.get(name) or "").strip() for name in ("recipient", "check", "result"))
    remark = (row.get("remark") or "").strip()
    known = check in Check.values and result in _RESULTS and recipient.isdecimal() and int(recipient) < 2**31
    if not known or not is_fit(remark):
        return None
    return Seen(recipient=int(recipient), check=Check(check), passed=_RESULTS[result], remark=remark)
