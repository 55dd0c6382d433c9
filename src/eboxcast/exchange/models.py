"""What was taken from the drop folders. No recipient is named here, and no file kept."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, UniqueConstraint


class Result(models.TextChoices):
    """What came of a set, or of a request to cancel one."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    """The files were taken, and what is in them cannot be used."""
    REFUSED = "refused"
    """The set is wrong as such; what is in it was not looked at, and its name may be used again."""
    CANCELLED = "cancelled"


class TakenSet(models.Model):
    """One GO file or TD file, and how it was answered."""

    institution = models.TextField()
    environment = models.TextField()
    reference = models.TextField()
    """What the names of the set have in common: ``BRDC.0456789034.20270208.00001.T``."""
    cancels = models.BooleanField()
    """Whether it is a TD file."""
    broadcast = models.TextField(blank=True)
    answer_date = models.DateField()
    answer_number = models.IntegerField()
    """The place of its receipts among those of that day: with the date it is in their names."""
    taken_at = models.DateTimeField()
    result = models.TextField(choices=Result.choices)
    codes = ArrayField(models.IntegerField(), default=list, db_default=[])
    """What is wrong with it as a set: keys of ``codes.SENTENCES``."""
    run = models.UUIDField(null=True)
    parts = models.JSONField(default=list)
    """Size, time and place on disk of each file taken, until it is removed: nothing else is removed."""
    answered_at = models.DateTimeField(null=True)
    """Null while answers may be missing or files be left: a collector was interrupted, the next one goes on."""

    class Meta:
        db_table = "exchange_set"
        indexes = (models.Index(fields=("institution", "environment", "reference"), name="exchange_set_by_name"),)
        constraints = (
            UniqueConstraint(
                fields=("institution", "environment", "answer_date", "answer_number"), name="exchange_answer_once"
            ),
            UniqueConstraint(
                fields=("institution", "environment", "reference"),
                condition=Q(cancels=False, result__in=("accepted", "rejected")),
                name="exchange_name_used_once",
            ),
        )
