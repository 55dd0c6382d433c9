"""Errors as pages: which answer each kind has, in the words of the error, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import structlog
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import Resolver404, resolve

from eboxcast.accounts.errors import TooManyTries
from eboxcast.lib.actors import NotYourRole, Role
from eboxcast.lib.errors import (
    EboxcastError,
    InputRefused,
    Misconfigured,
    NotAllowedNow,
    NotFound,
    TargetTrouble,
    Told,
    Trouble,
    WrongUse,
)
from eboxcast.lib.formatting import clauses, spoken
from eboxcast.lib.telling import next_actions, remedy_in, sentence_in
from eboxcast.lib.translation import N_, translate
from eboxcast.presenters.failures import words_of
from eboxcast.presenters.people import ROLES, names_of
from eboxcast.senders.errors import PersonKnown
from eboxcast.web.kept_forms import form_of
from eboxcast.web.language import language_of

_STATUS: tuple[tuple[type[EboxcastError], int], ...] = (
    (NotFound, 404),
    (NotYourRole, 403),
    (TooManyTries, 429),
    (NotAllowedNow, 409),
    (InputRefused, 422),
    (WrongUse, 400),
    (TargetTrouble, 503),
    (Trouble, 503),
)

TITLES = {
    400: N_("We could not read this request"),
    403: N_("You cannot open this page"),
    404: N_("Page not found"),
    405: N_("This is not a page"),
    409: N_("This is not possible now"),
    413: N_("This is too large"),
    422: N_("This cannot be accepted"),
    429: N_("Please wait a moment"),
    500: N_("Something went wrong"),
    503: N_("This is not available at the moment"),
}
_SENTENCES = {
    400: N_("The address or the form was damaged on its way. Nothing was changed."),
    403: N_("Your role does not include this page. The integration team can tell you who can help."),
    404: N_("The address may be wrong, or you may not have access to this page."),
    405: N_("This address only receives a form. Nothing was changed. Open the page with the form and send it again."),
    500: N_("The mistake is ours. Nothing was published by this step. If it happens again, report it with the time."),
}
_STALE = N_(
    "This page was open for too long, or in another window. Nothing was changed. Go back, reload it and try again."
)
_NOT_YOURS = N_("Your role does not allow this. Roles that do: {roles}.")
_PEOPLE = ("by", "name")
"""Data that may be the name somebody acts by."""
_log = structlog.get_logger(__name__)


class Errors:
    """Answers what a view raises on purpose; what it raises by mistake comes to ``server_error``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request. Nothing of ours has a control sign in its address, and no database takes one."""
        if not request.path_info.isprintable():
            return not_found(request)
        answer = self.get_response(request)
        return _wrong_way(request, answer) if isinstance(answer, HttpResponseNotAllowed) else answer

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page of an error of ours."""
        if isinstance(error, EboxcastError):
            return error_page(request, error)
        if isinstance(error, Http404):
            return not_found(request)
        return server_error(request, error)


def status_of(error: EboxcastError) -> int:
    """Return the status of the answer to an error."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def error_page(request: HttpRequest, error: EboxcastError) -> HttpResponse:
    """Return what happened and what to do, with the status that fits. What is not there is told in the same words."""
    status = status_of(error)
    if status == 404:
        return not_found(request)
    if status >= 500:
        _log.error("page.failed", code=error.code, route=_route(request))
    if isinstance(error, NotYourRole):
        visitor = getattr(request, "visitor", None)
        _log.warning("page.refused", code=error.code, route=_route(request), by=visitor.name if visitor else "")
    language = language_of(request)
    if status == 500:
        return _page(request, status)
    said = {"sentence": sentence_on_page(error, language), "remedy": remedy_on_page(error, language)}
    return _page(request, status, **said, parts=parts_on_page(error, language))


def sentence_on_page(error: EboxcastError, language: str) -> str:
    """Return what happened, with people and roles as they are called on pages."""
    if isinstance(error, NotYourRole):
        roles = (translate(ROLES[Role(role)], language) for role in str(error.data["roles"]).split(", "))
        return translate(_NOT_YOURS, language, {"roles": clauses(roles, language)})
    if isinstance(error, PersonKnown):  # what is taken is the short name
        return sentence_in(error, language, words_of(error, language))
    return sentence_in(error, language, _with_names(words_of(error, language)))


def parts_on_page(error: EboxcastError, language: str) -> list[str]:
    """Return each of several reasons, and what to do about it where that is no command."""
    return [_part_on_page(part, language) for part in error.parts]


def _part_on_page(part: Told, language: str) -> str:
    data = _with_names(spoken(part.data, language))
    said = (sentence_in(part, language, data), "" if next_actions(part) else remedy_in(part, language, data))
    return " ".join(filter(None, said))


def remedy_on_page(error: EboxcastError | Misconfigured, language: str) -> str:
    """Return what to do next; nothing where that is a command, which a page cannot ask of its reader."""
    return "" if next_actions(error) else remedy_in(error, language, _with_names(words_of(error, language)))


def _with_names(data: Mapping[str, object]) -> Mapping[str, object]:
    """Return the data of a sentence with people by their full names, where they are known."""
    acted = {name: str(data[name]) for name in _PEOPLE if isinstance(data.get(name), str)}
    called = names_of(acted.values()) if acted else {}
    return {**data, **{name: called.get(login, login) for name, login in acted.items()}}


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that could not be read."""
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer somebody whose role lacks a page."""
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for what is not there, or not for who asks."""
    return _page(request, 404)


def server_error(request: HttpRequest, error: BaseException | None = None) -> HttpResponse:
    """Answer for our mistakes. The log names the kind and the place, never the words: they could hold a number."""
    if error is not None:
        _log.error("page.crashed", kind=type(error).__name__, at=_place(error), route=_route(request))
    return _page(request, 500)


def stale_page(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is missing or old.

    What somebody typed who has signed in is shown for them to send again, where the browser says that it comes from
    a page of ours: nobody elsewhere may put words into their hands.
    """
    ours = getattr(request, "visitor", None) and request.headers.get("Sec-Fetch-Site") == "same-origin"
    form = form_of(request) if ours else None
    if form and form.fields:
        return render(request, "web/continue.html", {"form": form, "stale": True}, status=403)
    return _page(request, 403, title=TITLES[409], sentence_marked=_STALE)


def _wrong_way(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Answer somebody who typed an address that only receives forms, or came back to it; a program needs no page."""
    if request.method != "GET" or "text/html" not in request.headers.get("Accept", ""):
        return answer
    page = _page(request, 405)
    page["Allow"] = answer["Allow"]
    return page


def _page(request: HttpRequest, status: int, **words: object) -> HttpResponse:
    shown = {"title": TITLES[status], "sentence_marked": _SENTENCES.get(status, ""), **words, "status": status}
    try:
        return render(request, "web/error.html", shown, status=status)
    except Exception:
        if status < 500:
            raise
        # The head of a page may need what has just failed.
        return render(request, "web/error.html", {**shown, "frame": "web/base.html"}, status=status)


def _route(request: HttpRequest) -> str:
    """Return the pattern of an address: the address itself may hold anything."""
    try:
        return resolve(request.path_info).route
    except Resolver404:
        return "-"


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else "-"
