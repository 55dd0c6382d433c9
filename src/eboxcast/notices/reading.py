"""Reading entries: what each tells to whom, at once or once a day; and the record where a role has nobody to tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from email.utils import parseaddr
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from eboxcast.audit.selectors import SealedEntry, sealed_after
from eboxcast.broadcasts.progress import steps_recorded
from eboxcast.lib import clock
from eboxcast.lib.actors import Role
from eboxcast.lib.crashpoints import Making, reached
from eboxcast.lib.translation import N_, translate
from eboxcast.notices.about import About, about_entry
from eboxcast.notices.alarms import alarms_of
from eboxcast.notices.invitations import Invitations
from eboxcast.notices.kinds.kind import Kind
from eboxcast.notices.kinds.table import kinds_for
from eboxcast.notices.models import ROLE, Alarm, Bookmark, Item, Notice, State
from eboxcast.notices.readers import Reader, house_language, readers_of, roles_of_nobody
from eboxcast.notices.words import said

OVERVIEW_AT = time(7)
"""When the daily overviews are made, in Brussels."""
_STEP = 100
_NOBODY = N_("No one with the role {role} had an email address, so no one with this role was told.")


def read_entries() -> None:
    """Note what is told of each entry that was sealed since, once. Call it outside a transaction.

    Who reads holds the bookmark: another process waits, and finds it moved.
    """
    Bookmark.objects.get_or_create(id=1)
    while _read_some():
        pass


def _read_some() -> bool:
    with transaction.atomic():
        bookmark = Bookmark.objects.select_for_update().get(id=1)
        entries = sealed_after(bookmark.seal, _STEP)
        for entry in entries:
            _note(entry)
        if entries:
            bookmark.seal = entries[-1].number or bookmark.seal
            bookmark.save()
            reached(Making.READ_BEFORE_COMMIT)
    return bool(entries)


def _note(entry: SealedEntry) -> None:
    kinds = kinds_for(entry)
    about = about_entry(entry) if kinds else None
    if about is None:
        return
    for kind in kinds:
        Item.objects.bulk_create(_items(kind, about))
        Alarm.objects.bulk_create(alarms_of(kind, about))
        Notice.objects.bulk_create(no_reader(kind, about, role) for role in roles_of_nobody(kind.to, about.concerned))


def _items(kind: Kind, about: About) -> Iterator[Item]:
    """Return what is told of a kind. Whoever did it knows it, and is told only what their calendar has to know."""
    did_it = set() if kind.personal else _who_did_it(about.entry)
    told = readers_of(kind.to, about.concerned, but=did_it)
    addresses = {reader.address.casefold() for reader in told}
    others = readers_of(kind.to, about.concerned) if kind.calendar else []
    invitations = Invitations(kind, about)
    for reader in (*told, *(one for one in others if one.address.casefold() not in addresses)):
        item = _item(kind, about, reader)
        invitations.put_into(item, reader)
        if reader.daily and not kind.urgent and not item.method:
            item.overview_at = _overview_for(about, reader)
        if item.method or reader.recipient not in did_it:
            yield item


def _who_did_it(entry: SealedEntry) -> set[object]:
    return {entry.by, entry.data.get("recalled_by")}


def _item(kind: Kind, about: About, reader: Reader) -> Item:
    return Item(
        seal=about.entry.number or 0,
        entry=about.entry.action,
        kind=kind.name,
        broadcast=about.entry.broadcast,
        thread=about.thread,
        recipient=reader.recipient,
        full_name=reader.full_name,
        address=reader.address,
        language=reader.language,
        roles=sorted(reader.roles),
    )


def _overview_for(about: About, reader: Reader) -> datetime | None:
    """Return when the next overview after an entry is made; None where its reader has to know before."""
    at = about.entry.at
    overview = _next_overview(at)
    if about.broadcast is None:
        return overview
    starts_at, ends_at = about.data.get("agreed_at"), about.data.get("window_ends_at")
    if isinstance(starts_at, datetime) and isinstance(ends_at, datetime) and at < ends_at and starts_at <= overview:
        return None
    own = (step for step in steps_recorded(about.standing) if not reader.roles.isdisjoint(step.turn))
    return None if any(step.due_at and at < step.due_at <= overview for step in own) else overview


def _next_overview(moment: datetime) -> datetime:
    local = moment.astimezone(clock.BRUSSELS)
    today = datetime.combine(local.date(), OVERVIEW_AT, clock.BRUSSELS)
    return today if local < today else datetime.combine(local.date() + timedelta(days=1), OVERVIEW_AT, clock.BRUSSELS)


def no_reader(kind: Kind, about: About, role: Role) -> Notice:
    """Return the record that nobody with a role was told."""
    language = house_language()
    return Notice(
        seal=about.entry.number or 0,
        entry=about.entry.action,
        kind=kind.name,
        broadcast=about.entry.broadcast,
        recipient=f"{ROLE}{role}",
        address="",
        language=language,
        message_id=new_message_id(),
        subject=f"[{about.number}] {said(kind.subject, language, about.data)}",
        text=translate(_NOBODY, language, {"role": role}) + "\n",
        html="",
        created_at=clock.now(),
        next_try_at=clock.now() - clock.offset(),
        state=State.NO_READER,
    )


def new_message_id() -> str:
    """Return an id for a mail that nothing else has."""
    return f"<{uuid4()}@{mail_domain()}>"


def mail_domain() -> str:
    """Return the domain of the address that mails come from."""
    return mail_address().rpartition("@")[2]


def mail_address() -> str:
    """Return the address that mails come from, without a name."""
    return parseaddr(settings.EBOXCAST_MAIL_FROM)[1]
