"""The door of the contract: it counts a call, lets its faults happen, checks its token and renders its answer."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from eboxcast.simulator.answers import ConnectionReset, HalfAnAnswer, status_message
from eboxcast.simulator.errors import ContractRefusal
from eboxcast.simulator.fault_rules import LINK
from eboxcast.simulator.faults import Cut, Plan
from eboxcast.simulator.provider import Provider

Handler = Callable[["Call"], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]

_LOG = logging.getLogger(__name__)
_FAULT_CODES = {429: "TOO_MANY_REQUESTS", 503: "MAINTENANCE"}


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its request, and what is to happen to it."""

    request: Request
    plan: Plan
    provider: Provider
    """The provider as it is when the work is done."""


class Door:
    """Makes endpoints of handlers, for one provider."""

    def __init__(self, provider: Provider, *, environment: str = "simulation") -> None:
        self._provider = provider
        self._environment = environment

    def endpoint(self, operation: str, handler: Handler) -> Endpoint:
        """Return the endpoint of an operation."""

        async def endpoint(request: Request) -> Response:
            plan = self._provider.faults.plan(operation)
            self._provider.tally.calls[operation] += 1
            await _pause(plan.seconds_before + self._provider.behaviour.delay_ms / 1000)
            if plan.cut is Cut.BEFORE:
                return ConnectionReset()
            answer = await self._answer(Call(request, plan, self._provider), handler)
            self._provider.tally.answers[str(answer.status_code)] += 1
            await _pause(plan.seconds_after)
            return _after(answer, plan, operation)

        return endpoint

    async def _answer(self, call: Call, handler: Handler) -> Response:
        if call.plan.expire_tokens:
            call.provider.tokens.expire_all()
        try:
            _refuse_when_told(call.plan)
            return await handler(call)
        except ContractRefusal as refusal:
            return status_message(refusal, environment=self._environment)
        except ClientDisconnect:
            return ConnectionReset()
        except Exception as defect:
            _log_without_data(defect)
            return status_message(ContractRefusal(500, "INTERNAL_ERROR", "The simulator failed; its log says where"))


def _refuse_when_told(plan: Plan) -> None:
    if plan.status is not None:
        headers = {} if plan.retry_after is None else {"Retry-After": str(plan.retry_after)}
        code = _FAULT_CODES.get(plan.status, "SERVER_ERROR")
        raise ContractRefusal(plan.status, code, "A fault on demand", headers)


def _after(answer: Response, plan: Plan, operation: str) -> Response:
    """Return what of the answer arrives. Half a link has been done by half, and nothing of its answer arrives."""
    if plan.cut is None:
        return answer
    return HalfAnAnswer.of(answer) if plan.cut is Cut.DURING and operation != LINK else ConnectionReset()


async def _pause(seconds: float) -> None:
    if seconds:
        await asyncio.sleep(seconds)


def _log_without_data(defect: Exception) -> None:
    """Say where it failed and not with what: messages of exceptions can hold recipients."""
    places = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(defect.__traceback__)]
    _LOG.error("%s in %s", type(defect).__name__, " > ".join(places))
