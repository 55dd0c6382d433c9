"""What people decided about a broadcast, delivered for it and found in it."""

from __future__ import annotations

from eboxcast.audit.selectors import SealedEntry, Wanted, list_entries
from eboxcast.broadcasts.facts import verdicts_that_count
from eboxcast.broadcasts.models import Broadcast, Contact, Decision, FileDelivery, Verdict, Waiver
from eboxcast.lib.masking import mask_and_strip
from eboxcast.notices.incoming.replies import replies_to
from eboxcast.notices.listing import Sought, newest_notices
from eboxcast.notices.models import Notice, ReceivedMail
from eboxcast.presenters.schemas.broadcast import (
    ContactShown,
    DecisionShown,
    DeliveryShown,
    NoteShown,
    NoticeOfBroadcast,
    ReplyShown,
    VerdictShown,
    WaiverShown,
)

MOST_ENTRIES = 10_000


def verdicts_of(broadcast: Broadcast) -> list[Verdict]:
    """Return all that was found of the last files for acceptance, also what was corrected since."""
    run = broadcast.acceptance_run
    return list(broadcast.verdicts.filter(run=run)) if run else []


def history_of(broadcast: Broadcast) -> list[SealedEntry]:
    """Return all the audit has of a broadcast, oldest first."""
    return list_entries(Wanted(broadcast=broadcast.id), MOST_ENTRIES)


def notes_of(broadcast: Broadcast) -> list[SealedEntry]:
    """Return what was noted by hand, oldest first."""
    return [entry for entry in history_of(broadcast) if entry.action == "broadcast.noted"]


def notices_of(broadcast: Broadcast) -> list[Notice]:
    """Return the mails made about a broadcast, oldest first."""
    return newest_notices(Sought(broadcast=broadcast.id), limit=MOST_ENTRIES)


def text_of(note: SealedEntry) -> str:
    """Return what a note says."""
    return mask_and_strip(str(note.data.get("text", "")))


def decisions_shown(broadcast: Broadcast) -> tuple[DecisionShown, ...]:
    """Return what each side decided about the date."""
    return tuple(map(_decision, broadcast.decisions.all()))


def deliveries_shown(broadcast: Broadcast) -> tuple[DeliveryShown, ...]:
    """Return the files that were delivered."""
    return tuple(map(_delivery, broadcast.deliveries.all()))


def verdicts_shown(broadcast: Broadcast) -> tuple[VerdictShown, ...]:
    """Return what was found in the eBoxes of the short list, also what was corrected since."""
    count = {one.pk for one in verdicts_that_count([broadcast])}
    return tuple(_verdict(one, counts=one.pk in count) for one in verdicts_of(broadcast))


def contacts_shown(broadcast: Broadcast) -> tuple[ContactShown, ...]:
    """Return the follow-up sheet."""
    return tuple(map(contact_shown, broadcast.contacts.all()))


def waivers_shown(broadcast: Broadcast) -> tuple[WaiverShown, ...]:
    """Return what was late and may pass."""
    return tuple(map(_waiver, broadcast.waivers.all()))


def notices_shown(broadcast: Broadcast) -> tuple[NoticeOfBroadcast, ...]:
    """Return the mails about a broadcast."""
    return tuple(map(_notice, notices_of(broadcast)))


def replies_shown(broadcast: Broadcast) -> tuple[ReplyShown, ...]:
    """Return what people replied to the mails."""
    return tuple(map(_reply, replies_to(broadcast.id)))


def notes_shown(broadcast: Broadcast) -> tuple[NoteShown, ...]:
    """Return what was noted by hand."""
    return tuple(NoteShown(at=one.at, by=one.by, text=text_of(one)) for one in notes_of(broadcast))


def contact_shown(contact: Contact) -> ContactShown:
    """Return whom to call."""
    return ContactShown(team=contact.team or None, name=contact.name, email=contact.email, phone=contact.phone)


def hexed(digest: bytes | memoryview | None) -> str | None:
    """Return a digest as text."""
    return bytes(digest).hex() if digest else None


def _decision(one: Decision) -> DecisionShown:
    return DecisionShown(
        side=one.side,
        outcome=one.outcome,
        dates=tuple(one.dates),
        agreed_at=one.agreed_at,
        reason=mask_and_strip(one.reason),
        at=one.at,
        by=one.by,
        void_at=one.void_at,
    )


def _delivery(one: FileDelivery) -> DeliveryShown:
    return DeliveryShown(
        environment=one.environment,
        at=one.at,
        by=one.by,
        via=one.via,
        accepted=one.accepted,
        files=one.files,
        faults=one.faults,
        recipients=one.recipients_count,
        run=str(one.run) if one.run else None,
        document=hexed(one.document_digest),
        metadata=hexed(one.metadata_digest),
        lists=hexed(one.lists_digest),
        withdrawn_at=one.withdrawn_at,
    )


def _verdict(one: Verdict, *, counts: bool) -> VerdictShown:
    return VerdictShown(
        recipient=one.recipient,
        check=one.check_name,
        passed=one.passed,
        seen_in=one.seen_in,
        remark=mask_and_strip(one.remark),
        at=one.at,
        by=one.by,
        counts=counts,
    )


def _notice(one: Notice) -> NoticeOfBroadcast:
    return NoticeOfBroadcast(
        notice=one.pk,
        kind=one.kind,
        recipient=one.recipient,
        language=one.language,
        subject=mask_and_strip(one.subject),
        state=one.state,
        made_at=one.created_at,
        sent_at=one.sent_at,
        problem=mask_and_strip(one.last_problem) or None,
    )


def _reply(one: ReceivedMail) -> ReplyShown:
    return ReplyShown(
        number=one.pk,
        at=one.received_at,
        sender=one.sender,
        name=one.sender_name,
        person=one.person or None,
        signed_by=one.signed_by or None,
        notice=one.notice_id,
        subject=one.subject,
        text=one.text,
        files=tuple(one.file_names),
        whole=one.is_whole,
    )


def _waiver(one: Waiver) -> WaiverShown:
    return WaiverShown(what=one.what, reason=mask_and_strip(one.reason), at=one.at, by=one.by, void_at=one.void_at)
