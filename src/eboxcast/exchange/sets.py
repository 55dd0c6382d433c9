"""Which sets lie in a folder, with their parts and what is wrong with them as such; and a private copy of one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from eboxcast.exchange.codes import SetFault
from eboxcast.exchange.folders import SHARED_FOLDER, Changed, Folder, Mark
from eboxcast.exchange.names import Named, faults_of, number, read_name
from eboxcast.lib import clock

GRACE = timedelta(minutes=15)
"""How long parts may come after their GO file: some programs write several files at once."""
MOST_BYTES = 128 << 20
_MOST_CHARACTERS = 80
_SIGNED_ALWAYS = "production"
"""Where each set of an institution that signs needs signatures; elsewhere they are verified if they are there."""


class Readiness(StrEnum):
    """Whether a set can be taken."""

    READY = "ready"
    WAITING = "waiting"


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """A GO or TD file with the parts of its name."""

    order: Named
    parts: tuple[Named, ...]
    faults: tuple[SetFault, ...]
    signatures: tuple[Named, ...] = ()
    readiness: Readiness = Readiness.READY

    @property
    def reference(self) -> str:
        """Return what the names have in common, fit to be shown and kept."""
        return self.order.shared

    @property
    def signed(self) -> list[tuple[Named, Named]]:
        """Return each part with its signature, where it has one."""
        numbered = {number(one.part): one for one in self.signatures}
        return [(part, numbered[number(part.part)]) for part in self.parts if number(part.part) in numbered]


def gather(folder: Folder, *, institution: str, environment: str, signing: bool) -> list[Gathered]:
    """Return the sets that end here or are to be cancelled; those to be cancelled first.

    ``signing`` says whether the institution has a certificate with which it signs.
    """
    named = [read for name in folder.names() if (read := read_name(name))]
    # A link or a folder with the name of a GO file could not be removed, so it would be answered for ever.
    ended = (one for one in named if one.ends and folder.mark(one.name))
    orders = sorted(ended, key=lambda one: (not one.cancels, one.name))
    return [
        _with_parts(one, named, folder, institution=institution, environment=environment, signing=signing)
        for one in orders
    ]


def _with_parts(
    order: Named, named: Sequence[Named], folder: Folder, *, institution: str, environment: str, signing: bool
) -> Gathered:
    faults = [*faults_of(order, institution=institution, environment=environment), *_of_order(order, folder)]
    ours = [one for one in named if order.reference and one.reference == order.reference]
    parts, signatures = (
        tuple(one for one in ours if one.is_part),
        tuple(one for one in ours if one.is_signature),
    )
    if order.cancels or faults:
        return Gathered(order=order, parts=parts, faults=tuple(faults), signatures=signatures)
    needed = order.parts if signing and (signatures or environment == _SIGNED_ALWAYS) else 0
    if (len(parts) < order.parts or len(signatures) < needed) and not _is_old(order, folder):
        return Gathered(order=order, parts=parts, faults=(), signatures=signatures, readiness=Readiness.WAITING)
    faults += [*_of_count(order, parts), *(fault for part in parts for fault in _of_part(part, folder))]
    faults += _of_signatures(order, signatures, needed=needed, signing=signing)
    return Gathered(order=order, parts=parts, faults=tuple(faults), signatures=signatures)


def _of_order(order: Named, folder: Folder) -> Iterator[SetFault]:
    mark = folder.mark(order.name)
    if mark is not None and mark.size:
        yield SetFault(code=204, file=order.name)


def _of_count(order: Named, parts: Sequence[Named]) -> Iterator[SetFault]:
    expected = order.parts
    if len(parts) != expected:
        yield SetFault(code=120, data={"expected": expected, "found": len(parts)})
    elif {number(part.part) for part in parts} != set(range(1, expected + 1)):
        yield SetFault(code=123, data={"expected": expected})
    if any(part.parts != expected for part in parts):
        yield SetFault(code=124)
    if len({part.rest.casefold() for part in parts}) != len(parts):
        yield SetFault(code=131)


def _of_signatures(order: Named, signatures: Sequence[Named], *, needed: int, signing: bool) -> Iterator[SetFault]:
    if signatures and not signing:
        yield SetFault(code=121, file=signatures[0].name)
    elif len(signatures) != needed:
        yield SetFault(code=122, data={"expected": needed, "found": len(signatures)})
    elif {number(one.part) for one in signatures} != set(range(1, needed + 1)):
        yield SetFault(code=132)
    if any(one.parts != order.parts for one in signatures):
        yield SetFault(code=124)


def _of_part(part: Named, folder: Folder) -> Iterator[SetFault]:
    if not part.rest or part.rest.startswith(".") or not part.rest.isprintable() or len(part.rest) > _MOST_CHARACTERS:
        yield SetFault(code=131, file=part.name)
    mark = folder.mark(part.name)
    if mark is None:
        yield SetFault(code=202, file=part.name)
    elif not mark.size:
        yield SetFault(code=134, file=part.name)
    elif mark.size > MOST_BYTES:
        yield SetFault(code=203, file=part.name, data={"most": MOST_BYTES >> 20})


def _is_old(order: Named, folder: Folder) -> bool:
    """Say whether a GO file has lain there for long: by the clock of the machine, which wrote it."""
    found = folder.look(order.name)
    now = clock.now() - clock.offset()
    return found is not None and now - datetime.fromtimestamp(found.st_mtime, UTC) > GRACE


STAGING = ".staging"


def clear_copies(root: Path) -> None:
    """Remove the copies of collectors that were killed; call it while no other one works."""
    (root / STAGING).mkdir(mode=SHARED_FOLDER, exist_ok=True)
    for left in (root / STAGING).iterdir():
        shutil.rmtree(left)


@contextmanager
def staged(folder: Folder, parts: Sequence[Named], *, root: Path) -> Iterator[tuple[Path, dict[str, Mark]]]:
    """Copy the parts under their own names into a folder that no institution can read; it goes with the context.

    Raises NotOrdinary, Changed, OSError; Changed also where a part is not the same any more once all are copied.
    """
    with tempfile.TemporaryDirectory(dir=root / STAGING) as name:
        # If this is killed, another user's collector has to be able to remove it.
        Path(name).chmod((root / STAGING).stat().st_mode & SHARED_FOLDER)
        copies = {part.name: folder.copy(part.name, Path(name) / part.rest) for part in parts}
        if any(folder.digest(part) != copied for part, copied in copies.items()):
            raise Changed
        yield Path(name), {part: mark for part, (mark, _) in copies.items()}
