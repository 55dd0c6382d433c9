"""Tells Django of the tables of this package."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Tables of the control database."""

    name = "eboxcast.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
