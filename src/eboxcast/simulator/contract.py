"""The routes of the public contract: registry v2.1, federation 1.3 and the token endpoint.

Each has a door, which counts a call, lets its faults happen, checks its token and renders its answer.
"""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from eboxcast.simulator import reading, reference_data
from eboxcast.simulator.answers import ConnectionReset, HalfAnAnswer, json_answer, page_of, status_message
from eboxcast.simulator.clients import (
    MESSAGES_SCOPE,
    PREFERENCE_SCOPE,
    PUBLISH_SCOPE,
    REFERENCE_SCOPE,
    SUMMARY_SCOPE,
)
from eboxcast.simulator.errors import ContractRefusal, invalid_schema
from eboxcast.simulator.faults import LINK, PREFERENCES, PUBLISH, READ, REFERENCE, STATUSES, TOKEN, Cut, Plan
from eboxcast.simulator.provider import Provider
from eboxcast.simulator.publishing import link, publish, statuses
from eboxcast.simulator.reference_data import preferences
from eboxcast.simulator.tokens import Grant, TokenRefused
from eboxcast.simulator.upload import read_upload

BASE = "/ebox/citizen/v2"
FEDERATION = "/REST/ebox/enterprise/federation/v1"
LARGEST_JSON = 16 * 1024 * 1024
_CACHEABLE = {"Cache-Control": "public, no-transform, proxy-revalidate, max-age=86400"}


def contract_routes(provider: Provider) -> list[Route]:
    """Return the routes that the public contract describes."""
    door = Door(provider)
    federation = Door(provider, environment="SIMULATION")
    post = [
        (f"{BASE}/oauth/token", door.endpoint(TOKEN, _token)),
        (f"{BASE}/publishMessage", door.endpoint(PUBLISH, _publish)),
        (f"{BASE}/linkEboxMessage", door.endpoint(LINK, _link)),
        (f"{BASE}/searchMessageStatus", door.endpoint(STATUSES, _statuses)),
        (f"{FEDERATION}/eboxPreferences/search", federation.endpoint(PREFERENCES, _preferences)),
    ]
    routes = [Route(path, endpoint, methods=["POST"]) for path, endpoint in post]
    routes.append(Route(f"{BASE}/ebox/messages", door.endpoint(READ, _update), methods=["PATCH"]))
    routes += [Route(BASE + path, door.endpoint(READ, handler), methods=["GET"]) for path, handler in _READS.items()]
    references = ((f"{BASE}/referenceData/{{kind}}", _all), (f"{BASE}/referenceData/{{kind}}/{{identifier}}", _one))
    return routes + [Route(path, door.endpoint(REFERENCE, handler), methods=["GET"]) for path, handler in references]


async def _token(call: Call) -> Response:
    form = dict(parse_qsl((await _body(call)).decode("latin-1"), keep_blank_values=True))
    authorization = call.request.headers.get("authorization", "")
    try:
        token, grant = call.provider.tokens.issue(form, authorization)
    except TokenRefused as refused:
        return json_answer({"error": refused.error}, status=refused.status)
    answer = {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": int(call.provider.behaviour.token_seconds),
        "scope": " ".join(sorted(grant.scopes)),
    }
    return json_answer(answer, headers={"Cache-Control": "no-store"})


async def _publish(call: Call) -> Response:
    grant = _grant(call, PUBLISH_SCOPE)
    content_type = call.request.headers.get("content-type", "")
    message_part, files = await read_upload(content_type, call.request.stream())
    key = _idempotency_key(call)
    answer = publish(call.provider, grant, message_part=message_part, files=files, key=key, plan=call.plan)
    return json_answer(answer, status=201)


async def _link(call: Call) -> Response:
    grant = _grant(call, PUBLISH_SCOPE)
    payload = await _json(call)
    return json_answer(link(call.provider, grant, payload, key=_idempotency_key(call), plan=call.plan), status=201)


async def _statuses(call: Call) -> Response:
    grant = _grant(call, PUBLISH_SCOPE)
    return json_answer(statuses(call.provider, grant, await _json(call)), status=201)


async def _preferences(call: Call) -> Response:
    _grant(call, PREFERENCE_SCOPE)
    return json_answer(preferences(call.provider, await _json(call)))


async def _all(call: Call) -> Response:
    _grant(call, REFERENCE_SCOPE)
    items = reference_data.items_of(call.provider.senders, _kind(call))
    page = page_of(list(items.values()), call.request.query_params)
    return json_answer(page, headers=_CACHEABLE)


async def _one(call: Call) -> Response:
    _grant(call, REFERENCE_SCOPE)
    identifier = call.request.path_params["identifier"]
    return json_answer(reference_data.item_of(call.provider.senders, _kind(call), identifier), headers=_CACHEABLE)


async def _summary(call: Call) -> Response:
    _grant(call, SUMMARY_SCOPE)
    return json_answer(reading.summary(call.provider, _owner(call)))


async def _messages(call: Call) -> Response:
    _grant(call, MESSAGES_SCOPE)
    return json_answer(reading.messages(call.provider, _owner(call), call.request.query_params))


async def _message(call: Call) -> Response:
    _grant(call, MESSAGES_SCOPE)
    return json_answer(reading.message(call.provider, _owner(call), **call.request.path_params))


async def _attachments(call: Call) -> Response:
    _grant(call, MESSAGES_SCOPE)
    return json_answer(reading.attachments(call.provider, _owner(call), **call.request.path_params))


async def _attachment(call: Call) -> Response:
    _grant(call, MESSAGES_SCOPE)
    return json_answer(reading.attachment(call.provider, _owner(call), **call.request.path_params))


async def _content(call: Call) -> Response:
    _grant(call, MESSAGES_SCOPE)
    content = reading.content(call.provider, _owner(call), **call.request.path_params)
    return Response(content, media_type="application/octet-stream")


async def _body_content(call: Call) -> Response:
    _grant(call, MESSAGES_SCOPE)
    return json_answer(reading.body(call.provider, _owner(call), **call.request.path_params))


async def _update(call: Call) -> Response:
    _grant(call, MESSAGES_SCOPE)
    reading.update(call.provider, _owner(call), await _json(call))
    return json_answer({})


_READS: dict[str, Handler] = {
    "/ebox": _summary,
    "/ebox/messages": _messages,
    "/ebox/messages/{message_id}": _message,
    "/ebox/messages/{message_id}/attachments": _attachments,
    "/ebox/messages/{message_id}/attachments/{attachment_id}": _attachment,
    "/ebox/messages/{message_id}/attachments/{attachment_id}/content": _content,
    "/ebox/messages/{message_id}/body": _body_content,
}


def _grant(call: Call, scope: str) -> Grant:
    return call.provider.tokens.check(call.request.headers.get("authorization", ""), scope)


def _owner(call: Call) -> int:
    return reading.owner_of(call.request.headers.get(reading.OWNER_HEADER))


def _kind(call: Call) -> str:
    kind = str(call.request.path_params["kind"])
    if kind not in reference_data.KINDS:
        raise ContractRefusal(404, "NOT_FOUND", "No such reference data")
    return kind


def _idempotency_key(call: Call) -> str | None:
    return call.request.headers.get("idempotency-key")


async def _body(call: Call) -> bytes:
    body = bytearray()
    async for chunk in call.request.stream():
        body += chunk
        if len(body) > LARGEST_JSON:
            raise ContractRefusal(413, "INVALID_INPUT", f"More than {LARGEST_JSON} bytes")
    return bytes(body)


async def _json(call: Call) -> object:
    try:
        payload: object = json.loads(await _body(call))
    except (ValueError, RecursionError):
        raise invalid_schema("the body is not JSON") from None
    return payload


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
