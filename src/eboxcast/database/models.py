"""The one-row tables by which each database says what it is. Being one row is a constraint, not a habit."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import CheckConstraint, Q


class Installation(models.Model):
    """The control database: what was decided at the first migration."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    procedure = models.TextField()
    """Whether the procedure around a broadcast is followed (``on``), or the engine is used alone (``off``)."""
    kind = models.TextField(db_default="real")
    """``real``; only ``demo`` and ``test`` have people acting by name (`--as`) and a clock that moves."""
    clock_offset = models.DurationField(db_default=timedelta())
    created_at = models.DateTimeField()

    class Meta:
        db_table = "installation"
        constraints = (
            CheckConstraint(condition=Q(id=1), name="installation_one_row"),
            CheckConstraint(condition=Q(procedure__in=("on", "off")), name="installation_procedure_known"),
            CheckConstraint(condition=Q(kind__in=("real", "demo", "test")), name="installation_kind_known"),
            CheckConstraint(
                condition=~Q(kind="real") | Q(clock_offset=timedelta()), name="installation_real_time_if_real"
            ),
        )


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
