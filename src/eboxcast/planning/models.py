"""What people put into the calendar. Institutions are named by number only: planning does not know them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class ClosedDay(models.Model):
    """A day somebody does not work, beyond the legal holidays: the operator (no institution), or one institution."""

    date = models.DateField()
    institution = models.TextField(blank=True)
    reason = models.TextField()
    added_by = models.TextField()
    added_at = models.DateTimeField()

    class Meta:
        db_table = "closed_day"
        constraints = (models.UniqueConstraint(fields=("date", "institution"), name="closed_day_once"),)


class Blackout(models.Model):
    """A time in which a service that a broadcast needs is not there. Lifted rather than removed."""

    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    service = models.TextField()
    reason = models.TextField()
    environments = ArrayField(models.TextField())
    added_by = models.TextField()
    added_at = models.DateTimeField()
    removed_by = models.TextField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "blackout"
        indexes = (
            models.Index(fields=("ends_at",), condition=models.Q(removed_at=None), name="blackout_not_lifted_by_end"),
        )
        constraints = (
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="blackout_ends_later"),
            models.CheckConstraint(
                condition=models.Q(environments__contained_by=["acceptance", "production"])
                & models.Q(environments__len__gt=0),
                name="blackout_environments",
            ),
            models.CheckConstraint(
                condition=models.Q(removed_by=None, removed_at=None)
                | models.Q(removed_by__isnull=False, removed_at__isnull=False),
                name="blackout_removed_by_and_at",
            ),
        )
