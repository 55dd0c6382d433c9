"""The message of a broadcast exactly as a recipient will see it, with its document."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from eboxcast.broadcasts.lookup import find_broadcast
from eboxcast.broadcasts.models import Broadcast
from eboxcast.delivery.broadcasts.message_preview import (
    MessagePreview,
    NothingToPreview,
    prepared_for,
    preview_message,
)
from eboxcast.portal.navigation import head_of
from eboxcast.presenters.recipient_pages import recipient_message
from eboxcast.web.documents import FRAMES, PDF, SHOWN_BY_BROWSERS, TEXT, with_document_headers
from eboxcast.web.requests import PageRequest
from eboxcast.web.visitors import signed_in


@require_safe
@signed_in
def show(request: PageRequest, broadcast: str) -> HttpResponse:
    """Show the message as its recipients will see it; where nothing is prepared, say so."""
    found = find_broadcast(broadcast, actor=request.actor)
    shown = {"section": "broadcasts", "head": head_of(found, request.actor)}
    try:
        preview = _preview(request, found)
    except NothingToPreview:
        return render(request, "portal/preview.html", shown)
    letter = preview.letter
    shown |= {
        "environment": preview.environment,
        "others": [one for one in prepared_for(found) if one != preview.environment],
        "message": recipient_message(letter, request.language),
        "text": preview.content.decode("utf-8-sig", "replace") if letter.media_type == TEXT else None,
        "framed": letter.media_type == PDF,
    }
    response = render(request, "portal/preview.html", shown)
    response["Content-Security-Policy"] = FRAMES
    return response


@require_safe
@signed_in
def show_document(request: PageRequest, broadcast: str) -> HttpResponse:
    """Answer the document, as a recipient gets it."""
    preview = _preview(request, find_broadcast(broadcast, actor=request.actor))
    letter = preview.letter
    kind = SHOWN_BY_BROWSERS.get(letter.media_type, letter.media_type)
    response = HttpResponse(preview.content, content_type=kind)
    return with_document_headers(
        response, file_name=letter.file_name, media_type=letter.media_type, keep="keep" in request.GET
    )


def _preview(request: PageRequest, broadcast: Broadcast) -> MessagePreview:
    asked = request.GET.get("environment", "")
    environment = asked or next(iter(prepared_for(broadcast)), "")
    return preview_message(broadcast, environment, actor=request.actor)
