"""Every variable eboxcast reads, beside its default, and the typed readers that refuse a wrong value by its name."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import time
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from eboxcast.lib.errors import Misconfigured
from eboxcast.lib.translation import N_


@dataclass(frozen=True)
class Variable:
    """One variable of the environment. A secret may also come from the file that NAME_FILE names."""

    name: str
    default: str
    says: str
    secret: bool = False


VARIABLES = (
    Variable(
        "EBOXCAST_STATE_DIR",
        "",
        "Folder of the embedded database. Empty: `/var/lib/eboxcast` for root, else `$XDG_STATE_HOME/eboxcast`"
        " or `~/.local/state/eboxcast`.",
    ),
    Variable(
        "EBOXCAST_DATABASE_URL",
        "",
        "The control database on your own PostgreSQL. Empty: the embedded database, and then no other URL may be set.",
        secret=True,
    ),
    Variable(
        "EBOXCAST_OWNER_URL",
        "",
        "The control database as the role that owns its tables. Used only by `migrate` and `audit expire`; set "
        "it only for these commands (docs/howto/use-your-own-postgresql.md).",
        secret=True,
    ),
    Variable(
        "EBOXCAST_ACCEPTANCE_URL",
        "",
        "The acceptance database. Empty, with a control URL: this process cannot reach acceptance.",
        secret=True,
    ),
    Variable(
        "EBOXCAST_PRODUCTION_URL",
        "",
        "The production database. Empty, with a control URL: this process cannot reach production.",
        secret=True,
    ),
    Variable(
        "EBOXCAST_ACCEPTANCE_REPLICA_URL",
        "",
        "A replica of the acceptance database, from which its eBoxes are opened (docs/howto/read-replicas.md). Empty: "
        "they are opened from the primary.",
        secret=True,
    ),
    Variable(
        "EBOXCAST_PRODUCTION_REPLICA_URL",
        "",
        "A replica of the production database, from which its eBoxes are opened (docs/howto/read-replicas.md). Empty: "
        "they are opened from the primary.",
        secret=True,
    ),
    Variable(
        "EBOXCAST_REPLICA_SECONDS",
        "5",
        "How far a replica may be behind. Beyond this, eBoxes are opened from the primary until it has caught up.",
    ),
    Variable(
        "EBOXCAST_PROCEDURE",
        "",
        "Whether the procedure around a broadcast is followed (`on`), or only the engine is used (`off`). "
        "Recorded by the first `migrate`, `on` if empty; later, empty means the recorded value. A process with a "
        "different value is refused; `eboxcast migrate --procedure` changes the recorded value.",
    ),
    Variable(
        "EBOXCAST_INSTALLATION",
        "real",
        "What kind of installation the first `migrate` creates: `real`, `demo` or `test`. Only on a demo or test "
        "installation can you act by name (`--as`) and move the clock. It cannot be changed afterwards; only the "
        "recorded value counts.",
    ),
    Variable(
        "EBOXCAST_TOKEN",
        "",
        "The personal token of the person who acts, with the procedure on. Empty: the token saved by `eboxcast login`.",
        secret=True,
    ),
    Variable(
        "EBOXCAST_BUCKET_PRIME",
        "16381",
        "The number of buckets for the recipients: a prime below 4,194,304. Recorded by the first `migrate` of "
        "an environment; afterwards only the recorded value counts.",
    ),
    Variable(
        "EBOXCAST_WORKING_WEEK",
        "mon-fri",
        "Which days count as working days, except legal holidays and closed days: `mon-fri` or `mon-sat`.",
    ),
    Variable(
        "EBOXCAST_EVENING_START",
        "18:00",
        "When the evening of a day begins, Brussels time. Broadcasts are launched from this time.",
    ),
    Variable(
        "EBOXCAST_EVENING_END",
        "06:00",
        "When the evening ends, Brussels time. On the next day, if it is not later than the start.",
    ),
    Variable("EBOXCAST_EVENING_BROADCASTS", "10", "The maximum number of broadcasts planned for one evening."),
    Variable("EBOXCAST_EVENING_RECIPIENTS", "12000000", "The maximum number of recipients planned for one evening."),
    Variable(
        "EBOXCAST_TARGETS_FILE",
        "",
        "A TOML file that defines where each environment publishes (docs/reference/targets.md). Empty: both to "
        "their own eBoxes.",
    ),
    Variable(
        "EBOXCAST_SMTP_URL",
        "",
        "The mail server for notices: `smtp://user:password@host:587?starttls=1` or "
        "`smtps://user:password@host`. A password needs one of these two, except on this machine. Empty: each notice "
        "is a file in the folder `mail` of EBOXCAST_STATE_DIR.",
        secret=True,
    ),
    Variable(
        "EBOXCAST_MAIL_FROM",
        "",
        "The address notices are sent from and replies go to, such as `eBox broadcasts <broadcasts@example.be>`. "
        "Required with EBOXCAST_SMTP_URL.",
    ),
    Variable(
        "EBOXCAST_IMAP_URL",
        "",
        "The mailbox of EBOXCAST_MAIL_FROM, where replies and bounces are read (docs/howto/read-replies.md): "
        "`imaps://user:password@host/INBOX`, or `imap://…` with STARTTLS. Empty: no email is read.",
        secret=True,
    ),
    Variable(
        "EBOXCAST_REPLY_TOKENS",
        "on",
        "With EBOXCAST_IMAP_URL, whether replies go to an address of their own for each notice, "
        "`broadcasts+TOKEN@example.be`. `off` where your mail server does not deliver such addresses.",
    ),
    Variable(
        "EBOXCAST_GO_BY_MAIL",
        "off",
        "Whether a GO is taken from a signed email (`on`). With `off`, an email that asks for the GO only has its "
        "confirmer asked to confirm on the page.",
    ),
    Variable(
        "EBOXCAST_SMIME_AUTHORITIES",
        "",
        "With EBOXCAST_GO_BY_MAIL, the file (PEM) with the authorities whose certificates can sign a GO (S/MIME), and "
        "their lists of revocations (docs/howto/read-replies.md). Empty: only the signature of a domain (DKIM) counts.",
    ),
    Variable(
        "EBOXCAST_RECIPIENT_MAILS_PER_HOUR",
        "3600",
        "How many recipients who chose it are told per hour by email that a message came, so that they do not all call "
        "at once.",
    ),
    Variable(
        "EBOXCAST_DROP_DIR",
        "",
        "The folder that contains the drop folders of the institutions, each named after its CBE number "
        "(docs/howto/drop-folder.md). Empty: there are none.",
    ),
    Variable(
        "EBOXCAST_DROP_QUOTA",
        "2048",
        "How many MB an institution can send to its drop folders over SFTP and HTTPS, in at most 1,000 files.",
    ),
    Variable(
        "EBOXCAST_SFTP_LISTEN",
        "",
        "The address and port of the SFTP server (docs/howto/sftp.md), such as `0.0.0.0:2222`. With it, `eboxcast up` "
        "runs the server too. Empty: `eboxcast sftp` listens at `127.0.0.1:8422`, and `eboxcast up` runs none.",
    ),
    Variable(
        "EBOXCAST_SFTP_CONNECTIONS",
        "200",
        "How many SFTP connections can be signed in at the same time; 10 for each institution.",
    ),
    Variable(
        "EBOXCAST_SFTP_HOST_KEY",
        "",
        "The file with the private key of the SFTP server, by which institutions recognise it. Empty: `sftp-host-key` "
        "in EBOXCAST_STATE_DIR, created at the first start.",
    ),
    Variable(
        "EBOXCAST_CLAMD",
        "",
        "The ClamAV daemon that examines delivered files for malware: its socket, such as `/run/clamav/clamd.ctl`, or "
        "`host:3310`. If it does not respond, files wait. Empty: files are not examined.",
    ),
    Variable(
        "EBOXCAST_SIGN_IN_FILE",
        "",
        "A TOML file that defines which identity provider signs recipients in, for each environment "
        "(docs/howto/sign-in-of-recipients.md). Empty: `sign-in.toml` in EBOXCAST_STATE_DIR, if it exists.",
    ),
    Variable(
        "EBOXCAST_PAGES_URL",
        "http://127.0.0.1:8400",
        "The address at which people reach the pages, with its path where they are below one: "
        "`https://broadcasts.example.be/eboxcast`. With `https`, cookies and links are for TLS only.",
    ),
    Variable(
        "EBOXCAST_PAGES_LISTEN",
        "127.0.0.1:8400",
        "The address and port on which `serve` listens: `127.0.0.1:8400`, or `[::1]:8400`.",
    ),
    Variable("EBOXCAST_PAGES_PROCESSES", "2", "The number of processes that answer requests for pages."),
    Variable("EBOXCAST_PAGES_THREADS", "4", "The number of requests each of these processes answers at once."),
    Variable(
        "EBOXCAST_PROXIES",
        "",
        "The addresses or networks of the proxies in front of the pages, separated by commas: `10.0.0.0/24`. "
        "`X-Forwarded-For` and `X-Forwarded-Proto` are only believed when they come from one of them.",
    ),
    Variable(
        "EBOXCAST_METRICS_TOKEN",
        "",
        "Opens the metrics at `/metrics` of the pages, as `Authorization: Bearer TOKEN`; at least 20 characters. "
        "Empty: there is no such address (docs/howto/watch.md).",
        secret=True,
    ),
    Variable(
        "EBOXCAST_SECRET_KEY",
        "",
        "The secret that signs the sessions of the pages, at least 50 characters, the same on each machine. Empty: "
        "`serve` makes one and keeps it in EBOXCAST_STATE_DIR.",
        secret=True,
    ),
    Variable(
        "EBOXCAST_SIGNING_PASSPHRASE",
        "",
        "The passphrase of the keys that sign certificates and receipts, at least 20 characters, the same on each "
        "machine. Empty: nothing is signed (docs/howto/sign-certificates.md).",
        secret=True,
    ),
    Variable(
        "EBOXCAST_PKCS11_PIN",
        "",
        "The PIN of the token (PKCS #11) that contains the signing key. Empty: the keys are in the database "
        "(docs/howto/sign-certificates.md).",
        secret=True,
    ),
    Variable(
        "EBOXCAST_TSA_URL",
        "",
        "The address of a timestamp authority (RFC 3161) that stamps each signed certificate and head of the audit. "
        "Empty: no timestamp (docs/howto/sign-certificates.md).",
    ),
    Variable(
        "EBOXCAST_WITNESSES",
        "",
        "The email addresses of witnesses, separated by commas: institutions that get the signed head of the audit "
        "once a day, with the proof that it goes on from the one before (docs/howto/witness.md).",
    ),
    Variable(
        "EBOXCAST_PUBLIC_AUDIT_HEAD",
        "off",
        "`on`: the pages give the signed head of the audit at `/audit/head` to anyone, without signing in. It shows "
        "how many entries there are. `off`: there is no such address (docs/howto/witness.md).",
    ),
    Variable(
        "EBOXCAST_SIGN_ON_ISSUER",
        "",
        "The address of the OpenID Connect provider with which people sign in to the pages (docs/howto/sign-on.md). "
        "Empty: they use a password or a passkey.",
    ),
    Variable("EBOXCAST_SIGN_ON_CLIENT_ID", "", "What this provider knows eboxcast by."),
    Variable("EBOXCAST_SIGN_ON_CLIENT_SECRET", "", "The secret of this client.", secret=True),
    Variable(
        "EBOXCAST_SIGN_ON_NAME",
        "",
        "What people call this provider, for the button on the sign-in page. Empty: its host name.",
    ),
    Variable(
        "EBOXCAST_SIGN_ON_FACTOR",
        "own",
        "Who asks for the second factor of people who sign in with this provider: `own` (eboxcast, as after a "
        "password) or `provider` (it has asked already).",
    ),
    Variable(
        "EBOXCAST_SIGN_ON_ACR",
        "",
        "How strongly people must prove who they are, as `acr_values` in this provider's words. Empty: it decides.",
    ),
    Variable(
        "EBOXCAST_SECOND_FACTOR",
        "integration,launch,contact-centre,auditor,confirmer",
        "The roles that need a second factor to sign in to the pages, separated by commas; `none` for no role. On a "
        "demo or test installation no role needs one.",
    ),
    Variable(
        "EBOXCAST_SECOND_FACTOR_DAYS",
        "14",
        "Days that people have to set up a second factor, from the first sign-in at which they are told.",
    ),
    Variable("EBOXCAST_LANGUAGE", "", "Language of messages: `fr`, `nl`, `de` or `en`. Empty: that of the locale."),
    Variable(
        "EBOXCAST_LEASE_SECONDS",
        "60",
        "How long a batch stays assigned to a worker that does not respond. Must be longer than any call to a "
        "provider.",
    ),
    Variable(
        "EBOXCAST_LOG_LEVEL",
        "warning",
        "What is logged to standard error, as lines of JSON: `debug`, `info` (each batch), `warning` or `error`.",
    ),
    Variable(
        "EBOXCAST_LIST_DAYS", "30", "The maximum number of days a recipient list is kept before its keys are prepared."
    ),
    Variable("EBOXCAST_REPORT_DAYS", "30", "Days that rejected rows, paper list and outcomes are kept."),
    Variable("EBOXCAST_ABANDONED_DAYS", "7", "Days that the audience of a discarded release is kept."),
    Variable("EBOXCAST_UNLAUNCHED_DAYS", "30", "Days after which a release that is never launched is discarded."),
    Variable("EBOXCAST_NOTICE_DAYS", "365", "Days that the text of emails is kept after their broadcast has ended."),
    Variable("EBOXCAST_SHORT_LIST", "50", "The maximum number of recipients in the list for acceptance."),
    Variable(
        "EBOXCAST_STATISTICS_DAYS",
        "14",
        "Days after the publication when the institution receives the reading figures; then the broadcast is closed.",
    ),
    Variable("EBOXCAST_CONNECT_SECONDS", "10", "How long to wait for a database to accept a connection."),
    Variable("EBOXCAST_STATEMENT_SECONDS", "1800", "How long one statement may take."),
    Variable("EBOXCAST_LOCK_SECONDS", "60", "How long a statement may wait for a lock."),
    Variable("EBOXCAST_IDLE_SECONDS", "300", "How long a transaction may stay open without a statement."),
)

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_BY_NAME = {variable.name: variable for variable in VARIABLES}
_LEAST_OF_A_SECRET = 50


class SettingWrong(Misconfigured):
    """A variable holds a value that cannot be used."""

    code = "setting.wrong"
    sentence = N_("The setting {variable} is not valid: {problem}.")
    remedy = N_("Correct {variable} in the environment of this process. See docs/reference/settings.md.")


def text(name: str) -> str:
    """Return the value of a variable, or its default."""
    variable = _BY_NAME[name]
    value = os.environ.get(name, "")
    file = os.environ.get(f"{name}_FILE", "") if variable.secret else ""
    if value and file:
        raise SettingWrong(variable=name, problem=f"{name}_FILE is set too")
    if file:
        value = _content(name, Path(file))
    return value or variable.default


def number(name: str, *, least: int = 1, most: int = 2_000_000) -> int:
    """Return a whole number between two bounds."""
    value = text(name)
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        raise SettingWrong(variable=name, problem=f"it must be a whole number from {least} to {most}")
    return int(value)


def choice(name: str, choices: tuple[str, ...]) -> str:
    """Return one of the allowed values."""
    value = text(name).lower()
    if value not in choices:
        raise SettingWrong(variable=name, problem=f"it must be one of: {', '.join(filter(None, choices))}")
    return value


def some_of(name: str, choices: tuple[str, ...]) -> frozenset[str]:
    """Return some of the allowed values, separated by commas; ``none`` for none of them."""
    given = [one.strip().lower() for one in text(name).split(",") if one.strip()]
    if given == ["none"]:
        return frozenset()
    if not given or not set(given) <= set(choices):
        raise SettingWrong(variable=name, problem=f"it must be none, or some of: {', '.join(choices)}")
    return frozenset(given)


def time_of_day(name: str, *, other_than: str = "") -> time:
    """Return a time of the day, such as 18:00; another one than that of a second variable."""
    value = text(name)
    if not _TIME.fullmatch(value):
        raise SettingWrong(variable=name, problem="it must be a time from 00:00 to 23:59, such as 18:00")
    if other_than and value == text(other_than):
        raise SettingWrong(variable=name, problem=f"it must differ from {other_than}")
    return time.fromisoformat(value)


def prime(name: str, *, below: int) -> int:
    """Return a prime number."""
    value = number(name, least=2, most=below - 1)
    if any(value % divisor == 0 for divisor in range(2, int(value**0.5) + 1)):
        raise SettingWrong(variable=name, problem="it must be a prime number")
    return value


def folder(name: str) -> Path | None:
    """Return an absolute folder, or nothing when the variable is empty."""
    value = text(name)
    if value and not Path(value).is_absolute():
        raise SettingWrong(variable=name, problem="it must be an absolute path")
    return Path(value) if value else None


_OUR_OWN_PATHS = ("/ebox", "/ebox-acceptance")
"""Below one of these nobody could tell whether a proxy took its path off already."""


def web_address(name: str) -> SplitResult:
    """Return the address of a site: scheme, host, and perhaps a port and a path."""
    parts = urlsplit(text(name).rstrip("/"))
    try:
        fine = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        fine = False
    if not fine or parts.query or parts.fragment or parts.username:
        raise SettingWrong(variable=name, problem="it must look like https://broadcasts.example.be/eboxcast")
    if parts.path in _OUR_OWN_PATHS:
        raise SettingWrong(
            variable=name, problem=f"{parts.path} is where the eBoxes of recipients are: choose another path"
        )
    return parts


def issuer(name: str) -> str:
    """Return the address of an identity provider, by TLS unless it is on this machine; or nothing."""
    value = text(name).rstrip("/")
    parts = urlsplit(value)
    here = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
    if value and not ((parts.scheme == "https" and parts.hostname) or here):
        raise SettingWrong(variable=name, problem="it must look like https://login.example.be")
    return value


def authority(name: str) -> str:
    """Return the address of a timestamp authority, or nothing: many have no TLS, as what they give is signed."""
    value = text(name)
    parts = urlsplit(value)
    if value and not (parts.scheme in ("http", "https") and parts.hostname and not parts.username):
        raise SettingWrong(variable=name, problem="it must look like http://tsa.example.be")
    return value


def needed_with(name: str, other: str) -> str:
    """Return the value of a variable that must be there when another one is."""
    value = text(name)
    if text(other) and not value:
        raise SettingWrong(variable=name, problem=f"{other} is set, so it must be set too")
    return value


def listening(name: str) -> tuple[str, int]:
    """Return the host and the port to listen on."""
    parts = urlsplit(f"//{text(name)}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or port is None or parts.path:
        raise SettingWrong(variable=name, problem="it must look like 127.0.0.1:8400")
    return host, port


def listening_if_set(name: str) -> tuple[str, int] | None:
    """Return the host and the port to listen on, or nothing when the variable is empty."""
    return listening(name) if text(name) else None


def socket_or_address(name: str) -> Path | tuple[str, int] | None:
    """Return the socket of a service of this machine, or its host and port; nothing when the variable is empty."""
    return Path(text(name)) if text(name).startswith("/") else listening_if_set(name)


def networks(name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return addresses and networks, separated by commas."""
    try:
        return tuple(ip_network(one.strip()) for one in text(name).split(",") if one.strip())
    except ValueError as error:
        raise SettingWrong(variable=name, problem="it must look like 10.0.0.1, 10.1.0.0/24") from error


def secret_key(name: str, kept: Path) -> str:
    """Return a long secret: that of the variable, else the one that was kept in a file; empty where neither is."""
    value = long_secret(name, least=_LEAST_OF_A_SECRET)
    try:
        return value or kept.read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def long_secret(name: str, *, least: int) -> str:
    """Return a secret with so many characters, or nothing when the variable is empty."""
    value = text(name)
    if value and len(value) < least:
        raise SettingWrong(variable=name, problem=f"it must have at least {least} characters")
    return value


def connection(name: str) -> dict[str, str] | None:
    """Return the parts of a database URL, or nothing when the variable is empty. Never shows the value: a secret."""
    value = text(name)
    if not value:
        return None
    try:
        parts = {key: str(part) for key, part in conninfo_to_dict(value).items() if part is not None}
    except psycopg.Error:
        parts = {}
    if "dbname" not in parts:
        raise SettingWrong(variable=name, problem="it must look like postgresql://user:password@host:5432/name")
    return parts


def unknown_variables() -> list[str]:
    """Return the names that start like ours but that nothing reads: most likely typing errors."""
    known = set(_BY_NAME) | {f"{variable.name}_FILE" for variable in VARIABLES if variable.secret}
    return sorted(name for name in os.environ if name.startswith("EBOXCAST_") and name not in known)


def _content(name: str, file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingWrong(variable=f"{name}_FILE", problem=f"{file} cannot be read") from error
