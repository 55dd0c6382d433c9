"""The follow-up sheet: whom to call about a broadcast; and the warning of the contact centre."""

from __future__ import annotations

from eboxcast.audit.models import Entry
from eboxcast.broadcasts.errors import ContactUnreachable, TeamUnknown
from eboxcast.broadcasts.models import Broadcast, Contact
from eboxcast.broadcasts.states import Action
from eboxcast.broadcasts.steps import Step, refuse_other_institutions, step
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.policy import authorize
from eboxcast.senders.models import StandingContact, Team
from eboxcast.senders.people import refuse_unfit_address, refuse_unfit_line


def take_standing_contacts(broadcast: Broadcast) -> None:
    """Begin the sheet with whom the institution and the teams name as a rule."""
    own = StandingContact.objects.filter(institution=broadcast.institution_id)
    teams = StandingContact.objects.filter(team__active=True).order_by("team_id", "id")
    for contact in [*own.order_by("id")[:1], *teams]:
        reached = {"name": contact.name, "email": contact.email, "phone": contact.phone}
        Contact.objects.get_or_create(broadcast=broadcast, team=contact.team_id or "", defaults=reached)


def set_contact(
    broadcast: Broadcast, *, actor: Actor, team: str, name: str, email: str = "", phone: str = ""
) -> Broadcast:
    """Name whom to call: of the institution (``team`` empty) by its own people, of a team by integration.

    Raises NotYourRole, TeamUnknown, DetailUnfit, ContactUnreachable.
    """
    refuse_other_institutions(broadcast, actor)
    authorize(actor, "contacts.set_team" if team else "contacts.set")
    if team and not Team.objects.filter(code=team).exists():
        raise TeamUnknown(
            team=mask_and_strip(team), teams=", ".join(Team.objects.order_by("code").values_list("code", flat=True))
        )
    refuse_unfit_line(team or broadcast.institution_id, "name", name)
    refuse_unfit_address(name, email=email, phone=phone)
    if not name or not (email or phone):
        raise ContactUnreachable
    with step(broadcast, Action.SET_CONTACT, actor=actor) as taken:
        values = {"name": name, "email": email, "phone": phone}
        Contact.objects.update_or_create(broadcast=taken.broadcast, team=team, defaults=values)
        taken.tell(team=team)
    return broadcast


@sanitized_db_errors()
def sheet_of(broadcast: Broadcast) -> dict[str, Contact | None]:
    """Return the follow-up sheet with its gaps: the contact of the institution (empty), then that of each team."""
    named = {contact.team: contact for contact in broadcast.contacts.all()}
    teams = Team.objects.filter(active=True).order_by("code").values_list("code", flat=True)
    return {team: named.get(team) for team in dict.fromkeys(("", *teams, *sorted(named)))}


def warn_contact_centre(broadcast: Broadcast, *, actor: Actor, first_time: int | None) -> Broadcast:
    """Warn the contact centre: the mail is made from this entry. ``first_time`` comes from a rehearsal.

    Raises NotYourRole, NotInThisState; NotReady where nobody would read it.
    """
    with step(broadcast, Action.WARN, actor=actor) as taken:
        given = taken.broadcast
        given.contact_centre_warned_at = clock.now()
        given.first_time_count = first_time
        taken.tell(
            date=str(given.date),
            agreed_at=given.agreed_at.isoformat() if given.agreed_at else "",
            subject=given.subject,
            language=given.language,
            recipients=given.recipients_count or given.expected_count,
            first_time=first_time,
        )
    return broadcast


def forget_warning_of_others(taken: Step) -> None:
    """Have the contact centre warned again where it was told of more than a tenth more or fewer than there are now."""
    given = taken.broadcast
    if given.contact_centre_warned_at is None or given.recipients_count is None:
        return
    told = _recipients_told(given)
    if told is None or abs(given.recipients_count - told) * _TENTH > told:
        given.contact_centre_warned_at = given.first_time_count = None
        taken.tell(contact_centre_told=told)


_TENTH = 10


def _recipients_told(broadcast: Broadcast) -> int | None:
    """Return of how many it was warned last, not how many there were since: small changes add up."""
    warned = Entry.objects.filter(broadcast=broadcast.id, action="broadcast.contact_centre_warned").order_by("id")
    entry = warned.last()
    return entry.data.get("recipients") if entry else None
