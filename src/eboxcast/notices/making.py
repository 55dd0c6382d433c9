"""Making notices: what each sealed entry tells is noted once, and what one reader is told together becomes one mail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.db import transaction
from django.db.models import QuerySet

from eboxcast.audit.selectors import sealed_at
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.crashpoints import Making, reached
from eboxcast.notices.about import about_entry
from eboxcast.notices.composing import Composer, Draft
from eboxcast.notices.heads import compose_heads, compose_heads_for_witnesses
from eboxcast.notices.kinds.kind import File
from eboxcast.notices.kinds.table import KINDS
from eboxcast.notices.models import Attachment, Bookmark, Item, Notice
from eboxcast.notices.readers import roles_of_nobody
from eboxcast.notices.reading import no_reader, read_entries
from eboxcast.senders.models import Mails, Person

_AT_A_TIME = 20
"""Mails that share what is composed for them; certificates and documents of more would fill the memory."""


@sanitized_db_errors()
def make_notices() -> int:
    """Read what was sealed since, write the mails that are due, and return how many. Call it outside a transaction.

    However many do this at once, or are killed at it, each thing is told to each reader once.
    """
    _follow_readers()
    read_entries()
    made = _write_due() + _write_heads(compose_heads())
    return made + _write_heads(compose_heads_for_witnesses())


def _follow_readers() -> None:
    """Have what waits go where its reader is now: another address, at once instead of daily, or nowhere once gone."""
    with transaction.atomic():
        waiting = list(_locked(Item.objects.filter(notice=None)))
        people = Person.objects.in_bulk({item.recipient for item in waiting}, field_name="name")
        for item, person in ((item, people[item.recipient]) for item in waiting if item.recipient in people):
            if person.active and person.email:
                _readdress(item, person)
            else:
                _leave_out(item)


def _readdress(item: Item, person: Person) -> None:
    item.full_name, item.address, item.language = person.full_name, person.email, person.language
    if person.mails != Mails.DAILY:
        item.overview_at = None
    item.save(update_fields=["full_name", "address", "language", "overview_at"])


def _leave_out(item: Item) -> None:
    """Forget what somebody is not told any more; where that was the last with a role, have it on record."""
    item.delete()
    kind, entry = KINDS[item.kind], sealed_at({item.seal}).get(item.seal)
    about = about_entry(entry) if entry else None
    for role in roles_of_nobody(kind.to, about.concerned) if about else ():
        told = Item.objects.filter(seal=item.seal, kind=item.kind, roles__contains=[role])
        if role in item.roles and about and not told.exists():
            no_reader(kind, about, role).save()


def _write_due() -> int:
    mails = sorted(_due(), key=lambda items: items[0].seal)
    made = 0
    for start in range(0, len(mails), _AT_A_TIME):
        some = mails[start : start + _AT_A_TIME]
        composer = Composer(sealed_at({item.seal for items in some for item in items}))
        kept: dict[int, Attachment] = {}
        made += sum(_write(items, composer, kept) for items in some)
    return made


def _locked(items: QuerySet[Item]) -> QuerySet[Item]:
    """Lock these, in the order in which everybody does: nobody waits for somebody who waits for them."""
    return items.select_for_update().order_by("id")


def _due() -> list[list[Item]]:
    """Return what is due, each list one mail: all of a thread where some is told at once; the overviews."""
    waiting = list(Item.objects.filter(notice=None).order_by("seal", "id"))
    at_once = {(item.address.casefold(), item.thread) for item in waiting if item.overview_at is None}
    mails: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in waiting:
        place = (item.address.casefold(), item.thread)
        if place in at_once:
            mails[place].append(item)
        elif item.overview_at is not None and item.overview_at <= clock.now():
            mails[place[0], ""].append(item)
    return [part for items in mails.values() for part in _apart(items)]


def _apart(items: Sequence[Item]) -> Iterator[list[Item]]:
    """Yield these for one mail, and for one more for the invitations of each evening.

    Calendars take one invitation from a mail, and many programs put that mail away with it.
    """
    parts: dict[object, list[Item]] = defaultdict(list)
    for item in items:
        parts[item.broadcast if item.method else ""].append(item)
    yield from parts.values()


def _write(items: Sequence[Item], composer: Composer, kept: dict[int, Attachment]) -> int:
    """Write one mail, and note that these things are in it; if another process was faster, throw it away."""
    draft = composer.draft(items)
    with transaction.atomic():
        mine = Item.objects.filter(id__in=[item.id for item in items], notice=None)
        if len(_locked(mine)) != len(items):
            return 0
        files = _save(draft, kept)
        mine.update(notice=draft.notice)
        reached(Making.NOTICE_BEFORE_COMMIT)
    kept |= files
    return 1


def _write_heads(drafts: Sequence[Draft]) -> int:
    """Write the mails that bring the head of the audit out of the house."""
    with transaction.atomic():
        Bookmark.objects.select_for_update().get(id=1)
        known = Notice.objects.filter(seal__in={draft.notice.seal for draft in drafts}, entry="audit.head")
        there = set(known.values_list("seal", "kind", "recipient"))
        new = [one for one in drafts if (one.notice.seal, one.notice.kind, one.notice.recipient) not in there]
        for draft in new:
            _save(draft, {})
    return len(new)


def _save(draft: Draft, kept: dict[int, Attachment]) -> dict[int, Attachment]:
    """Keep a notice and its files, each file once for all the notices it goes with; return the files."""
    draft.notice.save(force_insert=True)
    files = {id(file): kept.get(id(file)) or _keep(file) for file in draft.files}
    draft.notice.attachments.set(files.values())
    return files


def _keep(file: File) -> Attachment:
    return Attachment.objects.create(**vars(file))
