"""The messages of an eBox: the list, one of them, hiding it and showing it again."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eboxcast.inbox.visits import InboxRequest, remember_writing, signed_in
from eboxcast.lib.free_text import NO_NUMBER_SEARCHED, may_be_searched
from eboxcast.mailboxes.finding import Selection, find
from eboxcast.mailboxes.hiding import hide as hide_message
from eboxcast.mailboxes.hiding import show_again
from eboxcast.mailboxes.opening import AT_ONCE, find_letter, letters_of, open_document
from eboxcast.presenters.recipient_pages import ebox_page, recipient_message
from eboxcast.web.documents import FRAMES, PDF, TEXT

_MOST_WORDS = 100
_MOST_PAGES = 10_000


@require_http_methods(["GET", "POST"])
@signed_in
def show_list(request: InboxRequest, environment: str, *, hidden: bool = False) -> HttpResponse:
    """Show the messages, those that fit what is asked: a search comes by POST, and leads to an address."""
    is_sent = request.method == "POST"
    given = request.POST if is_sent else request.GET
    asked = {name: given.get(name, "").strip() for name in ("q", "sender")}
    is_fit = all(map(may_be_searched, asked.values()))
    query = urlencode({name: value[:_MOST_WORDS] for name, value in asked.items() if value}) if is_fit else ""
    address = reverse(f"{environment}:{'hidden' if hidden else 'messages'}")
    if is_sent == is_fit:  # an address with a number in it is left: the page would repeat it
        return HttpResponseRedirect(f"{address}?{query}" if query else address)
    selection = Selection(
        words=asked["q"][:_MOST_WORDS].strip() if is_fit else "",
        sender=asked["sender"] if is_fit else "",
        hidden=hidden,
        page=_page_asked(request.GET.get("page", "")),
    )
    found = find(letters_of(request.visit.recipient), selection, language=request.language)
    shown = {
        "environment": environment,
        "visit": request.visit,
        "ebox": ebox_page(found, selection, request.language),
        "selection": selection,
        "query": query,
        "refused": "" if is_fit else NO_NUMBER_SEARCHED,
        "section": "hidden" if hidden else "messages",
        "address": address,
        "just_hidden": _uuid(request.GET.get("just-hidden", "")),
    }
    return render(request, "inbox/messages.html", shown, status=200 if is_fit else 422)


@require_GET
@signed_in
def show(request: InboxRequest, environment: str, run: UUID) -> HttpResponse:
    """Show a message with its document, where a page can; a text is read with this, a file when it is opened."""
    recipient = request.visit.recipient
    letter = find_letter(recipient, run)
    text = None
    if letter.media_type == TEXT and letter.size <= AT_ONCE:
        document = open_document(recipient, run)
        letter, text = document.letter, b"".join(document.stream()).decode("utf-8-sig", "replace")
    shown = {
        "environment": environment,
        "visit": request.visit,
        "section": "hidden" if letter.hidden_at else "messages",
        "message": recipient_message(letter, request.language),
        "text": text,
        "framed": letter.media_type == PDF,
    }
    response = render(request, "inbox/message.html", shown)
    response["Content-Security-Policy"] = FRAMES
    if text is not None and letter.read_at is None:
        remember_writing(response, environment)
    return response


@require_POST
@signed_in
def hide(request: InboxRequest, environment: str, run: UUID) -> HttpResponse:
    """Hide a message; the list after it offers to undo that."""
    hide_message(request.visit.recipient, run)
    return HttpResponseRedirect(f"{reverse(f'{environment}:messages')}?{urlencode({'just-hidden': str(run)})}")


@require_POST
@signed_in
def show_hidden(request: InboxRequest, environment: str, run: UUID) -> HttpResponse:
    """Show a hidden message again."""
    show_again(request.visit.recipient, run)
    return redirect(f"{environment}:message", run=run)


def _page_asked(text: str) -> int:
    return min(int(text), _MOST_PAGES) if text.isascii() and text.isdigit() and len(text) < len(str(_MOST_PAGES)) else 1


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
