"""The pages, served from this process to a browser beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.test import override_settings

from eboxcast.web.proxies import Proxies


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the library
        """Say nothing."""


@contextmanager
def served() -> Iterator[str]:
    """Serve the pages on a free port of this machine; yield their address."""
    before = {name: each["CONN_MAX_AGE"] for name, each in connections.settings.items()}
    for name in before:
        connections.settings[name]["CONN_MAX_AGE"] = 0  # each request has a thread of its own, which ends with it
    application = Proxies(get_wsgi_application(), trusted=(), path="")
    server = make_server("127.0.0.1", 0, application, server_class=_Server, handler_class=_Quiet)
    address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        with override_settings(CSRF_TRUSTED_ORIGINS=[address]):
            yield address
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        for name, seconds in before.items():
            connections.settings[name]["CONN_MAX_AGE"] = seconds
