"""What people decided about a broadcast, delivered for it and found in it."""

from __future__ import annotations

from enum import StrEnum

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from eboxcast.broadcasts.models.broadcast import Broadcast


class Side(models.TextChoices):
    """Who has to accept a date."""

    VALIDATOR = "validator"
    OPERATOR = "operator"


class Outcome(models.TextChoices):
    """What a side may decide."""

    ACCEPTED = "accepted"
    POSTPONED = "postponed"
    REFUSED = "refused"


class Decision(models.Model):
    """What the validator or the operator decided about a date."""

    broadcast = models.ForeignKey(Broadcast, on_delete=models.CASCADE, related_name="decisions")
    side = models.TextField(choices=Side.choices)
    outcome = models.TextField(choices=Outcome.choices)
    dates = ArrayField(models.DateField(), default=list)
    """The date accepted, or the counter-dates of a postponement."""
    agreed_at = models.DateTimeField(null=True)
    """Another moment of that evening than its start, where one was chosen."""
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.TextField()
    void_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "broadcast_decision"
        ordering = ("id",)
        constraints = (
            UniqueConstraint(fields=("broadcast", "side"), condition=Q(void_at=None), name="decision_one_that_holds"),
        )


class Via(StrEnum):
    """The door that files came through."""

    COMMAND = "command"
    FOLDER = "folder"
    PAGE = "page"


class FileDelivery(models.Model):
    """Files an institution handed in for one environment, and what came of them."""

    broadcast = models.ForeignKey(Broadcast, on_delete=models.CASCADE, related_name="deliveries")
    environment = models.TextField()
    at = models.DateTimeField()
    by = models.TextField()
    via = models.TextField()
    """A Via."""
    accepted = models.BooleanField()
    files = models.JSONField()
    """Name, size and SHA-256 of each."""
    faults = models.JSONField(default=dict)
    """How many of each code, also of rows left out."""
    document_digest = models.BinaryField(null=True)
    metadata_digest = models.BinaryField(null=True)
    lists_digest = models.BinaryField(null=True)
    recipients_count = models.IntegerField(null=True)
    run = models.UUIDField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "file_delivery"
        ordering = ("id",)


class Check(models.TextChoices):
    """What the institution looks at in an eBox of its short list."""

    OPENS = "opens"
    TITLE = "title"
    SENDER = "sender"
    LANGUAGE = "language"
    EXPIRY = "expiry"


class SeenIn(models.TextChoices):
    """Which way a tester saw it."""

    EBOX = "ebox"
    PROOF = "proof"


class Verdict(models.Model):
    """What was found of one check for one recipient of the short list, by his place in it: no number of his.

    None is ever replaced: the last one of a check counts, and what it corrects stays beside it.
    """

    broadcast = models.ForeignKey(Broadcast, on_delete=models.CASCADE, related_name="verdicts")
    run = models.UUIDField()
    recipient = models.IntegerField()
    check_name = models.TextField(choices=Check.choices)
    passed = models.BooleanField()
    seen_in = models.TextField(choices=SeenIn.choices)
    remark = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.TextField()

    class Meta:
        db_table = "verdict"
        ordering = ("recipient", "id")
        indexes = (models.Index(fields=("run", "recipient", "check_name"), name="verdict_by_check"),)


class Go(models.Model):
    """The institution's confirmation for production: of this broadcast, this moment and these files, and no other."""

    broadcast = models.ForeignKey(Broadcast, on_delete=models.CASCADE, related_name="gos")
    given_at = models.DateTimeField()
    given_by = models.TextField()
    agreed_at = models.DateTimeField()
    window_ends_at = models.DateTimeField()
    document_digest = models.BinaryField()
    metadata_digest = models.BinaryField()
    lists_digest = models.BinaryField()
    void_at = models.DateTimeField(null=True)
    void_why = models.TextField(blank=True)

    class Meta:
        db_table = "go"
        ordering = ("id",)
        constraints = (
            UniqueConstraint(fields=("broadcast",), condition=Q(void_at=None), name="go_one_that_holds"),
            CheckConstraint(
                condition=Q(void_at__isnull=True, void_why="") | (Q(void_at__isnull=False) & ~Q(void_why="")),
                name="go_void_says_why",
            ),
        )


class Lateness(models.TextChoices):
    """What may come too late and be let pass by name."""

    RECONFIRMATION = "late-reconfirmation"
    ACCEPTANCE = "late-acceptance"


class Waiver(models.Model):
    """Somebody by name let something pass that came too late."""

    broadcast = models.ForeignKey(Broadcast, on_delete=models.CASCADE, related_name="waivers")
    what = models.TextField(choices=Lateness.choices)
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.TextField()
    void_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "waiver"
        ordering = ("id",)
        constraints = (
            UniqueConstraint(fields=("broadcast", "what"), condition=Q(void_at=None), name="waiver_one_that_holds"),
            CheckConstraint(condition=~Q(reason=""), name="waiver_says_why"),
        )


class Contact(models.Model):
    """Whom to call about a broadcast: one of the institution (``team`` is empty), one of each operator team."""

    broadcast = models.ForeignKey(Broadcast, on_delete=models.CASCADE, related_name="contacts")
    team = models.TextField(blank=True)
    name = models.TextField()
    email = models.TextField()
    phone = models.TextField()

    class Meta:
        db_table = "broadcast_contact"
        ordering = ("team",)
        constraints = (UniqueConstraint(fields=("broadcast", "team"), name="contact_one_for_each_team"),)
