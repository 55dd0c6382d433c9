"""Handing out what names people, the paper list and the rejected rows: the audit keeps who asked for it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.audit.selectors import last_entry
from eboxcast.broadcasts.models import Broadcast
from eboxcast.broadcasts.steps import leave_entry, refuse_other_institutions
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.broadcasts.kept_files import FilesNotKept, HandedIn, Kind, find_kept
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs.lookup import authorize_for
from eboxcast.lib.actors import Actor
from eboxcast.lib.csv_cells import cell
from eboxcast.lib.errors import NotAllowedNow
from eboxcast.lib.free_text import fit_if_any
from eboxcast.lib.identifiers import text_of_key
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_
from eboxcast.mailboxes import fence
from eboxcast.mailboxes.models import OutcomeKind, RejectedRows, Release
from eboxcast.package.checking import check_package
from eboxcast.package.combining import DUPLICATE
from eboxcast.package.faults import Fault
from eboxcast.package.model import EboxType
from eboxcast.package.rejected import rejected_rows
from eboxcast.reports.outcomes import Outcome, outcomes_of

_ALL_DUPLICATES = 10**7


class NeverVisible(NotAllowedNow):
    """There is no paper list before the moment of becoming visible."""

    code = "report.never-visible"
    sentence = N_("Run {run} has no paper list yet: the list is made when the run becomes visible.")
    remedy = N_("To see its status: {see}")
    actions = MappingProxyType({"see": NextAction(action="run.see", parameters={"run": "{run}"})})


class OutcomesDeleted(NotAllowedNow):
    """What names people was deleted when its time had come."""

    code = "report.outcomes-deleted"
    sentence = N_("The paper list and the rejected rows of run {run} were deleted on {moment}.")
    remedy = N_("Personal data is kept for a limited time only. To see the counts: {report}")
    actions = MappingProxyType({"report": NextAction(action="report.see", parameters={"run": "{run}"})})


class PaperListGiven(NotAllowedNow):
    """The paper list went out before: two copies of it are two letters to everybody on it."""

    code = "report.paper-list-given"
    sentence = N_("The paper list of run {run} was given to {by} on {at}.")
    remedy = N_("Use that copy: two copies lead to two letters. If it is lost, give the reason: {again}")
    actions = MappingProxyType(
        {"again": NextAction(action="report.paper_list", parameters={"run": "{run}", "again": "REASON"})}
    )


@dataclass(frozen=True, kw_only=True)
class HandedOut:
    """Who was given something that names people, and when."""

    by: str
    at: datetime


def hand_out_paper_list(run: Run, *, actor: Actor, again: str = "") -> Iterator[bytes]:
    """Return the paper list; with its first piece the audit keeps who has it. Once, then only ``again`` for a reason.

    Raises NotYourRole, RunNotFound, NeverVisible, OutcomesDeleted, TextUnfit; PaperListGiven, also with the first
    piece where somebody else was given it meanwhile.
    """
    authorize_for(run, "report.paper_list", actor=actor)
    reason = fit_if_any(again, "reason")
    lines = paper_list(run)
    if not reason:
        _refuse_twice(run)
    return _given(run, actor, lines, reason)


def last_paper_list(run: Run) -> HandedOut | None:
    """Return who was given the paper list last; None while nobody was."""
    with sanitized_db_errors():
        last = last_entry(run.id, "run.paper_list_given")
    return HandedOut(by=last.by, at=last.at) if last else None


def _given(run: Run, actor: Actor, lines: Iterator[bytes], reason: str) -> Iterator[bytes]:
    with sanitized_db_errors(), transaction.atomic():
        Run.objects.select_for_update().get(id=run.id)
        if not reason:
            _refuse_twice(run)
        told = {"reason": reason} if reason else {}
        record("run.paper_list_given", by=actor.name, environment=run.environment, run=run.id, data=told)
    yield from lines


def _refuse_twice(run: Run) -> None:
    """Raise PaperListGiven; a list that was given while the run was still being sent was not the whole of it."""
    before, release = last_paper_list(run), fence.get_release(run.environment, run.id)
    if before is not None and release.completed_at is not None and before.at >= release.completed_at:
        raise PaperListGiven(run=run.short, by=before.by, at=before.at)


def hand_out_rejected_rows(run: Run, *, actor: Actor) -> list[RejectedList]:
    """Return the rejected rows of each list that has any, with an audit entry.

    Raises NotYourRole, RunNotFound, OutcomesDeleted.
    """
    authorize_for(run, "report.rejected_rows", actor=actor)
    lists = rejected_lists(run)
    if lists:
        _record("run.rejected_rows_given", run, actor)
    return lists


def hand_out_rejected_rows_of_files(
    broadcast: Broadcast, handle: str, *, number: int, language: str, actor: Actor
) -> RejectedList:
    """Return the rejected rows of one list of a delivery on a page, by its place from 1, with an audit entry.

    Raises BroadcastNotFound, NotYourRole, FilesNotKept, OutcomesDeleted, ListChanged, ListRefused.
    """
    refuse_other_institutions(broadcast, actor)
    authorize(actor, "report.rejected_rows")
    handed_in = find_kept(broadcast, handle)
    run = Run.objects.filter(id=handed_in.answer.run).first() if handed_in.answer and handed_in.answer.run else None
    if run is not None:
        authorize_for(run, "report.rejected_rows", actor=actor)
        wanted = next((one for one in rejected_lists(run) if one.number == number), None)
        if wanted is None:
            raise FilesNotKept
        _record("run.rejected_rows_given", run, actor)
        return wanted
    found = _of_files(handed_in, number=number, language=language)
    with sanitized_db_errors():
        leave_entry(
            broadcast,
            "broadcast.rejected_rows_given",
            by=actor.name,
            environment=handed_in.environment,
            data={"list": found.file_name},
        )
    return found


def _of_files(handed_in: HandedIn, *, number: int, language: str) -> RejectedList:
    """Return the rejected rows of a list that is kept, because it could not be used."""
    checked = handed_in.answer.checked if handed_in.answer else None
    if checked is None or not 1 <= number <= len(checked.lists):
        raise FilesNotKept
    account = checked.lists[number - 1]
    path = next((one.path for one in handed_in.of(Kind.RECIPIENTS) if one.name == account.file_name), None)
    if path is None:
        raise FilesNotKept
    duplicates: Sequence[Fault] = ()
    if DUPLICATE in checked.fault_counts:
        # All of them have to be known; a delivery keeps the first.
        duplicates = check_package(handed_in.directory, policies=checked.policies, cap=_ALL_DUPLICATES).faults
    rows = rejected_rows(
        path,
        account_digest=account.digest,
        ebox_type=checked.metadata.ebox_type if checked.metadata else EboxType.CITIZEN,
        language=language,
        choice=checked.policies.choice,
        duplicates=duplicates,
    )
    return RejectedList(number=number, file_name=mask_and_strip(account.file_name), content=rows)


def record_salt_given(run: Run, *, actor: Actor) -> None:
    """Note who was given the salt of the audiences: with it somebody can try all numbers.

    Raises NotYourRole, RunNotFound.
    """
    authorize_for(run, "report.salt", actor=actor)
    _record("run.salt_given", run, actor)


def _record(action: str, run: Run, actor: Actor) -> None:
    with sanitized_db_errors(), transaction.atomic():
        record(action, by=actor.name, environment=run.environment, run=run.id)


HEADER = b"identifier;paper;reason;outcome\r\n"
PAPER_ONLY = "only"
"""Nobody reads it in an eBox: never activated, deactivated, or refused."""
PAPER_TOO = "also"
"""It can be read in an active eBox, whose owner has not chosen eBox only."""
NOBODY_KNOWS = "unknown"
"""Nobody knows whether the provider has it for this recipient."""
_KEYS_AT_ONCE = 10_000


def paper_list(run: Run) -> Iterator[bytes]:
    """Return in pieces who has to get the letter of a settled run on paper, instead of in an eBox or beside it.

    CSV, UTF-8, semicolons, one recipient per line (docs/reference/report.md). It is the snapshot of the moment in
    which the run became visible; of a run that is sent to a provider, what that told, and of whom nobody knows.
    Raises NeverVisible, OutcomesDeleted before the first piece.
    """
    release = _visible_release(run)
    return _lines(run.environment, release)


def _visible_release(run: Run) -> Release:
    release = fence.find_release(run.environment, run.id)
    if release is None or release.visible_at is None:
        raise NeverVisible(run=run.short)
    if release.outcomes_purged_at is not None:
        raise OutcomesDeleted(run=run.short, moment=release.outcomes_purged_at)
    return release


def _lines(environment: str, release: Release) -> Iterator[bytes]:
    yield HEADER
    for outcome in outcomes_of(environment, release):
        ending = f";{_paper(outcome)};{cell(outcome.reason)};{outcome.outcome}\r\n"
        for start in range(0, len(outcome.keys), _KEYS_AT_ONCE):
            keys = outcome.keys[start : start + _KEYS_AT_ONCE].tolist()
            yield "".join(text_of_key(key) + ending for key in keys).encode()


def _paper(outcome: Outcome) -> str:
    if outcome.outcome == NOBODY_KNOWS:
        return NOBODY_KNOWS
    return PAPER_TOO if outcome.reason == OutcomeKind.NOT_EBOX_ONLY else PAPER_ONLY


_BYTES_AT_ONCE = 1 << 20


@dataclass(frozen=True, kw_only=True)
class RejectedList:
    """The faulty rows of one list."""

    number: int
    file_name: str
    """As it is kept: with a national number in it masked, so that two lists may have the same."""
    content: Iterator[bytes]


def rejected_lists(run: Run) -> list[RejectedList]:
    """Return the faulty rows of each list that had any. Raises OutcomesDeleted."""
    release = fence.find_release(run.environment, run.id)
    if release is None:
        return []
    if release.outcomes_purged_at is not None:
        raise OutcomesDeleted(run=run.short, moment=release.outcomes_purged_at)
    with sanitized_db_errors():
        numbers = RejectedRows.objects.using(run.environment).filter(release=release.id).order_by("list_number")
        kept = list(numbers.values_list("list_number", flat=True))
    names = [part.file_name for part in release.package.lists]
    return [
        RejectedList(number=number, file_name=names[number - 1], content=_unpacked(run.environment, release, number))
        for number in kept
    ]


def _unpacked(environment: str, release: Release, number: int) -> Iterator[bytes]:
    with sanitized_db_errors():
        packed = RejectedRows.objects.using(environment).get(release=release.id, list_number=number).content
    unpacker = zlib.decompressobj()
    rest = bytes(packed)
    while rest and not unpacker.eof:
        yield unpacker.decompress(rest, _BYTES_AT_ONCE)
        rest = unpacker.unconsumed_tail
    yield unpacker.flush()
