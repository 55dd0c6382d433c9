"""Becoming a sender and asking for a message type: each step of a request, with its audit entry.

The table of steps is in type_states.py.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import IntegrityError, transaction

from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.free_text import TextUnfit, fit, fit_if_any, hides_a_number
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.policy import authorize
from eboxcast.senders.errors import (
    AlreadyConfigured,
    AlreadyRequested,
    ApplicationTaken,
    NotRefused,
    NotThisStep,
    OtherInstitution,
    TypeRequestNotFound,
)
from eboxcast.senders.lookup import find_either, find_request
from eboxcast.senders.models import Application, Institution, MessageType, TypeRequest
from eboxcast.senders.request_form import RequestForm
from eboxcast.senders.type_states import CLOSED_WITHOUT, OPEN, TRANSITIONS, WORDS, State, Step, side_of

Effect = Callable[[TypeRequest], None]

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


def request_type(form: RequestForm, *, actor: Actor, again: int | None = None) -> TypeRequest:
    """Ask for a message type; ``again`` names the refused or withdrawn request that this one takes the place of.

    Without it, the last such request of the institution for the same code is named by itself.
    Raises NotYourRole, TextUnfit, OtherInstitution, ApplicationTaken, AlreadyConfigured, AlreadyRequested, NotRefused.
    """
    authorize(actor, "type.request", asked=Step.REQUEST)
    _refuse_numbers(form)
    with sanitized_db_errors(), transaction.atomic():
        _refuse_form(form, actor)
        replaces = _asked_again(form, again, actor) if again else _closed_before(form)
        request = TypeRequest(**form.columns(), state=State.REQUESTED, replaces=replaces)
        _save_new(request)
        _note(request, Step.REQUEST, actor=actor)
    return request


def validate_type(number: int, *, actor: Actor) -> TypeRequest:
    """Validate a request at business level. Raises NotYourRole, TypeRequestNotFound, NotThisStep."""
    return take(number, Step.VALIDATE, actor=actor)


def accept_type(number: int, *, actor: Actor) -> TypeRequest:
    """Accept a request technically. Raises NotYourRole, TypeRequestNotFound, NotThisStep."""
    return take(number, Step.ACCEPT, actor=actor)


def refuse_type(number: int, *, reason: str, actor: Actor) -> TypeRequest:
    """Refuse a request, at any time before production. Raises TextUnfit and what the other steps raise."""
    authorize(actor, "type.refuse", asked=Step.REFUSE)
    reason = fit(reason, "reason")
    return take(number, Step.REFUSE, actor=actor, reason=reason, effect=_unconfigure)


def withdraw_type(number: int, *, reason: str = "", actor: Actor) -> TypeRequest:
    """Take a request back, at any time before production; integration may do it for the institution.

    Raises TextUnfit and what the other steps raise.
    """
    authorize(actor, "type.withdraw", asked=Step.WITHDRAW)
    reason = fit_if_any(reason, "reason")
    return take(number, Step.WITHDRAW, actor=actor, reason=reason, effect=_unconfigure)


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


def foresee_request(again: int | None = None, *, actor: Actor) -> TypeRequest | None:
    """Return the request that a new one would take the place of, if any; nothing changes.

    Raises NotYourRole, TypeRequestNotFound, NotRefused.
    """
    authorize(actor, "type.request", asked=Step.REQUEST)
    if again is None:
        return None
    with sanitized_db_errors():
        before = find_request(again, actor=actor)
        if before.state not in CLOSED_WITHOUT or hasattr(before, "replaced_by"):
            raise NotRefused(number=again, state=WORDS[State(before.state)])
    return before


def foresee_step(wanted: str, step: Step, *, actor: Actor) -> tuple[TypeRequest | None, MessageType | None]:
    """Return what a step would be taken with, where it can be: a request, or a type that was loaded without one.

    Raises what taking it raises; nothing changes.
    """
    authorize(actor, TRANSITIONS[step].permission, asked=step)
    with sanitized_db_errors():
        request, kind = find_either(wanted, actor=actor)
        if request is not None and (kind is None or request.state in OPEN or step not in _STEPS.values()):
            _refuse_elsewhere(request, step)
        elif kind is None or kind.acceptance_at is None:
            raise TypeRequestNotFound(wanted=mask_and_strip(wanted))
    return request, kind


def take(
    number: int,
    step: Step,
    *,
    actor: Actor,
    reason: str = "",
    environment: str = "",
    effect: Effect = lambda request: None,
) -> TypeRequest:
    """Take one step of the table; what was done before stays as it is.

    Raises NotYourRole, TypeRequestNotFound, NotThisStep; nothing has changed then.
    """
    row = TRANSITIONS[step]
    authorize(actor, row.permission, asked=step)
    with sanitized_db_errors(), transaction.atomic():
        request = find_request(number, actor=actor, locked=True)
        _refuse_elsewhere(request, step)
        if request.state == row.target:
            return request
        effect(request)
        request.state = row.target
        request.save(update_fields=["state"])
        _note(request, step, actor=actor, reason=reason, environment=environment)
    return request


def _refuse_elsewhere(request: TypeRequest, step: Step) -> None:
    """Raise NotThisStep where a request stands elsewhere, and where it was brought by whom."""
    row = TRANSITIONS[step]
    if request.state in (row.target, *row.sources):
        return
    last = request.steps.order_by("pk").last()
    who = {"by": mask_and_strip(last.by), "at": last.at} if last else {"by": "–", "at": "–"}
    raise NotThisStep(number=request.pk, state=WORDS[State(request.state)], asked=step, **who)


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


def _refuse_numbers(form: RequestForm) -> None:
    """Raise TextUnfit for a national number anywhere in a form, however it was made."""
    for field, value in form.columns().items():
        texts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
        if any(isinstance(text, str) and hides_a_number(text) for text in texts):
            raise TextUnfit(asked=field)


def _refuse_form(form: RequestForm, actor: Actor) -> None:
    if actor.institution and actor.institution != form.institution.cbe:
        raise OtherInstitution(institution=form.institution.cbe, own=actor.institution)
    if Application.objects.filter(name=form.application.name).exclude(institution=form.institution.cbe).exists():
        raise ApplicationTaken(application=form.application.name, institution=form.institution.cbe)
    if MessageType.objects.filter(code=form.message_type.code, acceptance_at__isnull=False).exists():
        raise AlreadyConfigured(message_type=form.message_type.code)
    _refuse_second(form.message_type.code)


def _refuse_second(code: str) -> None:
    other = TypeRequest.objects.filter(code=code, state__in=OPEN).first()
    if other is not None:
        raise AlreadyRequested(message_type=code, number=other.pk)


def _save_new(request: TypeRequest) -> None:
    """Save a request, and say it in our words when another was handed in at the same moment."""
    try:
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError:
        _refuse_second(request.code)
        raise


def _asked_again(form: RequestForm, number: int, actor: Actor) -> TypeRequest:
    before = find_request(number, actor=actor, locked=True)
    if (
        before.state not in CLOSED_WITHOUT
        or before.institution != form.institution.cbe
        or TypeRequest.objects.filter(replaces=before).exists()
    ):
        raise NotRefused(number=number, state=WORDS[State(before.state)])
    return before


def _closed_before(form: RequestForm) -> TypeRequest | None:
    own = TypeRequest.objects.filter(code=form.message_type.code, institution=form.institution.cbe)
    return own.filter(state__in=CLOSED_WITHOUT, replaced_by__isnull=True).order_by("pk").last()


def _unconfigure(request: TypeRequest) -> None:
    """Take back what was configured in acceptance, so that nothing is tried there any more."""
    if request.state == State.IN_ACCEPTANCE:
        MessageType.objects.filter(code=request.code, production_at__isnull=True).update(acceptance_at=None)


def _note(request: TypeRequest, step: Step, *, actor: Actor, reason: str = "", environment: str = "") -> None:
    side = side_of(actor, step)
    request.steps.create(step=step.name.lower(), at=clock.now(), by=actor.name, side=side, reason=reason)
    data = {
        "request": request.pk,
        "replaces": request.replaces_id,
        "institution": request.institution,
        "application": request.application,
        "code": request.code,
        "titles": request.titles,
        "side": side,
        "reason": reason,
    }
    record(TRANSITIONS[step].entry, by=actor.name, environment=environment, data=data)
