"""The two roles of the control database: one owns the tables and migrates them, another works with them.

Who works may add to the audit and read it. Who owns a table may do anything to it, so no command but `migrate` and
`audit expire` connects as the owner. On the embedded server the owner cannot log in; the role that sets the server up
acts as it. On a server of one's own EBOXCAST_OWNER_URL names it; without that the role that works owns everything, and
`doctor` says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.backends.utils import CursorWrapper

from eboxcast.database.embedded.configuration import OWNER_ROLE, SETUP_ROLE
from eboxcast.database.errors import OwnerNeeded, sanitized_db_errors
from eboxcast.database.names import CONTROL
from eboxcast.database.rights import grant_rights


def has_owner() -> bool:
    """Return whether the tables of control can belong to another role than the one that works."""
    return settings.EBOXCAST_EMBEDDED or settings.EBOXCAST_OWNER is not None


@contextmanager
def as_owner() -> Iterator[None]:
    """Be the owner on the control connection of this thread, where there is an owner apart."""
    connection = connections[CONTROL]
    working = connection.settings_dict
    connection.close()
    connection.settings_dict = _owner(working)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = working


def refuse_without_owner() -> None:
    """Raise OwnerNeeded where this connection may make no tables in control."""
    with sanitized_db_errors(), connections[CONTROL].cursor() as cursor:
        cursor.execute("select has_schema_privilege(current_user, current_schema(), 'create')")
        if not cursor.fetchone()[0]:
            raise OwnerNeeded


def give_rights(cursor: CursorWrapper) -> None:
    """Give the role that works its rights on all tables of control; call it as the owner."""
    if has_owner():
        grant_rights(cursor, worker())


def owns_the_audit() -> bool:
    """Return whether this connection acts as the owner of the audit's tables."""
    with connections[CONTROL].cursor() as cursor:
        cursor.execute(
            "select pg_has_role(current_user, relowner, 'usage') from pg_class where oid = 'audit_entry'::regclass"
        )
        return bool(cursor.fetchone()[0])


def worker() -> str:
    """Return the role that works."""
    return str(settings.DATABASES[CONTROL]["USER"])


def _owner(working: dict[str, Any]) -> dict[str, Any]:
    if settings.EBOXCAST_EMBEDDED:
        options = {**working["OPTIONS"], "assume_role": OWNER_ROLE}
        return {**working, "USER": SETUP_ROLE, "OPTIONS": options}
    return {**working, **settings.EBOXCAST_OWNER} if settings.EBOXCAST_OWNER else working
