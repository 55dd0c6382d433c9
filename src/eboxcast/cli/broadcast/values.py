"""A broadcast as JSON: all there is of it (docs/reference/broadcast-json.md)."""

from __future__ import annotations

import json
from collections.abc import Sequence

import typer

from eboxcast.audit.selectors import SealedEntry
from eboxcast.broadcasts.deadlines import terms_of
from eboxcast.broadcasts.models import Broadcast, Go, State
from eboxcast.broadcasts.production import files_digest
from eboxcast.cli.broadcast.decided_values import decided_values
from eboxcast.cli.broadcast.next_steps import Outlook, outlook_of
from eboxcast.cli.broadcast.words import SITUATIONS
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.formatting import iso
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.telling import remedy_in, sentence_in
from eboxcast.lib.translation import language_of_user, translate

FORMAT = "eboxcast.broadcast/2"


def show_json(broadcast: Broadcast, history: Sequence[SealedEntry] | None = None) -> None:
    """Print all there is of a broadcast as JSON."""
    values = {"format": FORMAT, **sheet_values(broadcast)}
    if history is not None:
        values["history"] = [entry_values(entry) for entry in history]
    typer.echo(json.dumps(values, ensure_ascii=False, indent=2))


@sanitized_db_errors()
def sheet_values(broadcast: Broadcast) -> dict[str, object]:
    """Return all there is of a broadcast, its history left out."""
    language = language_of_user()
    return {
        **standing_values(broadcast, outlook_of(broadcast, language)),
        **_asked(broadcast),
        **_date(broadcast),
        **_files(broadcast),
        **decided_values(broadcast),
        **_evening(broadcast),
    }


def standing_values(broadcast: Broadcast, outlook: Outlook) -> dict[str, object]:
    """Return where a broadcast stands, whose turn it is, and what is late or missing."""
    language = language_of_user()
    turn = dict.fromkeys(role for step in outlook.steps for role in step.turn)
    return {
        "number": broadcast.number,
        "state": broadcast.state,
        "since": iso(broadcast.changed_at),
        "sentence": translate(SITUATIONS[State(broadcast.state)], language),
        "reason": mask_and_strip(broadcast.reason),
        "turn": [str(role) for role in turn],
        "next": [
            {
                "turn": [str(role) for role in step.turn],
                "sentence": step.sentence,
                "due_at": iso(step.due_at),
                "command": step.command or None,
            }
            for step in outlook.steps
        ],
        "late": list(outlook.late),
        "missing": [
            {
                "code": getattr(one, "code", None),
                "sentence": sentence_in(one, language),
                "remedy": remedy_in(one, language),
            }
            for one in outlook.missing
        ],
    }


def entry_values(entry: SealedEntry) -> dict[str, object]:
    """Return an entry of the audit."""
    return {
        "number": entry.number,
        "at": iso(entry.at),
        "by": entry.by,
        "action": entry.action,
        "environment": entry.environment or None,
        "run": str(entry.run) if entry.run else None,
        "data": entry.data,
    }


def hexed(digest: bytes | memoryview | None) -> str | None:
    """Return a digest as text."""
    return bytes(digest).hex() if digest else None


def _asked(broadcast: Broadcast) -> dict[str, object]:
    return {
        "institution": broadcast.institution_id,
        "institution_names": broadcast.institution.names,
        "application": broadcast.application,
        "message_type": broadcast.message_type,
        "language": broadcast.language,
        "subject": mask_and_strip(broadcast.subject),
        "campaign": mask_and_strip(broadcast.campaign.name) if broadcast.campaign else None,
        "requested_at": iso(broadcast.requested_at),
        "requested_by": broadcast.requested_by,
        "wanted_dates": [day.isoformat() for day in broadcast.wanted_dates],
        "expected_recipients": broadcast.expected_count,
        "recipients": broadcast.recipients_count,
    }


def _date(broadcast: Broadcast) -> dict[str, object]:
    return {
        "date": broadcast.date.isoformat() if broadcast.date else None,
        "agreed_at": iso(broadcast.agreed_at),
        "window": {"starts_at": iso(broadcast.window_starts_at), "ends_at": iso(broadcast.window_ends_at)}
        if broadcast.date
        else None,
        "terms": [
            {
                "term": term.what,
                "due_at": iso(term.due_at),
                "done_at": iso(term.done_at),
                "late": term.late,
                "waived": term.waived,
            }
            for term in terms_of(broadcast)
        ],
    }


def _files(broadcast: Broadcast) -> dict[str, object]:
    return {
        "acceptance": {
            "run": str(broadcast.acceptance_run) if broadcast.acceptance_run else None,
            "recipients": broadcast.short_list_count,
            "document": hexed(broadcast.tested_document),
            "metadata": hexed(broadcast.tested_metadata),
            "testers": list(broadcast.testers),
            "tested_at": iso(broadcast.tested_at),
            "approved_at": iso(broadcast.approved_at),
            "approved_by": broadcast.approved_by or None,
        },
        "production": {
            "run": str(broadcast.production_run) if broadcast.production_run else None,
            "recipients": broadcast.recipients_count,
            "document": hexed(broadcast.document_digest),
            "metadata": hexed(broadcast.metadata_digest),
            "lists": hexed(broadcast.lists_digest),
        },
        "gos": [_go(go) for go in broadcast.gos.all()],
    }


def _go(go: Go) -> dict[str, object]:
    return {
        "given_at": iso(go.given_at),
        "given_by": go.given_by,
        "agreed_at": iso(go.agreed_at),
        "window_ends_at": iso(go.window_ends_at),
        "files": files_digest(go),
        "void_at": iso(go.void_at),
        "void_why": mask_and_strip(go.void_why),
    }


def _evening(broadcast: Broadcast) -> dict[str, object]:
    moments = ("armed_at", "launched_at", "visible_at", "reported_at", "statistics_at", "closed_at")
    people = {name: getattr(broadcast, name) or None for name in ("armed_by", "launched_by")}
    warned = {"warned_at": iso(broadcast.contact_centre_warned_at), "first_time": broadcast.first_time_count}
    return {name: iso(getattr(broadcast, name)) for name in moments} | people | {"contact_centre": warned}
