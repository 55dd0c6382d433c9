"""What `doctor` says of the audit: whether the role that works could change it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.audit.tables import APPEND_ONLY
from eboxcast.database.findings import Finding, State, Surroundings, ask
from eboxcast.database.marks import is_ours
from eboxcast.database.names import CONTROL
from eboxcast.lib.translation import N_

_REMEDY = N_(
    "docs/howto/use-your-own-postgresql.md explains how to separate the owner of the tables from the working role."
)
# Of each table and its years. Who owns a table, or may act as the owner, may switch its triggers off.
_TABLES = (
    "with audit as (select oid, relname, relowner from pg_class where relkind in ('r', 'p')"
    " and relnamespace = current_schema()::regnamespace and relname ~ %s)"
)
_MAY_CHANGE = (
    f"{_TABLES} select string_agg(relname, ', ' order by relname) from audit"  # noqa: S608  # all our own
    " where has_table_privilege(oid, 'update, delete, truncate, trigger')"
)
_OWNS = (
    f"{_TABLES} select string_agg(relname, ', ' order by relname) from audit"  # noqa: S608  # as above
    " where pg_has_role(relowner, 'member')"
)
_UNGUARDED = (
    f"{_TABLES} select string_agg(relname, ', ' order by relname) from audit"  # noqa: S608  # as above
    " where (select count(*) from pg_trigger t where t.tgrelid = audit.oid"
    " and t.tgname ~ '_no_(change|truncate)$' and t.tgenabled in ('O', 'A')) < 2"
)
_POWERS = (
    "select rolsuper or has_parameter_privilege('session_replication_role', 'set') from pg_roles"
    " where rolname = current_user"
)
_OWNS_SCHEMA = "select pg_has_role(nspowner, 'member') from pg_namespace where nspname = current_schema()"


def audit(around: Surroundings) -> Iterator[Finding]:
    """Whether who works here could alter the audit, and whether its second wall stands."""
    connection = around.reached.get(CONTROL)
    if connection is None or not is_ours(connection):
        return
    found = list(_weak_points(connection))
    yield from found
    if not found:
        yield Finding("audit", State.OK, N_("The working role can only read the audit and add to it."))


def _weak_points(connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    if owned := _tables(connection, _OWNS):
        sentence = N_("The working role owns the audit and could change it: {tables}.")
        yield Finding("audit", State.ATTENTION, sentence, {"tables": owned}, _REMEDY)
    elif changeable := _tables(connection, _MAY_CHANGE):
        sentence = N_("The working role may change or empty tables of the audit: {tables}.")
        yield Finding("audit", State.ATTENTION, sentence, {"tables": changeable}, _REMEDY)
    elif ask(connection, _OWNS_SCHEMA) == (True,):
        sentence = N_("The working role owns the schema of the audit and could drop its tables.")
        yield Finding("audit", State.ATTENTION, sentence, {}, _REMEDY)
    if ask(connection, _POWERS) == (True,):
        sentence = N_("The working role is a superuser or may disable triggers, so it could change the audit.")
        yield Finding("audit", State.ATTENTION, sentence, {}, _REMEDY)
    if unguarded := _tables(connection, _UNGUARDED):
        sentence = N_("The triggers that protect the audit are disabled or missing: {tables}.")
        remedy = N_("Find out who did this and why, then run: eboxcast audit verify --anchor NUMBER:DIGEST")
        yield Finding("audit", State.FAILED, sentence, {"tables": unguarded}, remedy)


def _tables(connection: BaseDatabaseWrapper, statement: str) -> str:
    pattern = f"^({'|'.join(APPEND_ONLY)})(_[0-9]+)?$"
    return str(ask(connection, statement, pattern)[0] or "")
