"""A Django view that does nothing, as a site of its own with settings and addresses: the baseline of all pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

NOTHING = "/nothing"

SECRET_KEY = "-"  # noqa: S105 - it signs nothing
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = __name__
MIDDLEWARE: list[str] = []


def answer(request: HttpRequest) -> HttpResponse:
    """Answer one word."""
    return HttpResponse("nothing", content_type="text/plain")


urlpatterns = [path(NOTHING.removeprefix("/"), answer)]
