"""Tells Django of the tables of this package."""

from __future__ import annotations

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Tables of the control database."""

    name = "eboxcast.operations"
    label = "operations"
    default_auto_field = "django.db.models.BigAutoField"
