"""Message types and the requests for them, made from what is recorded of them."""

from __future__ import annotations

from collections.abc import Iterable

from eboxcast.presenters.schemas.message_type import (
    MessageTypeShown,
    TypeAnswer,
    TypeList,
    TypeRequestShown,
    TypeStep,
)
from eboxcast.senders.models import MessageType, TypeRequest
from eboxcast.senders.type_states import turn_of


def type_answer(request: TypeRequest | None, kind: MessageType | None) -> TypeAnswer:
    """Return a request and the type that it led to; one of them may be missing."""
    return TypeAnswer(
        request=_request(request) if request else None,
        message_type=_message_type(kind) if kind else None,
    )


def type_list(requests: Iterable[TypeRequest], kinds: Iterable[MessageType]) -> TypeList:
    """Return requests and message types."""
    return TypeList(requests=tuple(map(_request, requests)), message_types=tuple(map(_message_type, kinds)))


def _request(request: TypeRequest) -> TypeRequestShown:
    after = getattr(request, "replaced_by", None)
    return TypeRequestShown(
        number=request.pk,
        state=request.state,
        turn=turn_of(request),
        replaces=request.replaces_id,
        replaced_by=after.pk if after else None,
        institution=request.institution,
        institution_names=request.institution_names,
        application=request.application,
        application_names=request.application_titles,
        code=request.code,
        titles=request.titles,
        ebox_type=request.ebox_type,
        languages=tuple(request.languages),
        validity_number=request.validity_number,
        validity_unit=request.validity_unit,
        media_types=tuple(request.media_types),
        document_bytes=request.document_bytes,
        without_ebox=request.without_ebox,
        description=request.description,
        legal_basis=request.legal_basis,
        expected_recipients=request.expected_recipients,
        broadcasts_a_year=request.broadcasts_a_year,
        wanted_dates=tuple(request.wanted_dates),
        business_contact=request.business_contact,
        technical_contact=request.technical_contact,
        requested_by=request.requester,
        steps=tuple(
            TypeStep(step=one.step, at=one.at, by=one.by, side=one.side, reason=one.reason)
            for one in request.steps.order_by("pk")
        ),
    )


def _message_type(kind: MessageType) -> MessageTypeShown:
    return MessageTypeShown(
        code=kind.code,
        titles=kind.titles,
        ebox_type=kind.ebox_type,
        languages=tuple(kind.languages),
        validity_number=kind.validity_number,
        validity_unit=kind.validity_unit,
        media_types=tuple(kind.media_types),
        document_bytes=kind.document_bytes,
        without_ebox=kind.without_ebox,
        applications=tuple(application.name for application in kind.applications.all()),
        acceptance_at=kind.acceptance_at,
        production_at=kind.production_at,
    )
