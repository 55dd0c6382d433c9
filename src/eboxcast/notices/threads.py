"""One thread for each broadcast and for each request, so that a mailbox keeps its mails together."""

from __future__ import annotations

import re
from email.utils import parseaddr

from django.conf import settings

from eboxcast.lib.masking import mask_and_strip
from eboxcast.notices.about import About
from eboxcast.notices.models import Notice
from eboxcast.notices.readers import Reader

_UNFIT = re.compile(r"[^A-Za-z0-9._-]")
"""The name of a set is that of a file: anything may be in it, and not all of that in a header."""


def prefix_of(about: About) -> str:
    """Return how the subject of a mail begins."""
    return f"[{about.broadcast.number if about.broadcast else _other(about)}] "


def thread_of(about: About, reader: Reader) -> list[str]:
    """Return what a mail refers to: the root all share, which is no mail, and the first mail this reader got."""
    domain = parseaddr(settings.EBOXCAST_MAIL_FROM)[1].rpartition("@")[2]
    matter = (
        f"broadcast.{about.broadcast.id}"
        if about.broadcast
        else f"{about.entry.action.partition('.')[0]}.{_other(about)}"
    )
    root = f"<{matter}@{domain}>"
    known = Notice.objects.filter(address=reader.address, references__0=root)
    if about.broadcast is not None:
        known = known.filter(broadcast=about.broadcast.id)
    first = known.order_by("id").values_list("message_id", flat=True).first()
    return [root, first] if first else [root]


def _other(about: About) -> str:
    """Return the number of a request, the code of a message type, or the name of a set of files."""
    told = about.entry.data
    name = about.request.pk if about.request else told.get("code") or told.get("reference") or "eboxcast"
    return _UNFIT.sub("-", mask_and_strip(str(name)))
