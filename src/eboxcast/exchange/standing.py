"""How the drop folders stand, for those who look after them: what lies there, and what was made of what was taken."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.db import connections

from eboxcast.database.errors import sanitized_db_errors
from eboxcast.exchange import receipts
from eboxcast.exchange.codes import SENTENCES, SetFault
from eboxcast.exchange.collection import institutions
from eboxcast.exchange.folders import DropFolderUnusable, Folder, open_folder
from eboxcast.exchange.models import Result, TakenSet
from eboxcast.exchange.names import FOLDERS, read_name
from eboxcast.exchange.sets import Readiness, gather
from eboxcast.exchange.signers import must_sign
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import translate
from eboxcast.package.reading import reason_of
from eboxcast.senders.models import Institution


@dataclass(frozen=True, kw_only=True)
class LyingSet:
    """A set that lies in a folder, or parts that no GO file ended."""

    reference: str
    parts: int
    announced: int
    """How many parts its GO file names; 0 without one."""
    since: datetime | None
    ready: bool
    cancels: bool
    faults: tuple[SetFault, ...]
    """What is wrong with it as a set: it will be refused."""


@dataclass(frozen=True, kw_only=True)
class FolderStanding:
    """What lies in the folder of an institution for an environment."""

    institution: str
    names: Mapping[str, str]
    environment: str
    sets: tuple[LyingSet, ...]
    others: int
    """How many files have names that are not of the agreed form."""
    trouble: str
    """Why it cannot be used; empty where it can."""


@dataclass(frozen=True, kw_only=True)
class TakenStanding:
    """What came of a set that was taken."""

    taken: TakenSet
    names: Mapping[str, str]
    answers: tuple[str, ...]
    """The answers that the institution has not taken away yet."""
    is_answered: bool


def folders(root: Path, *, actor: Actor) -> list[FolderStanding]:
    """Return what lies in each folder now, without opening a file. Raises NotYourRole, DropFolderUnusable."""
    authorize(actor, "exchange.collect")
    try:
        found = institutions(root)
    except OSError as error:
        raise DropFolderUnusable(folder=str(root), reason=reason_of(error)) from error
    names = _names_of(found)
    return [
        _standing(root, institution, names[institution], environment)
        for institution in found
        for environment in FOLDERS
        if environment in connections.settings
    ]


def taken_lately(root: Path, *, actor: Actor, limit: int) -> list[TakenStanding]:
    """Return the sets that were taken last, the newest first, with the answers that still lie there.

    Raises NotYourRole.
    """
    authorize(actor, "exchange.collect")
    with sanitized_db_errors():
        taken = list(TakenSet.objects.order_by("-taken_at", "-id")[:limit])
        names = _names_of({one.institution for one in taken})
    return [
        TakenStanding(
            taken=one,
            names=names.get(one.institution, {}),
            answers=tuple(_left_of(root, one)),
            is_answered=one.answered_at is not None,
        )
        for one in taken
    ]


def faults_in(codes: Sequence[int], language: str) -> list[str]:
    """Return what is wrong with a set, from its codes alone: what only the receipt says is ``…``."""
    unknown: Mapping[str, object] = defaultdict(lambda: "…")
    return [f"BRDC-{code}: {translate(SENTENCES[code], language, unknown)}" for code in codes if code in SENTENCES]


def _standing(root: Path, institution: str, names: Mapping[str, str], environment: str) -> FolderStanding:
    sets: tuple[LyingSet, ...] = ()
    others, trouble = 0, ""
    try:
        with open_folder(institution, FOLDERS[environment][0], within=root) as folder:
            if folder is None:
                trouble = "no such folder"
            else:
                sets = (*_gathered(folder, institution, environment), *_without_order(folder))
                others = sum(read_name(name) is None for name in folder.names())
                trouble = "" if folder.is_ours() else "no right to write"
    except OSError as error:
        trouble = reason_of(error)
    return FolderStanding(
        institution=institution, names=names, environment=environment, sets=sets, others=others, trouble=trouble
    )


def _gathered(folder: Folder, institution: str, environment: str) -> Iterator[LyingSet]:
    signing = must_sign(institution)
    for one in gather(folder, institution=institution, environment=environment, signing=signing):
        yield LyingSet(
            reference=one.reference,
            parts=len(one.parts),
            announced=one.order.parts,
            since=_since(folder, one.order.name),
            ready=one.readiness is Readiness.READY and not one.faults,
            cancels=one.order.cancels,
            faults=one.faults,
        )


def _without_order(folder: Folder) -> Iterator[LyingSet]:
    """Yield the parts that nothing will be made of until their GO file comes."""
    named = [read for name in folder.names() if (read := read_name(name))]
    ended = {one.shared for one in named if one.ends}
    parts = [one for one in named if not one.ends and one.shared not in ended]
    for reference, count in sorted(Counter(one.shared for one in parts).items()):
        moments = [_since(folder, one.name) for one in parts if one.shared == reference]
        yield LyingSet(
            reference=reference,
            parts=count,
            announced=0,
            since=min(filter(None, moments), default=None),
            ready=False,
            cancels=False,
            faults=(),
        )


def _since(folder: Folder, name: str) -> datetime | None:
    """Return since when a file lies there, by our clock: its time is by that of the machine."""
    found = folder.look(name)
    return datetime.fromtimestamp(found.st_mtime, UTC) + clock.offset() if found else None


def _left_of(root: Path, taken: TakenSet) -> Iterator[str]:
    names = [receipts.receipt_name(taken)]
    if taken.result in (Result.ACCEPTED, Result.REJECTED):
        names.append(receipts.notification_name(taken))
    try:
        with open_folder(taken.institution, FOLDERS[taken.environment][1], within=root) as folder:
            yield from (name for name in names if folder and folder.look(name))
    except OSError:
        return


@sanitized_db_errors()
def _names_of(institutions: Sequence[str] | set[str]) -> dict[str, Mapping[str, str]]:
    return dict(Institution.objects.filter(cbe__in=institutions).values_list("cbe", "names"))
