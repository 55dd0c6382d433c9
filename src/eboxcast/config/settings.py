"""The settings of Django and of eboxcast. Reading them changes nothing outside this process."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from eboxcast.accounts.sign_on_options import SignOnOptions
from eboxcast.config import environment
from eboxcast.config.databases import databases, owner
from eboxcast.inbox.configuration import SIGN_IN_FILE, sign_in_options
from eboxcast.lib.actors import Role
from eboxcast.lib.buckets import LARGEST_PRIME
from eboxcast.notices.transport.imap_server import read_imap_server
from eboxcast.notices.transport.mail_server import read_addresses, read_mail_from, read_mail_server
from eboxcast.targets.configuration import targets
from eboxcast.web import cookies


def _state_folder() -> Path:
    """Return where the embedded database lives: outside the checkout, a service of the system for root."""
    asked = environment.folder("EBOXCAST_STATE_DIR")
    if asked is not None:
        return asked
    if os.geteuid() == 0:
        return Path("/var/lib/eboxcast")
    base = os.environ.get("XDG_STATE_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".local" / "state") / "eboxcast"


def _sign_in_file() -> Path | None:
    """Return the file that names identity providers: the one that is set, else that of the state folder, if any."""
    beside = EBOXCAST_STATE_DIR / SIGN_IN_FILE
    return environment.folder("EBOXCAST_SIGN_IN_FILE") or (beside if os.access(beside, os.R_OK) else None)


def _sign_on() -> SignOnOptions | None:
    """Return with which provider people sign in to the pages, if with any."""
    issuer = environment.issuer("EBOXCAST_SIGN_ON_ISSUER")
    client_id = environment.needed_with("EBOXCAST_SIGN_ON_CLIENT_ID", "EBOXCAST_SIGN_ON_ISSUER")
    secret = environment.needed_with("EBOXCAST_SIGN_ON_CLIENT_SECRET", "EBOXCAST_SIGN_ON_ISSUER")
    factor = environment.choice("EBOXCAST_SIGN_ON_FACTOR", ("own", "provider"))
    if not issuer:
        return None
    return SignOnOptions(
        issuer=issuer,
        client_id=client_id,
        secret=secret,
        name=environment.text("EBOXCAST_SIGN_ON_NAME") or urlsplit(issuer).hostname or issuer,
        second_factor=factor == "provider",
        acr_values=environment.text("EBOXCAST_SIGN_ON_ACR"),
    )


EBOXCAST_STATE_DIR = _state_folder()
EBOXCAST_EMBEDDED = not environment.text("EBOXCAST_DATABASE_URL")
EBOXCAST_PROCEDURE = environment.choice("EBOXCAST_PROCEDURE", ("", "on", "off"))
EBOXCAST_INSTALLATION = environment.choice("EBOXCAST_INSTALLATION", ("real", "demo", "test"))
EBOXCAST_TOKEN = environment.text("EBOXCAST_TOKEN")
EBOXCAST_BUCKET_PRIME = environment.prime("EBOXCAST_BUCKET_PRIME", below=LARGEST_PRIME)
EBOXCAST_REPLICA_SECONDS = environment.number("EBOXCAST_REPLICA_SECONDS", most=3600)
EBOXCAST_WORKING_WEEK = environment.choice("EBOXCAST_WORKING_WEEK", ("mon-fri", "mon-sat"))
EBOXCAST_EVENING_START = environment.time_of_day("EBOXCAST_EVENING_START")
EBOXCAST_EVENING_END = environment.time_of_day("EBOXCAST_EVENING_END", other_than="EBOXCAST_EVENING_START")
EBOXCAST_EVENING_BROADCASTS = environment.number("EBOXCAST_EVENING_BROADCASTS")
EBOXCAST_EVENING_RECIPIENTS = environment.number("EBOXCAST_EVENING_RECIPIENTS", most=100_000_000)
EBOXCAST_TARGETS = targets(environment.folder("EBOXCAST_TARGETS_FILE"))
EBOXCAST_SIGN_IN = sign_in_options(_sign_in_file())
EBOXCAST_MAIL_SERVER = read_mail_server(environment.text("EBOXCAST_SMTP_URL"))
EBOXCAST_MAIL_FROM = read_mail_from(environment.text("EBOXCAST_MAIL_FROM"), needed=EBOXCAST_MAIL_SERVER is not None)
EBOXCAST_WITNESSES = read_addresses("EBOXCAST_WITNESSES", environment.text("EBOXCAST_WITNESSES"))
EBOXCAST_MAILBOX = read_imap_server(environment.text("EBOXCAST_IMAP_URL"), sends=EBOXCAST_MAIL_SERVER is not None)
EBOXCAST_REPLY_TOKENS = environment.choice("EBOXCAST_REPLY_TOKENS", ("on", "off"))
EBOXCAST_GO_BY_MAIL = environment.choice("EBOXCAST_GO_BY_MAIL", ("off", "on"))
EBOXCAST_SMIME_AUTHORITIES = environment.folder("EBOXCAST_SMIME_AUTHORITIES")
EBOXCAST_RECIPIENT_MAILS_PER_HOUR = environment.number("EBOXCAST_RECIPIENT_MAILS_PER_HOUR")
EBOXCAST_DROP_DIR = environment.folder("EBOXCAST_DROP_DIR")
EBOXCAST_CLAMD = environment.socket_or_address("EBOXCAST_CLAMD")
EBOXCAST_DROP_QUOTA = environment.number("EBOXCAST_DROP_QUOTA", most=1_000_000)
EBOXCAST_SFTP_LISTEN = environment.listening_if_set("EBOXCAST_SFTP_LISTEN")
EBOXCAST_SFTP_CONNECTIONS = environment.number("EBOXCAST_SFTP_CONNECTIONS", most=10_000)
EBOXCAST_SFTP_HOST_KEY = environment.folder("EBOXCAST_SFTP_HOST_KEY") or EBOXCAST_STATE_DIR / "sftp-host-key"
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
    "eboxcast.operations",
    "eboxcast.accounts",
    "eboxcast.web",
    "eboxcast.portal",
    "eboxcast.inbox",
    "django.contrib.staticfiles",
]

DATABASES = databases(EBOXCAST_STATE_DIR / "socket")
EBOXCAST_OWNER = owner()
DATABASE_ROUTERS = ["eboxcast.database.router.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LANGUAGE_CODE = "en"

# The pages (docs/howto/serve-the-pages.md)

_PAGES = environment.web_address("EBOXCAST_PAGES_URL")
_TLS = _PAGES.scheme == "https"
EBOXCAST_PAGES_URL = _PAGES.geturl()
EBOXCAST_PAGES_LISTEN = environment.listening("EBOXCAST_PAGES_LISTEN")
EBOXCAST_PAGES_PROCESSES = environment.number("EBOXCAST_PAGES_PROCESSES", most=64)
EBOXCAST_PAGES_THREADS = environment.number("EBOXCAST_PAGES_THREADS", most=64)
EBOXCAST_METRICS_TOKEN = environment.long_secret("EBOXCAST_METRICS_TOKEN", least=20)
EBOXCAST_SIGNING_PASSPHRASE = environment.long_secret("EBOXCAST_SIGNING_PASSPHRASE", least=20)
EBOXCAST_PKCS11_PIN = environment.text("EBOXCAST_PKCS11_PIN")
EBOXCAST_TSA_URL = environment.authority("EBOXCAST_TSA_URL")
EBOXCAST_PUBLIC_AUDIT_HEAD = environment.choice("EBOXCAST_PUBLIC_AUDIT_HEAD", ("off", "on"))
EBOXCAST_PROXIES = environment.networks("EBOXCAST_PROXIES")
EBOXCAST_SIGN_ON = _sign_on()
EBOXCAST_SECOND_FACTOR = frozenset(map(Role, environment.some_of("EBOXCAST_SECOND_FACTOR", tuple(Role))))
EBOXCAST_SECOND_FACTOR_DAYS = environment.number("EBOXCAST_SECOND_FACTOR_DAYS", least=0, most=365)
EBOXCAST_SECRET_FILE = EBOXCAST_STATE_DIR / "secret-key"

EBOXCAST_SECRET_KEY = SECRET_KEY = environment.secret_key("EBOXCAST_SECRET_KEY", EBOXCAST_SECRET_FILE)
DEBUG = False
ALLOWED_HOSTS = [_PAGES.hostname]
FORCE_SCRIPT_NAME = _PAGES.path or None
ROOT_URLCONF = "eboxcast.config.urls"
WSGI_APPLICATION = "eboxcast.config.wsgi.application"

MIDDLEWARE = [
    "eboxcast.web.health.Health",
    "django.middleware.security.SecurityMiddleware",
    "eboxcast.web.metrics.Metrics",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "eboxcast.web.headers.Headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "eboxcast.web.visitors.Visitors",
    "eboxcast.web.language.Languages",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "eboxcast.web.errors.Errors",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["eboxcast.web.templatetags.page"],
            "context_processors": [
                "eboxcast.web.language.words",
                "django.template.context_processors.request",
                "eboxcast.portal.navigation.frame",
                "eboxcast.inbox.visits.frame",
            ],
        },
    }
]
FORM_RENDERER = "eboxcast.web.forms.Renderer"

STATIC_URL = f"{_PAGES.path}/static/"
STATIC_ROOT = Path(__file__).parents[1] / "web" / "built"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "eboxcast.web.static_files.Hashed"},
}
FILE_UPLOAD_HANDLERS = ["eboxcast.web.uploads.Uploads"]

AUTH_USER_MODEL = "accounts.Account"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "full_name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_ENGINE = "eboxcast.accounts.session_store"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = f"{_PAGES.path}/"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _TLS
SESSION_COOKIE_NAME = cookies.named("eboxcast_session", path=SESSION_COOKIE_PATH, tls=_TLS)
CSRF_COOKIE_NAME = cookies.named("eboxcast_csrf", path=SESSION_COOKIE_PATH, tls=_TLS)
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "eboxcast.web.errors.stale_page"
CSRF_TRUSTED_ORIGINS = [f"{_PAGES.scheme}://{_PAGES.netloc}"]
SECURE_SSL_REDIRECT = _TLS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if _TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _TLS
SILENCED_SYSTEM_CHECKS = ["security.W021"]
"""Being on the lists that browsers are shipped with is a decision for a whole domain, not for one site in it."""
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Nothing may write a record of its own making where a broken statement could carry a national number with it.
LOGGING_CONFIG = None
