"""The way through the pages: the sections that somebody has, and the pages of one broadcast."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from eboxcast.broadcasts.models import Broadcast
from eboxcast.lib.actors import Actor
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.policy import permits
from eboxcast.lib.translation import N_


@dataclass(frozen=True)
class Entry:
    """A page that people go to by themselves."""

    address: str
    """The name of its address."""
    words: str
    permission: str = ""
    """What one must be allowed, to be led there; empty: everybody who signed in."""


SECTIONS = (
    Entry("home", N_("What to do")),
    Entry("broadcasts", N_("Broadcasts")),
    Entry("ask", N_("Request a broadcast"), "broadcast.request"),
    Entry("console", N_("Launch"), "run.launch"),
    Entry("contact-centre", N_("Contact centre"), "calls.see"),
    Entry("calendar", N_("Calendar"), "calendar.see"),
    Entry("audit", N_("Audit"), "audit.see"),
)
"""The pages that stand in the head of each page, in this order."""
_IN_A_LINE = 5

MORE = (
    Entry("message-types", N_("Message types"), "type.see"),
    Entry("contacts", N_("Contacts"), "contacts.see"),
    Entry("people", N_("People"), "person.see"),
    Entry("mails", N_("Emails"), "notice.see"),
    Entry("alarms", N_("Alarms"), "alarm.see"),
    Entry("drop-folders", N_("Drop folders"), "exchange.collect"),
    Entry("installation", N_("Installation"), "installation.examine"),
)
"""Those behind "More"."""

TABS = (
    Entry("broadcast", N_("Status")),
    Entry("files", N_("Files")),
    Entry("test", N_("Test")),
    Entry("go", N_("GO")),
    Entry("run", N_("Run")),
    Entry("results", N_("Results"), "report.see"),
)
"""The pages of one broadcast."""


@dataclass(frozen=True)
class Link:
    """An entry as one person finds it."""

    address: str
    words: str
    url: str


@dataclass(frozen=True)
class BroadcastHead:
    """What stands above each page of one broadcast."""

    number: str
    subject: str
    language: str
    campaign: str
    """Empty for none."""
    state: str
    tabs: tuple[Link, ...]


def frame(request: HttpRequest) -> dict[str, str]:
    """Return the template around pages that belong to no door, such as errors, and the address of the first page."""
    return {"frame": "portal/base.html", "start": "home"}


def sections_of(actor: Actor) -> tuple[Link, ...]:
    """Return the sections somebody has, as many as fit in a line in each language."""
    return _links(SECTIONS, actor)[:_IN_A_LINE]


def more_of(actor: Actor) -> tuple[Link, ...]:
    """Return the sections that are looked at less often, or find no room."""
    return _links(SECTIONS, actor)[_IN_A_LINE:] + _links(MORE, actor)


def head_of(broadcast: Broadcast, actor: Actor) -> BroadcastHead:
    """Return the head of the pages of a broadcast."""
    return BroadcastHead(
        number=broadcast.number,
        subject=mask_and_strip(broadcast.subject),
        language=broadcast.language,
        campaign=mask_and_strip(broadcast.campaign.name) if broadcast.campaign else "",
        state=broadcast.state,
        tabs=_links(TABS, actor, broadcast=broadcast.number),
    )


def _links(entries: tuple[Entry, ...], actor: Actor, **parameters: str) -> tuple[Link, ...]:
    return tuple(
        Link(entry.address, entry.words, reverse(entry.address, kwargs=parameters or None))
        for entry in entries
        if not entry.permission or permits(actor, entry.permission)
    )
