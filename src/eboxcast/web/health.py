"""The addresses by which a supervisor or a load balancer asks whether we are alive and ready.

They answer before anything else: to any host name, without a session, and say nothing about the installation.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import connections
from django.http import HttpRequest, HttpResponse

from eboxcast.database.environments import environments_in_reach
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.database.names import CONTROL, PRODUCTION
from eboxcast.lib.errors import EboxcastError, Misconfigured

LIVE, READY = "/health/live", "/health/ready"


class Health:
    """Answers both addresses, and lets all else pass.

    Ready needs the control database and that of production. Acceptance away keeps nobody from an eBox of production:
    it is needed only where production is not served.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        if request.path_info == LIVE:
            return _text("live", 200)
        if request.path_info == READY:
            return _text("ready", 200) if all(map(_answers, _needed())) else _text("not ready", 503)
        return self.get_response(request)


def _needed() -> tuple[str, ...]:
    served = environments_in_reach()
    return (CONTROL, PRODUCTION) if PRODUCTION in served else (CONTROL, *served)


def _answers(database: str) -> bool:
    try:
        with sanitized_db_errors(), connections[database].cursor() as cursor:
            cursor.execute("select 1")
    except (EboxcastError, Misconfigured):
        connections[database].close()
        return False
    return True


def _text(text: str, status: int) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain", headers={"Cache-Control": "no-store"})
