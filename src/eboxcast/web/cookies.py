"""What a browser keeps for us: out of the reach of scripts, and not sent by other sites but with a link.

With TLS their names begin with what makes a browser refuse them otherwise (RFC 6265bis §4.1.3): then no other site of
the same domain, and nobody without TLS, can plant one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:  # the settings name cookies, and every command reads the settings
    from django.http import HttpRequest, HttpResponseBase


def named(name: str, *, path: str, tls: bool) -> str:
    """Return the name under which a browser keeps a cookie of this path."""
    prefix = "" if not tls else "__Host-" if path == "/" else "__Secure-"
    return prefix + name


def give(response: HttpResponseBase, name: str, text: str, *, path: str = "", seconds: int | None = None) -> None:
    """Have the browser keep a text for so long; without ``seconds`` until it is closed."""
    path = path or settings.SESSION_COOKIE_PATH
    response.set_cookie(
        named(name, path=path, tls=settings.SESSION_COOKIE_SECURE),
        text,
        max_age=seconds,
        path=path,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",  # identity providers, and links in mails, send people here from another site
    )


def take(request: HttpRequest, name: str, *, path: str = "") -> str:
    """Return what the browser kept, or nothing."""
    path = path or settings.SESSION_COOKIE_PATH
    return request.COOKIES.get(named(name, path=path, tls=settings.SESSION_COOKIE_SECURE), "")


def drop(response: HttpResponseBase, name: str, *, path: str = "") -> None:
    """Have the browser keep it no longer."""
    give(response, name, "", path=path, seconds=0)


def is_given(response: HttpResponseBase, name: str, *, path: str = "") -> bool:
    """Return whether an answer has the browser keep it anew, or drop it."""
    path = path or settings.SESSION_COOKIE_PATH
    return named(name, path=path, tls=settings.SESSION_COOKIE_SECURE) in response.cookies
