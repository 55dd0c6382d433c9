"""What the simulator answers: JSON as the public contract has it, and connections that break."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from eboxcast.lib.formatting import iso
from eboxcast.simulator.errors import ContractRefusal, invalid_input

TRANSPORT = "eboxcast.transport"
"""The state of a request under which the server leaves its connection."""

_RESET_AT_ONCE = struct.pack("ii", 1, 0)


def json_answer(content: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON answer."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, status_code=status, headers=headers, media_type="application/json")


def status_message(refusal: ContractRefusal, *, environment: str = "simulation") -> Response:
    """Return the StatusMessage of a refusal; its id is what a support desk would ask for."""
    message = {"code": refusal.code, "id": str(uuid4()), "message": refusal.message, "environment": environment}
    return json_answer(message, status=refusal.status, headers=refusal.headers)


def moment_text(moment: datetime) -> str:
    """Return a moment as the contract writes it: yyyy-MM-dd'T'HH:mm:ssXXX."""
    return iso(moment, "seconds")


class ConnectionReset(Response):
    """No answer: the connection is reset, as by a machine that dies."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = _transport(scope)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_ONCE)
        transport.abort()
        await _until_gone(receive)


class HalfAnAnswer(Response):
    """The first half of another answer, then the end of the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": half, "more_body": True})
        _transport(scope).close()
        await _until_gone(receive)

    @classmethod
    def of(cls, whole: Response) -> HalfAnAnswer:
        """Return the half of an answer, which announces the length of the whole."""
        return cls(bytes(whole.body), status_code=whole.status_code, media_type=whole.media_type)


def _transport(scope: Scope) -> asyncio.Transport:
    transport: asyncio.Transport = scope["state"][TRANSPORT]
    return transport


async def _until_gone(receive: Receive) -> None:
    """Return once the server knows it too, as it would answer 500 in the place of one who says nothing."""
    while (await receive())["type"] != "http.disconnect":
        pass


_PAGE_SIZE = 25
_LARGEST_PAGE = 100


def page_of(items: Sequence[object], query: Mapping[str, str]) -> dict[str, object]:
    """Return one page of a list and how many items the whole has."""
    page = _whole(query, "page", 1, largest=2**31 - 1)
    size = _whole(query, "pageSize", _PAGE_SIZE, largest=_LARGEST_PAGE)
    return {"items": list(items[(page - 1) * size : page * size]), "totalItems": len(items)}


def _whole(query: Mapping[str, str], name: str, default: int, *, largest: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= largest:
        raise invalid_input(f"{name} is not a number from 1 to {largest}")
    return int(text)
