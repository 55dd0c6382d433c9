"""Where the account of somebody stands, for those who look after people: invited, opened, signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from eboxcast.accounts.factors import factors_of
from eboxcast.accounts.models import Account, Invitation, Session
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.senders.models import Person
from eboxcast.senders.people import authorize_care


@dataclass(frozen=True, kw_only=True)
class Standing:
    """An account, as far as others may know of it."""

    opened_at: datetime | None
    """When somebody first set their password; None if they never did."""
    invited_at: datetime | None
    """When the invitation was made that is still open; None if there is none."""
    invited_until: datetime | None
    session_count: int
    """In how many browsers they are signed in now."""
    has_factor: bool
    """Whether they have a second factor."""


def standing_of(person: Person, *, actor: Actor) -> Standing:
    """Return where an account stands. Raises NotYourRole."""
    authorize_care(actor, "person.see")
    with sanitized_db_errors():
        account = Account.objects.filter(person=person).first()
        invitations = Invitation.objects.filter(person=person, used_at=None, expires_at__gt=clock.now())
        invitation = invitations.order_by("-made_at").first()
        sessions = Session.objects.filter(account__person=person, expire_date__gt=timezone.now())
        return Standing(
            opened_at=account.opened_at if account else None,
            invited_at=invitation.made_at if invitation else None,
            invited_until=invitation.expires_at if invitation else None,
            session_count=sessions.count(),
            has_factor=account is not None and factors_of(account).any,
        )
