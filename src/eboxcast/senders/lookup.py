"""Finding requests and message types, and the configuration a package asks for.

People of an institution find only what is their institution's.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.actors import Actor
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.policy import authorize
from eboxcast.senders.errors import (
    ApplicationUnknown,
    EboxTypeDiffers,
    InstitutionUnknown,
    MessageTypeOnlyInAcceptance,
    MessageTypeUnknown,
    TypeRequestNotFound,
)
from eboxcast.senders.models import Application, Institution, MessageType, TypeRequest

_MOST_DIGITS = 18


def requests_of(actor: Actor) -> QuerySet[TypeRequest]:
    """Return the requests that somebody may see, oldest first. Raises NotYourRole."""
    authorize(actor, "type.see")
    own = {"institution": actor.institution} if actor.institution else {}
    return TypeRequest.objects.filter(**own).select_related("replaced_by").prefetch_related("steps").order_by("pk")


def types_of(actor: Actor) -> QuerySet[MessageType]:
    """Return the message types that somebody may see. Raises NotYourRole."""
    authorize(actor, "type.see")
    own = {"applications__institution": actor.institution} if actor.institution else {}
    return MessageType.objects.filter(**own).distinct().prefetch_related("applications").order_by("code")


def institutions_of(actor: Actor) -> QuerySet[Institution]:
    """Return the institutions that somebody may see. Raises NotYourRole."""
    authorize(actor, "type.see")
    own = {"cbe": actor.institution} if actor.institution else {}
    return Institution.objects.filter(**own).order_by("cbe")


def applications_of(actor: Actor) -> QuerySet[Application]:
    """Return the applications that somebody may see. Raises NotYourRole."""
    authorize(actor, "type.see")
    own = {"institution": actor.institution} if actor.institution else {}
    return Application.objects.filter(**own).order_by("name")


def find_request(number: int, *, actor: Actor, locked: bool = False) -> TypeRequest:
    """Return a request, locked for a step where asked. Raises TypeRequestNotFound."""
    found = requests_of(actor).select_for_update(of=("self",)) if locked else requests_of(actor)
    request = found.filter(pk=number).first()
    if request is None:
        raise TypeRequestNotFound(wanted=mask_and_strip(str(number)))
    return request


def find_either(wanted: str, *, actor: Actor) -> tuple[TypeRequest | None, MessageType | None]:
    """Return what a number or a code names: a request and the type it led to, or the type and its last request.

    Raises NotYourRole, TypeRequestNotFound.
    """
    with sanitized_db_errors():
        request = _by_number(wanted, actor) or requests_of(actor).filter(code=wanted).last()
        kind = types_of(actor).filter(code=request.code if request else wanted).first()
    if request is None and kind is None:
        raise TypeRequestNotFound(wanted=mask_and_strip(wanted))
    return request, kind


@dataclass(frozen=True, kw_only=True)
class SenderConfig:
    """Institution, application and message type that belong together."""

    institution: Institution
    application: Application
    message_type: MessageType


def find_sender_config(
    *, institution: str, application: str, message_type: str, ebox_type: str, environment: str
) -> SenderConfig:
    """Return what is configured in an environment for the names in the metadata.

    Raises InstitutionUnknown, ApplicationUnknown, MessageTypeUnknown, MessageTypeOnlyInAcceptance, EboxTypeDiffers.
    """
    sender = Institution.objects.filter(cbe=institution).first()
    if sender is None:
        raise InstitutionUnknown(institution=institution)
    system = sender.applications.filter(name=application).first()
    if system is None:
        raise ApplicationUnknown(application=mask_and_strip(application), institution=institution)
    kind = system.message_types.filter(code=message_type).first()
    if kind is None or kind.acceptance_at is None:
        raise MessageTypeUnknown(message_type=mask_and_strip(message_type), application=application)
    if environment == "production" and kind.production_at is None:
        raise MessageTypeOnlyInAcceptance(message_type=message_type)
    if kind.ebox_type != ebox_type:
        raise EboxTypeDiffers(message_type=message_type, expected=kind.ebox_type, found=ebox_type)
    return SenderConfig(institution=sender, application=system, message_type=kind)


def _by_number(wanted: str, actor: Actor) -> TypeRequest | None:
    if not wanted.isascii() or not wanted.isdecimal() or len(wanted) > _MOST_DIGITS:
        return None
    return requests_of(actor).filter(pk=int(wanted)).first()
