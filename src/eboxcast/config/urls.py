"""The addresses of all pages, and what answers where there is none."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("eboxcast.web.urls")),
    path("", include("eboxcast.inbox.urls")),
    path("", include("eboxcast.portal.urls")),
]

handler400 = "eboxcast.web.errors.bad_request"
handler403 = "eboxcast.web.errors.forbidden"
handler404 = "eboxcast.web.errors.not_found"
handler500 = "eboxcast.web.errors.server_error"
