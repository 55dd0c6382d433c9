"""What the role that works may do in the control database: anything with rows, but only read and add to the audit."""

from __future__ import annotations

from typing import Any, Protocol

from psycopg import sql

from eboxcast.audit.rows import APPEND_ONLY

# The segments of a table are left out: who comes through the table needs no right on them.
_TABLES = (
    "select c.relname from pg_class c where c.relnamespace = current_schema()::regnamespace"
    " and c.relkind in ('r', 'p') and not c.relispartition order by c.relname"
)
_FUNCTIONS = (
    "select p.proname from pg_proc p where p.pronamespace = current_schema()::regnamespace"
    " and p.proname = 'audit_open_segment'"
)
_SCHEMA = "select current_schema()"
_WORK = "select, insert, update, delete"
_ADD = "select, insert"


class Executes(Protocol):
    """A cursor, of Django or of psycopg."""

    def execute(self, query: Any, /) -> object:
        """Run a statement."""

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return its rows."""


def grant_rights(cursor: Executes, role: str) -> None:
    """Give a role what working needs on all tables there are, and take from it what it must not have."""
    schema, to = sql.Identifier(*_names(cursor, _SCHEMA)), sql.Identifier(role)
    cursor.execute(sql.SQL("grant usage on schema {} to {}").format(schema, to))
    cursor.execute(sql.SQL("grant usage, select on all sequences in schema {} to {}").format(schema, to))
    for name in _names(cursor, _TABLES):
        rights = _ADD if name in APPEND_ONLY else _WORK
        cursor.execute(sql.SQL("revoke all on {} from {}").format(sql.Identifier(name), to))
        cursor.execute(sql.SQL("grant {} on {} to {}").format(sql.SQL(rights), sql.Identifier(name), to))
    for name in _names(cursor, _FUNCTIONS):
        cursor.execute(sql.SQL("grant execute on function {} to {}").format(sql.Identifier(name), to))


def _names(cursor: Executes, query: str) -> list[str]:
    cursor.execute(query)
    return [str(name) for (name,) in cursor.fetchall()]
