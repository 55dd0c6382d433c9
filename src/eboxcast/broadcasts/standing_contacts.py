"""Whom teams and institutions name as their contact as a rule: what the follow-up sheet of a broadcast begins with."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from eboxcast.audit.actions import record
from eboxcast.broadcasts.errors import ContactUnreachable, InstitutionNotFound, TeamUnknown
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.actors import Actor
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.policy import authorize
from eboxcast.senders.models import Institution, StandingContact, Team
from eboxcast.senders.people import refuse_unfit_address, refuse_unfit_line


@sanitized_db_errors()
def standing_contacts(actor: Actor) -> list[StandingContact]:
    """Return whom the teams name, and the institutions somebody may see. Raises NotYourRole."""
    authorize(actor, "contacts.see")
    found = StandingContact.objects.order_by("institution_id", "team_id", "id")
    if actor.institution:
        found = found.filter(Q(team__isnull=False) | Q(institution=actor.institution))
    return list(found)


def set_standing_contact(
    *, actor: Actor, team: str, institution: str = "", name: str, email: str = "", phone: str = ""
) -> StandingContact:
    """Name the one contact of a team, or of an institution (``team`` empty), in the place of those named before.

    Requesters name that of their own institution, integration any. Broadcasts that have their sheet keep it. Raises
    NotYourRole, TeamUnknown, InstitutionNotFound, DetailUnfit, ContactUnreachable.
    """
    authorize(actor, "contacts.set_team" if team else "contacts.set")
    refuse_unfit_line(team or "-", "name", name)
    refuse_unfit_address(name, email=email, phone=phone)
    if not name or not (email or phone):
        raise ContactUnreachable
    with sanitized_db_errors(), transaction.atomic():
        whose = _whose(team, institution or actor.institution, actor)
        StandingContact.objects.filter(**whose).delete()
        contact = StandingContact.objects.create(name=name, email=email, phone=phone, **whose)
        told = {"team": team, "institution": contact.institution_id or ""}
        record("contacts.standing_set", by=actor.name, data=told)
    return contact


def _whose(team: str, institution: str, actor: Actor) -> dict[str, str | None]:
    if team and not Team.objects.filter(code=team).exists():
        known = Team.objects.order_by("code").values_list("code", flat=True)
        raise TeamUnknown(team=mask_and_strip(team), teams=", ".join(known))
    if not team and not (actor.sees(institution) and Institution.objects.filter(cbe=institution).exists()):
        raise InstitutionNotFound(institution=mask_and_strip(institution) or "–")
    return {"team_id": team or None, "institution_id": None if team else institution}
