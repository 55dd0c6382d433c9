"""Mails as people and programs write them."""

from __future__ import annotations

from email.message import EmailMessage
from uuid import UUID

from eboxcast.notices.models import Notice

OUR_ADDRESS = "broadcasts@example.be"


def reply_to(notice: Notice, text: str = "Understood, thank you.", *, sender: str = "", **headers: str) -> EmailMessage:
    """Return what the reader of a notice answers."""
    mail = EmailMessage()
    mail["From"] = sender or f"Anne Dubois <{notice.address}>"
    mail["To"] = OUR_ADDRESS
    mail["Subject"] = f"RE: {notice.subject}"
    mail["Date"] = "Mon, 18 Jan 2027 10:15:00 +0100"
    mail["Message-ID"] = f"<{abs(hash((notice.pk, text, sender)))}@example.be>"
    mail["In-Reply-To"] = notice.message_id
    mail["References"] = " ".join([*notice.references, notice.message_id])
    for name, value in headers.items():
        del mail[name.replace("_", "-")]
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def token_address(notice: Notice) -> str:
    """Return where an answer to a notice goes."""
    token = UUID(notice.message_id.strip("<>").partition("@")[0]).hex
    return f"broadcasts+{token}@example.be"


def bounce_of(notice: Notice, *, action: str = "failed", problem: str = "smtp; 550 5.1.1 nobody here") -> bytes:
    """Return what a mail server says that could not deliver a notice (RFC 3464)."""
    return "\r\n".join(
        [
            "Return-Path: <>",
            "From: Mail Delivery System <MAILER-DAEMON@mx.example.be>",
            f"To: {OUR_ADDRESS}",
            "Subject: Undelivered Mail Returned to Sender",
            "Auto-Submitted: auto-replied",
            "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="B"',
            "",
            "--B",
            "Content-Type: text/plain",
            "",
            "I'm sorry to have to inform you that your message could not be delivered.",
            "--B",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; mx.example.be",
            "",
            f"Final-Recipient: rfc822; {notice.address}",
            f"Action: {action}",
            "Status: 5.1.1",
            f"Diagnostic-Code: {problem}",
            "",
            "--B",
            "Content-Type: text/rfc822-headers",
            "",
            f"Message-ID: {notice.message_id}",
            f"Subject: {notice.subject}",
            "",
            "--B--",
            "",
        ]
    ).encode()
