"""Forms that make a secret and show it this once: sent again, by a reload or the back button, they make none."""

from __future__ import annotations

from uuid import uuid4

from eboxcast.web.requests import PageRequest

_SENT = "forms_sent"
_MOST = 20
_LONGEST = 40


def form_id(request: PageRequest) -> str:
    """Return what tells a form from another one of the same page; the same until it is taken."""
    return request.POST.get("form", "")[:_LONGEST] or uuid4().hex


def was_taken(request: PageRequest) -> bool:
    """Return whether this very form was taken before in this session."""
    return request.POST.get("form", "") in request.session.get(_SENT, ())


def note_taken(request: PageRequest) -> None:
    """Note that this form was taken."""
    request.session[_SENT] = [*request.session.get(_SENT, ()), form_id(request)][-_MOST:]
