"""Taking one set: refused as such, or handed on and answered for what is in it; a TD file takes one back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eboxcast.broadcasts.errors import BroadcastNotFound
from eboxcast.broadcasts.lookup import find_broadcast
from eboxcast.broadcasts.models import Broadcast, FileDelivery, Via
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.broadcasts.files import Receipt, deliver, take_back
from eboxcast.exchange import receipts, records
from eboxcast.exchange.codes import SetFault
from eboxcast.exchange.folders import Changed, DropFolderUnusable, Folder, Mark, NotOrdinary
from eboxcast.exchange.models import Result, TakenSet
from eboxcast.exchange.names import Named, read_name
from eboxcast.exchange.sets import Gathered, Readiness, staged
from eboxcast.exchange.signers import ExpiredSigner, StrangeSigner, check_signature
from eboxcast.lib.actors import Actor, Role
from eboxcast.lib.crashpoints import Taking, reached
from eboxcast.lib.errors import EboxcastError, Incomplete, InputRefused, NotAllowedNow, WrongUse
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.signatures import SignatureWrong
from eboxcast.package.reading import reason_of

WAITING, TROUBLE = "waiting", "trouble"
_MOST_OF_A_SIGNATURE = 64 << 10
_OF_SIGNATURE = {SignatureWrong: 125, StrangeSigner: 207, ExpiredSigner: 208}


@dataclass(frozen=True, kw_only=True)
class Collected:
    """What came of one set in this pass."""

    institution: str
    environment: str
    reference: str
    outcome: str
    """A Result; ``waiting`` while it is not complete or still being written; ``trouble`` when we could not."""
    broadcast: str = ""
    codes: tuple[int, ...] = ()
    error: EboxcastError | None = None

    @classmethod
    def of_folder(cls, institution: str, environment: str, error: OSError | EboxcastError) -> Collected:
        """Return that a whole folder could not be worked on."""
        return cls(
            institution=institution, environment=environment, reference="-", outcome=TROUBLE, error=_trouble(error)
        )


@dataclass(frozen=True, kw_only=True)
class Door:
    """The two folders of an institution for an environment, and who acts through them."""

    root: Path
    institution: str
    environment: str
    source: Folder
    target: Folder | None

    @property
    def actor(self) -> Actor:
        """Return who delivers: the institution's folder, as a service of its own."""
        roles = frozenset({Role.REQUESTER})
        return Actor(f"drop-folder@{self.institution}", roles, self.institution, "fr", service=True)

    def refuse_unusable(self) -> None:
        """Raise DropFolderUnusable where what is taken could not be answered or removed."""
        for folder in (self.source, self.target):
            if folder is None or not folder.is_ours():
                raise DropFolderUnusable(folder=f"{self.institution}/…", reason="no right to write")

    def told(self, gathered: Gathered, outcome: str, **more: object) -> Collected:
        """Return what came of a set."""
        values = {"institution": self.institution, "environment": self.environment, "outcome": outcome, **more}
        return Collected(reference=gathered.reference, **values)  # type: ignore[arg-type]


def take(door: Door, gathered: Gathered) -> Collected:
    """Take a set, or cancel one."""
    if gathered.readiness is Readiness.WAITING:
        return door.told(gathered, WAITING)
    try:
        if gathered.faults:
            return _refuse(door, gathered, gathered.faults)
        before = records.taken_before(door.institution, door.environment, gathered.reference)
        if gathered.order.cancels:
            return _cancel(door, gathered, before)
        if before is not None and before.answered_at is not None:
            return _refuse(door, gathered, [SetFault(code=133)])
        return _hand_on(door, gathered)
    except Changed:
        return door.told(gathered, WAITING)
    except Incomplete:
        raise  # somebody asked for the end
    except (OSError, EboxcastError) as error:
        return door.told(gathered, TROUBLE, error=_trouble(error))


def _hand_on(door: Door, gathered: Gathered) -> Collected:
    try:
        broadcast = find_broadcast(gathered.order.rest, actor=door.actor)
    except BroadcastNotFound:
        return _refuse(door, gathered, [SetFault(code=201, data={"broadcast": mask_and_strip(gathered.order.rest)})])
    try:
        with staged(door.source, gathered.parts, root=door.root) as (directory, marks):
            signatures, faults = _check_signatures(door, gathered, directory)
            if faults:
                return _refuse(door, gathered, faults)
            answer = _deliver(door, broadcast, directory)
            reached(Taking.DELIVERED)
    except (NotOrdinary, PermissionError):
        return _refuse(door, gathered, [SetFault(code=202)])
    accepted = isinstance(answer, Receipt) and answer.accepted
    taken = records.conclude(
        gathered,
        Result.ACCEPTED if accepted else Result.REJECTED,
        actor=door.actor,
        environment=door.environment,
        broadcast=broadcast,
        run=answer.run.id if isinstance(answer, Receipt) and answer.run else None,
        marks=[*marks.values(), *signatures, *_order_marks(door, gathered)],
    )
    reached(Taking.CONCLUDED)
    notification = receipts.notification(taken, answer, language=broadcast.language)
    return _answer(door, gathered, taken, notification=notification)


def _check_signatures(door: Door, gathered: Gathered, directory: Path) -> tuple[list[Mark], list[SetFault]]:
    """Return by what the signatures of a set are known again, and which of them do not count.

    Raises NotOrdinary, Changed, OSError.
    """
    marks: list[Mark] = []
    faults: list[SetFault] = []
    for part, signature in gathered.signed:
        mark, content = door.source.read(signature.name, most=_MOST_OF_A_SIGNATURE)
        marks.append(mark)
        try:
            check_signature(door.institution, content, directory / part.rest)
        except (SignatureWrong, StrangeSigner, ExpiredSigner) as wrong:
            faults.append(SetFault(code=_OF_SIGNATURE[type(wrong)], file=signature.name))
    return marks, faults


def _deliver(door: Door, broadcast: Broadcast, directory: Path) -> Receipt | EboxcastError:
    """Hand the files on; return what came of them, or why the procedure refuses them. Our own trouble is raised."""
    try:
        return deliver(broadcast, directory, environment=door.environment, actor=door.actor, via=Via.FOLDER)
    except (InputRefused, NotAllowedNow, WrongUse) as refusal:
        return refusal


def _cancel(door: Door, gathered: Gathered, before: TakenSet | None) -> Collected:
    if before is None:
        if not _marks(door, gathered, with_go=True).keys() - {gathered.order.name}:
            return _refuse(door, gathered, [SetFault(code=205)])
        return _conclude_cancelled(door, gathered)
    cancelled = _take_set_back(before, actor=door.actor)
    if cancelled.done:
        return _conclude_cancelled(door, gathered, cancelled.broadcast)
    return _refuse(door, gathered, [SetFault(code=206)], why=cancelled.refusal)


def _conclude_cancelled(door: Door, gathered: Gathered, broadcast: Broadcast | None = None) -> Collected:
    marks = _marks(door, gathered, with_go=True)
    taken = records.conclude(
        gathered,
        Result.CANCELLED,
        actor=door.actor,
        environment=door.environment,
        broadcast=broadcast,
        marks=marks.values(),
    )
    return _answer(door, gathered, taken)


def _refuse(
    door: Door, gathered: Gathered, faults: Sequence[SetFault], *, why: EboxcastError | None = None
) -> Collected:
    codes = {fault.code for fault in faults}
    marks = _marks(door, gathered)
    taken = records.conclude(
        gathered, Result.REFUSED, actor=door.actor, environment=door.environment, marks=marks.values(), codes=codes
    )
    notification = receipts.notification(taken, why, language="fr") if why else None
    return _answer(door, gathered, taken, faults=faults, notification=notification)


def files_of(door: Door, taken: TakenSet) -> list[tuple[Named, Mark]]:
    """Return the files of a set that still lie there as they were taken; the GO file first."""
    marks = records.marks_of(taken)
    named = (read for name in door.source.names() if (read := read_name(name)) and read.shared == taken.reference)
    found = ((one, mark) for one in named if (mark := door.source.mark(one.name)) in marks and mark)
    return sorted(found, key=lambda each: (not each[0].ends, each[0].name))


def remove(door: Door, taken: TakenSet) -> None:
    """Remove the files of a set, and nothing else."""
    for one, mark in files_of(door, taken):
        door.source.remove(one.name, mark)
        reached(Taking.REMOVED_ONE)


def _answer(
    door: Door,
    gathered: Gathered,
    taken: TakenSet,
    *,
    faults: Sequence[SetFault] = (),
    notification: bytes | None = None,
) -> Collected:
    """Write the answers; then remove what was taken, the GO file first; then note that all is done."""
    assert door.target is not None  # noqa: S101 - refuse_unusable looked
    files = [one.name for one in (gathered.order, *gathered.parts, *gathered.signatures)]
    door.target.write(receipts.receipt_name(taken), receipts.receipt(taken, files=files, faults=faults))
    reached(Taking.ANSWERED)
    if notification is not None:
        door.target.write(receipts.notification_name(taken), notification)
    remove(door, taken)
    records.end(taken)
    reached(Taking.ENDED)
    codes = tuple(sorted(fault.code for fault in faults))
    return door.told(gathered, taken.result, broadcast=mask_and_strip(taken.broadcast), codes=codes)


def _marks(door: Door, gathered: Gathered, *, with_go: bool = False) -> dict[str, Mark]:
    """Return by what the ordinary files of a set are known; ``with_go`` also the GO file of a set to be cancelled."""
    names = {one.name for one in (gathered.order, *gathered.parts, *gathered.signatures)}
    if with_go:
        named = (read_name(name) for name in door.source.names())
        names |= {one.name for one in named if one and one.shared == gathered.reference}
    return {name: mark for name in names if (mark := door.source.mark(name))}


def _order_marks(door: Door, gathered: Gathered) -> list[Mark]:
    mark = door.source.mark(gathered.order.name)
    return [mark] if mark else []


def _trouble(error: OSError | EboxcastError) -> EboxcastError:
    if isinstance(error, EboxcastError):
        return error
    return DropFolderUnusable(folder="…", reason=reason_of(error))


@dataclass(frozen=True, kw_only=True)
class _Cancelled:
    """What came of taking a set back."""

    done: bool
    broadcast: Broadcast | None = None
    refusal: NotAllowedNow | InputRefused | WrongUse | None = None
    """Why the procedure does not allow it."""


def _take_set_back(taken: TakenSet, *, actor: Actor) -> _Cancelled:
    """Take back what was prepared from a set, unless newer files took its place; twice is once."""
    if taken.run is None:
        return _Cancelled(done=False)
    try:
        broadcast = find_broadcast(taken.broadcast, actor=actor)
        if taken.run in {broadcast.acceptance_run, broadcast.production_run}:
            return _take_back_run(broadcast, taken, actor)
    except (NotAllowedNow, InputRefused, WrongUse) as refusal:
        return _Cancelled(done=False, refusal=refusal)
    return _Cancelled(done=_was_withdrawn(taken), broadcast=broadcast)


def _take_back_run(broadcast: Broadcast, taken: TakenSet, actor: Actor) -> _Cancelled:
    expected = broadcast.acceptance_run if broadcast.approved_at is None else broadcast.production_run
    if taken.run != expected:  # what is taken back is what was last delivered, and that is another set
        return _Cancelled(done=False, broadcast=broadcast)
    take_back(broadcast, actor=actor)
    return _Cancelled(done=True, broadcast=broadcast)


@sanitized_db_errors()
def _was_withdrawn(taken: TakenSet) -> bool:
    return FileDelivery.objects.filter(run=taken.run, withdrawn_at__isnull=False).exists()
