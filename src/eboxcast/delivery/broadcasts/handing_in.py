"""Files handed in on a page: kept, checked, and delivered as any others are; what came of it is kept to be shown.

A spreadsheet counts only when somebody has confirmed what is read of it. Whoever corrects one file, or decides
otherwise about faulty rows, delivers again what is kept of the delivery before.
"""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from eboxcast.broadcasts.errors import ChangedMeanwhile
from eboxcast.broadcasts.models import Broadcast, Via
from eboxcast.broadcasts.states import Action
from eboxcast.broadcasts.steps import as_seen, obstacle_to, refuse_impossible, refuse_other_institutions
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.broadcasts import kept_files
from eboxcast.delivery.broadcasts.files import deliver
from eboxcast.delivery.broadcasts.kept_files import Answer, Arrived, FilesNotKept, HandedIn, Kind, Order, Outcome
from eboxcast.delivery.broadcasts.runs import ACCEPTANCE, PRODUCTION
from eboxcast.delivery.runs.preparation import check_for_sending
from eboxcast.lib import clock
from eboxcast.lib.actors import STEWARD, Actor
from eboxcast.lib.errors import EboxcastError, InputRefused, NotAllowedNow
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.policy import authorize
from eboxcast.lib.telling import next_actions, remedy_in, sentence_in
from eboxcast.lib.translation import LANGUAGES
from eboxcast.package.checking import DEFAULT_LIMITS
from eboxcast.package.errors import ListRefused
from eboxcast.package.example_metadata import ExampleMessage, annotated_metadata_xml
from eboxcast.package.metadata_text import MOST_BYTES as METADATA_BYTES
from eboxcast.package.model import MOST_ROWS, Checked, EboxType
from eboxcast.package.rejected import rows_as_sent
from eboxcast.package.sheets.workbook import NAMES as SPREADSHEETS
from eboxcast.package.splitting import split_list
from eboxcast.senders.models import MessageType

PLACES_SHOWN = 5
"""How many places of one kind of fault are shown, each with its row as it was sent."""
TOO_MANY_ROWS = "list.too-many-rows"
LIST_BYTES = 512 << 20
"""Larger than what is read at once: a list that is too long may be split here."""
ALL_BYTES = 1 << 30
_LONGEST_ANSWER = timedelta(seconds=10)
"""From the note of a delivery until its answer is kept."""
_ACTIONS = {PRODUCTION: Action.DELIVER_PRODUCTION, ACCEPTANCE: Action.DELIVER_ACCEPTANCE}


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """What the files of a broadcast may be; sizes are the most bytes."""

    document: int
    media_types: tuple[str, ...]
    metadata: int = METADATA_BYTES
    recipients: int = LIST_BYTES
    together: int = ALL_BYTES
    rows: int = MOST_ROWS
    """Recipients of one list."""
    short_list: int
    """Recipients of a test."""


def hand_in(broadcast: Broadcast, order: Order, *, actor: Actor) -> HandedIn:
    """Keep files and deliver them; what came of it is in the answer. The same form again changes nothing.

    Raises BroadcastNotFound, NotYourRole, NotInThisState, NotReady, ChangedMeanwhile, FileNameUnfit, SameNameTwice,
    FilesNotKept, FilesNotStored, AnswerNotStored; and what ``deliver`` raises that is not about the files: the files
    are kept then.
    """
    refuse_impossible(broadcast, _ACTIONS[order.environment], actor=actor)
    with _gathered(broadcast, order) as arrived:
        kept_files.refuse_unfit_names(arrived)
        handle, is_new = kept_files.keep(broadcast, order, arrived, by=actor.name)
    handed_in = kept_files.find_kept(broadcast, handle)
    if not is_new:
        return handed_in
    kept_files.remove_old(broadcast)
    kept_files.remove_expired(by=STEWARD.name)
    try:
        with as_seen(broadcast, order.seen):
            pass  # to check the files takes long, and holds up nobody
    except ChangedMeanwhile:
        kept_files.keep_answer(handed_in, Answer(outcome=Outcome.INCOMPLETE))
        raise
    return kept_files.keep_answer(handed_in, _answer(broadcast, handed_in, actor=actor, confirmed=order.confirmed))


def put_aside(broadcast: Broadcast, order: Order, *, actor: Actor) -> HandedIn | None:
    """Keep files without delivering them, as others are missing; none where they cannot be kept.

    Raises BroadcastNotFound, NotYourRole, NotInThisState, NotReady, FilesNotStored.
    """
    refuse_impossible(broadcast, _ACTIONS[order.environment], actor=actor)
    with suppress(InputRefused, FilesNotKept), _gathered(broadcast, order) as arrived:
        kept_files.refuse_unfit_names(arrived)
        handle, _ = kept_files.keep(broadcast, order, arrived, by=actor.name)
        kept_files.remove_old(broadcast)
        return kept_files.keep_answer(kept_files.find_kept(broadcast, handle), Answer(outcome=Outcome.INCOMPLETE))
    return None


def find_handed_in(broadcast: Broadcast, handle: str, *, actor: Actor) -> HandedIn:
    """Return a delivery with its answer. Raises BroadcastNotFound, NotYourRole, FilesNotKept."""
    refuse_other_institutions(broadcast, actor)
    authorize(actor, "broadcast.see_files")
    found = kept_files.find_kept(broadcast, handle)
    noted = None if found.answer else _as_noted(broadcast, found)
    return replace(found, answer=Answer(outcome=noted)) if noted else found


@sanitized_db_errors()
def _as_noted(broadcast: Broadcast, handed_in: HandedIn) -> Outcome | None:
    """Return what came of files without an answer, noted so long ago that their answer comes no more."""
    noted = broadcast.deliveries.filter(
        via=Via.PAGE,
        environment=handed_in.environment,
        at__range=(handed_in.at, clock.now() - _LONGEST_ANSWER),
    )
    latest = None
    for files, accepted in noted.order_by("at").values_list("files", "accepted"):
        if {one["sha256"] for one in files} == handed_in.digests:
            latest = Outcome.DELIVERED if accepted else Outcome.LOST
    return latest


def handed_in_of(broadcast: Broadcast, *, actor: Actor) -> list[HandedIn]:
    """Return the deliveries that are kept, newest first. Raises BroadcastNotFound, NotYourRole."""
    refuse_other_institutions(broadcast, actor)
    authorize(actor, "broadcast.see_files")
    return kept_files.kept_of(broadcast)


def deliverable(broadcast: Broadcast, *, actor: Actor) -> tuple[str, ...]:
    """Return for which environments somebody may deliver files now, the one that comes next first."""
    return tuple(one for one, action in _ACTIONS.items() if obstacle_to(broadcast, action, actor=actor) is None)


@sanitized_db_errors()
def allowed_for(broadcast: Broadcast) -> Allowed:
    """Return what the files of a broadcast may be."""
    message_type = MessageType.objects.filter(code=broadcast.message_type).first()
    return Allowed(
        document=message_type.document_bytes if message_type else DEFAULT_LIMITS.document_bytes,
        media_types=tuple(sorted(message_type.media_types if message_type else DEFAULT_LIMITS.media_types)),
        short_list=settings.EBOXCAST_SHORT_LIST,
    )


@sanitized_db_errors()
def example_metadata(broadcast: Broadcast) -> str:
    """Return metadata for a broadcast that explain each element; title and document are to be filled in."""
    message_type = MessageType.objects.filter(code=broadcast.message_type).first()
    message = ExampleMessage(
        ticket=broadcast.number,
        sequence=None,
        application=broadcast.application,
        institution=broadcast.institution_id,
        message_type=broadcast.message_type,
        ebox_type=EboxType(message_type.ebox_type) if message_type else EboxType.CITIZEN,
        language=broadcast.language,
        title=mask_and_strip(broadcast.subject),
        file_name=f"document-{broadcast.language}.pdf",
    )
    return annotated_metadata_xml(message)


@contextmanager
def _gathered(broadcast: Broadcast, order: Order) -> Iterator[list[Arrived]]:
    """Give all files of an order: those that arrived, and those that are kept of the kinds that did not."""
    if not order.kept:
        yield list(order.arrived)
        return
    before = kept_files.find_kept(broadcast, order.kept)
    new = {one.kind for one in order.arrived}
    kept = [one for one in before.usable_for(order.environment) if one.kind not in new]
    if not order.split:
        yield [*order.arrived, *kept]
        return
    with tempfile.TemporaryDirectory(dir=kept_files.root(), prefix=".split-") as folder:
        yield [part for one in (*order.arrived, *kept) for part in _split(one, before, Path(folder))]


def _split(file: Arrived, before: HandedIn, folder: Path) -> Iterator[Arrived]:
    """Yield the parts of a list that was found too long; any other file as it is."""
    checked = before.answer.checked if before.answer else None
    too_long = {fault.file for fault in (checked.faults if checked else ()) if fault.code == TOO_MANY_ROWS}
    if file.name not in too_long:
        yield file
        return
    for part in split_list(file.path, folder, choice=before.policies.choice):
        yield Arrived(kind=Kind.RECIPIENTS, name=part.path.name, path=part.path)


def _answer(broadcast: Broadcast, handed_in: HandedIn, *, actor: Actor, confirmed: bool) -> Answer:
    directory, policies = handed_in.directory, handed_in.policies
    try:
        if not confirmed and _has_spreadsheet(handed_in):
            checked = check_for_sending(directory, policies=policies)
            if checked.package is not None:
                return Answer(outcome=Outcome.TO_CONFIRM, checked=checked, rows=_rows(handed_in, checked))
        receipt = deliver(
            broadcast,
            directory,
            environment=handed_in.environment,
            actor=actor,
            via=Via.PAGE,
            policies=policies,
        )
    except (InputRefused, NotAllowedNow) as refusal:
        return Answer(outcome=Outcome.REFUSED, refusal={language: _told(refusal, language) for language in LANGUAGES})
    outcome = Outcome.FAULTY if not receipt.accepted else Outcome.AGAIN if receipt.again else Outcome.ACCEPTED
    return Answer(
        outcome=outcome,
        checked=receipt.checked,
        run=receipt.run.id if receipt.run else None,
        rows=_rows(handed_in, receipt.checked),
    )


def _has_spreadsheet(handed_in: HandedIn) -> bool:
    return any(one.path.suffix.lower() in SPREADSHEETS for one in handed_in.of(Kind.RECIPIENTS))


def _told(refusal: EboxcastError, language: str) -> list[str]:
    parts = [sentence_in(part, language) for part in refusal.parts]
    remedy = [] if next_actions(refusal) else [remedy_in(refusal, language)]
    return [text for text in (sentence_in(refusal, language), *parts, *remedy) if text]


def _rows(handed_in: HandedIn, checked: Checked) -> Mapping[str, Mapping[int, str]]:
    """Return the first rows of each kind of fault as they were sent."""
    lists = {one.name: one.path for one in handed_in.of(Kind.RECIPIENTS)}
    wanted: dict[str, set[int]] = defaultdict(set)
    seen = Counter[str]()
    for fault in checked.faults:
        if fault.line is not None and fault.file in lists:
            seen[fault.code] += 1
            if seen[fault.code] <= PLACES_SHOWN:
                wanted[fault.file].add(fault.line)
    ebox_type = checked.metadata.ebox_type if checked.metadata else EboxType.CITIZEN
    choice = checked.policies.choice
    found: dict[str, Mapping[int, str]] = {}
    for name, lines in wanted.items():
        with suppress(ListRefused):  # what cannot be read as a list has no rows
            found[mask_and_strip(name)] = rows_as_sent(lists[name], lines, ebox_type=ebox_type, choice=choice)
    return found
