"""Which notice a mail answers: by the Message-IDs it names, and by the token in the address it was sent to."""

from __future__ import annotations

import re
from uuid import UUID

from eboxcast.notices.incoming.parsing import IncomingMail
from eboxcast.notices.models import Notice
from eboxcast.notices.reading import mail_address


def answered_notice(mail: IncomingMail) -> Notice | None:
    """Return the notice that a mail answers, the nearest one; none where it answers none."""
    for message_id in reversed(mail.answers):
        if found := Notice.objects.filter(message_id=message_id).first():
            return found
    for token in _tokens(mail.addressed):
        if found := Notice.objects.filter(message_id__startswith=f"<{UUID(token)}@").first():
            return found
    return None


def is_ours(address: str) -> bool:
    """Return whether an address is the one of our mails, with or without a token."""
    name, _, domain = address.casefold().rpartition("@")
    our_name, _, our_domain = mail_address().casefold().rpartition("@")
    return (name.partition("+")[0], domain) == (our_name, our_domain)


def _tokens(addressed: str) -> list[str]:
    name, _, domain = mail_address().rpartition("@")
    pattern = rf"{re.escape(name)}\+([0-9a-f]{{32}})@{re.escape(domain)}"
    return re.findall(pattern, addressed, re.IGNORECASE)
