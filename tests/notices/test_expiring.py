"""What mails said goes when their broadcast ended long ago; that they were sent, to whom and when stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.actors import master
from tests.broadcasts import people as p
from tests.moments import pass_time

from eboxcast.audit.models import Entry
from eboxcast.audit.sealing import seal_pending
from eboxcast.broadcasts import aftermath, scheduling
from eboxcast.broadcasts.models import Broadcast
from eboxcast.lib import clock
from eboxcast.notices import listing
from eboxcast.notices.errors import NoticeEmptied
from eboxcast.notices.expiring import DELETED, Emptied, empty_notices, foresee_emptying
from eboxcast.notices.making import make_notices
from eboxcast.notices.models import Attachment, Notice, State

pytestmark = pytest.mark.usefixtures("addressed")


def mailed(broadcast: Broadcast) -> Broadcast:
    """Have all mails about a broadcast made and sent, a file with each."""
    seal_pending()
    make_notices()
    file = Attachment.objects.create(file_name="report.html", media_type="text/html", content=b"<html>")
    for notice in Notice.objects.filter(broadcast=broadcast.id):
        notice.attachments.add(file)
    Notice.objects.update(state=State.SENT, sent_at=clock.now())
    return broadcast


def refused() -> Broadcast:
    return scheduling.refuse(p.requested(), actor=p.VERA, reason="no")


def closed() -> Broadcast:
    broadcast = aftermath.reported(p.published(), actor=p.INES, counts={})
    return aftermath.close(broadcast, actor=p.INES)


@pytest.mark.parametrize("ended", [refused, closed])
def test_texts_and_attachments_go_a_year_after_the_end_and_are_counted(ended: Callable[[], Broadcast]) -> None:
    broadcast = mailed(ended())
    about = Notice.objects.filter(broadcast=broadcast.id)
    kept = list(about.order_by("id").values("recipient", "kind", "state", "sent_at", "subject"))
    pass_time(days=364)
    assert list(empty_notices(actor=master("ines"))) == foresee_emptying(actor=master("ines")) == []
    pass_time(days=2)
    foreseen = [one for one in foresee_emptying(actor=master("ines")) if one.broadcast]
    done = [one for one in empty_notices(actor=master("ines")) if one.broadcast]
    assert done == foreseen == [Emptied(broadcast=broadcast.id, notices=len(kept), attachments=done[0].attachments)]
    assert set(about.values_list("text", "html", "calendar")) == {("", "", "")}
    assert list(about.order_by("id").values("recipient", "kind", "state", "sent_at", "subject")) == kept
    assert not Attachment.objects.exists()
    entry = Entry.objects.get(action=DELETED, broadcast=broadcast.id)
    counts = {"notices": len(kept), "attachments": done[0].attachments}
    assert entry.data == {**counts, "rule": "broadcast-ended", "days": 365}
    assert list(empty_notices(actor=master("ines"))) == []


def test_what_is_under_way_or_not_sent_yet_keeps_its_text() -> None:
    mailed(p.scheduled())
    waiting = mailed(refused())
    Notice.objects.filter(broadcast=waiting.id).update(state=State.WAITING)
    pass_time(days=1000)
    assert [one.broadcast for one in empty_notices(actor=master("ines"))] == [None]
    assert not Notice.objects.filter(text="").exclude(broadcast=None).exists()


def test_a_file_that_goes_with_another_mail_stays() -> None:
    ended, other = mailed(refused()), mailed(p.requested())
    shared = Attachment.objects.create(file_name="both.html", media_type="text/html", content=b"<html>")
    shared.notices.set(Notice.objects.filter(broadcast__in=(ended.id, other.id)))
    pass_time(days=366)
    list(empty_notices(actor=master("ines")))
    assert set(shared.notices.values_list("broadcast", flat=True)) == {other.id}


def test_a_mail_without_its_text_is_not_tried_again() -> None:
    broadcast = mailed(refused())
    Notice.objects.update(state=State.GIVEN_UP, sent_at=None)
    clock.move(clock.offset() + timedelta(days=366))
    list(empty_notices(actor=master("ines")))
    number = Notice.objects.filter(broadcast=broadcast.id).latest("id").pk
    with pytest.raises(NoticeEmptied):
        listing.retry(number, actor=p.INES)
    assert listing.retry(None, actor=p.INES) == 0
