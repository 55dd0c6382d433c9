"""Whom teams and institutions name as their contact as a rule: what the follow-up sheet of a broadcast begins with."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, kw_only=True)
class Place:
    """A team or an institution, and the contact it names as a rule; none where it names nobody."""

    whose: Team | Institution
    contact: StandingContact | None


@sanitized_db_errors()
def places(actor: Actor) -> list[Place]:
    """Return the teams, and the institutions somebody may see, with whom each names. Raises NotYourRole."""
    named = {one.team_id or one.institution_id: one for one in standing_contacts(actor)}
    own = {"cbe": actor.institution} if actor.institution else {}
    teams = [
        Place(whose=team, contact=named.get(team.code)) for team in Team.objects.filter(active=True).order_by("code")
    ]
    institutions = Institution.objects.filter(**own).order_by("cbe")
    return teams + [Place(whose=one, contact=named.get(one.cbe)) for one in institutions]


def place_of(*, team: str = "", institution: str = "", actor: Actor) -> Place:
    """Return one of them. Raises NotYourRole, TeamUnknown, InstitutionNotFound."""
    for place in places(actor):
        if place.whose.pk == (team or institution) and isinstance(place.whose, Team) == bool(team):
            return place
    if team:
        raise TeamUnknown(team=mask_and_strip(team), teams="")
    raise InstitutionNotFound(institution=mask_and_strip(institution) or "–")


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
