"""What every command that needs a database does first: the server runs, Django knows us, the tables are up to date."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import django
from django.conf import settings
from django.db import connections

from eboxcast.database.embedded.places import Places, Tell
from eboxcast.database.embedded.server import bring_up
from eboxcast.database.errors import DatabaseTrouble, NotMigrated, sanitized_db_errors
from eboxcast.database.marks import read_mark, unchecked
from eboxcast.database.migrating import migrate_all
from eboxcast.database.names import ALIASES, CONTROL
from eboxcast.lib.translation import N_, language_of_user, translate

_PREPARING = N_("Creating the tables of the new database.")


def start(tell: Tell | None = None) -> None:
    """Make everything ready that a command needs; costs a few connections when all is there already."""
    tell = tell or to_stderr
    configure()
    try:
        _connect()
    except NotMigrated:
        _migrate_if_new(tell)
    except DatabaseTrouble:
        if not settings.EBOXCAST_EMBEDDED:
            raise
        bring_up(places(), tell)
        _migrate_if_new(tell)


def configure() -> None:
    """Read the settings and set up Django; touches no database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eboxcast.config.settings")
    django.setup()


def reach_server(tell: Tell | None = None) -> None:
    """Have the embedded server run, whatever its tables; with URLs there is none to start."""
    configure()
    if settings.EBOXCAST_EMBEDDED:
        bring_up(places(), tell or to_stderr)


def places() -> Places:
    """Return where the embedded server lives."""
    return Places(settings.EBOXCAST_STATE_DIR)


def to_stderr(sentence: str, data: Mapping[str, object]) -> None:
    """Say a line on standard error."""
    sys.stderr.write(translate(sentence, language_of_user(), data) + "\n")


def _connect() -> None:
    """Connect; the check of each new connection does the rest (marks.py).

    With URLs only to control: an environment that is down must not hold up the work in the other.
    """
    for alias in ALIASES if settings.EBOXCAST_EMBEDDED else (CONTROL,):
        with sanitized_db_errors():
            connections[alias].ensure_connection()


def _migrate_if_new(tell: Tell) -> None:
    """Make the tables of an embedded database nobody has used yet; an older one waits for its operator."""
    if settings.EBOXCAST_EMBEDDED and _is_new():
        tell(_PREPARING, {})
        migrate_all()
    _connect()


def _is_new() -> bool:
    """Return whether the first migration never came to its end: what it writes last is missing."""
    with unchecked():
        mark = read_mark(connections[ALIASES[-1]])
    connections.close_all()
    return mark.name is None
