"""What must be so before a launch, in words: the guards of the procedure, who sends, and the time it takes."""

from __future__ import annotations

from collections.abc import Iterator

from eboxcast.broadcasts.checklist import Condition, Met, conditions_to_launch
from eboxcast.broadcasts.guards import holding_go
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.broadcasts.states import DATED
from eboxcast.delivery.broadcasts.runs import PRODUCTION
from eboxcast.delivery.remote.health import workers
from eboxcast.delivery.runs.rehearsal import duration_of_launch
from eboxcast.delivery.runs.window import Window
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.formatting import grouped, rough_duration, short_times
from eboxcast.lib.telling import next_actions, remedy_in, sentence_in
from eboxcast.lib.translation import N_, translate
from eboxcast.presenters.people import names_of
from eboxcast.presenters.schemas.checklist import CheckItem, Checklist
from eboxcast.targets.opening import capabilities_of


def checklist_of(broadcast: Broadcast, actor: Actor, language: str, *, measured: bool = True) -> Checklist | None:
    """Return what must be so before the launch of a broadcast; None before it has a date, and once it was launched.

    ``measured`` says whether the time that earlier runs took is looked up too.
    """
    if State(broadcast.state) not in DATED:
        return None
    items = [_item(one, broadcast, language) for one in conditions_to_launch(broadcast, actor)]
    items += [*_of_workers(language), *(_of_time(broadcast, language) if measured else ())]
    missing = sum(one.met == "no" for one in items)
    return Checklist(items=tuple(items), ready=not missing, missing=missing)


_LABELS = {
    "type_in_production": N_("Message type in production"),
    "prepared": N_("Files prepared"),
    "reconfirmed": N_("Date reconfirmed"),
    "acceptance_in_time": N_("Test files in time"),
    "go_holds": N_("GO valid for these files"),
    "other_person": N_("Not the person who gave the GO"),
    "contacts_complete": N_("Contacts complete"),
    "contact_centre_warned": N_("Contact centre warned"),
    "no_blackout": N_("Services available"),
    "in_window": N_("Window"),
    "workers": N_("Workers"),
    "duration": N_("Time needed"),
}
"""What each condition is, by the name of its guard."""

_PREPARED = N_("{count} {count:recipient|recipients}")
_GO = N_("by {by}, {at}")
_WARNED = N_("on {at}, with {count} first-time users expected")
_WARNED_ONLY = N_("on {at}")
_WINDOW = N_("{date}, {start} to {end}")
_ALIVE = N_("{count} active")
_NOBODY = N_("None is active: nothing would be sent.")
_FITS = N_("{duration}, as measured in earlier runs ({runs})")
_ASSUMED = N_("{duration}, an estimate: nothing comparable was measured yet")
_TOO_LONG = N_("{duration}: longer than the window")
_QUICK = N_("less than a second")


def _item(condition: Condition, broadcast: Broadcast, language: str) -> CheckItem:
    return CheckItem(
        name=condition.name,
        label=translate(_LABELS[condition.name], language),
        met=condition.met.value,
        detail=_missing(condition, language) if condition.met is Met.NO else _detail(condition, broadcast, language),
    )


def _missing(condition: Condition, language: str) -> str:
    missing = condition.missing
    if missing is None:
        return ""
    remedy = "" if next_actions(missing) else remedy_in(missing, language)
    return " ".join(filter(None, (sentence_in(missing, language), remedy)))


def _detail(condition: Condition, broadcast: Broadcast, language: str) -> str:
    match condition.name:
        case "prepared":
            return translate(_PREPARED, language, {"count": grouped(broadcast.recipients_count or 0, language)})
        case "go_holds":
            go = holding_go(broadcast)
            by = names_of([go.given_by]).get(go.given_by, go.given_by) if go else ""
            return translate(_GO, language, {"by": by, "at": go.given_at}) if go else ""
        case "contact_centre_warned":
            count = broadcast.first_time_count
            data = {"at": broadcast.contact_centre_warned_at or "", "count": grouped(count or 0, language)}
            return translate(_WARNED_ONLY if count is None else _WARNED, language, data)
        case "in_window" if broadcast.window_starts_at and broadcast.window_ends_at:
            start, end = short_times(broadcast.window_starts_at, broadcast.window_ends_at)
            return translate(_WINDOW, language, {"date": broadcast.date, "start": start, "end": end})
    return ""


def _of_workers(language: str) -> Iterator[CheckItem]:
    """Yield whether anybody sends, where it takes somebody."""
    if capabilities_of(PRODUCTION).atomic_visibility:
        return
    count = workers(PRODUCTION).alive_count
    yield CheckItem(
        name="workers",
        label=translate(_LABELS["workers"], language),
        met="yes" if count else "no",
        detail=translate(_ALIVE if count else _NOBODY, language, {"count": grouped(count, language)}),
    )


def _of_time(broadcast: Broadcast, language: str) -> Iterator[CheckItem]:
    """Yield how long it takes, by what was measured, and whether the window is long enough."""
    if not broadcast.recipients_count or broadcast.window_ends_at is None:
        return
    window = Window(not_before=broadcast.agreed_at, not_after=broadcast.window_ends_at)
    found = duration_of_launch(PRODUCTION, broadcast.recipients_count, window)
    runs = found.launching_rate.runs_count
    seconds = found.launching_seconds
    duration = rough_duration(seconds) if seconds >= 1 else translate(_QUICK, language)
    data = {"duration": duration, "runs": grouped(runs, language)}
    over = broadcast.window_ends_at <= clock.now()
    sentence = _TOO_LONG if not found.fits and not over else _FITS if runs else _ASSUMED
    yield CheckItem(
        name="duration",
        label=translate(_LABELS["duration"], language),
        met="yes" if found.fits or over else "no",
        detail=translate(sentence, language, data),
    )
