"""The queue that wakes lanes: Procrastinate, in the control database. It says "work on run R", never on whom.

A lane works for two seconds and then queues itself again behind the others: that is the fairness between runs. A
periodic task queues the lanes that are missing: after a resume, after a worker died, after a worker's machine did.
How a worker runs is in ``worker``.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Timer
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connections
from procrastinate import App, JobContext, PsycopgConnector, SyncPsycopgConnector, jobs
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

from eboxcast.database.errors import MigratedFurther, NotMigrated, ProcedureDiffers, WrongDatabase, sanitized_db_errors
from eboxcast.database.names import ENVIRONMENTS
from eboxcast.delivery.models import Run, State
from eboxcast.delivery.recovery.restore_recovery import lost_by_environment
from eboxcast.delivery.remote.batches import sums_of
from eboxcast.delivery.remote.lanes import End, Lane
from eboxcast.delivery.remote.local_lanes import conclude, cut, worker_name
from eboxcast.delivery.remote.logs import log
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.settlement import settle
from eboxcast.lib.errors import Trouble
from eboxcast.targets.opening import capabilities_of, target_of

FAIR_SECONDS = 2.0
EVERYBODY = "eboxcast"
"""The queue of what any worker may do, whatever its environment."""
_EVERY_TEN_SECONDS = "* * * * * */10"

_LONGEST_WITHOUT_DATABASE = 10.0

app = App(connector=PsycopgConnector())
_at_work: set[Event] = set()
_ending = Event()
_refusals: list[Trouble] = []


@app.task(name="eboxcast.lane", pass_context=True)
def lane(context: JobContext, *, run: str, number: int) -> None:
    """Work on a run for a moment, and come again."""
    with _trouble_told(run=run, lane=number):
        mine = settle(Run.objects.get(id=UUID(run)))
        if mine.state != State.RUNNING or _fail_lost(mine):
            return
        if _work(mine, number, str(context.job.id)) is End.ASKED:
            _queue(context.app, mine, number)


@app.periodic(cron=_EVERY_TEN_SECONDS)
@app.task(name="eboxcast.revive", queue=EVERYBODY, queueing_lock="eboxcast.revive", pass_context=True)
async def revive(context: JobContext, timestamp: int) -> None:
    """Queue the lanes that are missing, and forget the jobs of workers that are gone."""
    await forget_dead(context.app)
    for environment in ENVIRONMENTS:
        if not capabilities_of(environment).atomic_visibility:
            await look_for_missing(context.app, environment)


async def look_for_missing(queue: App, environment: str) -> None:
    """Let a worker of an environment look which lanes are missing."""
    task = queue.configure_task("eboxcast.missing", queue=environment, queueing_lock=f"missing:{environment}")
    with suppress(AlreadyEnqueued):
        await task.defer_async()


@app.task(name="eboxcast.missing", pass_context=True)
def missing(context: JobContext) -> None:
    """Queue a lane for each place of a run that has none."""
    with _trouble_told(environment=context.job.queue):
        for run in Run.objects.filter(environment=context.job.queue, state=State.RUNNING):
            if _fail_lost(run):
                continue
            cut(run)  # whoever launched it may have died before this
            if sums_of(run.id).open_batches:
                queue_lanes(context.app, run)
            else:
                conclude(settle(run))
                settle(run)


def _fail_lost(run: Run) -> bool:
    """End a run whose environment was restored to before what was sent, and say whether it had to be ended."""
    if not lost_by_environment(run):
        return False
    log.error("run.lost_by_environment", run=str(run.id), environment=run.environment)
    actions.fail(run, reason=f"{run.environment} was restored, and does not know to whom it was sent")
    return True


@contextmanager
def _trouble_told(**where: object) -> Iterator[None]:
    """Let a task end when the database is in trouble: the periodic task queues it again, here or elsewhere."""
    try:
        with sanitized_db_errors():
            yield
    except _NOT_OUR_TABLES as refusal:
        _end_worker(refusal)
    except Trouble as trouble:
        log.warning("queue.trouble", **where, code=trouble.code, sqlstate=trouble.data.get("sqlstate"))
    except ConnectorException:
        log.warning("queue.trouble", **where, code="queue")
    finally:
        connections.close_all()


_NOT_OUR_TABLES = (MigratedFurther, NotMigrated, ProcedureDiffers, WrongDatabase)


def _end_worker(refusal: Trouble) -> None:
    """End this process as SIGTERM does: it can do nothing, and would only take lanes from those who can."""
    log.error("worker.refused", code=refusal.code)
    _refusals.append(refusal)
    os.kill(os.getpid(), signal.SIGTERM)


def refusal() -> Trouble | None:
    """Return why this process may not work, if it may not."""
    return _refusals[0] if _refusals else None


def end_lanes() -> None:
    """Let every lane of this process put its batch down after the call it is at."""
    _ending.set()
    for stopping in tuple(_at_work):
        stopping.set()


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
    """Let workers go on with a run. Raises ConnectorException, of the queue, where control is out of reach."""
    with app.replace_connector(SyncPsycopgConnector(**connection_parameters())) as ours, ours.open() as opened:
        queue_lanes(opened, run)


def connection_parameters() -> dict[str, Any]:
    """Return how the queue reaches the control database: as Django does."""
    django = connections["default"].get_connection_params()
    passed_on = ("dbname", "user", "password", "host", "port", "connect_timeout", "options")
    kwargs = {name: django[name] for name in passed_on if django.get(name)}
    return {"kwargs": kwargs, "min_size": 1, "max_size": 4, "timeout": _LONGEST_WITHOUT_DATABASE}


def _queue(queue: App, run: Run, number: int) -> None:
    task = queue.configure_task("eboxcast.lane", queue=run.environment, queueing_lock=f"{run.id}:{number}")
    with suppress(AlreadyEnqueued):
        task.defer(run=str(run.id), number=number)


def _work(run: Run, number: int, job: str) -> End:
    stopping = Event()
    _at_work.add(stopping)
    if _ending.is_set():
        stopping.set()
    alarm = Timer(FAIR_SECONDS, stopping.set)
    alarm.daemon = True
    alarm.start()
    target = target_of(run.environment)
    try:
        end = Lane(run=run, target=target, worker=f"{worker_name(number)}:{job}").work(stopping)
    finally:
        alarm.cancel()
        _at_work.discard(stopping)
        target.close()
    if end is End.DONE:
        conclude(run)
        settle(run)
    return end
