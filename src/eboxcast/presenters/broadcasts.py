"""A broadcast as it is shown, made from the procedure's records (docs/reference/broadcast-json.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from eboxcast.audit.selectors import SealedEntry
from eboxcast.broadcasts.deadlines import terms_of
from eboxcast.broadcasts.guards import without_contact
from eboxcast.broadcasts.listing import Listed
from eboxcast.broadcasts.models import Broadcast, Go, State
from eboxcast.broadcasts.production import files_digest
from eboxcast.broadcasts.progress import Standing
from eboxcast.broadcasts.states import permission_of
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.telling import remedy_in, sentence_in
from eboxcast.lib.translation import translate
from eboxcast.presenters import broadcast_records as records
from eboxcast.presenters.broadcast_steps import outlook_of
from eboxcast.presenters.broadcast_words import SITUATIONS
from eboxcast.presenters.schemas.broadcast import (
    AcceptanceShown,
    BroadcastAnswer,
    BroadcastList,
    BroadcastSheet,
    BroadcastsRequested,
    BroadcastStep,
    BroadcastWithHistory,
    ContactCentreWarned,
    FilesDelivered,
    FollowUpSheet,
    GoGiven,
    HistoryEntry,
    ListedBroadcast,
    Missing,
    ProductionShown,
    TermShown,
    WindowShown,
)

if TYPE_CHECKING:
    from eboxcast.delivery.broadcasts.files import Receipt


@sanitized_db_errors()
def broadcast_sheet(broadcast: Broadcast, language: str) -> BroadcastSheet:
    """Return everything about a broadcast, its history left out."""
    return BroadcastSheet(**_sheet(broadcast, language))


@sanitized_db_errors()
def broadcast_answer(
    broadcast: Broadcast, language: str, history: Sequence[SealedEntry] | None = None
) -> BroadcastAnswer:
    """Return everything about a broadcast; ``history``, where it is wanted too, is what the audit has of it."""
    if history is None:
        return BroadcastAnswer(**_sheet(broadcast, language))
    return BroadcastWithHistory(**_sheet(broadcast, language), history=tuple(map(_entry, history)))


def broadcasts_requested(broadcasts: Sequence[Broadcast], language: str) -> BroadcastsRequested:
    """Return the broadcasts that were just requested."""
    return BroadcastsRequested(broadcasts=tuple(broadcast_sheet(one, language) for one in broadcasts))


def files_delivered(broadcast: Broadcast, receipt: Receipt, language: str) -> FilesDelivered:
    """Return what came of a delivery of files."""
    from eboxcast.presenters.checks import check_answer  # what reads packages: other commands on broadcasts do without

    return FilesDelivered(
        environment=receipt.environment,
        accepted=receipt.accepted,
        again=receipt.again,
        run=str(receipt.run.id) if receipt.run else None,
        check=check_answer(receipt.checked, language),
        broadcast=broadcast_sheet(broadcast, language),
    )


@sanitized_db_errors()
def follow_up_sheet(broadcast: Broadcast) -> FollowUpSheet:
    """Return the contacts of a broadcast."""
    return FollowUpSheet(
        number=broadcast.number,
        contacts=records.contacts_shown(broadcast),
        complete=not without_contact(broadcast),
    )


@sanitized_db_errors()
def broadcast_list(listed: Sequence[Listed], language: str, *, steps_alone: bool = False) -> BroadcastList:
    """Return broadcasts in the order of a list; ``steps_alone`` leaves out commands and what is missing."""
    return BroadcastList(broadcasts=tuple(_listed(one, language, steps_alone=steps_alone) for one in listed))


def _listed(one: Listed, language: str, *, steps_alone: bool) -> ListedBroadcast:
    broadcast = one.broadcast
    return ListedBroadcast(
        **_outlook(broadcast, language, one.standing, steps_alone=steps_alone),
        institution=broadcast.institution_id,
        date=broadcast.date,
        wanted_dates=tuple(broadcast.wanted_dates),
        language=broadcast.language,
        subject=mask_and_strip(broadcast.subject),
        campaign=mask_and_strip(broadcast.campaign.name) if broadcast.campaign else None,
    )


def _outlook(
    broadcast: Broadcast, language: str, standing: Standing | None = None, *, steps_alone: bool = False
) -> dict[str, Any]:
    outlook = outlook_of(broadcast, language, standing, steps_alone=steps_alone)
    return {
        "number": broadcast.number,
        "state": broadcast.state,
        "since": broadcast.changed_at,
        "sentence": translate(SITUATIONS[State(broadcast.state)], language),
        "reason": mask_and_strip(broadcast.reason),
        "turn": tuple(dict.fromkeys(str(role) for step in outlook.steps for role in step.turn)),
        "next": tuple(
            BroadcastStep(
                turn=tuple(map(str, step.turn)),
                sentence=step.sentence,
                due_at=step.due_at,
                action=permission_of(step.action),
                command=step.command or None,
            )
            for step in outlook.steps
        ),
        "late": tuple(outlook.late),
        "missing": tuple(
            Missing(
                code=getattr(one, "code", None),
                sentence=sentence_in(one, language),
                remedy=remedy_in(one, language),
            )
            for one in outlook.missing
        ),
    }


def _sheet(broadcast: Broadcast, language: str) -> dict[str, Any]:
    return {
        **_outlook(broadcast, language),
        **_asked(broadcast),
        **_date(broadcast),
        **_files(broadcast),
        "decisions": records.decisions_shown(broadcast),
        "deliveries": records.deliveries_shown(broadcast),
        "verdicts": records.verdicts_shown(broadcast),
        "contacts": records.contacts_shown(broadcast),
        "waivers": records.waivers_shown(broadcast),
        "notices": records.notices_shown(broadcast),
        "replies": records.replies_shown(broadcast),
        "notes": records.notes_shown(broadcast),
        **_evening(broadcast),
    }


def _asked(broadcast: Broadcast) -> dict[str, Any]:
    return {
        "institution": broadcast.institution_id,
        "institution_names": broadcast.institution.names,
        "application": broadcast.application,
        "message_type": broadcast.message_type,
        "language": broadcast.language,
        "subject": mask_and_strip(broadcast.subject),
        "campaign": mask_and_strip(broadcast.campaign.name) if broadcast.campaign else None,
        "requested_at": broadcast.requested_at,
        "requested_by": broadcast.requested_by,
        "wanted_dates": tuple(broadcast.wanted_dates),
        "expected_recipients": broadcast.expected_count,
        "recipients": broadcast.recipients_count,
    }


def _date(broadcast: Broadcast) -> dict[str, Any]:
    window = WindowShown(starts_at=broadcast.window_starts_at, ends_at=broadcast.window_ends_at)
    return {
        "date": broadcast.date,
        "agreed_at": broadcast.agreed_at,
        "window": window if broadcast.date else None,
        "terms": tuple(
            TermShown(term=one.what, due_at=one.due_at, done_at=one.done_at, late=one.late, waived=one.waived)
            for one in terms_of(broadcast)
        ),
    }


def _files(broadcast: Broadcast) -> dict[str, Any]:
    return {
        "acceptance": AcceptanceShown(
            run=str(broadcast.acceptance_run) if broadcast.acceptance_run else None,
            recipients=broadcast.short_list_count,
            document=records.hexed(broadcast.tested_document),
            metadata=records.hexed(broadcast.tested_metadata),
            testers=tuple(broadcast.testers),
            tested_at=broadcast.tested_at,
            approved_at=broadcast.approved_at,
            approved_by=broadcast.approved_by or None,
        ),
        "production": ProductionShown(
            run=str(broadcast.production_run) if broadcast.production_run else None,
            recipients=broadcast.recipients_count,
            document=records.hexed(broadcast.document_digest),
            metadata=records.hexed(broadcast.metadata_digest),
            lists=records.hexed(broadcast.lists_digest),
        ),
        "gos": gos_shown(broadcast),
    }


def gos_shown(broadcast: Broadcast) -> tuple[GoGiven, ...]:
    """Return every GO, also the void ones, oldest first."""
    return tuple(map(_go, broadcast.gos.all()))


def _go(go: Go) -> GoGiven:
    return GoGiven(
        given_at=go.given_at,
        given_by=go.given_by,
        agreed_at=go.agreed_at,
        window_ends_at=go.window_ends_at,
        files=files_digest(go),
        void_at=go.void_at,
        void_why=mask_and_strip(go.void_why),
    )


def _evening(broadcast: Broadcast) -> dict[str, Any]:
    moments = ("armed_at", "launched_at", "visible_at", "reported_at", "statistics_at", "closed_at")
    return {
        **{name: getattr(broadcast, name) for name in moments},
        "armed_by": broadcast.armed_by or None,
        "launched_by": broadcast.launched_by or None,
        "contact_centre": ContactCentreWarned(
            warned_at=broadcast.contact_centre_warned_at, first_time=broadcast.first_time_count
        ),
    }


def _entry(entry: SealedEntry) -> HistoryEntry:
    return HistoryEntry(
        number=entry.number,
        at=entry.at,
        by=entry.by,
        action=entry.action,
        environment=entry.environment or None,
        run=str(entry.run) if entry.run else None,
        data=entry.data,
    )
