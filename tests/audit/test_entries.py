"""Audit entries are only ever added."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from eboxcast.audit.actions import record
from eboxcast.audit.models import Entry


@pytest.mark.parametrize(
    "statement",
    ["update audit_entry set by = 'nobody'", "delete from audit_entry", "truncate audit_entry"],
)
def test_an_entry_is_never_changed_or_removed(installation: None, statement: str) -> None:
    """The database itself refuses."""
    record("something.happened", by="ines")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Entry.objects.get().by == "ines"
