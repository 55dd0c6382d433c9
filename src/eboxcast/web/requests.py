"""A request as our views get it: with whoever acts, their account, and the language of the page."""

from __future__ import annotations

from django.http import HttpRequest

from eboxcast.accounts.models import Account
from eboxcast.lib.actors import Actor


class PageRequest(HttpRequest):
    """What the middleware adds to a request (web/visitors.py, web/language.py)."""

    account: Account | None
    visitor: Actor | None
    """Who acts, with the roles they have now; None while nobody signed in."""
    installation_kind: str
    """``real``, ``demo`` or ``test``."""
    language: str

    actor: Actor
    """The same for a page that is only for those who signed in (web/visitors.py: signed_in); not there for others."""
