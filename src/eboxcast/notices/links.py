"""What a mail leads to: the page where a thing is done, or the command that does it where no page can be reached."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.conf import settings

from eboxcast.database import installation
from eboxcast.lib.command_line import command_of
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.page_paths import page_of

_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


def link_to(action: NextAction) -> str:
    """Return the address of the page that does an action; empty where there is none that readers can reach."""
    page = page_of(action)
    return f"{settings.EBOXCAST_PAGES_URL}/{page}" if page and _can_be_reached() else ""


def way_to(action: NextAction) -> str:
    """Return the address of the page that does an action, or else the command."""
    return link_to(action) or command_of(action)


def linked(html: str) -> str:
    """Return a page with all addresses of this installation as links."""
    address = rf"{re.escape(settings.EBOXCAST_PAGES_URL)}/[^\s<>&\"]*[\w/…]"
    return re.sub(address, r'<a href="\g<0>">\g<0></a>', html)


def _can_be_reached() -> bool:
    """Return whether the address is one for others; on a demo or test installation everybody is at this machine."""
    return urlsplit(settings.EBOXCAST_PAGES_URL).hostname not in _THIS_MACHINE or not installation.is_real()
