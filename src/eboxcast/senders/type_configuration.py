"""Configuring a message type in acceptance, then in production: after its request, or as it was loaded."""

from __future__ import annotations

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.policy import authorize
from eboxcast.senders.errors import ApplicationTaken, TypeRequestNotFound
from eboxcast.senders.models import Application, Institution, MessageType, TypeRequest
from eboxcast.senders.type_requests import take
from eboxcast.senders.type_states import OPEN, Step

_STEPS = {"acceptance": Step.CONFIGURE_ACCEPTANCE, "production": Step.CONFIGURE_PRODUCTION}
_FROM_THE_FORM = (
    "titles",
    "ebox_type",
    "validity_number",
    "validity_unit",
    "languages",
    "document_bytes",
    "media_types",
    "without_ebox",
)


def configure_type(code: str, *, environment: str, actor: Actor) -> MessageType:
    """Let a message type be used in an environment; where it is already it stays as it is.

    Raises NotYourRole, TypeRequestNotFound, ApplicationTaken, and NotThisStep while its request is not that far.
    """
    step = _STEPS[environment]
    authorize(actor, "type.configure", asked=step)
    with sanitized_db_errors(), transaction.atomic():
        request = TypeRequest.objects.filter(code=code, state__in=OPEN).first()
        if request is None:
            return _configure_loaded(code, environment, actor)
        effect = _make if step == Step.CONFIGURE_ACCEPTANCE else _open_production
        take(request.pk, step, actor=actor, environment=environment, effect=effect)
        return MessageType.objects.get(code=code)


def _make(request: TypeRequest) -> None:
    """Make what the form describes; an institution and an application that are known keep their names."""
    institution, _ = Institution.objects.get_or_create(
        cbe=request.institution, defaults={"names": request.institution_names}
    )
    application, _ = Application.objects.get_or_create(
        name=request.application, defaults={"institution": institution, "titles": request.application_titles}
    )
    if application.institution_id != institution.cbe:
        raise ApplicationTaken(application=application.name, institution=institution.cbe)
    values = {name: getattr(request, name) for name in _FROM_THE_FORM}
    message_type, _ = MessageType.objects.update_or_create(
        code=request.code, defaults={**values, "acceptance_at": clock.now()}
    )
    message_type.applications.set([application])


def _open_production(request: TypeRequest) -> None:
    MessageType.objects.filter(code=request.code).update(production_at=clock.now())


def _configure_loaded(code: str, environment: str, actor: Actor) -> MessageType:
    kind = MessageType.objects.select_for_update().filter(code=code, acceptance_at__isnull=False).first()
    if kind is None:
        raise TypeRequestNotFound(wanted=mask_and_strip(code))
    if environment == "production" and kind.production_at is None:
        kind.production_at = clock.now()
        kind.save(update_fields=["production_at"])
        data = {"code": code, "titles": kind.titles, "side": "operator"}
        record("type.configured", by=actor.name, environment=environment, data=data)
    return kind
