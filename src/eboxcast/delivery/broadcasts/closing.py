"""After the publication: the report at once, how many have read it some days later, then closed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Sum

from eboxcast.broadcasts import aftermath
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.broadcasts.states import Action
from eboxcast.broadcasts.steps import authorize_action, refuse_other_institutions
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.broadcasts.following_runs import account_of, follow
from eboxcast.delivery.broadcasts.runs import PRODUCTION, run_for
from eboxcast.delivery.models import Run
from eboxcast.lib.actors import STEWARD, Actor
from eboxcast.mailboxes.fence import find_release
from eboxcast.mailboxes.models import ReadTally


def conclude(broadcast: Broadcast, *, moment: datetime) -> list[str]:
    """Report what is published or recalled, tell how many have read it, close: whatever its time has come for.

    Returns what was done: reported, statistics, closed.
    """
    run = run_for(PRODUCTION, broadcast.production_run)
    if run is None:
        return []
    done = []
    if broadcast.state in (State.PUBLISHED, State.RECALLED):
        aftermath.reported(broadcast, actor=STEWARD, counts=account_of(run))
        done.append("reported")
    if broadcast.state == State.REPORTED and broadcast.statistics_at is None and _is_time(broadcast, moment):
        aftermath.tell_statistics(broadcast, actor=STEWARD, readings=readings_of(run))
        done.append("statistics")
    if broadcast.state == State.REPORTED and broadcast.statistics_at is not None:
        aftermath.close(broadcast, actor=STEWARD)
        done.append("closed")
    return done


def report(broadcast: Broadcast, *, actor: Actor) -> Broadcast:
    """Give the institution its report by hand, before the steward does.

    Raises BroadcastNotFound, NotYourRole, NotInThisState, NotReady.
    """
    refuse_other_institutions(broadcast, actor)
    authorize_action(actor, Action.REPORT)
    follow(broadcast)
    run = run_for(PRODUCTION, broadcast.production_run)
    return aftermath.reported(broadcast, actor=actor, counts=account_of(run) if run else {})


def close(broadcast: Broadcast, *, actor: Actor) -> Broadcast:
    """Tell how many have read it, unless that was told, and close: by hand, before the steward does.

    Raises BroadcastNotFound, NotYourRole, NotInThisState, NotReady.
    """
    refuse_other_institutions(broadcast, actor)
    authorize_action(actor, Action.CLOSE)
    run = run_for(PRODUCTION, broadcast.production_run)
    if broadcast.statistics_at is None:
        aftermath.tell_statistics(broadcast, actor=actor, readings=readings_of(run) if run else {})
    return aftermath.close(broadcast, actor=actor)


def readings_of(run: Run) -> dict[str, object]:
    """Return how many have opened the message, as the audit tells it: ``read``, and ``days`` by ISO day in Brussels."""
    release = find_release(run.environment, run.id)
    if release is None:
        return {"read": 0, "days": {}}
    with sanitized_db_errors():
        tally = ReadTally.objects.using(run.environment).filter(release=release.id).values_list("day").order_by("day")
        days = {day.isoformat(): count for day, count in tally.annotate(Sum("count"))}
    return {"read": sum(days.values()), "days": days}


def _is_time(broadcast: Broadcast, moment: datetime) -> bool:
    if broadcast.visible_at is None:
        return False
    return moment >= broadcast.visible_at + timedelta(days=settings.EBOXCAST_STATISTICS_DAYS)
