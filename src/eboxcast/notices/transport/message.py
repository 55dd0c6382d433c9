"""A notice as the mail it is: text and page, the invitation beside them, the files after them."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr

from django.conf import settings

from eboxcast.notices.models import Notice

# Every line is of seven bits and short, so that no server on the way has to change anything.
_POLICY = SMTP.clone(cte_type="7bit")


def message_of(notice: Notice) -> EmailMessage:
    """Return the mail of a notice; the same at every try, but for what libraries choose between its parts."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = message["Reply-To"] = _our_address()
    message["To"] = notice.address
    message["Subject"] = notice.subject
    message["Date"] = notice.created_at
    message["Message-ID"] = notice.message_id
    if notice.references:
        message["References"] = " ".join(notice.references)
        message["In-Reply-To"] = notice.references[-1]
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(notice.text)
    message.add_alternative(notice.html, subtype="html")
    if notice.calendar:
        message.add_alternative(notice.calendar, subtype="calendar", params={"method": notice.method})
    for file in notice.attachments.order_by("id"):
        main, _, sub = file.media_type.partition("/")
        message.add_attachment(bytes(file.content), maintype=main, subtype=sub, filename=file.file_name)
    # Last of all: what makes the parts moves it into one of them otherwise.
    message["Content-Language"] = notice.language
    return message


def _our_address() -> Address:
    name, address = parseaddr(settings.EBOXCAST_MAIL_FROM)
    return Address(display_name=name, addr_spec=address)
