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
    NO_READER = "no-reader"
    """Nobody who has an address had the role it is for: the record that nobody was told."""


ROLE = "role:"
"""How a recipient begins that is a role: neither a login nor an address begins like that."""


class Method(models.TextChoices):
    """What the invitation in a notice does in a calendar."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Notice(models.Model):
    """One mail to one reader, with what happened together; every try sends the same.

    ``seal``, ``entry`` and ``kind`` are those of the last thing it tells; ``items`` are all of them.
    """

    seal = models.BigIntegerField()
    """The place of the entry in the audit."""
    entry = models.TextField()
    kind = models.TextField()
    broadcast = models.UUIDField(null=True)
    """None where it is about several, or about none."""
    recipient = models.TextField()
    """The login of a person; the address of a contact who has none; ``role:`` and the role, in ``no-reader``."""
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


class Item(models.Model):
    """What one reader is told of one entry. It waits until it is put into a notice, alone or with others."""

    seal = models.BigIntegerField()
    entry = models.TextField()
    kind = models.TextField()
    broadcast = models.UUIDField(null=True)
    thread = models.TextField()
    """The campaign, broadcast, request or set of files it is about: mails about it belong together."""
    recipient = models.TextField()
    full_name = models.TextField()
    address = models.TextField()
    language = models.TextField()
    roles = ArrayField(models.TextField(), default=list)
    """Those of the reader when the entry was read: a step may be the reader's own."""
    overview_at = models.DateTimeField(null=True)
    """When the daily overview is made that it goes with; null for what is told at once."""
    method = models.TextField(choices=Method.choices, blank=True)
    """What its invitation does in a calendar, if it has one."""
    sequence = models.IntegerField(null=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    notice = models.ForeignKey(Notice, null=True, on_delete=models.CASCADE, related_name="items")

    class Meta:
        db_table = "notice_item"
        indexes = (
            models.Index(fields=("id",), name="notice_item_waiting", condition=Q(notice=None)),
            models.Index(fields=("broadcast", "id"), name="notice_item_by_broadcast"),
        )
        constraints = (
            UniqueConstraint(fields=("seal", "kind", "recipient"), name="notice_item_once"),
            CheckConstraint(
                condition=Q(method="", sequence__isnull=True)
                | Q(sequence__isnull=False, starts_at__isnull=False, ends_at__isnull=False),
                name="notice_item_invitation_is_whole",
            ),
        )


class Inbox(models.Model):
    """How far the mails that came in were read. One row; who files a mail holds it."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    mailbox = models.TextField(blank=True)
    """Which folder on which server."""
    validity = models.BigIntegerField(default=0)
    """The numbers of its mails hold as long as this stays."""
    last_number = models.BigIntegerField(default=0)
    """That of the last mail that was read."""
    read_at = models.DateTimeField(null=True)
    """When it was last read to its end."""

    class Meta:
        db_table = "notice_inbox"
        constraints = (CheckConstraint(condition=Q(id=1), name="notice_inbox_one_row"),)


class Sort(models.TextChoices):
    """What a mail that answers a notice is."""

    REPLY = "reply"
    """Somebody wrote it."""
    RETURNED = "returned"
    """A mail server says that the notice was not delivered."""
    AUTOMATIC = "automatic"
    """A program wrote it, as one does during holidays: it is counted, and not kept."""


class ReceivedMail(models.Model):
    """A mail that answers a notice. What it says about its sender is what it says, and no more."""

    digest = models.BinaryField(unique=True)
    """The SHA-256 of the mail: the same one is taken once."""
    sort = models.TextField(choices=Sort.choices)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="received")
    broadcast = models.UUIDField(null=True)
    sender = models.TextField(blank=True)
    sender_name = models.TextField(blank=True)
    person = models.TextField(blank=True)
    """The login of whose address it is."""
    subject = models.TextField(blank=True)
    text = models.TextField(blank=True)
    file_names = ArrayField(models.TextField(), default=list)
    """Of what was attached; the files stay in the mailbox."""
    is_whole = models.BooleanField(default=True)
    """Whether all of it was read: a large mail is cut."""
    signed_by = models.TextField(blank=True)
    """The domain that signed it, or the address in the certificate that did; looked at only where it asks for a GO."""
    message_id = models.TextField(blank=True)
    """Of one that is signed: it is used once."""
    signature = models.BinaryField(null=True, unique=True)
    """The SHA-256 of what a certificate signed: it is used once, whatever headers it comes with."""
    written_at = models.DateTimeField(null=True)
    """As its sender says."""
    received_at = models.DateTimeField()

    class Meta:
        db_table = "received_mail"
        indexes = (
            models.Index(fields=("broadcast", "id"), name="received_mail_by_broadcast"),
            models.Index(fields=("sender", "received_at"), name="received_mail_by_sender"),
        )
        constraints = (
            UniqueConstraint(fields=("message_id",), condition=~Q(message_id=""), name="received_mail_signed_once"),
        )


class Webhook(models.Model):
    """An address of another system that is told of what is urgent, beside the mails."""

    label = models.TextField()
    """What people call it."""
    address = models.TextField()
    """All of it is a secret but its origin: the path of many holds a key."""
    sealed_key = models.TextField()
    """What its messages are signed with, sealed with the secret of the installation."""
    added_at = models.DateTimeField()
    added_by = models.TextField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "webhook"


class Alarm(models.Model):
    """One message to one webhook; every try says the same, under the same name."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="alarms")
    name = models.TextField(unique=True)
    """By which whoever gets it twice knows it again."""
    seal = models.BigIntegerField(null=True)
    """The place of its entry in the audit; null for one that somebody sends to try the address."""
    kind = models.TextField()
    broadcast = models.UUIDField(null=True)
    body = models.TextField()
    created_at = models.DateTimeField()

    state = models.TextField(choices=State.choices, default=State.WAITING)
    attempts = models.IntegerField(default=0)
    next_try_at = models.DateTimeField()
    """By the clock of the world, as is the lease."""
    leased_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    last_problem = models.TextField(blank=True)

    class Meta:
        db_table = "alarm"
        indexes = (
            models.Index(fields=("next_try_at",), name="alarm_due", condition=Q(state__in=("waiting", "failed"))),
        )
        constraints = (
            UniqueConstraint(fields=("webhook", "seal", "kind"), name="alarm_once"),
            CheckConstraint(condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent"), name="alarm_sent_at"),
        )
