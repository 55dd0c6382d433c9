"""An environment on many machines, by Citus: what grows with people is spread over them by bucket.

Everything else stays with the coordinator, above all the releases: visible or not is one row on one machine, however
many machines hold the eBoxes (docs/adr/0021-many-machines.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from eboxcast.database.environments import environment_connection
from eboxcast.database.errors import CitusMissing, NoNodes, sanitized_db_errors
from eboxcast.database.names import shown

_HAS_CITUS = "select exists (select from pg_extension where extname = 'citus')"
_NODES = "select count(*) from pg_dist_node where isactive and shouldhaveshards"
_SPREAD = "select to_regclass('pg_dist_partition') is not null"
_DISTRIBUTED = "select logicalrelid::text from pg_dist_partition where partmethod = 'h' order by 1"
_SIZE = "select pg_database_size(current_database())"
_SIZE_OF_ALL = (
    f"select ({_SIZE}) + (select sum(result::bigint) from run_command_on_workers($$ {_SIZE} $$) where success)"  # noqa: S608  # all our own
)
_IN_DOUBT = (
    "select count(*) from pg_prepared_xacts where database = current_database() and prepared < now() - interval '1 min'"
)
_LOOK_AT_NODES = "select nodename || ':' || nodeport, success, result from run_command_on_workers(%s) order by 1"
_SETTINGS = {
    # One shard after the other: a transaction over all buckets is then prepared once a machine, not once a shard.
    "multi_shard_modify_mode": "sequential",
    # Lanes write the rows of their own recipients only; the locks on whole shards would have them block each other.
    "enable_deadlock_prevention": "off",
}
"""What each connection to a distributed environment gets."""
_BY_BUCKET = """
select distinct coalesce(pg_partition_root(c.oid), c.oid)::regclass::text
from pg_index i
join pg_class c on c.oid = i.indrelid
join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
where i.indisprimary and a.attname = 'bucket' and c.relnamespace = current_schema()::regnamespace
order by 1
"""


@cache
def is_spread(name: str) -> bool:
    """Return whether an environment is on many machines. A process that began before it was must be started again."""
    with sanitized_db_errors():
        return is_distributed(environment_connection(name))


def is_distributed(connection: BaseDatabaseWrapper) -> bool:
    """Return whether the tables of an environment are spread over many machines."""
    return bool(_names(connection, _SPREAD) == [True] and _names(connection, _DISTRIBUTED))


def distribute(connection: BaseDatabaseWrapper) -> list[str]:
    """Spread the tables by bucket that are not spread yet, all or none; return which. Raises CitusMissing, NoNodes."""
    with sanitized_db_errors():
        if _names(connection, _HAS_CITUS) != [True]:
            raise CitusMissing(name=shown(connection.alias))
        if _names(connection, _NODES) == [0]:
            raise NoNodes(name=shown(connection.alias))
        with transaction.atomic(using=connection.alias):
            return _spread(connection)


def size_of(connection: BaseDatabaseWrapper) -> int:
    """Return how many bytes a database takes, on all its machines."""
    of_all = _SIZE_OF_ALL if is_distributed(connection) else _SIZE
    return int(str(_names(connection, of_all)[0]))


@dataclass(frozen=True, kw_only=True)
class Node:
    """A machine that holds eBoxes."""

    name: str
    answers: bool
    in_doubt: int
    """Transactions that were to be committed everywhere, and are not finished here after a minute."""


def nodes_of(connection: BaseDatabaseWrapper) -> list[Node]:
    """Return the machines of a distributed environment; one that does not answer is waited for by Citus."""
    with sanitized_db_errors(), connection.cursor() as cursor:
        cursor.execute(_LOOK_AT_NODES, [_IN_DOUBT])
        return [Node(name=name, answers=ok, in_doubt=int(count) if ok else 0) for name, ok, count in cursor.fetchall()]


def _spread(connection: BaseDatabaseWrapper) -> list[str]:
    spread = _names(connection, _DISTRIBUTED)
    new = [name for name in _names(connection, _BY_BUCKET) if name not in spread]
    with connection.cursor() as cursor:
        for setting, value in _SETTINGS.items():
            database, name = sql.Identifier(connection.settings_dict["NAME"]), sql.SQL(setting)
            cursor.execute(sql.SQL("alter database {} set citus.{} = {}").format(database, name, sql.Literal(value)))
            cursor.execute(sql.SQL("set local citus.{} = {}").format(name, sql.Literal(value)))
        for name in new:
            beside = spread[0] if spread else "none"
            cursor.execute("select create_distributed_table(%s, 'bucket', colocate_with => %s)", [name, beside])
            spread.append(name)
    return new


def _names(connection: BaseDatabaseWrapper, query: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [row[0] for row in cursor.fetchall()]
