"""The language of a page: what the reader chose, else what stands with the person, else what the browser asks for."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from eboxcast.lib.translation import LANGUAGES
from eboxcast.web import cookies
from eboxcast.web.requests import PageRequest

COOKIE = "eboxcast_language"
NAMES = {"fr": "Français", "nl": "Nederlands", "de": "Deutsch", "en": "English"}
_A_YEAR = 365 * 24 * 60 * 60


class Languages:
    """Tells each request its language, and caches which one an answer is in."""

    def __init__(self, get_response: Callable[[PageRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PageRequest) -> HttpResponse:
        """Answer a request."""
        request.language = language_of(request)
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.language)
        return response


def language_of(request: HttpRequest) -> str:
    """Return the language for whoever asks, also where a request did not come as far as the middleware."""
    visitor = getattr(request, "visitor", None)
    for one in (cookies.take(request, COOKIE), visitor.language if visitor else "", *_accepted(request)):
        if one in LANGUAGES:
            return one
    return settings.EBOXCAST_LANGUAGE or "fr"


def remember(response: HttpResponse, language: str) -> None:
    """Have the browser say the choice again, for a year."""
    cookies.give(response, COOKIE, language, seconds=_A_YEAR)


def words(request: HttpRequest) -> dict[str, object]:
    """Return what each template knows of the reader."""
    return {
        "language": getattr(request, "language", None) or language_of(request),
        "languages": NAMES,
        "visitor": getattr(request, "visitor", None),
        "account": getattr(request, "account", None),
        "installation_kind": getattr(request, "installation_kind", ""),
    }


def _accepted(request: HttpRequest) -> list[str]:
    """Return the languages the browser asks for, best first."""
    asked: list[tuple[float, int, str]] = []
    for part in request.headers.get("Accept-Language", "")[:200].split(","):
        tag, _, quality = part.strip().partition(";q=")
        asked.append((-_weight(quality), len(asked), tag[:2].lower()))
    return [language for _, _, language in sorted(asked)]


def _weight(quality: str) -> float:
    try:
        return float(quality or 1)
    except ValueError:
        return 0
