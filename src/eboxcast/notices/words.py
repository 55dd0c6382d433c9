"""Values as a reader gets them: days and moments in words, numbers grouped, people's words without national numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from eboxcast.lib.formatting import grouped, long_date, long_moment
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import name_in, translate

_UNKNOWN = "–"


@dataclass(frozen=True)
class Marked:
    """A sentence or word of ours, to be said in the reader's language."""

    sentence: str
    data: Mapping[str, object] = field(default_factory=dict)


class Exact(str):
    """A value of our own making that is shown sign by sign: a digest, a command, a number of a broadcast."""

    __slots__ = ()


class _Filled(dict[str, str]):
    """Data for a sentence; what is not known is a dash, as a mail that says less is better than none."""

    def __missing__(self, name: str) -> str:
        return _UNKNOWN


def said(sentence: str, language: str, data: Mapping[str, object]) -> str:
    """Return a marked sentence in a language, with its data in words."""
    return translate(sentence, language, _Filled({name: spoken(value, language) for name, value in data.items()}))


def spoken(value: object, language: str) -> str:
    """Return a value in words; empty values are a dash."""
    if isinstance(value, Marked):
        return said(value.sentence, language, value.data)
    if isinstance(value, Exact):
        return str(value)
    if isinstance(value, str):
        return mask_and_strip(value).strip() or _UNKNOWN
    if isinstance(value, datetime):
        return long_moment(value, language)
    if isinstance(value, date):
        return long_date(value, language)
    if isinstance(value, int):
        return grouped(value, language)
    if isinstance(value, Mapping):
        return mask_and_strip(name_in(value, language)) or _UNKNOWN
    if isinstance(value, Sequence):
        return "; ".join(spoken(one, language) for one in value) or _UNKNOWN
    return _UNKNOWN
