"""Forms that do something new each time: the same form, sent again by a second click or a reload, does nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from eboxcast.accounts.errors import FormSentBefore
from eboxcast.accounts.sent_forms import is_taken, taken_once
from eboxcast.web.requests import PageRequest, form_id


def once(request: PageRequest) -> AbstractContextManager[None]:
    """Do what a form asks for in one transaction with taking it. Raises FormSentBefore."""
    assert request.account is not None  # noqa: S101 - somebody signed in
    return taken_once(form_id(request), account=request.account)


def sent_before(request: PageRequest) -> bool:
    """Return whether this very form was taken."""
    assert request.account is not None  # noqa: S101 - somebody signed in
    return is_taken(form_id(request), account=request.account)


def done_once(request: PageRequest, do: Callable[[], object]) -> bool:
    """Do what a form asks for, unless it was sent before; return whether it was done now."""
    try:
        with once(request):
            do()
    except FormSentBefore:
        return False
    return True
