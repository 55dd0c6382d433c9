"""The headers that keep a page to itself: nothing of elsewhere runs in it, frames it, or learns of it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
"""No script or style stands in a page: all of them come as files, from here. Images may be in the style sheets."""
_UNUSED = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb", "serial", "midi")

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": ", ".join(f"{one}=()" for one in _UNUSED),
    "Cross-Origin-Resource-Policy": "same-origin",
    # A page shows what its reader may see: no proxy and no back button after signing out may keep it.
    "Cache-Control": "no-store",
}


class Headers:
    """Adds them to each answer; a view that sets one itself has its way."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        response = self.get_response(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response
