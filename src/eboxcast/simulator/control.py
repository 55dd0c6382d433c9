"""The simulator's own small API, outside the contract: faults in, and what it did out. It asks for no token."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from itertools import islice

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from eboxcast.lib.identifiers import text_of_key
from eboxcast.simulator.answers import json_answer, moment_text
from eboxcast.simulator.provider import Provider

CONTROL = "/simulator"
_LINES_AT_ONCE = 5000


def control_routes(provider: Provider) -> list[Route]:
    """Return the routes by which a rehearsal or a test steers the simulator."""
    control = _Control(provider)
    return [
        Route(f"{CONTROL}/faults", control.put_faults, methods=["PUT"]),
        Route(f"{CONTROL}/state", control.state, methods=["GET"]),
        Route(f"{CONTROL}/deliveries", control.deliveries, methods=["GET"]),
        Route(f"{CONTROL}/doubles", control.doubles, methods=["GET"]),
        Route(f"{CONTROL}/reset", control.reset, methods=["POST"]),
    ]


class _Control:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    async def put_faults(self, request: Request) -> Response:
        """Replace the rules; 400 with the reason when one is wrong, and then none is taken."""
        try:
            rules = json.loads(await request.body())
            if not isinstance(rules, list):
                return json_answer({"error": "a list of rules is expected"}, status=400)
            self._provider.faults.replace(rules)
        except ValueError as wrong:
            return json_answer({"error": str(wrong)}, status=400)
        return json_answer({"rules": len(rules)})

    async def state(self, _request: Request) -> Response:
        """Say what was asked, answered, delivered and doubled."""
        holdings, tally = self._provider.holdings, self._provider.tally
        doubles = sum(len(content.again) for content in holdings.contents.values())
        return json_answer(
            {
                "calls": dict(tally.calls),
                "answers": dict(tally.answers),
                "messages": len(holdings.messages),
                "documents": len(holdings.documents),
                "deliveries": holdings.deliveries,
                "doubles": doubles,
                "refused": tally.refused,
                "first_delivery_at": _moment(tally.first_delivery_at),
                "last_delivery_at": _moment(tally.last_delivery_at),
                "faults": self._provider.faults.hits(),
            }
        )

    async def deliveries(self, request: Request) -> Response:
        """Give the recipients of a message, or of all, one to a line, each as often as it was delivered."""
        message_id = request.query_params.get("message")
        if message_id is None:
            return _lines(self._provider.holdings.everybody())
        message = self._provider.holdings.messages.get(message_id)
        return Response(status_code=404) if message is None else _lines(message.recipients())

    async def doubles(self, _request: Request) -> Response:
        """Give the recipient of each delivery that was one too many."""
        return _lines(key for key, _ in self._provider.holdings.doubles())

    async def reset(self, _request: Request) -> Response:
        """Forget everything that was done."""
        self._provider.reset()
        return json_answer({})


def _lines(keys: Iterable[int]) -> Response:
    async def chunks() -> AsyncIterator[str]:
        left = iter(keys)
        while some := list(islice(left, _LINES_AT_ONCE)):
            yield "".join(text_of_key(key) + "\n" for key in some)

    return StreamingResponse(chunks(), media_type="text/plain")


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment_text(moment)
