"""Where mails that come in are read: a folder on an IMAP server, as the settings say it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from eboxcast.notices.transport.mail_server import MailSettingWrong

_PORTS = {"imap": 143, "imaps": 993}
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
_FORM = "imaps://user:password@host/folder, or imap:// with STARTTLS"
_DEFAULT_FOLDER = "INBOX"


@dataclass(frozen=True, kw_only=True)
class ImapServer:
    """A folder of mails and how to reach it."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    tls: bool
    """From the first byte."""
    starttls: bool
    """Asked for before anything is said, and then required."""

    @property
    def name(self) -> str:
        """Return what tells this folder from others; without the password."""
        return f"{self.user}@{self.host}:{self.port}/{self.folder}"

    def __repr__(self) -> str:
        """Leave the password out."""
        return f"ImapServer({self.name})"


def read_imap_server(url: str, *, sends: bool) -> ImapServer | None:
    """Return the folder of an URL; none for an empty one: then nothing is read. Raises MailSettingWrong.

    ``sends`` says whether there is a mail server that notices leave by.
    """
    if not url:
        return None
    if not sends:
        raise _wrong("EBOXCAST_SMTP_URL is needed beside it")
    parts = urlsplit(url)
    try:
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise _wrong("its port is no number up to 65535") from error
    if parts.scheme not in _PORTS or not parts.hostname or parts.query or parts.fragment:
        raise _wrong(f"it must look like {_FORM}")
    if not (parts.username and parts.password):
        raise _wrong("a name and a password are needed")
    return ImapServer(
        host=parts.hostname,
        port=port,
        user=unquote(parts.username),
        password=unquote(parts.password),
        folder=unquote(parts.path.strip("/")) or _DEFAULT_FOLDER,
        tls=parts.scheme == "imaps",
        starttls=parts.scheme == "imap" and parts.hostname not in _THIS_MACHINE,
    )


def _wrong(problem: str) -> MailSettingWrong:
    return MailSettingWrong(variable="EBOXCAST_IMAP_URL", problem=problem)
