"""The environments, by name: code that touches what recipients see always says which it means."""

from __future__ import annotations

from functools import cache

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.database.errors import EnvironmentOutOfReach, EnvironmentUnknown, sanitized_db_errors
from eboxcast.database.names import ENVIRONMENTS, URL_VARIABLES

__all__ = ["ENVIRONMENTS", "bucket_prime", "environment_connection", "environments_in_reach"]


def environment_connection(name: str) -> BaseDatabaseWrapper:
    """Return the connection of acceptance or production. Raises EnvironmentUnknown, EnvironmentOutOfReach."""
    if name not in ENVIRONMENTS:
        raise EnvironmentUnknown(name=name)
    if name not in connections.settings:
        raise EnvironmentOutOfReach(name=name, variable=URL_VARIABLES[name])
    return connections[name]


def environments_in_reach() -> tuple[str, ...]:
    """Return the environments this process has a connection for."""
    return tuple(name for name in ENVIRONMENTS if name in connections.settings)


@cache
def bucket_prime(name: str) -> int:
    """Return the prime recorded when the environment was made. It never changes, so it is asked once."""
    with sanitized_db_errors(), environment_connection(name).cursor() as cursor:
        cursor.execute("select bucket_prime from environment_mark")
        return int(cursor.fetchone()[0])
