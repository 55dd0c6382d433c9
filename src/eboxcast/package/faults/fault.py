"""One fault that was found: its kind, its place, and what it says in a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from eboxcast.lib.translation import N_, translate
from eboxcast.package.faults.catalogue import FAULTS

_LIKELY = N_("The correct value is probably {likely}.")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something wrong in a package: what (a code of ``package.faults``), where, and the data its sentence needs.

    The data never holds a national number in full, only its masked form.
    """

    code: str
    file: str
    line: int | None = None
    place: str | None = None
    """The XML element, or the column of the list."""
    sheet: str | None = None
    """The sheet of a spreadsheet; the line is then the row."""
    column: str | None = None
    """The letters of the column of a spreadsheet."""
    data: Mapping[str, str | int] = field(default_factory=dict)


def sentence_of(fault: Fault, language: str) -> str:
    """Return what is wrong, in a language, without its place."""
    sentence = translate(FAULTS[fault.code].sentence, language, _data_of(fault))
    if "likely" in fault.data:
        sentence += " " + translate(_LIKELY, language, _data_of(fault))
    return sentence


def remedy_of(fault: Fault, language: str) -> str:
    """Return what to do about it, in a language."""
    return translate(FAULTS[fault.code].remedy, language, _data_of(fault))


def _data_of(fault: Fault) -> dict[str, object]:
    return {"file": fault.file, "line": fault.line, "place": fault.place, **fault.data}
