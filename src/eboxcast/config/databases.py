"""The DATABASES of Django: three databases of the embedded server, or those the URLs name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eboxcast.config import environment
from eboxcast.config.environment import SettingWrong
from eboxcast.lib.errors import Misconfigured
from eboxcast.lib.translation import N_

URLS = {
    "default": "EBOXCAST_DATABASE_URL",
    "acceptance": "EBOXCAST_ACCEPTANCE_URL",
    "production": "EBOXCAST_PRODUCTION_URL",
}
REPLICA_URLS = {
    "acceptance": "EBOXCAST_ACCEPTANCE_REPLICA_URL",
    "production": "EBOXCAST_PRODUCTION_REPLICA_URL",
}
_OWN_KEYS = ("dbname", "user", "password", "host", "port", "options")


class ControlUrlMissing(Misconfigured):
    """An environment has a URL and the control database has none."""

    code = "setting.control-url-missing"
    sentence = N_("{variable} is set, but EBOXCAST_DATABASE_URL is not.")
    remedy = N_("Set EBOXCAST_DATABASE_URL too, or remove {variable} to use the embedded database.")


def databases(socket_folder: Path) -> dict[str, dict[str, Any]]:
    """Return the databases this process may reach. Without a control URL: the embedded ones, by peer authentication."""
    urls = {alias: parts for alias, name in URLS.items() if (parts := environment.connection(name))}
    replicas = {alias: parts for alias, name in REPLICA_URLS.items() if (parts := environment.connection(name))}
    for alias in replicas.keys() - urls.keys():
        raise SettingWrong(variable=REPLICA_URLS[alias], problem=f"{URLS[alias]} is not set")
    if not urls:
        return {alias: _database(_embedded(alias, socket_folder)) for alias in URLS}
    if "default" not in urls:
        raise ControlUrlMissing(variable=URLS[next(iter(urls))])
    _refuse_same_database(urls)
    for alias, parts in replicas.items():
        _refuse_replica(REPLICA_URLS[alias], parts, of=urls[alias])
    return {alias: _database(parts) for alias, parts in urls.items()} | {
        f"{alias}_replica": _replica(parts) for alias, parts in replicas.items()
    }


def owner() -> dict[str, Any] | None:
    """Return how to reach control as the owner of its tables, where the environment of this process says so."""
    parts = environment.connection("EBOXCAST_OWNER_URL")
    if parts and not environment.text(URLS["default"]):
        raise ControlUrlMissing(variable="EBOXCAST_OWNER_URL")
    return _database(parts) if parts else None


def _embedded(alias: str, socket_folder: Path) -> dict[str, str]:
    name = "eboxcast_control" if alias == "default" else f"eboxcast_{alias}"
    return {"dbname": name, "user": name, "host": str(socket_folder), "port": "5432"}


def _refuse_same_database(urls: dict[str, dict[str, str]]) -> None:
    seen: dict[tuple[str, ...], str] = {}
    for alias, parts in urls.items():
        place = _place(parts)
        if place in seen:
            raise SettingWrong(variable=URLS[alias], problem=f"it names the same database as {URLS[seen[place]]}")
        seen[place] = alias


def _place(parts: dict[str, str]) -> tuple[str, ...]:
    return parts.get("host", ""), parts.get("port", "5432"), parts["dbname"]


def _refuse_replica(variable: str, parts: dict[str, str], *, of: dict[str, str]) -> None:
    if "," in parts.get("host", ""):
        raise SettingWrong(variable=variable, problem="it must name one server")
    if _place(parts) == _place(of):
        raise SettingWrong(variable=variable, problem="it names the primary")


def _replica(parts: dict[str, str]) -> dict[str, Any]:
    """Limits of its own: whoever waits here could have asked the primary meanwhile."""
    replica = _database({**parts, "options": f"-c statement_timeout=10s {parts.get('options', '')}".strip()})
    replica["OPTIONS"] |= {"connect_timeout": 2, "tcp_user_timeout": 5_000}
    return replica


def _database(parts: dict[str, str]) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts["dbname"],
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        # A page takes the connection of the request before it, if that still answers; commands have one for their time.
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": _options(parts) | {key: value for key, value in parts.items() if key not in _OWN_KEYS},
    }


def _options(parts: dict[str, str]) -> dict[str, Any]:
    """Time limits, so that neither a lost network nor a forgotten lock holds a broadcast for ever."""
    limits = {
        "statement_timeout": environment.number("EBOXCAST_STATEMENT_SECONDS"),
        "lock_timeout": environment.number("EBOXCAST_LOCK_SECONDS"),
        "idle_in_transaction_session_timeout": environment.number("EBOXCAST_IDLE_SECONDS"),
    }
    options = [*(f"-c {name}={seconds}s" for name, seconds in limits.items()), parts.get("options", "")]
    return {
        "connect_timeout": environment.number("EBOXCAST_CONNECT_SECONDS"),
        "application_name": "eboxcast",
        "options": " ".join(filter(None, options)),
        "keepalives": 1,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 60_000,
        # Values travel apart from the statement: a recipient's number shows in no list of statements on the server.
        "server_side_binding": True,
        # A statement that comes again and again, such as opening an eBox, is planned once for each connection.
        "prepare_threshold": 5,
    }
