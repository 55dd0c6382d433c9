"""How a mail leaves: by SMTP, or as a file; and what can go wrong on either way.

By SMTP it is one connection for many mails, with a time limit on each answer. A 4xx answer is temporary and a 5xx is
for good (RFC 5321 §4.2.1). Where the connection ends before the answer, nobody knows whether the mail was taken: it is
sent again, with the same Message-ID.
"""

from __future__ import annotations

import os
import smtplib
import ssl
import tempfile
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Protocol

from django.conf import settings

from eboxcast.lib.masking import mask_and_strip
from eboxcast.notices.transport.mail_server import MailServer

SECONDS = 30
_FOR_GOOD = 500
_LONGEST = 300
_NOT_PROVED = (
    "the certificate of the mail server was not accepted: {why}. The host in EBOXCAST_SMTP_URL must be a name in the "
    "certificate, and this machine must trust its authority."
)


class NotSent(Exception):
    """A mail did not leave, or nobody knows whether it did. ``problem`` names no secret."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Refused(NotSent):
    """For good: trying the same mail again is of no use."""


class Later(NotSent):
    """For now: this mail is tried again."""


class Lost(Later):
    """The connection ended before the answer: nobody knows whether this mail was taken."""


class NobodyAnswers(NotSent):
    """The way itself is closed for now; no other mail would go through it either."""


class Way(Protocol):
    """Something that takes mails."""

    def reach(self) -> None:
        """Find out whether it takes mails at all. Raises NobodyAnswers."""

    def send(self, message: EmailMessage, *, address: str, number: int) -> None:
        """Take a mail for one address. Raises Refused, Later, Lost, NobodyAnswers."""

    def close(self) -> None:
        """End; nothing is lost by it."""


class Smtp:
    """A mail server; connected to when the first mail is sent."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._connection: smtplib.SMTP | None = None

    def reach(self) -> None:
        """Connect, and find out whether the connection of before still stands."""
        connection = self._connection or self._connect()
        try:
            connection.noop()
        except (smtplib.SMTPException, OSError):
            connection.close()
            self._connection = None
            self._connect()

    def send(self, message: EmailMessage, *, address: str, number: int) -> None:
        """Hand a mail to the server, for one address."""
        connection = self._connection or self._connect()
        sender = parseaddr(settings.EBOXCAST_MAIL_FROM)[1]
        try:
            if address.isascii():
                # Not send_message, which writes ">From" where a line of the text begins with that word.
                connection.sendmail(sender, [address], message.as_bytes())
            else:
                connection.send_message(message, sender, [address])
        except smtplib.SMTPRecipientsRefused as refused:
            raise _judged(*next(iter(refused.recipients.values()))) from None
        except (smtplib.SMTPSenderRefused, smtplib.SMTPHeloError) as refused:
            # It says something about us and not about this mail: the next one would fare no better.
            raise NobodyAnswers(_said(refused.smtp_code, refused.smtp_error)) from None
        except smtplib.SMTPResponseException as refused:
            raise _judged(refused.smtp_code, refused.smtp_error) from None
        except smtplib.SMTPNotSupportedError as refused:
            raise Refused(str(refused)) from None
        except (smtplib.SMTPException, OSError) as lost:
            self._connection = None
            connection.close()
            raise Lost(_of_connection(lost)) from None

    def close(self) -> None:
        """Say goodbye, if anybody still listens."""
        if self._connection is not None:
            try:
                self._connection.quit()
            except (smtplib.SMTPException, OSError):
                self._connection.close()
            self._connection = None

    def _connect(self) -> smtplib.SMTP:
        try:
            self._connection = _open(self._server)
        except smtplib.SMTPResponseException as refused:
            raise NobodyAnswers(_said(refused.smtp_code, refused.smtp_error)) from None
        except (smtplib.SMTPException, OSError) as lost:
            raise NobodyAnswers(_of_connection(lost)) from None
        return self._connection


class Folder:
    """A folder of ours alone, with one ``.eml`` for each mail: complete, or not there."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def reach(self) -> None:
        """Make the folder."""
        try:
            self._place.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise NobodyAnswers(_of_disk(error)) from error

    def send(self, message: EmailMessage, *, address: str, number: int) -> None:
        """Write the mail; the same number twice is one file."""
        self.reach()
        try:
            descriptor, name = tempfile.mkstemp(dir=self._place, prefix=".mail-")
        except OSError as error:
            raise NobodyAnswers(_of_disk(error)) from error
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(message.as_bytes())
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._place / f"{number:08}.eml")
        except OSError as error:
            raise NobodyAnswers(_of_disk(error)) from error
        finally:
            Path(name).unlink(missing_ok=True)

    def close(self) -> None:
        """Nothing is open."""


def _open(server: MailServer) -> smtplib.SMTP:
    connection = (
        smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=ssl.create_default_context())
        if server.tls
        else smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    )
    try:
        if server.starttls:
            connection.starttls(context=ssl.create_default_context())
        if server.user:
            connection.login(server.user, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def _judged(code: int, text: bytes | str) -> NotSent:
    return (Refused if code >= _FOR_GOOD else Later)(_said(code, text))


def _said(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return mask_and_strip(f"{code} {' '.join(words.split())}")[:_LONGEST]


def _of_connection(lost: Exception) -> str:
    if isinstance(lost, ssl.SSLCertVerificationError):
        return _NOT_PROVED.format(why=lost.verify_message.rstrip("."))[:_LONGEST]
    return mask_and_strip(f"{type(lost).__name__}: {lost}")[:_LONGEST]


def _of_disk(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else type(error).__name__
