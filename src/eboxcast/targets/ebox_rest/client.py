"""Calls to the provider, with its token: what broke becomes try again or unknown, and nothing is repeated in vain.

Repeated is only what cannot have been done: a call whose token was refused (once, with a new one), and, where repeating
does no harm, a call over a kept connection that the provider had closed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import SplitResult, urlsplit

from eboxcast.targets.base import Guard, OutcomeUnknown, TryAgain, always
from eboxcast.targets.ebox_rest.connection import Cut, Line, NotSent, Patience, Reply
from eboxcast.targets.ebox_rest.credentials import tls_of, token_source
from eboxcast.targets.ebox_rest.options import EboxRestOptions


class Effect(Enum):
    """What carrying a call out twice would do."""

    AGAIN = "it is done again"
    KEYED = "the provider knows by the key that it was done"
    NONE = "a question changes nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call to the provider."""

    url: str
    body: Sequence[bytes]
    content_type: str = "application/json"
    effect: Effect = Effect.AGAIN
    headers: Mapping[str, str] = field(default_factory=dict)
    guard: Guard = always
    """Entered right before anything is written; what it raises ends the call unmade."""


class Client:
    """The calls of one lane: its connections are kept, and not shared between threads."""

    def __init__(self, options: EboxRestOptions) -> None:
        self._tokens = token_source(options)
        self._patience = Patience(connect=options.connect_seconds, answer=options.answer_seconds)
        self._tls = tls_of(options)
        self._lines: dict[tuple[str, str], Line] = {}
        self._urls: dict[str, SplitResult] = {}

    def carry_out(self, call: Call) -> Reply:
        """Return the answer, whatever its status. Raises TryAgain, OutcomeUnknown, and RunRefused without a token."""
        token = self._tokens.token()
        reply = self._post(call, token)
        if reply.status != 401:
            return reply
        self._tokens.refused(token)
        return self._post(call, self._tokens.token())

    def close(self) -> None:
        """Let go of the connections."""
        for line in self._lines.values():
            line.close()

    def _post(self, call: Call, token: str) -> Reply:
        try:
            return self._post_once(call, token)
        except Cut as cut:
            if not cut.stale or call.effect is Effect.AGAIN:
                raise _told(call, cut) from None
        try:
            return self._post_once(call, token)
        except Cut as cut:
            raise _told(call, cut) from None

    def _post_once(self, call: Call, token: str) -> Reply:
        url = self._split(call.url)
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": call.content_type,
            "Accept": "application/json",
            "User-Agent": "eboxcast",
            **call.headers,
        }
        try:
            return self._line(url).post(url.path or "/", headers=headers, body=call.body, guard=call.guard)
        except NotSent as cause:
            raise TryAgain(reason=str(cause)) from None

    def _split(self, url: str) -> SplitResult:
        if url not in self._urls:
            self._urls[url] = urlsplit(url)
        return self._urls[url]

    def _line(self, url: SplitResult) -> Line:
        place = (url.scheme, url.netloc)
        if place not in self._lines:
            self._lines[place] = Line(url, patience=self._patience, tls=self._tls)
        return self._lines[place]


def _told(call: Call, cut: Cut) -> TryAgain | OutcomeUnknown:
    return TryAgain(reason=str(cut)) if call.effect is Effect.NONE else OutcomeUnknown(reason=str(cut))
