"""A request as our views get it: with whoever acts, their account, and the language of the page."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.http import HttpRequest

from eboxcast.accounts.models import Account
from eboxcast.lib.actors import Actor

if TYPE_CHECKING:
    from eboxcast.web.uploads import Taking


class PageRequest(HttpRequest):
    """What the middleware adds to a request (web/visitors.py, web/language.py)."""

    account: Account | None
    visitor: Actor | None
    """Who acts, with the roles they have now; None while nobody signed in."""
    installation_kind: str
    """``real``, ``demo`` or ``test``."""
    language: str
    factor_due: datetime | None
    """From when on this visitor cannot go on without a second factor; None where that is no matter."""

    taking: Taking
    """Which files the page takes (web/uploads.py); not there where it takes none."""
    has_skipped_files: bool
    """Whether there were files in the form that were not taken; not there where there were none."""

    actor: Actor
    """The same for a page that is only for those who signed in (web/visitors.py: signed_in); not there for others."""


def form_id(request: HttpRequest) -> UUID:
    """Return what tells a form from another one of the same page; the same until it is taken."""
    try:
        return UUID(request.POST.get("form", ""))
    except ValueError:
        return uuid4()


def part_of_page(request: HttpRequest) -> bool:
    """Return whether a script of an open page asks, for a part of it."""
    return "HX-Request" in request.headers
