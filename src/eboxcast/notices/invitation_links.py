"""The link in the mail of an invitation: kept nowhere, and made when the mail leaves; what is kept says ``…``."""

from __future__ import annotations

from copy import copy

from django.conf import settings

from eboxcast.accounts.errors import InvitationNotFound
from eboxcast.accounts.invitations import link_to_mail
from eboxcast.audit.selectors import sealed_at
from eboxcast.notices.models import Notice
from eboxcast.notices.transport.ways import Refused

_LEFT_OUT = "/invitation/…"
_ABOUT_ACCOUNTS = "account-"
"""How the kinds of notices begin that carry such a link (kinds/accounts.py)."""
_VOID = "the invitation was replaced or used, or has expired"


def shown_address() -> str:
    """Return the address as it is kept and shown: without what makes it work."""
    return f"{settings.EBOXCAST_PAGES_URL.rstrip('/')}{_LEFT_OUT}"


def with_link(notice: Notice) -> Notice:
    """Return a notice as it leaves. Raises Refused for the link of an invitation that is no longer valid."""
    if not notice.kind.startswith(_ABOUT_ACCOUNTS) or _LEFT_OUT not in notice.text:
        return notice  # elsewhere somebody typed it
    entry = sealed_at({notice.seal}).get(notice.seal)
    try:
        text = link_to_mail(int(str(entry.data["invitation"])) if entry else 0, address=notice.address)
    except InvitationNotFound:
        raise Refused(_VOID) from None
    leaving = copy(notice)
    leaving.text, leaving.html = (one.replace(_LEFT_OUT, f"/invitation/{text}") for one in (notice.text, notice.html))
    return leaving
