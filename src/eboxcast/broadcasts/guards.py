"""What must be true before a broadcast may go on: each guard answers what is missing, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from eboxcast.broadcasts.deadlines import term_of
from eboxcast.broadcasts.errors import (
    AcceptanceLate,
    ContactCentreNotWarned,
    ContactsMissing,
    InBlackout,
    Missing,
    NobodyAtContactCentre,
    NoGo,
    NotATester,
    NothingPrepared,
    NotReconfirmed,
    OutsideItsWindow,
    ReconfirmedLate,
    SamePerson,
    TypeNotInProduction,
    VerdictFailed,
    VerdictIncomplete,
)
from eboxcast.broadcasts.facts import Considered, Tally, tallies_of
from eboxcast.broadcasts.models import Broadcast, Check, Go, Lateness
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor, Role
from eboxcast.planning.selectors import blackouts_between
from eboxcast.senders.models import MessageType, Team
from eboxcast.senders.people import reachable

Guard = Callable[[Broadcast, Actor], Missing | None]


def reconfirmed(broadcast: Broadcast, actor: Actor) -> Missing | None:
    """The institution reconfirmed the date, in time or with a waiver."""
    if broadcast.reconfirmed_at is None:
        return NotReconfirmed(broadcast=broadcast.number)
    term = term_of(broadcast, Lateness.RECONFIRMATION)
    return ReconfirmedLate(broadcast=broadcast.number, due=term.due_at) if term.in_the_way else None


def acceptance_in_time(broadcast: Broadcast, actor: Actor) -> Missing | None:
    """The files for acceptance were delivered five working days before, or with a waiver."""
    term = term_of(broadcast, Lateness.ACCEPTANCE)
    missing = term.in_the_way or (term.done_at is None and not term.waived)
    return AcceptanceLate(broadcast=broadcast.number, due=term.due_at) if missing else None


def is_tester(broadcast: Broadcast, actor: Actor) -> Missing | None:
    """Who looks is a requester of the institution, or is named as a tester of this broadcast."""
    if actor.has(Role.REQUESTER) or actor.name in broadcast.testers:
        return None
    return NotATester(broadcast=broadcast.number, name=actor.name)


def verdict_complete(broadcast: Broadcast, actor: Actor) -> Missing | None:
    """Every check passed for every recipient of the short list."""
    tally = tallies_of([broadcast])[broadcast.id]
    if all_passed(broadcast, tally):
        return None
    kind = VerdictFailed if tally.failed else VerdictIncomplete
    return kind(
        broadcast=broadcast.number,
        recipients=broadcast.short_list_count or 0,
        expected=_checks_of(broadcast),
        passed=tally.passed,
        failed=tally.failed,
    )


def all_passed(broadcast: Considered, tally: Tally) -> bool:
    """Return whether every check of a test that has any was found to pass."""
    return tally.failed == 0 and tally.passed == _checks_of(broadcast) > 0


def _checks_of(broadcast: Considered) -> int:
    return (broadcast.short_list_count or 0) * len(Check.values)


def type_in_production(broadcast: Broadcast, actor: Actor) -> Missing | None:
    """The message type is configured in production too."""
    if MessageType.objects.filter(code=broadcast.message_type, production_at__isnull=False).exists():
        return None
    return TypeNotInProduction(message_type=broadcast.message_type)


def prepared(broadcast: Broadcast, actor: Actor) -> Missing | None:
    """The files for production are stored, complete and invisible."""
    return None if broadcast.production_run else NothingPrepared(broadcast=broadcast.number)


def go_holds(broadcast: Broadcast, actor: Actor) -> Missing | None:
    """There is a GO for exactly this moment and these files."""
    go = holding_go(broadcast)
    if go is not None and _is_of_now(go, broadcast):
        return None
    return NoGo(broadcast=broadcast.number)


def other_person(broadcast: Broadcast, actor: Actor) -> Missing | None:
    """The person who gave the GO is not the one who launches."""
    go = holding_go(broadcast)
    return SamePerson(name=actor.name) if go is not None and go.given_by == actor.name else None


def contacts_complete(broadcast: Broadcast, actor: Actor) -> Missing | None:
    """The follow-up sheet has one contact for the institution and one for each team."""
    missing = [team or broadcast.institution_id for team in without_contact(broadcast)]
    return ContactsMissing(broadcast=broadcast.number, missing=", ".join(missing)) if missing else None


def contact_centre_warned(broadcast: Broadcast, actor: Actor) -> Missing | None:
    """The contact centre has been warned of this date."""
    if broadcast.contact_centre_warned_at:
        return None
    return contact_centre_reachable(broadcast, actor) or ContactCentreNotWarned(broadcast=broadcast.number)


def contact_centre_reachable(broadcast: Broadcast, actor: Actor) -> Missing | None:
    """Someone with the role contact-centre has an email address."""
    return None if reachable(Role.CONTACT_CENTRE) else NobodyAtContactCentre()


def in_window(broadcast: Broadcast, actor: Actor) -> Missing | None:
    """It is the agreed evening."""
    start, end = window_of(broadcast)
    if start <= clock.now() < end:
        return None
    return OutsideItsWindow(broadcast=broadcast.number, now=clock.now(), start=start, end=end)


def no_blackout(broadcast: Broadcast, actor: Actor) -> Missing | None:
    """No service needed is unavailable during the rest of the window."""
    start, end = window_of(broadcast)
    for blackout in blackouts_between(max(start, clock.now()), end):
        return InBlackout(
            number=blackout.id,
            service=blackout.service,
            reason=blackout.reason,
            start=blackout.starts_at,
            end=blackout.ends_at,
        )
    return None


def without_contact(broadcast: Broadcast) -> list[str]:
    """Return whose contact the follow-up sheet does not name: empty for the institution, else the code of a team."""
    named = set(broadcast.contacts.values_list("team", flat=True))
    teams = Team.objects.filter(active=True).order_by("code").values_list("code", flat=True)
    return [team for team in ("", *teams) if team not in named]


def holding_go(broadcast: Broadcast) -> Go | None:
    """Return the GO that is not void, if any."""
    return broadcast.gos.filter(void_at=None).first()


def window_of(broadcast: Broadcast) -> tuple[datetime, datetime]:
    """Return the start and the end of the agreed evening; a broadcast without a date has none that can be now."""
    never = clock.now()
    return broadcast.window_starts_at or never, broadcast.window_ends_at or never


def _is_of_now(go: Go, broadcast: Broadcast) -> bool:
    return (go.agreed_at, go.window_ends_at, bytes(go.document_digest), bytes(go.metadata_digest)) == (
        broadcast.agreed_at,
        broadcast.window_ends_at,
        bytes(broadcast.document_digest or b""),
        bytes(broadcast.metadata_digest or b""),
    ) and bytes(go.lists_digest) == bytes(broadcast.lists_digest or b"")
