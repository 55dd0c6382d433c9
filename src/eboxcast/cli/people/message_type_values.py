"""Message types and the requests for them as JSON has them."""

from __future__ import annotations

from eboxcast.lib.formatting import iso
from eboxcast.senders.models import MessageType, TypeRequest
from eboxcast.senders.type_states import turn_of


def request_values(request: TypeRequest) -> dict[str, object]:
    """Return a request: the form, where it stands, and its history."""
    after = getattr(request, "replaced_by", None)
    return {
        "number": request.pk,
        "state": request.state,
        "turn": turn_of(request),
        "replaces": request.replaces_id,
        "replaced_by": after.pk if after else None,
        "institution": request.institution,
        "institution_names": request.institution_names,
        "application": request.application,
        "application_names": request.application_titles,
        **_described(request),
        "description": request.description,
        "legal_basis": request.legal_basis,
        "expected_recipients": request.expected_recipients,
        "broadcasts_a_year": request.broadcasts_a_year,
        "wanted_dates": [day.isoformat() for day in request.wanted_dates],
        "business_contact": request.business_contact,
        "technical_contact": request.technical_contact,
        "requested_by": request.requester,
        "steps": [
            {"step": step.step, "at": iso(step.at), "by": step.by, "side": step.side, "reason": step.reason}
            for step in request.steps.order_by("pk")
        ],
    }


def type_values(kind: MessageType) -> dict[str, object]:
    """Return a configured message type."""
    return {
        **_described(kind),
        "applications": [application.name for application in kind.applications.all()],
        "acceptance_at": iso(kind.acceptance_at),
        "production_at": iso(kind.production_at),
    }


def _described(either: TypeRequest | MessageType) -> dict[str, object]:
    return {
        "code": either.code,
        "titles": either.titles,
        "ebox_type": either.ebox_type,
        "languages": either.languages,
        "validity_number": either.validity_number,
        "validity_unit": either.validity_unit,
        "media_types": either.media_types,
        "document_bytes": either.document_bytes,
        "without_ebox": either.without_ebox,
    }
