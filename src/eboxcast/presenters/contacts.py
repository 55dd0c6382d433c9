"""Whom to call, made from what is recorded of teams, institutions and broadcasts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from eboxcast.broadcasts.contacts import sheet_of
from eboxcast.broadcasts.guards import holding_go, without_contact
from eboxcast.broadcasts.listing import Listed
from eboxcast.broadcasts.models import Broadcast, Contact
from eboxcast.broadcasts.standing_contacts import Place
from eboxcast.broadcasts.states import BEFORE_LAUNCH
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.masking import mask_and_strip
from eboxcast.planning.windows import configured_evening
from eboxcast.presenters.broadcasts import broadcast_list
from eboxcast.presenters.schemas.broadcast import BroadcastStep
from eboxcast.presenters.schemas.contacts import (
    ContactBook,
    ContactsOfBroadcast,
    EveningBroadcast,
    EveningSheet,
    PlaceShown,
    TeamOfEvening,
)
from eboxcast.senders.models import Team


def contact_book(places: Iterable[Place]) -> ContactBook:
    """Return the usual contacts."""
    shown = [place_shown(one) for one in places]
    return ContactBook(
        teams=tuple(one for one in shown if one.team), institutions=tuple(one for one in shown if one.institution)
    )


def place_shown(place: Place) -> PlaceShown:
    """Return a team or an institution, and whom it names."""
    team = isinstance(place.whose, Team)
    return PlaceShown(
        team=place.whose.pk if team else "",
        institution="" if team else place.whose.pk,
        names=place.whose.names,
        name=mask_and_strip(place.contact.name) if place.contact else "",
        email=place.contact.email if place.contact else "",
        phone=place.contact.phone if place.contact else "",
    )


@sanitized_db_errors()
def contacts_of_broadcast(broadcast: Broadcast) -> ContactsOfBroadcast:
    """Return whom to call about a broadcast: all that have to be named, and whom else it names."""
    teams = team_names()
    return ContactsOfBroadcast(
        places=tuple(_named(code, one, broadcast, teams) for code, one in sheet_of(broadcast).items()),
        can_change=broadcast.state in BEFORE_LAUNCH,
    )


@sanitized_db_errors()
def evening_sheet(day: date, listed: Sequence[Listed], language: str) -> EveningSheet:
    """Return the follow-up sheet of an evening, in the reader's language."""
    window, teams = configured_evening().window(day), team_names()
    steps = {one.number: one.next for one in broadcast_list(listed, language).broadcasts}
    shown = tuple(_of_evening(one.broadcast, steps[one.broadcast.number], teams) for one in listed)
    return EveningSheet(
        day=day,
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        broadcasts=shown,
        teams=tuple(_teams_of([one.broadcast for one in listed], teams)),
        recipients=sum(one.recipients for one in shown),
        at=clock.now(),
    )


def _of_evening(
    broadcast: Broadcast, steps: tuple[BroadcastStep, ...], teams: Mapping[str, Mapping[str, str]]
) -> EveningBroadcast:
    go, own = holding_go(broadcast), next((one for one in broadcast.contacts.all() if not one.team), None)
    return EveningBroadcast(
        number=broadcast.number,
        subject=mask_and_strip(broadcast.subject),
        language=broadcast.language,
        campaign=mask_and_strip(broadcast.campaign.name) if broadcast.campaign else "",
        institution_names=broadcast.institution.names,
        state=broadcast.state,
        recipients=broadcast.recipients_count or broadcast.expected_count,
        agreed_at=broadcast.agreed_at,
        go_by=go.given_by if go else "",
        go_at=go.given_at if go else None,
        warned_at=broadcast.contact_centre_warned_at,
        armed_by=broadcast.armed_by,
        contact=_named("", own, broadcast, teams),
        missing=tuple(teams.get(code, {"en": code}) for code in without_contact(broadcast) if code),
        next=steps,
    )


def _teams_of(broadcasts: Sequence[Broadcast], teams: Mapping[str, Mapping[str, str]]) -> Iterable[TeamOfEvening]:
    """Return each contact of a team once, with the broadcasts that name this one, unless all do."""
    found: dict[tuple[str, str, str, str], list[tuple[Contact, Broadcast]]] = {}
    for broadcast in broadcasts:
        for one in broadcast.contacts.all():
            if one.team:
                found.setdefault((one.team, one.name, one.email, one.phone), []).append((one, broadcast))
    for _, named in sorted(found.items()):
        contact, broadcast = named[0]
        numbers = () if len(named) == len(broadcasts) else tuple(one.number for _, one in named)
        yield TeamOfEvening(place=_named(contact.team, contact, broadcast, teams), broadcasts=numbers)


def _named(
    team: str, contact: Contact | None, broadcast: Broadcast, teams: Mapping[str, Mapping[str, str]]
) -> PlaceShown:
    return PlaceShown(
        team=team,
        institution="" if team else broadcast.institution_id,
        names=teams.get(team, {"en": team}) if team else broadcast.institution.names,
        name=mask_and_strip(contact.name) if contact else "",
        email=contact.email if contact else "",
        phone=contact.phone if contact else "",
    )


def team_names() -> dict[str, Mapping[str, str]]:
    """Return what teams are called, by their code."""
    return dict(Team.objects.values_list("code", "names"))
