"""The answer to a delivery of files on a page, made from what is kept of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from eboxcast.broadcasts.guards import holding_go
from eboxcast.broadcasts.models import Broadcast
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.broadcasts.handing_in import PLACES_SHOWN, TOO_MANY_ROWS
from eboxcast.delivery.broadcasts.kept_files import Answer, HandedIn, Outcome
from eboxcast.delivery.broadcasts.runs import ACCEPTANCE
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.telling import names_in
from eboxcast.lib.translation import N_, translate
from eboxcast.package.combining import DUPLICATE
from eboxcast.package.faults import FAULTS, Level
from eboxcast.package.faults.fault import sentence_of_many
from eboxcast.package.model import Checked
from eboxcast.presenters.broadcast_records import deliveries_shown
from eboxcast.presenters.checks import check_answer
from eboxcast.presenters.schemas.check import CheckAnswer, FoundFault
from eboxcast.presenters.schemas.delivery import (
    CountedReason,
    FaultGroup,
    FaultPlace,
    FilesDeliveredBefore,
    FilesHandedIn,
    KeptFileShown,
    RejectedShown,
)

_ON_PAGES: Mapping[str, str] = {
    N_("Compare it with the annotated file that `{sample}` writes."): N_("Compare it with the annotated example."),
    N_("Add it; `{sample}` writes an annotated example."): N_("Add it. The annotated example shows how."),
    N_("Put the elements in the same order as in the annotated file that `{sample}` writes."): N_(
        "Put the elements in the same order as in the annotated example."
    ),
    N_("Keep only the metadata, the document and the recipient lists in the directory."): N_(
        "Send only the metadata, the document and the recipient lists, each in its own field."
    ),
    N_("Choose the column, or keep only the one with the recipients: {choose_column}"): N_(
        "Choose the column on this page, or keep only the one with the recipients."
    ),
    N_("Choose the sheet, or keep only the one with the recipients: {choose_sheet}"): N_(
        "Choose the sheet on this page, or keep only the one with the recipients."
    ),
    N_("Show the sheet with the recipients and save the file again, or choose the sheet: {choose_sheet}"): N_(
        "Show the sheet with the recipients and save the file again, or choose the sheet on this page."
    ),
    N_("Split it into {parts} lists: {split}"): N_("Split it into {parts} lists, or have it split on this page."),
}
"""What a page says where the remedy of a fault is a command, or speaks of a directory."""

_DUPLICATES = N_("Some recipients are listed more than once.")
_VOIDS_TEST = N_("The test and its result no longer count: the new files must be tested again.")
_VOIDS_PRODUCTION = N_("The files for production are withdrawn.")
_VOIDS_GO = N_("The GO becomes void: it must be given again.")
_TO_ACCEPTANCE = N_("The broadcast waits for files for acceptance again.")
_TO_PRODUCTION = N_("The broadcast waits for files for production again. The test and its approval still count.")
_REPLACES = N_("The new files replace those delivered before.")

_COLUMN = ("list.no-identifier-column", "list.two-identifier-columns", "list.no-such-column")
_SHEET = ("list.which-sheet", "list.no-such-sheet", "list.no-sheet")


def files_handed_in(handed_in: HandedIn, language: str) -> FilesHandedIn:
    """Return a delivery with its answer."""
    answer = handed_in.answer
    checked = answer.checked if answer else None
    check = _check(answer, checked, language) if answer and checked else None
    counts = checked.fault_counts if checked else {}
    return FilesHandedIn(
        handle=handed_in.handle,
        environment=handed_in.environment,
        at=handed_in.at,
        by=handed_in.by,
        outcome=str(answer.outcome) if answer else None,
        refusal=tuple(answer.refusal.get(language, ())) if answer else (),
        check=check,
        fault_count=sum(counts.values()),
        groups=_groups(answer, check, language) if answer and check else (),
        kept=tuple(
            KeptFileShown(kind=str(one.kind), name=mask_and_strip(one.name), size=one.path.stat().st_size)
            for one in handed_in.files
        ),
        left_out=check.totals.excluded if check else 0,
        may_leave_out=bool(counts) and all(FAULTS[code].level is Level.ROW for code in counts),
        may_merge=set(counts) == {DUPLICATE},
        may_split=TOO_MANY_ROWS in counts,
        may_choose_column=any(code in counts for code in _COLUMN),
        columns=_named(check, "columns"),
        may_choose_sheet=any(code in counts for code in _SHEET),
        sheets=_named(check, "sheets"),
        rejected=tuple(_with_rejected_rows(checked))
        if answer and checked and (answer.run or handed_in.is_whole)
        else (),
    )


def fault_in_words(code: str, language: str) -> str:
    """Return what a code of the past means, also one that there is no more."""
    return sentence_of_many(code, language) if code in FAULTS else code


@sanitized_db_errors()
def delivered_before(broadcast: Broadcast, kept: Iterable[HandedIn], language: str) -> tuple[FilesDeliveredBefore, ...]:
    """Return all deliveries, newest first, each with its answer where that is kept."""
    handles: dict[tuple[str, frozenset[object]], str] = {}
    for one in kept:
        handles.setdefault((one.environment, one.digests), one.handle)
    return tuple(
        FilesDeliveredBefore(
            delivery=one,
            handle=handles.get((one.environment, frozenset(file["sha256"] for file in one.files))),
            reasons=tuple(
                CountedReason(sentence=fault_in_words(code, language), count=count)
                for code, count in one.faults.items()
            ),
        )
        for one in reversed(deliveries_shown(broadcast))
    )


@sanitized_db_errors()
def consequences_of(broadcast: Broadcast, environment: str, language: str) -> tuple[str, ...]:
    """Return what becomes of what was done before when new files are delivered."""
    found = []
    if environment == ACCEPTANCE:
        if broadcast.tested_at is not None:
            found.append(_VOIDS_TEST)
        elif broadcast.acceptance_run is not None:
            found.append(_REPLACES)
        if broadcast.production_run is not None:
            found.append(_VOIDS_PRODUCTION)
    elif broadcast.production_run is not None:
        found.append(_REPLACES)
    if holding_go(broadcast) is not None:
        found.append(_VOIDS_GO)
    return tuple(translate(one, language) for one in found)


@sanitized_db_errors()
def consequences_of_withdrawing(broadcast: Broadcast, language: str) -> tuple[str, ...]:
    """Return what becomes of the broadcast when the files delivered last are withdrawn."""
    found = [_TO_PRODUCTION if broadcast.approved_at is not None else _TO_ACCEPTANCE]
    if holding_go(broadcast) is not None:
        found.append(_VOIDS_GO)
    return tuple(translate(one, language) for one in found)


def _check(answer: Answer, checked: Checked, language: str) -> CheckAnswer:
    return replace(check_answer(checked, language), ok=answer.outcome != Outcome.FAULTY)


def _named(check: CheckAnswer | None, what: str) -> tuple[str, ...]:
    """Return what can be chosen from, as the faults name it; a name with a comma in it is offered in parts."""
    texts = (str(fault.data[what]) for fault in (check.faults if check else ()) if what in fault.data)
    return tuple(dict.fromkeys(name for text in texts for name in text.split(", ")))


def _groups(answer: Answer, check: CheckAnswer, language: str) -> tuple[FaultGroup, ...]:
    by_code: dict[str, list[FoundFault]] = {}
    for fault in check.faults:
        by_code.setdefault(fault.code, []).append(fault)
    return tuple(
        _group(code, faults, count=check.fault_counts.get(code, len(faults)), answer=answer, language=language)
        for code, faults in by_code.items()
    )


def _group(code: str, faults: Sequence[FoundFault], *, count: int, answer: Answer, language: str) -> FaultGroup:
    shown = faults[:PLACES_SHOWN]
    sentences = {fault.sentence for fault in shown}
    places = tuple(_place(fault, answer, alone=len(sentences) == 1) for fault in shown)
    return FaultGroup(
        code=code,
        of_rows=any(place.row for place in places),
        located=any(place.line or place.place for place in places),
        count=count,
        sentence=next(iter(sentences)) if len(sentences) == 1 else _sentence_of_many(code, language),
        remedies=tuple(dict.fromkeys(_remedy(fault, language) for fault in shown)),
        needs_example="sample" in names_in(FAULTS[code].remedy),
        places=places,
        more=count - len(shown),
    )


def _sentence_of_many(code: str, language: str) -> str:
    return translate(_DUPLICATES, language) if code == DUPLICATE else sentence_of_many(code, language)


def _remedy(fault: FoundFault, language: str) -> str:
    on_page = _ON_PAGES.get(FAULTS[fault.code].remedy)
    return translate(on_page, language, fault.data) if on_page else fault.remedy


def _place(fault: FoundFault, answer: Answer, *, alone: bool) -> FaultPlace:
    return FaultPlace(
        file_name="" if "/" in fault.file_name else fault.file_name,  # a folder of ours
        line=fault.line,
        place=fault.place,
        sheet=fault.sheet,
        column=fault.column,
        sentence=None if alone else fault.sentence,
        row=answer.rows.get(fault.file_name, {}).get(fault.line or 0),
    )


def _with_rejected_rows(checked: Checked) -> Iterator[RejectedShown]:
    """Yield the lists that have faulty rows, or rows that block as duplicates."""
    duplicated = {fault.file for fault in checked.faults if fault.code == DUPLICATE}
    for number, account in enumerate(checked.lists, start=1):
        if account.file_name in duplicated or any(FAULTS[code].level is Level.ROW for code in account.faults):
            yield RejectedShown(number=number, name=mask_and_strip(account.file_name))
