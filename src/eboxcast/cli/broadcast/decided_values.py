"""What people decided about a broadcast, delivered for it and found in it, as JSON."""

from __future__ import annotations

from eboxcast.audit.selectors import SealedEntry, Wanted, list_entries
from eboxcast.broadcasts.guards import verdicts_that_count
from eboxcast.broadcasts.models import Broadcast, Contact, Decision, FileDelivery, Verdict, Waiver
from eboxcast.lib.formatting import iso
from eboxcast.lib.masking import mask_and_strip
from eboxcast.notices.listing import newest_notices
from eboxcast.notices.models import Notice

MOST_ENTRIES = 10_000


def decided_values(broadcast: Broadcast) -> dict[str, object]:
    """Return decisions, deliveries, verdicts, contacts, waivers and notes."""
    return {
        "decisions": [_decision(one) for one in broadcast.decisions.all()],
        "deliveries": [_delivery(one) for one in broadcast.deliveries.all()],
        "verdicts": _verdicts(broadcast),
        "contacts": [contact_values(one) for one in broadcast.contacts.all()],
        "waivers": [_waiver(one) for one in broadcast.waivers.all()],
        "notices": [_notice(one) for one in notices_of(broadcast)],
        "notes": [{"at": iso(one.at), "by": one.by, "text": text_of(one)} for one in notes_of(broadcast)],
    }


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
    return newest_notices(broadcast=broadcast.id, limit=MOST_ENTRIES)


def text_of(note: SealedEntry) -> str:
    """Return what a note says."""
    return mask_and_strip(str(note.data.get("text", "")))


def contact_values(contact: Contact) -> dict[str, object]:
    """Return whom to call."""
    return {"team": contact.team or None, "name": contact.name, "email": contact.email, "phone": contact.phone}


def _decision(one: Decision) -> dict[str, object]:
    return {
        "side": one.side,
        "outcome": one.outcome,
        "dates": [day.isoformat() for day in one.dates],
        "agreed_at": iso(one.agreed_at),
        "reason": mask_and_strip(one.reason),
        "at": iso(one.at),
        "by": one.by,
        "void_at": iso(one.void_at),
    }


def _delivery(one: FileDelivery) -> dict[str, object]:
    return {
        "environment": one.environment,
        "at": iso(one.at),
        "by": one.by,
        "via": one.via,
        "accepted": one.accepted,
        "files": one.files,
        "faults": one.faults,
        "recipients": one.recipients_count,
        "run": str(one.run) if one.run else None,
        "document": _hexed(one.document_digest),
        "metadata": _hexed(one.metadata_digest),
        "lists": _hexed(one.lists_digest),
        "withdrawn_at": iso(one.withdrawn_at),
    }


def _verdicts(broadcast: Broadcast) -> list[dict[str, object]]:
    count = {one.pk for one in verdicts_that_count(broadcast)}
    return [_verdict(one, counts=one.pk in count) for one in verdicts_of(broadcast)]


def _verdict(one: Verdict, *, counts: bool) -> dict[str, object]:
    return {
        "recipient": one.recipient,
        "check": one.check_name,
        "passed": one.passed,
        "seen_in": one.seen_in,
        "remark": mask_and_strip(one.remark),
        "at": iso(one.at),
        "by": one.by,
        "counts": counts,
    }


def _notice(one: Notice) -> dict[str, object]:
    return {
        "notice": one.pk,
        "kind": one.kind,
        "recipient": one.recipient,
        "language": one.language,
        "subject": mask_and_strip(one.subject),
        "state": one.state,
        "made_at": iso(one.created_at),
        "sent_at": iso(one.sent_at),
        "problem": mask_and_strip(one.last_problem) or None,
    }


def _waiver(one: Waiver) -> dict[str, object]:
    return {
        "what": one.what,
        "reason": mask_and_strip(one.reason),
        "at": iso(one.at),
        "by": one.by,
        "void_at": iso(one.void_at),
    }


def _hexed(digest: bytes | memoryview | None) -> str | None:
    return bytes(digest).hex() if digest else None
