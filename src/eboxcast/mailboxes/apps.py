"""Tells Django of the tables that live in the environment databases."""

from __future__ import annotations

from django.apps import AppConfig


class MailboxesConfig(AppConfig):
    """The tables of acceptance and production."""

    name = "eboxcast.mailboxes"
    label = "mailboxes"
    default_auto_field = "django.db.models.BigAutoField"
