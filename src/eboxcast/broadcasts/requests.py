"""What an institution asks for, and that it still wants it; what came too late and is let pass by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.db.models import Prefetch

from eboxcast.broadcasts.contacts import set_contact, take_standing_contacts
from eboxcast.broadcasts.deadlines import deadlines_of
from eboxcast.broadcasts.errors import AudienceUnclear, TypeNotConfigured
from eboxcast.broadcasts.load import refuse_impossible_days
from eboxcast.broadcasts.models import Broadcast, Campaign, Lateness, Numbering, State, Waiver
from eboxcast.broadcasts.scheduling import refuse_past
from eboxcast.broadcasts.states import Action
from eboxcast.broadcasts.steps import fit_reason, leave_entry, step
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.free_text import fit, fit_if_any
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.policy import authorize
from eboxcast.senders.errors import ApplicationUnknown, InstitutionUnknown, MessageTypeUnknown
from eboxcast.senders.lookup import find_sender_config
from eboxcast.senders.models import Application, Institution, MessageType


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What an institution asks for; one broadcast for each language."""

    application: str
    message_type: str
    subject: str
    dates: tuple[date, ...]
    expected: Mapping[str, int]
    """How many recipients are expected in each language."""
    campaign: str = ""
    contact: Contact | None = None
    """Whom to call at the institution, where it is another than usual."""
    form: str = ""
    """The form it was asked with, where there is one: sent twice with the same content it asks once."""


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Somebody who can be called or written to."""

    name: str
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A message type that somebody can ask a broadcast of, with the application that sends it."""

    application: str
    application_titles: Mapping[str, str]
    message_type: str
    titles: Mapping[str, str]


LANGUAGES = ("fr", "nl", "de")
MOST_RECIPIENTS = 2**31 - 1
_USUAL_EBOX = "CITIZEN"


@sanitized_db_errors()
def offers_to(actor: Actor) -> list[Offer]:
    """Return what somebody can ask a broadcast of: what is configured for their institution. Raises NotYourRole."""
    authorize(actor, "broadcast.request")
    types = MessageType.objects.filter(acceptance_at__isnull=False).order_by("code")
    applications = Application.objects.filter(institution=actor.institution).order_by("name")
    return [
        Offer(
            application=application.name,
            application_titles=application.titles,
            message_type=kind.code,
            titles=kind.titles,
        )
        for application in applications.prefetch_related(Prefetch("message_types", types))
        for kind in application.message_types.all()
    ]


@sanitized_db_errors()
def request(wanted: Wanted, *, actor: Actor) -> list[Broadcast]:
    """Ask for broadcasts, one for each language; several belong to one campaign.

    Raises NotYourRole, InstitutionUnknown, TextUnfit, AudienceUnclear, DateInThePast, DateNotPossible, DetailUnfit,
    EboxTypeDiffers, and TypeNotConfigured when the type is not configured in acceptance.
    """
    authorize(actor, "broadcast.request")
    wanted = replace(wanted, subject=fit(wanted.subject, "subject"), campaign=fit_if_any(wanted.campaign, "campaign"))
    institution = Institution.objects.filter(cbe=actor.institution).first()
    if institution is None:
        raise InstitutionUnknown(institution=actor.institution)
    _refuse_unclear(wanted.expected)
    _refuse_unknown_type(wanted, institution)
    refuse_past(wanted.dates)
    refuse_impossible_days(wanted.dates, institution=institution.cbe, recipients=sum(wanted.expected.values()))
    with transaction.atomic():
        numbering = _numbering()
        if before := _asked_before(wanted, actor):
            return before
        campaign = _campaign(wanted, institution)
        requested = [
            _new(wanted, institution, campaign, numbering, language=language, expected=expected, actor=actor)
            for language, expected in wanted.expected.items()
        ]
        for broadcast in requested if wanted.contact else ():
            set_contact(broadcast, actor=actor, team="", **vars(wanted.contact))
    return requested


def _refuse_unclear(expected: Mapping[str, int]) -> None:
    for language, count in expected.items() or (("", 0),):
        if language not in LANGUAGES or not 0 < count <= MOST_RECIPIENTS:
            raise AudienceUnclear(text=mask_and_strip(f"{language}={count}"))


def _ebox_type_of(code: str) -> str:
    """Return for which eBoxes a message type is; that a type is not known is said where its sender is looked for."""
    return MessageType.objects.filter(code=code).values_list("ebox_type", flat=True).first() or _USUAL_EBOX


def _refuse_unknown_type(wanted: Wanted, institution: Institution) -> None:
    try:
        find_sender_config(
            institution=institution.cbe,
            application=wanted.application,
            message_type=wanted.message_type,
            ebox_type=_ebox_type_of(wanted.message_type),
            environment="acceptance",
        )
    except (ApplicationUnknown, MessageTypeUnknown) as error:
        data = {"message_type": wanted.message_type, "application": wanted.application}
        raise TypeNotConfigured(**{name: mask_and_strip(text) for name, text in data.items()}) from error


def reconfirm(broadcast: Broadcast, *, actor: Actor) -> Broadcast:
    """Say again that the date is wanted; due ten working days before. Doing it twice changes nothing."""
    with step(broadcast, Action.RECONFIRM, actor=actor) as taken:
        due = deadlines_of(taken.broadcast).reconfirmation_due_at
        taken.tell(due=due.isoformat(), late=clock.now() > due, again=taken.broadcast.reconfirmed_at is not None)
        if taken.broadcast.reconfirmed_at is None:
            taken.broadcast.reconfirmed_at = clock.now()
            taken.broadcast.reconfirmed_by = actor.name
    return broadcast


def waive(broadcast: Broadcast, *, actor: Actor, what: Lateness, reason: str) -> Broadcast:
    """Let something pass that came too late, by name. Raises ReasonMissing, TextUnfit."""
    with step(broadcast, Action.WAIVE, actor=actor) as taken:
        reason = fit_reason(reason, Action.WAIVE)
        holding = {"broadcast": taken.broadcast, "what": what, "void_at": None}
        Waiver.objects.get_or_create(**holding, defaults={"reason": reason, "at": clock.now(), "by": actor.name})
        taken.tell(what=str(what), reason=reason)
    return broadcast


def _asked_before(wanted: Wanted, actor: Actor) -> list[Broadcast]:
    """Return what the same form asked for already; whoever sends it a second time meanwhile waits for the numbers."""
    if not wanted.form:
        return []
    numbers = [_id_of(wanted, language, actor) for language in wanted.expected]
    return list(Broadcast.objects.filter(id__in=numbers).order_by("number"))


def _id_of(wanted: Wanted, language: str, actor: Actor) -> UUID:
    """Return the identity of what a form asks for: the same whenever the same person sends it with the same content."""
    if not wanted.form:
        return uuid4()
    content = {**vars(replace(wanted, contact=None)), "expected": dict(wanted.expected), "by": actor.name}
    return uuid5(_FORMS, f"{sorted(content.items())} {language}")


_FORMS = UUID("5c7b3f4e-6d0a-4f6e-9a51-0c3a86a3a3f9")


def _new(
    wanted: Wanted,
    institution: Institution,
    campaign: Campaign | None,
    numbering: Numbering,
    *,
    language: str,
    expected: int,
    actor: Actor,
) -> Broadcast:
    now = clock.now()
    broadcast = Broadcast.objects.create(
        id=_id_of(wanted, language, actor),
        number=_next_number(numbering),
        campaign=campaign,
        institution=institution,
        application=wanted.application,
        message_type=wanted.message_type,
        language=language,
        subject=wanted.subject,
        wanted_dates=list(wanted.dates),
        expected_count=expected,
        requested_at=now,
        requested_by=actor.name,
        state=State.REQUESTED,
        changed_at=now,
    )
    take_standing_contacts(broadcast)
    leave_entry(
        broadcast,
        "broadcast.requested",
        by=actor.name,
        data={
            "dates": [day.isoformat() for day in wanted.dates],
            "expected": expected,
            "language": language,
            "campaign": wanted.campaign,
        },
    )
    return broadcast


def _campaign(wanted: Wanted, institution: Institution) -> Campaign | None:
    name = wanted.campaign or (wanted.subject if len(wanted.expected) > 1 else "")
    return Campaign.objects.get_or_create(name=name, institution=institution)[0] if name else None


def _numbering() -> Numbering:
    """Return the numbers of this year, locked; call it inside the transaction of the broadcasts that get some."""
    year = clock.today().year
    Numbering.objects.get_or_create(year=year)
    return Numbering.objects.select_for_update().get(year=year)


def _next_number(numbering: Numbering) -> str:
    numbering.last += 1
    numbering.save()
    return f"{numbering.year}-{numbering.last:04}"
