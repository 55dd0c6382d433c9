"""Notices: mails as they were written, each with where it stands; and how far the audit was read for them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint


class Bookmark(models.Model):
    """The last seal whose entry was made into notices. One row; who moves it holds it."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    seal = models.BigIntegerField(default=0)

    class Meta:
        db_table = "notice_bookmark"
        constraints = (CheckConstraint(condition=Q(id=1), name="notice_bookmark_one_row"),)


class Attachment(models.Model):
    """A file that goes with one or several notices. Never one that names recipients."""

    file_name = models.TextField()
    media_type = models.TextField()
    content = models.BinaryField()

    class Meta:
        db_table = "notice_attachment"


class State(models.TextChoices):
    """Where a notice stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    """It could not be sent, and is tried again."""
    GIVEN_UP = "given-up"
    """It is not tried again unless somebody says so."""


class Method(models.TextChoices):
    """What the invitation in a notice does in a calendar."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Notice(models.Model):
    """One mail to one reader, written when its entry was read; every try sends the same."""

    seal = models.BigIntegerField()
    """The place of the entry in the audit."""
    entry = models.TextField()
    kind = models.TextField()
    broadcast = models.UUIDField(null=True)
    recipient = models.TextField()
    """The login of a person; the address of a contact who has none."""
    address = models.TextField()
    language = models.TextField()
    message_id = models.TextField(unique=True)
    references = ArrayField(models.TextField(), default=list)
    """The thread it belongs to, the oldest first."""
    subject = models.TextField()
    text = models.TextField()
    html = models.TextField()
    calendar = models.TextField(blank=True)
    method = models.TextField(choices=Method.choices, blank=True)
    sequence = models.IntegerField(null=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    attachments = models.ManyToManyField(Attachment, related_name="notices", db_table="notice_has_attachment")
    created_at = models.DateTimeField()

    state = models.TextField(choices=State.choices, default=State.WAITING)
    attempts = models.IntegerField(default=0)
    next_try_at = models.DateTimeField()
    """By the clock of the world, as is the lease: a server is not sooner back because our clock was moved."""
    leased_until = models.DateTimeField(null=True)
    """Until when it is in the hands of who sends it."""
    sent_at = models.DateTimeField(null=True)
    last_problem = models.TextField(blank=True)

    class Meta:
        db_table = "notice"
        indexes = (
            models.Index(fields=("next_try_at",), name="notice_due", condition=Q(state__in=("waiting", "failed"))),
            models.Index(fields=("broadcast", "id"), name="notice_by_broadcast"),
        )
        constraints = (
            UniqueConstraint(fields=("seal", "kind", "recipient"), name="notice_once"),
            CheckConstraint(condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent"), name="notice_sent_at"),
            CheckConstraint(
                condition=Q(method="", calendar="", sequence__isnull=True)
                | Q(sequence__isnull=False, starts_at__isnull=False, ends_at__isnull=False),
                name="notice_invitation_is_whole",
            ),
        )
