"""The mails that were made before there were items: each becomes one thing told, and invitations go on from there."""

from __future__ import annotations

import importlib

import pytest
from django.db import connection
from tests.broadcasts import people as p

from eboxcast.audit.sealing import seal_pending
from eboxcast.broadcasts import scheduling
from eboxcast.broadcasts.models import Broadcast
from eboxcast.notices.making import make_notices
from eboxcast.notices.models import Item, Notice
from eboxcast.notices.sending import send_due

pytestmark = pytest.mark.usefixtures("addressed")

MIGRATION = importlib.import_module("eboxcast.notices.migrations.0002_tell_together_what_happened_together")


@pytest.fixture
def before() -> list[Notice]:
    """The mails of a date, open, as the version before left them: without items, and migrated since."""
    p.scheduled()
    seal_pending()
    make_notices()
    Item.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(MIGRATION.EACH_WAS_ONE_MAIL)
    return list(Notice.objects.exclude(kind="audit-head").order_by("id"))


def test_each_mail_is_one_thing_told_and_is_not_told_again(before: list[Notice]) -> None:
    assert [(one.seal, one.kind, one.recipient, one.address) for one in before] == [
        (item.seal, item.kind, item.recipient, item.address)
        for item in Item.objects.order_by("notice_id")
        if item.notice_id and item.broadcast and item.thread == f"broadcast.{item.broadcast}"
    ]
    assert make_notices() == 0
    assert send_due().sent == Notice.objects.count()


def test_an_invitation_of_before_is_cancelled_with_the_next_revision(before: list[Notice]) -> None:
    broadcast = Broadcast.objects.get()
    scheduling.cancel(broadcast, actor=p.ANNE, reason="not needed")
    seal_pending()
    make_notices()
    ended = Notice.objects.filter(kind="cancelled", method="CANCEL")
    assert {one.recipient for one in ended} == {one.recipient for one in before if one.method}
    assert {one.sequence for one in ended} == {1}
