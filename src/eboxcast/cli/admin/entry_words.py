"""What an entry of the audit says, as words on a line: ``key=value``, digests and runs shortened."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from eboxcast.lib.masking import mask_and_strip

_DIGEST = re.compile(r"[0-9a-f]{40,}")
_DIGEST_SHOWN = 12
_RUN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RUN_SHOWN = 8
_FIRST = ("before", "after", "from", "to")
_WORD = re.compile(r"[^\s\"=,;{}]+")


def entry_words(data: Mapping[str, object], *, without: Iterable[str] = ()) -> str:
    """Return the data of an entry, what is empty left out; values that are no single word stand in quotes."""
    left_out = set(without)
    # The database sorts names by their length; where it came from stands before where it went.
    names = sorted((name for name in data if name not in left_out), key=_place)
    said = {name: _said(data[name]) for name in names}
    return " ".join(f"{mask_and_strip(name)}={text}" for name, text in said.items() if text)


def _place(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def _said(value: object) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, str):
        return _shortened(mask_and_strip(value)) if _WORD.fullmatch(value) else _quoted(value)
    if isinstance(value, Mapping):
        return ",".join(f"{mask_and_strip(name)}:{_said(one) or '–'}" for name, one in value.items())
    if isinstance(value, Sequence) and not any(isinstance(one, Mapping | list) for one in value):
        return ",".join(map(_said, value))
    return _quoted(value)


def _quoted(value: object) -> str:
    return mask_and_strip(json.dumps(value, ensure_ascii=False))


def _shortened(word: str) -> str:
    if _DIGEST.fullmatch(word):
        return word[:_DIGEST_SHOWN]
    return word[:_RUN_SHOWN] if _RUN.fullmatch(word) else word
