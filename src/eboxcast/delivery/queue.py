"""The queue that wakes lanes: Procrastinate, in the control database. It says "work on run R", never on whom.

A lane works for two seconds and then queues itself again behind the others: that is the fairness between runs. A
periodic task queues the lanes that are missing: after a resume, after a worker died, after a worker's machine did.
"""

from __future__ import annotations

from contextlib import suppress
from threading import Event, Timer
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connections
from procrastinate import App, JobContext, PsycopgConnector, SyncPsycopgConnector, jobs
from procrastinate.exceptions import AlreadyEnqueued

from eboxcast.database.names import ENVIRONMENTS
from eboxcast.delivery.batches import sums_of
from eboxcast.delivery.lanes import End, Lane
from eboxcast.delivery.models import Run, State
from eboxcast.delivery.remote_runs import conclude, is_remote, options_of, worker_name
from eboxcast.delivery.settling import settle
from eboxcast.targets.opening import open_remote

FAIR_SECONDS = 2.0
_EVERYBODY = "eboxcast"
"""The queue of what any worker may do, whatever its environment."""

app = App(connector=PsycopgConnector())


@app.task(name="eboxcast.lane", pass_context=True)
def lane(context: JobContext, *, run: str, number: int) -> None:
    """Work on a run for a moment, and come again."""
    try:
        mine = settle(Run.objects.get(id=UUID(run)))
        if mine.state == State.RUNNING and _work(mine, number, str(context.job.id)) is End.ASKED:
            _queue(context.app, mine, number)
    finally:
        connections.close_all()


@app.periodic(cron="* * * * *")
@app.task(name="eboxcast.revive", queue=_EVERYBODY, queueing_lock="eboxcast.revive", pass_context=True)
async def revive(context: JobContext, timestamp: int) -> None:
    """Queue the lanes that are missing, and forget the jobs of workers that are gone."""
    await forget_dead(context.app)
    for environment in ENVIRONMENTS:
        if is_remote(environment):
            await look_for_missing(context.app, environment)


async def look_for_missing(queue: App, environment: str) -> None:
    """Let a worker of an environment look which lanes are missing."""
    task = queue.configure_task("eboxcast.missing", queue=environment, queueing_lock=f"missing:{environment}")
    with suppress(AlreadyEnqueued):
        await task.defer_async()


@app.task(name="eboxcast.missing", pass_context=True)
def missing(context: JobContext) -> None:
    """Queue a lane for each place of a run that has none."""
    try:
        for run in Run.objects.filter(environment=context.job.queue, state=State.RUNNING):
            if sums_of(run.id).open_batches:
                queue_lanes(context.app, run)
            else:
                conclude(settle(run))
                settle(run)
    finally:
        connections.close_all()


async def forget_dead(queue: App) -> None:
    """End the jobs whose worker gives no sign of life: their lanes are queued anew, their batches lose their lease."""
    manager = queue.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=settings.EBOXCAST_LEASE_SECONDS):
        await manager.finish_job(job, status=jobs.Status.FAILED, delete_job=True)


def queue_lanes(queue: App, run: Run) -> None:
    """Queue all lanes of a run; those that are queued already stay as they are."""
    for number in range(run.parallel):
        _queue(queue, run, number)


def hand_over(run: Run) -> None:
    """Let workers go on with a run."""
    with app.replace_connector(SyncPsycopgConnector(**connection_parameters())) as ours, ours.open() as opened:
        queue_lanes(opened, run)


def connection_parameters() -> dict[str, Any]:
    """Return how the queue reaches the control database: as Django does."""
    django = connections["default"].get_connection_params()
    passed_on = ("dbname", "user", "password", "host", "port", "connect_timeout", "options")
    kwargs = {name: django[name] for name in passed_on if django.get(name)}
    return {"kwargs": kwargs, "min_size": 1, "max_size": 4}


def _queue(queue: App, run: Run, number: int) -> None:
    task = queue.configure_task("eboxcast.lane", queue=run.environment, queueing_lock=f"{run.id}:{number}")
    with suppress(AlreadyEnqueued):
        task.defer(run=str(run.id), number=number)


def _work(run: Run, number: int, job: str) -> End:
    stopping = Event()
    alarm = Timer(FAIR_SECONDS, stopping.set)
    alarm.daemon = True
    alarm.start()
    target = open_remote(options_of(run.environment))
    try:
        end = Lane(run=run, target=target, worker=f"{worker_name(number)}:{job}").work(stopping)
    finally:
        alarm.cancel()
        target.close()
    if end is End.DONE:
        conclude(run)
        settle(run)
    return end


async def work(environment: str, *, lanes: int) -> None:
    """Be a worker of one environment until a signal ends it; lanes under way finish their batch."""
    connector = PsycopgConnector(**connection_parameters())
    with app.replace_connector(connector) as ours:
        await _work_on(ours, environment, lanes=lanes)


async def _work_on(ours: App, environment: str, *, lanes: int) -> None:
    async with ours.open_async() as opened:
        await forget_dead(opened)
        await look_for_missing(opened, environment)
        await opened.run_worker_async(
            queues=[environment, _EVERYBODY],
            name=worker_name(0),
            concurrency=lanes,
            wait=True,
            fetch_job_polling_interval=1.0,
            delete_jobs="always",
            stalled_worker_timeout=settings.EBOXCAST_LEASE_SECONDS,
            update_heartbeat_interval=settings.EBOXCAST_LEASE_SECONDS / 4,
        )
