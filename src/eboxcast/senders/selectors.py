"""Finding the configuration a package asks for."""

from __future__ import annotations

from dataclasses import dataclass

from eboxcast.senders.errors import (
    ApplicationUnknown,
    EboxTypeDiffers,
    InstitutionUnknown,
    MessageTypeOnlyInAcceptance,
    MessageTypeUnknown,
)
from eboxcast.senders.models import Application, Institution, MessageType


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
        raise ApplicationUnknown(application=application, institution=institution)
    kind = system.message_types.filter(code=message_type).first()
    if kind is None or kind.acceptance_at is None:
        raise MessageTypeUnknown(message_type=message_type, application=application)
    if environment == "production" and kind.production_at is None:
        raise MessageTypeOnlyInAcceptance(message_type=message_type)
    if kind.ebox_type != ebox_type:
        raise EboxTypeDiffers(message_type=message_type, expected=kind.ebox_type, found=ebox_type)
    return SenderConfig(institution=sender, application=system, message_type=kind)
