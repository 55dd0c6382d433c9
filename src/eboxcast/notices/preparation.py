"""Making notices: each sealed entry after the bookmark becomes its notices, once, in the order of the seals."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from eboxcast.audit.selectors import sealed_after
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.notices.composing import Draft, compose
from eboxcast.notices.heads import compose_heads
from eboxcast.notices.kinds.kind import File
from eboxcast.notices.models import Attachment, Bookmark, Notice

_STEP = 100


@sanitized_db_errors()
def make_notices() -> int:
    """Make the notices of what was sealed since, and return how many. Call it outside a transaction.

    Notices are composed first and then kept together with the bookmark; if another process moved it meanwhile, what was
    composed is thrown away, as the other has made the same.
    """
    made, place = 0, _bookmark()
    while entries := sealed_after(place, _STEP):
        for entry in entries:
            drafts = compose(entry)
            last = entry is entries[-1]
            if not drafts and not last:
                continue  # the bookmark passes silent entries together
            if not _keep(drafts, after=place, until=entry.number or place):
                return made
            made, place = made + len(drafts), entry.number or place
    return made + _keep_heads()


def _bookmark() -> int:
    return Bookmark.objects.get_or_create(id=1)[0].seal


def _keep(drafts: Sequence[Draft], *, after: int, until: int) -> bool:
    """Keep notices and move the bookmark; return False where another process has moved it."""
    with transaction.atomic():
        bookmark = Bookmark.objects.select_for_update().get(id=1)
        if bookmark.seal != after:
            return False
        _insert(drafts)
        bookmark.seal = until
        bookmark.save()
    return True


def _keep_heads() -> int:
    """Keep the mails that bring the head of the audit out of the house."""
    drafts = compose_heads()
    with transaction.atomic():
        Bookmark.objects.select_for_update().get(id=1)
        known = Notice.objects.filter(seal__in={draft.notice.seal for draft in drafts}, kind="audit-head")
        there = set(known.values_list("seal", "recipient"))
        new = [draft for draft in drafts if (draft.notice.seal, draft.notice.recipient) not in there]
        _insert(new)
    return len(new)


def _insert(drafts: Sequence[Draft]) -> None:
    kept: dict[int, Attachment] = {}
    for draft in drafts:
        draft.notice.save(force_insert=True)
        draft.notice.attachments.set([_attachment(file, kept) for file in draft.files])


def _attachment(file: File, kept: dict[int, Attachment]) -> Attachment:
    """Keep a file once for all the notices it goes with."""
    if id(file) not in kept:
        kept[id(file)] = Attachment.objects.create(**vars(file))
    return kept[id(file)]
