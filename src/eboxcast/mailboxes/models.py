"""The tables of an environment (design §5).

What grows with people (``audience``, ``outcome``, ``reading``, ``ebox``) has ``bucket`` first in its primary key, and
no foreign key, sequence or trigger, so that it can be distributed by bucket over many machines.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint

from eboxcast.mailboxes.package_record import PackageRecord


class File(models.Model):
    """A document as bytes, kept once whatever the number of messages that use it."""

    digest = models.BinaryField(unique=True)
    media_type = models.TextField()
    size = models.BigIntegerField()
    content = models.BinaryField(null=True)
    """Null once every message that used it has expired."""
    stored_at = models.DateTimeField()

    class Meta:
        db_table = "file"


class Message(models.Model):
    """The content and its identity, with everything a reader sees as values: opening an eBox asks no other database."""

    institution = models.TextField()
    application = models.TextField()
    ticket = models.TextField()
    sequence = models.IntegerField(null=True)
    freed_at = models.DateTimeField(null=True)
    """When its identity became free for another content."""
    document_digest = models.BinaryField()
    metadata_digest = models.BinaryField()
    file = models.ForeignKey(File, on_delete=models.PROTECT)
    institution_names = models.JSONField()
    application_names = models.JSONField()
    type_code = models.TextField()
    type_names = models.JSONField()
    ebox_type = models.TextField()
    language = models.TextField()
    title = models.TextField()
    file_name = models.TextField()
    media_type = models.TextField()
    metas = models.JSONField(default=dict)
    validity_number = models.IntegerField()
    validity_unit = models.TextField()
    stored_at = models.DateTimeField()

    class Meta:
        db_table = "message"
        constraints = (
            UniqueConstraint(
                fields=("institution", "application", "ticket", "sequence"),
                condition=Q(freed_at__isnull=True),
                nulls_distinct=False,
                name="message_identity_unique",
            ),
        )


class Release(models.Model):
    """One wave of a message to an audience. This row is the fence: whoever gets its guarded update has won."""

    run = models.UUIDField(unique=True)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="releases")
    salt = models.BinaryField()
    recipients_count = models.IntegerField()
    audience_digest = models.BinaryField()
    package_count = models.IntegerField()
    package_digest = models.BinaryField()
    """Over all keys of the package, also those who already had it: says whether the same lists come again."""
    particulars = models.JSONField()
    """A ``PackageRecord``, by which control adopts this run if it forgot it: ask ``package``."""
    stored_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    visible_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    abandoned_at = models.DateTimeField(null=True)
    superseded_by = models.UUIDField(null=True)
    """The run that took its place, where that is why it was abandoned or recalled."""
    recalled_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    """When its account was closed: on our own eBoxes the moment it became visible, elsewhere the end of sending."""
    provider_message = models.TextField(null=True)
    """The id under which a remote provider keeps the message, where it links."""
    published_count = models.IntegerField(null=True)
    published_digest = models.BinaryField(null=True)
    refused_count = models.IntegerField(null=True)
    refused_digest = models.BinaryField(null=True)
    unknown_count = models.IntegerField(default=0)
    not_attempted_count = models.IntegerField(default=0)
    never_activated_count = models.IntegerField(null=True)
    deactivated_count = models.IntegerField(null=True)
    not_ebox_only_count = models.IntegerField(null=True)
    outcomes_purged_at = models.DateTimeField(null=True)
    audience_purged_at = models.DateTimeField(null=True)
    generation = models.SmallIntegerField(null=True, default=0, db_default=0)
    """The table with the rows of its audience; null once they are gone because blocks took their place, or it was
    deleted. The database has the default too: a process of before this column may still store while it is added.
    """
    compacted_at = models.DateTimeField(null=True)
    """Since when it counts by its blocks, and not by its rows."""

    class Meta:
        db_table = "release"
        indexes = (
            Index(
                fields=("id",),
                condition=Q(visible_at__isnull=False, compacted_at__isnull=True, audience_purged_at__isnull=True),
                name="release_in_rows",
            ),
            Index(
                fields=("expires_at",),
                condition=Q(recalled_at__isnull=False, compacted_at__isnull=False),
                name="release_recalled_until",
            ),
            Index(fields=("generation",), condition=Q(generation__isnull=False), name="release_generation"),
        )
        constraints = (
            UniqueConstraint(
                fields=("message",),
                condition=Q(visible_at__isnull=True, abandoned_at__isnull=True),
                name="release_one_pending_per_message",
            ),
            CheckConstraint(
                condition=Q(visible_at__isnull=True) | Q(abandoned_at__isnull=True),
                name="release_visible_or_abandoned",
            ),
            CheckConstraint(
                condition=Q(visible_at__isnull=True, expires_at__isnull=True)
                | Q(visible_at__isnull=False, expires_at__gt=F("visible_at")),
                name="release_visible_has_its_end",
            ),
            CheckConstraint(
                condition=Q(completed_at__isnull=True, published_count__isnull=True)
                | Q(completed_at__isnull=False, completed_at__gte=F("visible_at"), published_count__isnull=False),
                name="release_completed_has_its_account",
            ),
            CheckConstraint(
                condition=Q(recalled_at__isnull=True) | Q(visible_at__isnull=False),
                name="release_recalled_was_visible",
            ),
            CheckConstraint(
                condition=Q(published_count__isnull=True)
                | Q(
                    recipients_count=F("published_count")
                    + F("refused_count")
                    + F("unknown_count")
                    + F("not_attempted_count")
                ),
                name="release_account_adds_up",
            ),
            CheckConstraint(
                condition=Q(generation__isnull=False)
                | Q(compacted_at__isnull=False)
                | Q(audience_purged_at__isnull=False),
                name="release_has_rows_or_blocks",
            ),
        )

    @property
    def package(self) -> PackageRecord:
        """Return what is kept about its package."""
        return PackageRecord.from_json(self.particulars)

    @property
    def was_sent(self) -> bool:
        """Return whether it is or was sent to a provider: on our own eBoxes the account is closed as it appears."""
        return self.visible_at is not None and self.completed_at != self.visible_at


class Audience(models.Model):
    """Who can see a release: the recipient keys of one bucket, ascending."""

    pk = models.CompositePrimaryKey("bucket", "release")
    bucket = models.IntegerField()
    release = models.BigIntegerField()
    keys = ArrayField(models.BigIntegerField())
    generation = models.SmallIntegerField(default=0)
    """In which of the tables behind this one: the database cuts by it, so that one can be emptied at once."""

    class Meta:
        db_table = "audience"


class AudienceTurn(models.Model):
    """The generation in which audiences are stored now: at most one row, and 0 without any."""

    id = models.SmallIntegerField(primary_key=True)
    generation = models.SmallIntegerField()

    class Meta:
        db_table = "audience_turn"


class Block(models.Model):
    """Some recipients of one bucket and what they received of a compaction (``blocks.py``)."""

    pk = models.CompositePrimaryKey("bucket", "compaction", "first")
    bucket = models.IntegerField()
    compaction = models.IntegerField()
    first = models.BigIntegerField()
    """The key of the first of them."""
    content = models.BinaryField()
    generation = models.SmallIntegerField()
    """In which of the tables behind this one: two for each level."""

    class Meta:
        db_table = "block"


class Compaction(models.Model):
    """Blocks with the audiences of many releases, made at once."""

    id = models.AutoField(primary_key=True)
    mark = models.UUIDField(unique=True)
    """Never given again, not even after a backup was restored: by it a process keeps what the numbers mean."""
    generation = models.SmallIntegerField()
    pairs = models.BigIntegerField()
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    """When another took its place; its blocks stay for a while, for whoever reads them."""

    class Meta:
        db_table = "compaction"


class CompactedRelease(models.Model):
    """Which release a number in a compaction is. Without this row nobody can tell, and nothing of it shows."""

    pk = models.CompositePrimaryKey("compaction", "number")
    compaction = models.IntegerField()
    number = models.IntegerField()
    release = models.BigIntegerField(db_index=True)
    recipients = models.IntegerField()

    class Meta:
        db_table = "compacted_release"


class OutcomeKind(models.TextChoices):
    """What became of recipients, where that is more than "published"."""

    REFUSED_BY_POLICY = "refused_by_policy"
    NEVER_ACTIVATED = "never_activated"
    DEACTIVATED = "deactivated"
    NOT_EBOX_ONLY = "not_ebox_only"
    IN_FLIGHT = "in_flight"
    """In a call to a remote provider that has not answered yet; the code is the call."""
    SENT = "sent"
    REFUSED_BY_TARGET = "refused_by_target"
    UNKNOWN = "unknown"


class Outcome(models.Model):
    """The recipients of one bucket with the same outcome, as it was in the moment of becoming visible."""

    pk = models.CompositePrimaryKey("bucket", "release", "kind", "code")
    bucket = models.IntegerField()
    release = models.BigIntegerField()
    kind = models.TextField()
    code = models.TextField()
    keys = ArrayField(models.BigIntegerField())
    provider_ids = ArrayField(models.TextField(), null=True)

    class Meta:
        db_table = "outcome"


class CallRange(models.Model):
    """A call with everybody in a range of buckets, under way or sent: one row in place of two for each bucket.

    It counts for those of the audience there of whom no ``Outcome`` says anything else.
    """

    pk = models.CompositePrimaryKey("release", "first_bucket")
    release = models.BigIntegerField()
    first_bucket = models.IntegerField()
    last_bucket = models.IntegerField()
    kind = models.TextField()
    """``OutcomeKind.IN_FLIGHT`` or ``SENT``."""
    code = models.TextField()
    """The call."""
    recipients_count = models.IntegerField()

    class Meta:
        db_table = "call_range"


class ReceiptTree(models.Model):
    """The tree of a release from which receipts are made (``receipts.py``). The roots stay; the rest goes with it."""

    release = models.BigIntegerField(primary_key=True)
    recipients = models.IntegerField()
    buckets = models.IntegerField()
    shelves = models.IntegerField()
    cells = models.IntegerField()
    root = models.BinaryField()
    cells_root = models.BinaryField()
    made_at = models.DateTimeField()
    secret = models.BinaryField(null=True)
    shelf_hashes = models.BinaryField(null=True)
    """One of 32 bytes for each shelf, so that a receipt reads the recipients of one shelf only."""

    class Meta:
        db_table = "receipt_tree"
        constraints = (
            CheckConstraint(
                condition=Q(secret__isnull=True, shelf_hashes__isnull=True)
                | Q(secret__isnull=False, shelf_hashes__isnull=False),
                name="receipt_tree_whole",
            ),
        )


class NamedCall(models.Model):
    """A call with recipients who are named, under way or sent: one row for all of them, wherever their buckets are.

    It stays when they have the message, with the provider's id of each; whoever else came of it is an ``Outcome``.
    """

    pk = models.CompositePrimaryKey("release", "first_bucket", "code")
    release = models.BigIntegerField()
    first_bucket = models.IntegerField()
    last_bucket = models.IntegerField()
    code = models.TextField()
    """The call."""
    kind = models.TextField()
    """``OutcomeKind.IN_FLIGHT`` or ``SENT``."""
    keys = ArrayField(models.BigIntegerField())
    provider_ids = ArrayField(models.TextField(), null=True)
    """One for each of ``keys``, where the provider has one for each."""

    class Meta:
        db_table = "named_call"


class RejectedRows(models.Model):
    """The faulty rows of one list in the sender's own columns, compressed; kept as long as the outcomes."""

    pk = models.CompositePrimaryKey("release", "list_number")
    release = models.BigIntegerField()
    list_number = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        db_table = "rejected_rows"


class Reading(models.Model):
    """That somebody read or hid a message; written only when they do it."""

    pk = models.CompositePrimaryKey("bucket", "release", "mailbox")
    bucket = models.IntegerField()
    release = models.BigIntegerField()
    mailbox = models.BigIntegerField()
    read_at = models.DateTimeField(null=True)
    hidden_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "reading"
        indexes = (Index(fields=("bucket", "mailbox"), name="reading_of_mailbox"),)


class ReadTally(models.Model):
    """How many read a release on a day; several slots, so that readers do not wait for one another."""

    pk = models.CompositePrimaryKey("release", "day", "slot")
    release = models.BigIntegerField()
    day = models.DateField()
    slot = models.SmallIntegerField()
    count = models.IntegerField()

    class Meta:
        db_table = "read_tally"


class Ebox(models.Model):
    """An eBox as its owner told us: active while activated and not deactivated since."""

    pk = models.CompositePrimaryKey("bucket", "mailbox")
    bucket = models.IntegerField()
    mailbox = models.BigIntegerField()
    activated_at = models.DateTimeField(null=True)
    deactivated_at = models.DateTimeField(null=True)
    ebox_only = models.BooleanField()

    class Meta:
        db_table = "ebox"


class EboxSuccessor(models.Model):
    """A person's old number and the new one, found by the old."""

    pk = models.CompositePrimaryKey("bucket", "old", "new")
    bucket = models.IntegerField()
    old = models.BigIntegerField()
    new = models.BigIntegerField()

    class Meta:
        db_table = "ebox_successor"


class EboxPredecessor(models.Model):
    """The mirror of ``EboxSuccessor``, found by the new number."""

    pk = models.CompositePrimaryKey("bucket", "new", "old")
    bucket = models.IntegerField()
    new = models.BigIntegerField()
    old = models.BigIntegerField()

    class Meta:
        db_table = "ebox_predecessor"


class MailChoice(models.Model):
    """That an eBox wants an email when a message comes, and where to: encrypted, and gone when it is no longer wanted.

    ``pending_*`` is an address that was typed and not confirmed yet.
    """

    pk = models.CompositePrimaryKey("bucket", "mailbox")
    bucket = models.IntegerField()
    mailbox = models.BigIntegerField()
    language = models.TextField()
    address = models.BinaryField(null=True)
    chosen_at = models.DateTimeField(null=True)
    stop_token = models.BinaryField(null=True)
    """What is in the link of each mail that ends them."""
    pending_address = models.BinaryField(null=True)
    pending_digest = models.BinaryField(null=True)
    """Of what is in the link that confirms."""
    pending_until = models.DateTimeField(null=True)
    asked_on = models.DateField()
    asked_count = models.IntegerField()
    """How many addresses were typed on that day: each of them got a mail."""

    class Meta:
        db_table = "mail_choice"
        constraints = (
            CheckConstraint(
                condition=Q(address__isnull=True, chosen_at__isnull=True, stop_token__isnull=True)
                | Q(address__isnull=False, chosen_at__isnull=False, stop_token__isnull=False),
                name="mail_choice_whole",
            ),
            CheckConstraint(
                condition=Q(pending_address__isnull=True, pending_digest__isnull=True, pending_until__isnull=True)
                | Q(pending_address__isnull=False, pending_digest__isnull=False, pending_until__isnull=False),
                name="mail_choice_pending_whole",
            ),
        )


class Mailing(models.Model):
    """How far the recipients of a release were mailed, in the order of their places; none before that place again."""

    release = models.BigIntegerField(primary_key=True)
    bucket = models.IntegerField(default=-1)
    mailbox = models.BigIntegerField(default=0)
    taken_count = models.IntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "mailing"


class MailDeferred(models.Model):
    """A mail that the server of its reader did not take for now; the row is away while it is tried again."""

    pk = models.CompositePrimaryKey("bucket", "release", "mailbox")
    bucket = models.IntegerField()
    release = models.BigIntegerField()
    mailbox = models.BigIntegerField()
    attempts = models.IntegerField()
    try_at = models.DateTimeField()

    class Meta:
        db_table = "mail_deferred"


class MailPace(models.Model):
    """When the next mail to a recipient may leave, in the time of the world: one row."""

    id = models.SmallIntegerField(primary_key=True)
    next_at = models.DateTimeField()

    class Meta:
        db_table = "mail_pace"


class EndedVisit(models.Model):
    """That somebody ended a visit to eBoxes, or with ``visit`` 0 all that they had begun; kept for some hours."""

    pk = models.CompositePrimaryKey("bucket", "person", "visit")
    bucket = models.IntegerField()
    person = models.BigIntegerField()
    visit = models.BigIntegerField()
    ended_at = models.DateTimeField()

    class Meta:
        db_table = "ended_visit"
