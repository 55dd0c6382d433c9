"""The simulator as a server: one process, one thread, everything in memory."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from eboxcast.simulator.answers import TRANSPORT, status_message
from eboxcast.simulator.contract import BASE, FEDERATION, contract_routes
from eboxcast.simulator.control import CONTROL, control_routes
from eboxcast.simulator.errors import AddressNotFree, ContractRefusal
from eboxcast.simulator.provider import Provider

_BACKLOG = 1024
_SECONDS_TO_END = 2


class _Protocol(HttpToolsProtocol):
    """HTTP that lets the application break its own connection."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"][TRANSPORT] = self.transport


def app_of(provider: Provider) -> Starlette:
    """Return the application."""
    return Starlette(
        routes=contract_routes(provider) + control_routes(provider), exception_handlers={HTTPException: _no_such_call}
    )


def serve(provider: Provider, *, host: str, port: int, ready: Callable[[dict[str, object]], None]) -> None:
    """Serve until SIGTERM or SIGINT; call ``ready`` with the addresses once connections are taken."""
    listening = listen(host, port)
    run(app_of(provider), listening, ready=lambda: ready(_addresses(listening)))


def listen(host: str, port: int) -> socket.socket:
    """Take connections on an address; they wait until ``run``. Raises AddressNotFree."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # Without the protocol named, asyncio sets no TCP_NODELAY and each answer on a kept connection waits 40 ms.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError as cause:
        raise AddressNotFree(host=host, port=port, reason=cause.strerror or type(cause).__name__) from None
    return listening


def address_of(listening: socket.socket) -> str:
    """Return where it listens, as a URL."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(app: Starlette, listening: socket.socket, *, ready: Callable[[], None]) -> None:
    """Serve an application until SIGTERM or SIGINT; call ``ready`` once connections are taken."""
    config = uvicorn.Config(
        app,
        http=_Protocol,
        loop="asyncio",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=_SECONDS_TO_END,
    )
    for ending in (signal.SIGTERM, signal.SIGINT):
        # uvicorn raises the signal again when it has ended; by then it has done its work.
        signal.signal(ending, lambda _number, _frame: None)
    ready()
    uvicorn.Server(config).run(sockets=[listening])


async def _no_such_call(_request: Request, failure: Exception) -> Response:
    status = failure.status_code if isinstance(failure, HTTPException) else 404
    return status_message(ContractRefusal(status, "NOT_FOUND", "The contract has no such call"))


def _addresses(listening: socket.socket) -> dict[str, object]:
    address = address_of(listening)
    return {
        "address": address,
        "registry": address + BASE,
        "token": address + BASE + "/oauth/token",
        "federation": address + FEDERATION,
        "control": address + CONTROL,
        "pid": os.getpid(),
    }
