"""Where mails go: a mail server, or a folder; as the settings say it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parseaddr
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from eboxcast.lib.errors import Misconfigured
from eboxcast.lib.translation import N_

_ADDRESS = re.compile(r"[!-?A-~]+@[A-Za-z0-9.-]+")
_PORTS = {"smtp": 25, "smtps": 465}
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
_YES = {"1": True, "0": False}


class MailSettingWrong(Misconfigured):
    """The mail server or our own address cannot be used as it is given. Its value is never shown: it holds a secret."""

    code = "setting.mail"
    sentence = N_("The setting {variable} is not valid: {problem}.")
    remedy = N_("Correct {variable} in the environment of this process. See docs/reference/settings.md.")


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """A mail server and how to speak to it."""

    host: str
    port: int
    user: str
    password: str
    tls: bool
    """From the first byte."""
    starttls: bool
    """Asked for before anything is said, and then required."""

    def __repr__(self) -> str:
        """Leave the password out."""
        return f"MailServer({self.host}:{self.port})"


def read_mail_server(url: str) -> MailServer | None:
    """Return the server of an URL; none for an empty one: then mails are files. Raises MailSettingWrong."""
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or parts.path not in ("", "/"):
        raise _wrong(f"it must look like {_FORM}")
    starttls = _starttls(parts)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise _wrong("it has a name without a password, or the other way round")
    if password and not (starttls or parts.scheme == "smtps" or parts.hostname in _THIS_MACHINE):
        raise _wrong("the password would cross the network unencrypted; use smtps:// or starttls=1")
    return MailServer(
        host=parts.hostname,
        port=_port(parts),
        user=user,
        password=password,
        tls=parts.scheme == "smtps",
        starttls=starttls,
    )


def read_mail_from(text: str, *, needed: bool) -> str:
    """Return the address mails come from and are answered to. Raises MailSettingWrong."""
    if not text and needed:
        raise MailSettingWrong(variable="EBOXCAST_MAIL_FROM", problem="it is needed beside EBOXCAST_SMTP_URL")
    if not text:
        return "eboxcast@localhost"
    _, address = parseaddr(text)
    if not (_ADDRESS.fullmatch(address) and text.isprintable()):
        problem = "it must be an address, such as broadcasts@example.be, with or without a name"
        raise MailSettingWrong(variable="EBOXCAST_MAIL_FROM", problem=problem)
    return text


def read_addresses(variable: str, text: str) -> tuple[str, ...]:
    """Return addresses that are separated by commas. Raises MailSettingWrong."""
    found = tuple(one.strip() for one in text.split(",") if one.strip())
    if not all(map(_ADDRESS.fullmatch, found)):
        problem = "it must be addresses, separated by commas, such as witness@example.be"
        raise MailSettingWrong(variable=variable, problem=problem)
    return found


_FORM = "smtp://user:password@host:587?starttls=1 or smtps://user:password@host"


def _wrong(problem: str) -> MailSettingWrong:
    return MailSettingWrong(variable="EBOXCAST_SMTP_URL", problem=problem)


def _port(parts: SplitResult) -> int:
    try:
        return parts.port or _PORTS[parts.scheme]
    except ValueError as error:
        raise _wrong("its port is no number up to 65535") from error


def _starttls(parts: SplitResult) -> bool:
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    value = asked.pop("starttls", "0")
    if asked or value not in _YES:
        raise _wrong("after the ? only starttls=1 is known")
    if _YES[value] and parts.scheme == "smtps":
        raise _wrong("smtps:// needs no starttls")
    return _YES[value]
