"""Sending with as many threads as lanes and nothing around it: by our target alone, and by the best plain client."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import local
from typing import Any

import urllib3

from eboxcast.mailboxes.values import NewMessage
from eboxcast.targets.base import Target
from eboxcast.targets.ebox_rest.options import EboxRestOptions
from eboxcast.targets.ebox_rest.translating import Letter, link_body
from eboxcast.targets.opening import open_target
from eboxcast.tools.bench.errors import BenchStopped
from eboxcast.tools.bench.material import ENVIRONMENT
from eboxcast.tools.bench.measuring import timed
from eboxcast.tools.bench.remote_stage import LANES


class Client(ABC):
    """Somebody who makes the calls of a run."""

    def __init__(self, options: EboxRestOptions, message: NewMessage) -> None:
        self._options = options
        self._message = message

    def seconds_for(self, keys: Sequence[int]) -> float:
        """Return how long it takes to send to everybody."""
        return timed(lambda: self._link_all(keys) if self._options.links else self._each(self._publish, keys))

    def _link_all(self, keys: Sequence[int]) -> None:
        message_id = self._publish(keys[0])
        rest, size = keys[1:], self._options.largest_call
        slices = [rest[start : start + size] for start in range(0, len(rest), size)]
        self._each(lambda some: self._link(message_id, some), slices)

    def _each(self, work: Callable[[Any], object], things: Sequence[Any]) -> None:
        with ThreadPoolExecutor(max_workers=LANES) as threads:
            for _ in threads.map(work, things):
                pass

    @abstractmethod
    def close(self) -> None:
        """Let go of the connections."""

    @abstractmethod
    def _publish(self, key: int) -> str: ...

    @abstractmethod
    def _link(self, message_id: str, some: Sequence[int]) -> object: ...


class OurTarget(Client):
    """Our target, one for each thread as for each lane."""

    def __init__(self, options: EboxRestOptions, message: NewMessage) -> None:
        super().__init__(options, message)
        self._own = local()
        self._opened: list[Target] = []

    def close(self) -> None:
        for target in self._opened:
            target.close()

    def _publish(self, key: int) -> str:
        return self._target().publish(self._message, key, idempotency_key="").message_ids[0]

    def _link(self, message_id: str, some: Sequence[int]) -> object:
        return self._target().link(message_id, some)

    def _target(self) -> Target:
        if not hasattr(self._own, "target"):
            self._own.target = open_target(ENVIRONMENT, self._options)
            self._opened.append(self._own.target)
        target: Target = self._own.target
        return target


class PlainClient(Client):
    """A pool of urllib3 and bodies made by string operations: as fast as it goes, and it keeps nothing."""

    def __init__(self, options: EboxRestOptions, message: NewMessage) -> None:
        super().__init__(options, message)
        self._letter = Letter(message, metas=())
        self._pool = urllib3.PoolManager(maxsize=LANES, block=True, retries=False)
        secret = Path(options.client_secret_file or "").read_text("utf-8")
        fields = {"grant_type": "client_credentials", "client_id": options.client_id, "client_secret": secret}
        answer = self._pool.request("POST", options.token_url, fields=fields, encode_multipart=False)
        self._headers = {"Authorization": f"Bearer {answer.json()['access_token']}", "Accept": "application/json"}

    def close(self) -> None:
        self._pool.clear()

    def _publish(self, key: int) -> str:
        body = b"".join(self._letter.body(key))
        return str(self._post("publishMessage", body, self._letter.content_type)["messageId"])

    def _link(self, message_id: str, some: Sequence[int]) -> object:
        return self._post("linkEboxMessage", link_body(message_id, some), "application/json")

    def _post(self, operation: str, body: bytes, content_type: str) -> Any:
        url, headers = f"{self._options.base_url}/{operation}", {**self._headers, "Content-Type": content_type}
        answer = self._pool.request("POST", url, body=body, headers=headers)
        if answer.status not in (200, 201):
            raise BenchStopped(command=operation, exit_code=answer.status, said="")
        return answer.json()
