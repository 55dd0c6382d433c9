"""A worker: one process that takes lanes from the queue until a signal ends it, whatever happens to the database.

It says in control that it is alive: who takes work from the queue, of which environment, with which version.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from asyncio import CancelledError, Event, Task
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import psycopg
from django.conf import settings
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException

from eboxcast import __version__
from eboxcast.database.embedded.processes import is_alive
from eboxcast.delivery.remote import queue
from eboxcast.delivery.remote.batches import QUERIES
from eboxcast.delivery.remote.local_lanes import worker_name
from eboxcast.delivery.remote.logs import log, take_over_libraries
from eboxcast.lib.actors import Actor
from eboxcast.lib.policy import authorize

_BETWEEN_ATTEMPTS = 2.0


async def work(environment: str, *, lanes: int, actor: Actor) -> None:
    """Be a worker of one environment until a signal ends it; lanes under way end after the call they are at.

    While the database is away it waits. Batches that were under way then are found out about when it is back.
    Raises NotYourRole; MigratedFurther and its like once the batches at hand are done, when the tables are of another
    version now.
    """
    authorize(actor, "run.work")
    take_over_libraries()
    ending = Event()
    _answer_signals(ending)
    while not ending.is_set():
        await _until_ended(ending, asyncio.create_task(_work(environment, lanes=lanes)))
        with suppress(TimeoutError):
            await asyncio.wait_for(ending.wait(), _BETWEEN_ATTEMPTS)
    if refusal := queue.refusal():
        raise refusal


def _answer_signals(ending: Event) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ending.set)


async def _until_ended(ending: Event, working: Task[None]) -> None:
    """Wait until the work breaks down, or end it when asked to."""
    asked = asyncio.create_task(ending.wait())
    await asyncio.wait((asked, working), return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if ending.is_set():
        queue.end_lanes()
        working.cancel()
    try:
        await working
        log.warning("worker.again")
    except (ConnectorException, psycopg.OperationalError):
        log.warning("worker.database_away")
    except CancelledError:
        log.info("worker.ended")


async def _work(environment: str, *, lanes: int) -> None:
    connector = PsycopgConnector(**queue.connection_parameters())
    try:
        with queue.app.replace_connector(connector) as ours:
            await _work_on(ours, environment, lanes=lanes)
    finally:  # where the database did not let it open, nobody else closes it
        await connector.close_async()


async def _work_on(ours: App, environment: str, *, lanes: int) -> None:
    async with ours.open_async() as opened, alive(opened, environment):
        await queue.forget_dead(opened)
        await queue.look_for_missing(opened, environment)
        await opened.run_worker_async(
            queues=[environment, queue.EVERYBODY],
            name=worker_name(0),
            concurrency=lanes,
            wait=True,
            fetch_job_polling_interval=1.0,
            delete_jobs="always",
            stalled_worker_timeout=settings.EBOXCAST_LEASE_SECONDS,
            update_heartbeat_interval=settings.EBOXCAST_LEASE_SECONDS / 4,
            install_signal_handlers=False,
        )


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
        if not is_alive(row["pid"]):
            await _execute(queue, "worker_ended", host=host, pid=row["pid"])


def _ourselves() -> dict[str, Any]:
    return {"host": socket.gethostname(), "pid": os.getpid()}


async def _execute(queue: App, name: str, **values: Any) -> None:
    await queue.connector.execute_query_async(QUERIES[name], **values)
