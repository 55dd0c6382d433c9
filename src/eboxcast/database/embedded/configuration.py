"""The configuration of the embedded server, written anew at each start. ``local.conf`` beside it is the operator's."""

from __future__ import annotations

import os
from pathlib import Path

from eboxcast.database.embedded.places import PORT, Places, name_of_user
from eboxcast.database.names import ALIASES, CONTROL, shown

SETUP_ROLE = "eboxcast_setup"
ROLES = tuple(f"eboxcast_{shown(alias)}" for alias in ALIASES)
"""Each environment and control have a role and a database of the same name."""
CONTROL_ROLE = f"eboxcast_{shown(CONTROL)}"
OWNER_ROLE = f"{CONTROL_ROLE}_owner"
"""Owns the tables of control, and cannot log in: the setup role acts as it (ownership.py)."""

_MAP = "eboxcast"
_MEGABYTE = 1024 * 1024
_MOST_CONNECTIONS = 300
"""Eight workers of four lanes open more than the hundred that is PostgreSQL's default."""
_LARGEST_BUFFERS = 1024
_SHARE_OF_MEMORY = 8


def write_configuration(places: Places) -> Path:
    """Write the three files and return the first, postgresql.conf."""
    places.config.mkdir(exist_ok=True)
    places.config.chmod(0o755)
    _write(places.config / "pg_hba.conf", _access())
    _write(places.config / "pg_ident.conf", _users())
    main = places.config / "postgresql.conf"
    _write(main, _settings(places))
    return main


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    file.chmod(0o644)


def _access() -> str:
    """Each role reaches its own database and no other; the system says who asks, so nobody holds a password."""
    lines = [f"local {role} {role} peer map={_MAP}" for role in ROLES]
    return "\n".join([*lines, f"local all {SETUP_ROLE} peer map={_MAP}", ""])


def _users() -> str:
    """Only the user who started eboxcast may connect: as root that is not the user the server runs as."""
    user = name_of_user(os.geteuid()).replace('"', '""')
    return "".join(f'{_MAP} "{user}" {role}\n' for role in (*ROLES, SETUP_ROLE))


def _settings(places: Places) -> str:
    values = {
        "hba_file": places.config / "pg_hba.conf",
        "ident_file": places.config / "pg_ident.conf",
        "listen_addresses": "",
        "port": PORT,
        "unix_socket_directories": places.socket,
        "unix_socket_permissions": "0700",
        "max_connections": _MOST_CONNECTIONS,
        "shared_buffers": f"{_shared_buffers()}MB",
        "max_wal_size": "4GB",
        "min_wal_size": "256MB",
        "checkpoint_timeout": "15min",
        "wal_compression": "pglz",
        "timezone": "UTC",
        "lc_messages": "C",
        **_logging(places),
    }
    lines = [f"{name} = {_quoted(str(value))}" for name, value in values.items()]
    return "\n".join([*lines, "include_if_exists 'local.conf'", ""])


def _logging(places: Places) -> dict[str, object]:
    """Nothing that could quote a row is written: no statement, no parameter, no detail, and no error at all.

    ``log_min_messages = log`` passes over ERROR, whose text quotes values, and keeps LOG, FATAL and PANIC.
    """
    return {
        "logging_collector": "on",
        "log_directory": places.log,
        "log_filename": "postgresql-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_timezone": "UTC",
        "log_min_messages": "log",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_statement": "none",
        "log_min_duration_statement": "-1",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "log_startup_progress_interval": "2s",
        "log_line_prefix": "%m [%p] ",
    }


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _shared_buffers() -> int:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _MEGABYTE
    return max(32, min(_LARGEST_BUFFERS, memory // _SHARE_OF_MEMORY))
