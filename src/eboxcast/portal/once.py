"""Forms that make something new each time: the same form, sent again by a second click or a reload, makes nothing."""

from __future__ import annotations

from contextlib import AbstractContextManager
from uuid import UUID, uuid4

from eboxcast.accounts.sent_forms import taken_once
from eboxcast.web.requests import PageRequest


def form_id(request: PageRequest) -> UUID:
    """Return what tells a form from another one of the same page; the same until it is taken."""
    try:
        return UUID(request.POST.get("form", ""))
    except ValueError:
        return uuid4()


def once(request: PageRequest) -> AbstractContextManager[None]:
    """Do what a form asks for in one transaction with taking it. Raises FormSentBefore."""
    assert request.account is not None  # noqa: S101 - somebody signed in
    return taken_once(form_id(request), account=request.account)
