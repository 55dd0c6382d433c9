"""The metrics on the web server, for whoever has their token; for everybody else there is no such address.

A token, and not "from this machine only": behind a proxy every request comes from the machine itself.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from eboxcast.exchange.sftp_tally import sftp_metrics
from eboxcast.operations.metrics import registry

PATH = "/metrics"


class Metrics:
    """Answers their address before a session is looked at, and lets all else pass."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request; one without the token as any address that is not there."""
        if request.path_info != PATH or not _has_token(request):
            return self.get_response(request)
        content = generate_latest(registry(sftp_metrics))
        return HttpResponse(content, content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def _has_token(request: HttpRequest) -> bool:
    wanted = f"Bearer {settings.EBOXCAST_METRICS_TOKEN}"
    given = request.headers.get("Authorization", "")
    return bool(settings.EBOXCAST_METRICS_TOKEN) and hmac.compare_digest(given.encode(), wanted.encode())
