"""Where somebody is signed in, and ending it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from eboxcast.accounts.sessions import end_session, sessions_of
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import signed_in


@require_http_methods(["GET", "POST"])
@signed_in
def show(request: PageRequest) -> HttpResponse:
    """Show the sessions of whoever looks, and end the one they name."""
    if request.method == "POST":
        end_session(request.POST.get("session", ""), actor=request.actor)
        return redirect("sessions")
    visits = sessions_of(request.session.session_key or "", actor=request.actor)
    return render(request, "portal/sessions.html", {"visits": visits})
