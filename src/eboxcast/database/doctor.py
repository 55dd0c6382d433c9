"""The checks of the databases and their surroundings; `eboxcast doctor` adds those of the runs."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from ipaddress import ip_address

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast import __version__
from eboxcast.audit.rows import APPEND_ONLY
from eboxcast.database import boot, replicas
from eboxcast.database.distribution import is_distributed, nodes_of
from eboxcast.database.embedded.binaries import wheel_version
from eboxcast.database.embedded.processes import postmaster
from eboxcast.database.errors import NotSafe, sanitized_db_errors
from eboxcast.database.findings import Check, Finding, State, Surroundings, ask
from eboxcast.database.marks import is_ours, read_mark, refuse_other_version, refuse_wrong_database
from eboxcast.database.names import CONTROL, REPLICAS, URL_VARIABLES, shown
from eboxcast.lib import clock
from eboxcast.lib.errors import EboxcastError, Trouble
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_

_VERSION = "select current_setting('server_version'), current_setting('server_version_num')"
_MAY_CONNECT = (
    "select string_agg(datname, chr(10)) from pg_database"
    " where datname = any(string_to_array(%s, chr(10))) and has_database_privilege(oid, 'connect')"
)
_LASTING_SETTINGS = ("fsync", "full_page_writes", "synchronous_commit")
_LASTING = "select " + ", ".join(f"current_setting('{name}')" for name in _LASTING_SETTINGS)
_OLDEST_SERVER = 150_000
_GIGABYTE = 1_000_000_000
_LITTLE_SPACE = 5 * _GIGABYTE
_HARDLY_SPACE = _GIGABYTE // 2
_CLOCKS_APART = 2
_CLOCKS_FAR_APART = 60
_ACTIONS = {
    "start": NextAction(action="installation.start"),
    "verify": NextAction(action="audit.verify", parameters={"anchor": "NUMBER:DIGEST"}),
}
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


def versions(around: Surroundings) -> Iterator[Finding]:
    """Which programs work together here."""
    ours = {"eboxcast": __version__, "python": platform.python_version()}
    yield Finding("versions", State.OK, N_("eboxcast {eboxcast} on Python {python}."), ours)
    for alias, connection in around.reached.items():
        words, number = ask(connection, _VERSION)
        data = {"name": shown(alias), "version": words}
        if int(str(number)) < _OLDEST_SERVER:
            too_old = N_("The {name} database is PostgreSQL {version}, which is too old.")
            yield Finding("versions", State.FAILED, too_old, data, N_("Use PostgreSQL 15 or newer."))
        else:
            yield Finding("versions", State.OK, N_("The {name} database is PostgreSQL {version}."), data)


def variables(around: Surroundings) -> Iterator[Finding]:
    """Names that start like ours but that nothing reads."""
    for name in settings.EBOXCAST_UNKNOWN_VARIABLES:
        sentence = N_("The variable {name} is set, but it is not used.")
        remedy = N_("Check it against docs/reference/settings.md.")
        yield Finding("variables", State.ATTENTION, sentence, {"name": name}, remedy)


def binaries(around: Surroundings) -> Iterator[Finding]:
    """The wheel with the programs of PostgreSQL, where they are needed."""
    if settings.EBOXCAST_EMBEDDED:
        data = {"version": wheel_version(), "folder": boot.places().root}
        yield Finding("binaries", State.OK, N_("The embedded database {version} is in {folder}."), data)


_NOT_SAFE = N_("The server of the {name} database could not prove who it is, or does not speak TLS.")
_PROVE = N_(
    "The host in {variable} must be a name in the server's certificate, and its sslrootcert must name the file of the "
    "authority that signed it."
)


def answers(around: Surroundings) -> Iterator[Finding]:
    """Whether each database in reach answers."""
    for alias in around.reached:
        yield Finding("answers", State.OK, N_("The {name} database responds."), {"name": shown(alias)})
    if around.unreached and settings.EBOXCAST_EMBEDDED and postmaster(boot.places()) is None:
        remedy = N_("Commands start it automatically. `{start}` starts it now, or says why it cannot.")
        yield Finding("answers", State.ATTENTION, N_("The embedded database is not running."), {}, remedy, _ACTIONS)
        return
    for alias, error in around.unreached.items():
        data = {"name": shown(alias), "variable": URL_VARIABLES[alias], "sqlstate": error.data.get("sqlstate", "–")}
        if isinstance(error, NotSafe):
            yield Finding("answers", State.FAILED, _NOT_SAFE, data, _PROVE)
            continue
        sentence = N_("The {name} database does not respond (SQLSTATE {sqlstate}).")
        remedy = N_("Check that it is running and that {variable} is correct.")
        yield Finding("answers", State.FAILED, sentence, data, remedy)


def marks(around: Surroundings) -> Iterator[Finding]:
    """Whether each connection leads to the database it is meant for, with the tables of this version."""
    for alias, connection in around.reached.items():
        try:
            mark = around.marks.get(alias) or read_mark(connection)  # again, for why it cannot be read
            refuse_wrong_database(alias, mark)
            refuse_other_version(alias, mark)
        except EboxcastError as error:
            yield Finding("marks", State.FAILED, error.sentence, error.data, error.remedy, error.actions)
            continue
        sentence = N_("The {name} database is the correct one and is up to date.")
        yield Finding("marks", State.OK, sentence, {"name": shown(alias)})


def procedure(around: Surroundings) -> Iterator[Finding]:
    """Which of the two ways of working this installation was made for."""
    if CONTROL in around.marks:
        data = {"procedure": around.marks[CONTROL].procedure or "-"}
        yield Finding("procedure", State.OK, N_("The procedure is {procedure}."), data)


def roles(around: Surroundings) -> Iterator[Finding]:
    """Whether one role could reach another database: it must not."""
    places = {alias: _place(connection) for alias, connection in around.reached.items()}
    for alias, connection in around.reached.items():
        server, own = places[alias]
        others = [name for its_server, name in places.values() if its_server == server and name != own]
        open_to = _open_to(connection, others)
        data = {"name": shown(alias), "others": ", ".join(open_to)}
        if open_to:
            sentence = N_("The role of the {name} database can also connect to {others}.")
            remedy = N_("Give each database its own role and revoke CONNECT from the others and from PUBLIC.")
            yield Finding("roles", State.ATTENTION, sentence, data, remedy)
        else:
            yield Finding("roles", State.OK, N_("The role of the {name} database cannot connect to any other."), data)


def space(around: Surroundings) -> Iterator[Finding]:
    """Free space where the embedded database lives."""
    root = boot.places().root
    if not settings.EBOXCAST_EMBEDDED or not root.is_dir():
        return
    free = shutil.disk_usage(root).free
    data = {"free": f"{free / _GIGABYTE:.1f} GB", "folder": root}
    state = State.OK if free > _LITTLE_SPACE else State.ATTENTION if free > _HARDLY_SPACE else State.FAILED
    remedy = "" if state is State.OK else N_("Free up space there before the next broadcast.")
    yield Finding("space", state, N_("{free} free on the disk of {folder}."), data, remedy)


def clocks(around: Surroundings) -> Iterator[Finding]:
    """How far the clock of each database is from ours: moments are compared across both."""
    for alias, connection in around.reached.items():
        (theirs,) = ask(connection, "select clock_timestamp()")
        if isinstance(theirs, datetime):
            yield _clock(alias, abs((clock.now() - clock.offset() - theirs).total_seconds()))


def durability(around: Surroundings) -> Iterator[Finding]:
    """Whether what a database calls stored is stored."""
    for alias, connection in around.reached.items():
        values = ask(connection, _LASTING)
        found = [name for name, value in zip(_LASTING_SETTINGS, values, strict=True) if value == "off"]
        data = {"name": shown(alias), "settings": ", ".join(found)}
        if found:
            sentence = N_("The {name} database may lose confirmed data: {settings} is off.")
            yield Finding("durability", State.FAILED, sentence, data, N_("Switch it on in postgresql.conf."))
        else:
            yield Finding("durability", State.OK, N_("The {name} database does not lose confirmed data."), data)


_TRANSPORT = (
    "select host(inet_server_addr()), coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false)"
)


def transport(around: Surroundings) -> Iterator[Finding]:
    """Whether somebody on the network could read along, or stand in for a database."""
    for alias, connection in around.reached.items():
        address, encrypted = ask(connection, _TRANSPORT)
        verified = connection.settings_dict["OPTIONS"].get("sslmode") == "verify-full"
        if address is not None and not ip_address(str(address)).is_loopback:
            yield transport_of(alias, encrypted=bool(encrypted), verified=verified)


def transport_of(alias: str, *, encrypted: bool, verified: bool) -> Finding:
    """Return what is to be said of a connection that crosses a network."""
    data = {"name": shown(alias), "variable": URL_VARIABLES[alias]}
    remedy = N_("Use sslmode=verify-full in {variable}, with the authority of its certificate in sslrootcert.")
    if not encrypted:
        sentence = N_("The connection to the {name} database crosses the network unencrypted.")
        return Finding("transport", State.ATTENTION, sentence, data, remedy)
    if not verified:
        sentence = N_("The connection to the {name} database is encrypted, but the server need not prove who it is.")
        return Finding("transport", State.ATTENTION, sentence, data, remedy)
    sentence = N_("The connection to the {name} database is encrypted, and the server is verified.")
    return Finding("transport", State.OK, sentence, {"name": shown(alias)})


def nodes(around: Surroundings) -> Iterator[Finding]:
    """Whether each machine of an environment that is spread over many answers, and is up to date."""
    for alias, connection in around.reached.items():
        if alias == CONTROL or alias not in around.ours or not is_distributed(connection):
            continue
        found = nodes_of(connection)
        for node in found:
            data: dict[str, object] = {"name": shown(alias), "node": node.name, "count": node.in_doubt}
            if not node.answers:
                yield Finding("nodes", State.FAILED, _NODE_AWAY, data, _START_NODE)
            elif node.in_doubt:
                yield Finding("nodes", State.ATTENTION, _NODE_BEHIND, data, _RECOVER_NODE)
        if all(node.answers and not node.in_doubt for node in found):
            sentence = N_("The eBoxes of {name} are spread over {count} machines, and all respond.")
            yield Finding("nodes", State.OK, sentence, {"name": shown(alias), "count": len(found)})
        yield Finding("nodes", State.OK, _NO_SNAPSHOT, {"name": shown(alias)})


_NO_SNAPSHOT = N_(
    "The machines of {name} have no snapshot in common: what a machine had not finished when it failed shows in its "
    "eBoxes only once it has recovered. A message still becomes visible to everybody at the same moment."
)
_NODE_AWAY = N_(
    "Machine {node} of {name} does not respond: eBoxes on it cannot be opened, and nothing can be stored or launched."
)
_START_NODE = N_("Start it, or its standby. Other eBoxes still open, and stopping and recalling still work.")
_NODE_BEHIND = N_("Machine {node} of {name} has not finished {count} changes after a failure.")
_RECOVER_NODE = N_("Check that Citus runs on the coordinator; or run there: select recover_prepared_transactions()")


def replica(around: Surroundings) -> Iterator[Finding]:
    """Whether the replicas that eBoxes are opened from follow, and how far they are behind."""
    for environment, alias in REPLICAS.items():
        if alias in connections.settings and environment in around.ours:
            yield _replica(environment, connections[alias])


def _replica(environment: str, connection: BaseDatabaseWrapper) -> Finding:
    data: dict[str, object] = {"name": environment, "variable": URL_VARIABLES[connection.alias]}
    if is_distributed(connections[environment]):
        return Finding("replica", State.ATTENTION, _REPLICA_OF_MANY, data, _NO_REPLICA)
    try:
        with sanitized_db_errors():
            connection.ensure_connection()
        found = replicas.standing(environment) if is_ours(connection.alias, read_mark(connection)) else None
    except Trouble:
        return Finding("replica", State.ATTENTION, _REPLICA_AWAY, data, _REPLICA_START)
    if found is None:
        return Finding("replica", State.FAILED, _OTHER_REPLICA, data, _REPLICA_URL)
    behind = {"name": environment, "seconds": f"{found.seconds_behind:.1f}"}
    if found.seconds_behind > settings.EBOXCAST_REPLICA_SECONDS:
        return Finding("replica", State.ATTENTION, _REPLICA_BEHIND, behind, _REPLICA_START)
    return Finding("replica", State.OK, _REPLICA_FOLLOWS, behind)


_REPLICA_FOLLOWS = N_("The eBoxes of {name} are opened from a replica, which is {seconds} s behind.")
_REPLICA_BEHIND = N_(
    "The replica of {name} is {seconds} s behind. Until it has caught up, eBoxes are opened from the primary."
)
_REPLICA_AWAY = N_("The replica of {name} does not respond. eBoxes are opened from the primary.")
_REPLICA_START = N_("Check the replica and its connection to the primary (docs/howto/read-replicas.md).")
_OTHER_REPLICA = N_("The address in {variable} is not a replica of {name}. eBoxes are opened from the primary.")
_REPLICA_URL = N_("Correct {variable}, or remove it.")
_REPLICA_OF_MANY = N_("The replica of {name} is not used, because its eBoxes are spread over many machines.")
_NO_REPLICA = N_("Remove {variable}, and give each machine a standby instead.")


def audit(around: Surroundings) -> Iterator[Finding]:
    """Whether who works here could alter the audit, and whether its second wall stands."""
    connection = around.reached.get(CONTROL)
    if connection is None or CONTROL not in around.ours:
        return
    found = list(_weak_points(connection))
    yield from found
    if not found:
        yield Finding("audit", State.OK, N_("The working role can only read the audit and add to it."))


def _place(connection: BaseDatabaseWrapper) -> tuple[str, str]:
    """Return which server and which database this is; a server is known by the microsecond it started."""
    server, name = ask(connection, "select pg_postmaster_start_time()::text, current_database()")
    return str(server), str(name)


def _open_to(connection: BaseDatabaseWrapper, others: Sequence[str]) -> list[str]:
    """Return the databases that the role of a connection may connect to."""
    found = str(ask(connection, _MAY_CONNECT, "\n".join(others))[0] or "").splitlines() if others else []
    return [name for name in others if name in found]


def _clock(alias: str, seconds: float) -> Finding:
    state = State.OK if seconds < _CLOCKS_APART else State.ATTENTION if seconds < _CLOCKS_FAR_APART else State.FAILED
    remedy = "" if state is State.OK else N_("Synchronise the clocks of both machines with the same time server (NTP).")
    data = {"name": shown(alias), "seconds": f"{seconds:.1f}"}
    return Finding(
        "clocks",
        state,
        N_("The clock of the {name} database differs by {seconds} s from the clock of this machine."),
        data,
        remedy,
    )


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
        remedy = N_("Find out who did this and why, then run: {verify}")
        yield Finding("audit", State.FAILED, sentence, {"tables": unguarded}, remedy, _ACTIONS)


def _tables(connection: BaseDatabaseWrapper, statement: str) -> str:
    pattern = f"^({'|'.join(APPEND_ONLY)})(_[0-9]+)?$"
    return str(ask(connection, statement, pattern)[0] or "")


CHECKS: tuple[Check, ...] = (
    versions,
    variables,
    binaries,
    answers,
    marks,
    procedure,
    roles,
    audit,
    space,
    clocks,
    durability,
    transport,
    nodes,
    replica,
)
