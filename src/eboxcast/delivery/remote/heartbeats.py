"""The signs of life of workers: who takes work from the queue, of which environment, with which version."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import psycopg
from procrastinate import App
from procrastinate.exceptions import ConnectorException

from eboxcast import __version__
from eboxcast.delivery.remote.batches import QUERIES

BEAT_SECONDS = 10.0
_REMEMBERED = timedelta(hours=1)
"""So long others know of a worker that fell silent without a word: long enough to wake somebody."""


@asynccontextmanager
async def alive(queue: App, environment: str) -> AsyncIterator[None]:
    """Be known as a worker of an environment for as long as the block lasts."""
    await _forget_dead_neighbours(queue)
    beating = asyncio.create_task(_go_on_beating(queue, environment))
    try:
        await _beat(queue, environment)
        yield
    finally:
        beating.cancel()
        await asyncio.wait((beating,))  # lest its last sign of life comes after our end
        with suppress(ConnectorException, psycopg.Error):  # others see that it falls silent
            await _execute(queue, "worker_ended", **_ourselves())


async def _go_on_beating(queue: App, environment: str) -> None:
    while True:
        await asyncio.sleep(BEAT_SECONDS)
        with suppress(ConnectorException, psycopg.Error):  # the work itself says it when the database is away
            await _beat(queue, environment)


async def _beat(queue: App, environment: str) -> None:
    await _execute(queue, "worker_alive", **_ourselves(), environment=environment, version=__version__)
    await _execute(queue, "forget_silent_workers", remembered=_REMEMBERED)


async def _forget_dead_neighbours(queue: App) -> None:
    """Forget who died on this machine: whoever started us has seen to it."""
    host = _ourselves()["host"]
    for row in await queue.connector.execute_query_all_async(QUERIES["workers_of_host"], host=host):
        if not _runs(row["pid"]):
            await _execute(queue, "worker_ended", host=host, pid=row["pid"])


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _ourselves() -> dict[str, Any]:
    return {"host": socket.gethostname(), "pid": os.getpid()}


async def _execute(queue: App, name: str, **values: Any) -> None:
    await queue.connector.execute_query_async(QUERIES[name], **values)
