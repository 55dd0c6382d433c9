"""A form that was sent after its session had ended: what was typed is kept through signing in again, and sent then.

It travels in the pages themselves, signed, so that nothing of it is stored for somebody who may never come back.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

KEPT = "kept"
"""The name of the field it travels in."""
_SALT = "eboxcast.web.kept_forms"
_SECONDS = 60 * 60
_NOT_KEPT = ("csrfmiddlewaretoken", "password")


@dataclass(frozen=True)
class KeptForm:
    """Where a form was sent to, and what was in it."""

    path: str
    fields: list[tuple[str, str]]


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Say that the session has ended, keep what was typed, and lead to signing in. Files cannot be kept."""
    fields = [(name, value) for name, values in request.POST.lists() if name not in _NOT_KEPT for value in values]
    kept = signing.dumps({"path": request.get_full_path(), "fields": fields}, salt=_SALT, compress=True)
    return render(request, "web/signed_out.html", {"kept": kept, "files": bool(request.FILES)}, status=403)


def kept_form(request: HttpRequest) -> KeptForm | None:
    """Return the form that comes with signing in, if one does that we kept ourselves not long ago."""
    try:
        kept = signing.loads(request.POST.get(KEPT, ""), salt=_SALT, max_age=_SECONDS)
    except signing.BadSignature:
        return None
    return KeptForm(kept["path"], [(str(name), str(value)) for name, value in kept["fields"]])
