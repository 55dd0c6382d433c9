"""Tells Django of the one-row tables, and has every new connection checked."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from eboxcast.database.marks import check_connection


class DatabaseConfig(AppConfig):
    """The one-row tables by which each database says what it is."""

    name = "eboxcast.database"
    label = "database"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have each connection prove that it leads to the database it is meant for."""
        connection_created.connect(check_connection, dispatch_uid="eboxcast.database.marks")
