"""The one-row tables by which each database says what it is. Being one row is a constraint, not a habit."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Q


class Installation(models.Model):
    """The control database: what was decided at the first migration."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    procedure = models.TextField()
    """Whether the procedure around a broadcast is followed: ``off`` (the engine alone)."""
    created_at = models.DateTimeField()

    class Meta:
        db_table = "installation"
        constraints = (CheckConstraint(condition=Q(id=1), name="installation_one_row"),)


class EnvironmentMark(models.Model):
    """An environment database: its name, and the prime its recipients are spread by."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    name = models.TextField()
    bucket_prime = models.IntegerField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "environment_mark"
        constraints = (
            CheckConstraint(condition=Q(id=1), name="environment_mark_one_row"),
            CheckConstraint(condition=Q(name__in=("acceptance", "production")), name="environment_mark_name_known"),
        )
