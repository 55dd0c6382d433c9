"""Forms that do what must not be done twice: each is taken once, also of those that arrive at the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from eboxcast.accounts.errors import FormSentBefore
from eboxcast.accounts.models import Account, SentForm
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock

_KEPT = timedelta(days=2)
"""Longer than a session lasts: no form of an earlier one is accepted."""


@contextmanager
def taken_once(form: UUID, *, account: Account) -> Iterator[None]:
    """Take a form of somebody in the transaction that does what it asks for: what fails leaves it to be sent again.

    Raises FormSentBefore; whoever sends it meanwhile waits for the first to end.
    """
    with sanitized_db_errors(), transaction.atomic():
        _, first = SentForm.objects.get_or_create(account=account, form=form, defaults={"sent_at": clock.now()})
        if not first:
            raise FormSentBefore
        yield


def is_taken(form: UUID, *, account: Account) -> bool:
    """Return whether a form of somebody was taken."""
    with sanitized_db_errors():
        return SentForm.objects.filter(account=account, form=form).exists()


def forget_sent_forms() -> None:
    """Forget forms that nobody can send any more."""
    SentForm.objects.filter(sent_at__lt=clock.now() - _KEPT).delete()
