"""The table of audit entries. Plain ids, no foreign keys: the ledger neither blocks nor follows a delete."""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """One fact: who did what, when, to which broadcast or run. A trigger forbids changing or removing it."""

    at = models.DateTimeField()
    by = models.TextField()
    action = models.TextField()
    environment = models.TextField(blank=True)
    run = models.UUIDField(null=True)
    broadcast = models.UUIDField(null=True)
    data = models.JSONField(default=dict)

    class Meta:
        db_table = "audit_entry"
        indexes = (
            models.Index(fields=("run", "id"), name="audit_entry_by_run"),
            models.Index(fields=("broadcast", "id"), name="audit_entry_by_broadcast"),
        )
