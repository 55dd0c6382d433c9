"""What belongs to every page: the choice of a language."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from eboxcast.lib.translation import LANGUAGES
from eboxcast.web.language import remember
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import came_for


@require_POST
def choose_language(request: PageRequest) -> HttpResponse:
    """Remember a language, and show the page again from which it was chosen."""
    response = HttpResponseRedirect(came_for(request))
    chosen = request.POST.get("language", "")
    if chosen in LANGUAGES:
        remember(response, chosen)
    return response
