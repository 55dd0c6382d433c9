"""One fault that was found: its kind, its place, and what it says in a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from eboxcast.lib.command_line import command_of
from eboxcast.lib.errors import Reason
from eboxcast.lib.telling import Renderer, names_in, remedy_in, sentence_in, told_in
from eboxcast.lib.translation import N_, translate
from eboxcast.package.faults.catalogue import FAULTS, FaultKind

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
    sentence = sentence_in(reason_of(fault), language)
    if "likely" in fault.data:
        sentence += " " + translate(_LIKELY, language, _data_of(fault))
    return sentence


def remedy_of(fault: Fault, language: str, *, render: Renderer = command_of) -> str:
    """Return what to do about it, in a language; its next actions as a door says them."""
    return remedy_in(reason_of(fault), language, render=render)


def meaning_of(code: str, language: str) -> str:
    """Return what a kind of fault says of many at once: what differs from one to the next is left open."""
    kind = FAULTS.get(code)
    return told_in(_left_open(kind), language) if kind else "–"


def sentence_of_many(code: str, language: str) -> str:
    """Return the same without what to do about it."""
    return sentence_in(_left_open(FAULTS[code]), language)


def _left_open(kind: FaultKind) -> Reason:
    given = [text for action in kind.actions.values() for text in action.parameters.values()]
    return _reason(kind, dict.fromkeys(names_in(kind.sentence, kind.remedy, *given), "…"))


def reason_of(fault: Fault) -> Reason:
    """Return a fault as something that can be said, with its next actions as data."""
    return _reason(FAULTS[fault.code], _data_of(fault))


def _reason(kind: FaultKind, data: Mapping[str, object]) -> Reason:
    return Reason(sentence=kind.sentence, remedy=kind.remedy, data=data, actions=kind.actions)


def _data_of(fault: Fault) -> dict[str, object]:
    return {"file": fault.file, "line": fault.line, "place": fault.place, "sheet": fault.sheet, **fault.data}
