"""The settings of Django and of eboxcast. Reading them changes nothing outside this process."""

from __future__ import annotations

import os
from pathlib import Path

from eboxcast.config import environment
from eboxcast.config.databases import databases, owner
from eboxcast.inbox.configuration import sign_in_options
from eboxcast.lib.buckets import LARGEST_PRIME
from eboxcast.notices.transport.mail_server import read_mail_from, read_mail_server
from eboxcast.targets.configuration import targets


def _state_folder() -> Path:
    """Return where the embedded database lives: outside the checkout, a service of the system for root."""
    asked = environment.folder("EBOXCAST_STATE_DIR")
    if asked is not None:
        return asked
    if os.geteuid() == 0:
        return Path("/var/lib/eboxcast")
    base = os.environ.get("XDG_STATE_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".local" / "state") / "eboxcast"


EBOXCAST_STATE_DIR = _state_folder()
EBOXCAST_EMBEDDED = not environment.text("EBOXCAST_DATABASE_URL")
EBOXCAST_PROCEDURE = environment.choice("EBOXCAST_PROCEDURE", ("", "on", "off"))
EBOXCAST_INSTALLATION = environment.choice("EBOXCAST_INSTALLATION", ("real", "demo", "test"))
EBOXCAST_TOKEN = environment.text("EBOXCAST_TOKEN")
EBOXCAST_BUCKET_PRIME = environment.prime("EBOXCAST_BUCKET_PRIME", below=LARGEST_PRIME)
EBOXCAST_WORKING_WEEK = environment.choice("EBOXCAST_WORKING_WEEK", ("mon-fri", "mon-sat"))
EBOXCAST_EVENING_START = environment.time_of_day("EBOXCAST_EVENING_START")
EBOXCAST_EVENING_END = environment.time_of_day("EBOXCAST_EVENING_END", other_than="EBOXCAST_EVENING_START")
EBOXCAST_EVENING_BROADCASTS = environment.number("EBOXCAST_EVENING_BROADCASTS")
EBOXCAST_EVENING_RECIPIENTS = environment.number("EBOXCAST_EVENING_RECIPIENTS", most=100_000_000)
EBOXCAST_TARGETS = targets(environment.folder("EBOXCAST_TARGETS_FILE"))
EBOXCAST_SIGN_IN = sign_in_options(environment.folder("EBOXCAST_SIGN_IN_FILE"))
EBOXCAST_MAIL_SERVER = read_mail_server(environment.text("EBOXCAST_SMTP_URL"))
EBOXCAST_MAIL_FROM = read_mail_from(environment.text("EBOXCAST_MAIL_FROM"), needed=EBOXCAST_MAIL_SERVER is not None)
EBOXCAST_DROP_DIR = environment.folder("EBOXCAST_DROP_DIR")
EBOXCAST_LANGUAGE = environment.choice("EBOXCAST_LANGUAGE", ("fr", "nl", "de", "en", ""))
EBOXCAST_LEASE_SECONDS = environment.number("EBOXCAST_LEASE_SECONDS")
EBOXCAST_LOG_LEVEL = environment.choice("EBOXCAST_LOG_LEVEL", ("debug", "info", "warning", "error"))
EBOXCAST_LIST_DAYS = environment.number("EBOXCAST_LIST_DAYS")
EBOXCAST_REPORT_DAYS = environment.number("EBOXCAST_REPORT_DAYS")
EBOXCAST_ABANDONED_DAYS = environment.number("EBOXCAST_ABANDONED_DAYS")
EBOXCAST_UNLAUNCHED_DAYS = environment.number("EBOXCAST_UNLAUNCHED_DAYS")
EBOXCAST_NOTICE_DAYS = environment.number("EBOXCAST_NOTICE_DAYS")
EBOXCAST_SHORT_LIST = environment.number("EBOXCAST_SHORT_LIST")
EBOXCAST_STATISTICS_DAYS = environment.number("EBOXCAST_STATISTICS_DAYS")
EBOXCAST_UNKNOWN_VARIABLES = environment.unknown_variables()

INSTALLED_APPS = [
    "eboxcast.database",
    "eboxcast.audit",
    "eboxcast.senders",
    "eboxcast.planning",
    "eboxcast.mailboxes",
    "eboxcast.broadcasts",
    "eboxcast.delivery",
    "eboxcast.exchange",
    "eboxcast.notices",
]

DATABASES = databases(EBOXCAST_STATE_DIR / "socket")
EBOXCAST_OWNER = owner()
DATABASE_ROUTERS = ["eboxcast.database.router.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LANGUAGE_CODE = "en"

TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]

# Nothing may write a record of its own making where a broken statement could carry a national number with it.
LOGGING_CONFIG = None
