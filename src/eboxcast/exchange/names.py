"""The names of files in a drop folder, modelled on the file exchange of social security (docs/howto/drop-folder.md).

A set is ``FI.BRDC.<sender>.<date>.<sequence>.<R|T>.<n>.<m>.<own name>`` n times, then an empty
``GO.BRDC.<sender>.<date>.<sequence>.<R|T>.<n>.<broadcast>``; an empty ``TD.BRDC.<…>.<n>`` cancels it. Where the
institution signs, ``FS.BRDC.<…>.<n>.<m>`` is the signature of each part, with anything behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from eboxcast.exchange.codes import SetFault
from eboxcast.lib import clock
from eboxcast.lib.masking import mask_and_strip

PURPOSE = "BRDC"
MOST_PARTS = 99
MOST_DAYS = 30

FOLDERS = {"production": ("IN", "OUT"), "acceptance": ("INTEST", "OUTTEST")}
LETTERS = {"production": "R", "acceptance": "T"}
_ELSEWHERE = {"production": 119, "acceptance": 118}

_PART, _SIGNATURE, _GO, _CANCEL = "FI", "FS", "GO", "TD"
_TEMPORARY = (".filepart", ".part", ".partial", ".tmp")
"""How programs call a file while they write it; they rename it at the end."""
_POSITIONS = {_GO: (8, 8), _CANCEL: (7, 8), _PART: (9, 9), _SIGNATURE: (8, 9)}
_DIGITS = re.compile(r"[0-9]+")
_SEQUENCE = 5


@dataclass(frozen=True, kw_only=True)
class Reference:
    """What all names of a set have in common, as it was written."""

    sender: str
    day: str
    sequence: str
    letter: str

    def __str__(self) -> str:
        return f"{PURPOSE}.{self.sender}.{self.day}.{self.sequence}.{self.letter}"


@dataclass(frozen=True, kw_only=True)
class Named:
    """A name that is meant for us; without a reference it is not of the agreed form."""

    name: str
    kind: str
    reference: Reference | None = None
    count: str = ""
    part: str = ""
    rest: str = ""
    """The own name of a part; the number of the broadcast of a GO file."""

    @property
    def shared(self) -> str:
        """Return what it has in common with its set, fit to be shown; of a name not of the agreed form, all of it."""
        return mask_and_strip(str(self.reference or self.name))

    @property
    def is_part(self) -> bool:
        """Return whether it is one of the files."""
        return self.kind == _PART

    @property
    def is_signature(self) -> bool:
        """Return whether it is the signature of one."""
        return self.kind == _SIGNATURE

    @property
    def ends(self) -> bool:
        """Return whether it ends or cancels a set."""
        return self.kind in (_GO, _CANCEL)

    @property
    def cancels(self) -> bool:
        """Return whether it is a TD file."""
        return self.kind == _CANCEL

    @property
    def parts(self) -> int:
        """Return how many parts are announced; 0 where that is no fit number."""
        return number(self.count)


def read_name(name: str) -> Named | None:
    """Return what a name says; none for files that are not meant for us."""
    kind = name[:2]
    if kind not in _POSITIONS or not name.startswith(f"{kind}.{PURPOSE}.") or name.endswith(_TEMPORARY):
        return None
    least, most = _POSITIONS[kind]
    words = name.split(".", most - 1)
    if len(words) < least:
        return Named(name=name, kind=kind)
    _, _, sender, day, sequence, letter, count, *rest = words
    reference = Reference(sender=sender, day=day, sequence=sequence, letter=letter)
    part = rest[0] if kind in (_PART, _SIGNATURE) else ""
    return Named(name=name, kind=kind, reference=reference, count=count, part=part, rest=rest[-1] if rest else "")


def faults_of(order: Named, *, institution: str, environment: str) -> list[SetFault]:
    """Return all that is wrong with the name of a GO or TD file that was put into a folder."""
    if order.reference is None:
        return [SetFault(code=107, file=order.name)]
    reference = order.reference
    found = [*_of_sender(reference, institution), *_of_day(reference.day), *_of_sequence(reference.sequence)]
    if reference.letter not in LETTERS.values():
        found.append(SetFault(code=117))
    elif reference.letter != LETTERS[environment]:
        found.append(SetFault(code=_ELSEWHERE[environment]))
    if not order.parts:
        found.append(SetFault(code=114, data={"most": MOST_PARTS}))
    return found


def number(text: str) -> int:
    """Return a number of a part or of parts, 1 to 99; 0 for anything else."""
    fit = _DIGITS.fullmatch(text) is not None and len(text) <= len(str(MOST_PARTS))
    return int(text) if fit else 0


def _of_sender(reference: Reference, institution: str) -> Iterator[SetFault]:
    if reference.sender != institution:
        yield SetFault(code=108, data={"found": mask_and_strip(reference.sender), "expected": institution})


def _of_day(text: str) -> Iterator[SetFault]:
    if not re.fullmatch(r"[0-9]{8}", text):
        yield SetFault(code=109)
        return
    day = _day(text)
    if day is None:
        yield SetFault(code=110)
    elif day > clock.today():
        yield SetFault(code=111)
    elif day < clock.today() - timedelta(days=MOST_DAYS):
        yield SetFault(code=126, data={"most": MOST_DAYS})


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y%m%d").replace(tzinfo=clock.BRUSSELS).date()
    except ValueError:
        return None


def _of_sequence(sequence: str) -> Iterator[SetFault]:
    if len(sequence) != _SEQUENCE:
        yield SetFault(code=112)
    elif not _DIGITS.fullmatch(sequence):
        yield SetFault(code=113)
    elif int(sequence) == 0:
        yield SetFault(code=127)
