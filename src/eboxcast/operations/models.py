"""When the steward last went through everything."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Q


class StewardPass(models.Model):
    """The last pass, and the last one that did something. One row, whatever the number of stewards and of passes."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    ended_at = models.DateTimeField()
    trouble_count = models.IntegerField()
    did_at = models.DateTimeField(null=True)
    steps_count = models.IntegerField(default=0)
    """Steps of broadcasts that were taken in it."""
    files_count = models.IntegerField(default=0)
    """Sets of files that came in."""
    emails_count = models.IntegerField(default=0)
    """Emails that left, to people of the procedure and to recipients."""
    alarms_count = models.IntegerField(default=0)

    class Meta:
        db_table = "steward_pass"
        constraints = (CheckConstraint(condition=Q(id=1), name="steward_pass_one_row"),)
