"""Broadcasts and their campaigns. The control database holds no recipient key."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from eboxcast.senders.models import Institution


class State(models.TextChoices):
    """Where a broadcast is; ``states.py`` has the table of what leads from one to the other."""

    REQUESTED = "requested"
    POSTPONED = "postponed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    SCHEDULED = "scheduled"
    ACCEPTANCE_DELIVERED = "acceptance-delivered"
    TESTED = "tested"
    APPROVED = "approved"
    REJECTED = "rejected"
    PRODUCTION_DELIVERED = "production-delivered"
    CONFIRMED = "confirmed"
    ARMED = "armed"
    MISSED = "missed"
    LAUNCHED = "launched"
    PUBLISHED = "published"
    RECALLED = "recalled"
    REPORTED = "reported"
    CLOSED = "closed"


class Campaign(models.Model):
    """Broadcasts that belong together, such as the French, the Dutch and the German one of a letter."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.TextField()
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="campaigns")

    class Meta:
        db_table = "campaign"
        constraints = (UniqueConstraint(fields=("institution", "name"), name="campaign_name_unique"),)


class Numbering(models.Model):
    """The last number given in a year."""

    year = models.IntegerField(primary_key=True)
    last = models.IntegerField(default=0)

    class Meta:
        db_table = "broadcast_numbering"


class Broadcast(models.Model):
    """One document, in one language, of one message type, to one audience, from request to report."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.TextField(unique=True)
    """What people call it: ``2027-0042``."""
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, null=True, related_name="broadcasts")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="broadcasts")
    application = models.TextField()
    message_type = models.TextField()
    language = models.TextField()
    subject = models.TextField()
    """What it is about, in the institution's words, before there is a document with a title."""
    wanted_dates = ArrayField(models.DateField())
    expected_count = models.IntegerField()
    """How many recipients the institution expects, until the lists are delivered."""
    requested_at = models.DateTimeField()
    requested_by = models.TextField()

    state = models.TextField(choices=State.choices)
    reached = models.TextField(choices=State.choices, default=State.SCHEDULED)
    """How far it had come before its date moved: where it goes on once both have accepted the new one."""
    reason = models.TextField(blank=True)
    """Why it is postponed, refused, cancelled, rejected or recalled, in the words of who did it; else empty."""
    changed_at = models.DateTimeField()

    date = models.DateField(null=True)
    """The production day both accepted; its evening is the window."""
    window_starts_at = models.DateTimeField(null=True)
    agreed_at = models.DateTimeField(null=True)
    window_ends_at = models.DateTimeField(null=True)
    scheduled_at = models.DateTimeField(null=True)
    reconfirmed_at = models.DateTimeField(null=True)
    reconfirmed_by = models.TextField(blank=True)

    acceptance_delivered_at = models.DateTimeField(null=True)
    """When the first files for acceptance came that could be used: what the five working days are counted to."""
    acceptance_run = models.UUIDField(null=True)
    short_list_count = models.IntegerField(null=True)
    testers = ArrayField(models.TextField(), default=list, db_default=[])
    """The logins of those who look at the test beside the requesters."""
    tested_at = models.DateTimeField(null=True)
    tested_document = models.BinaryField(null=True)
    tested_metadata = models.BinaryField(null=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.TextField(blank=True)

    production_run = models.UUIDField(null=True)
    document_digest = models.BinaryField(null=True)
    metadata_digest = models.BinaryField(null=True)
    lists_digest = models.BinaryField(null=True)
    recipients_count = models.IntegerField(null=True)

    first_time_count = models.IntegerField(null=True)
    """How many are expected to open an eBox for the first time, from the rehearsal the contact centre was told of."""
    contact_centre_warned_at = models.DateTimeField(null=True)
    armed_at = models.DateTimeField(null=True)
    armed_by = models.TextField(blank=True)
    launched_at = models.DateTimeField(null=True)
    launched_by = models.TextField(blank=True)
    visible_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    statistics_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "broadcast"
        indexes = (
            models.Index(fields=("institution", "state"), name="broadcast_by_institution"),
            models.Index(fields=("date",), name="broadcast_by_date"),
            models.Index(fields=("production_run",), name="broadcast_by_production_run"),
        )
        constraints = (
            CheckConstraint(
                condition=Q(
                    date__isnull=True,
                    window_starts_at__isnull=True,
                    agreed_at__isnull=True,
                    window_ends_at__isnull=True,
                )
                | Q(
                    date__isnull=False,
                    window_starts_at__isnull=False,
                    agreed_at__gte=models.F("window_starts_at"),
                    window_ends_at__gt=models.F("agreed_at"),
                ),
                name="broadcast_date_has_its_window",
            ),
            CheckConstraint(
                condition=~Q(state__in=("confirmed", "armed", "launched", "published"))
                | Q(
                    date__isnull=False,
                    approved_at__isnull=False,
                    production_run__isnull=False,
                    document_digest=models.F("tested_document"),
                    metadata_digest=models.F("tested_metadata"),
                ),
                name="broadcast_confirmed_is_what_was_approved",
            ),
            CheckConstraint(
                condition=~Q(state="published") | Q(visible_at__isnull=False), name="broadcast_published_has_its_moment"
            ),
        )
