"""`eboxcast rehearse`: what publishing would come to now; nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from eboxcast.cli.package.check import DuplicatesPolicy, FaultyRowsPolicy
from eboxcast.cli.runs.sending import checked
from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import (
    Adds,
    AsJson,
    ColumnChoice,
    Directory,
    Environment,
    NotAfter,
    NotBefore,
    SheetChoice,
    moment,
)
from eboxcast.delivery.runs.rehearsal import rehearse
from eboxcast.delivery.runs.window import Window
from eboxcast.lib.errors import NotAllowedNow
from eboxcast.lib.formatting import grouped, rough_duration, size
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.package.model import Choice, Duplicates, FaultyRows, Policies
from eboxcast.presenters.rehearsals import rehearsal_answer
from eboxcast.presenters.schemas.rehearsal import Foreseen, ProviderCalls, RehearsalAnswer, SpaceNeeded
from eboxcast.reports.states import ENVIRONMENTS
from eboxcast.senders.models import WithoutEbox

_HEAD = N_("Rehearsal for {environment}: nothing was stored, nothing was sent.")
_RECIPIENTS = N_("Recipients: {recipients}; {already} others already have it; {moved} numbers replaced by newer ones.")
_WITHOUT = N_("Without an active eBox now: {count} ({never} never activated, {gone} deactivated).")
_WOULD_REFUSE = N_("The message type refuses them: {published} would receive it now.")
_WOULD_PUBLISH = N_("The message type publishes to them anyway.")
_NOT_ASKED = N_("Recipients without an active eBox: not known, because the provider was not asked.")
_STORING = N_("Storing: about {duration}, {known}.")
_VISIBLE = N_("Becoming visible: about {duration}, {known}.")
_SENDING = N_("Sending: about {duration}, {known}.")
_MEASURED = N_("at {rate} recipients per second, as measured in {count} {count:run|runs} until {last}")
_ASSUMED = N_("at {rate} recipients per second, estimated: nothing of this size has been measured here yet")
_FITS = N_("Fits the window: finished at {ends}, {spare} before the window ends.")
_LATE = N_("Does not fit the window: finished at {ends}, {spare} after the window ends.")
_OPEN = N_("Finished at {ends}; no end of the window was given.")
_SPACE = N_("Space: about {needed} more in the database, which has {database} now.")
_FREE = N_("{free} free on its disk.")
_LITTLE = N_("Only {free} free on its disk: free up space first.")
_FREE_UNKNOWN = N_("The free space on its disk cannot be determined from here.")
_CALLS = N_("Calls to the provider: {calls}, {parallel} at once, {limit}.")
_LIMIT = N_("at most {rate} recipients per second")
_NO_LIMIT = N_("no rate limit")
_NOT_TOLD = N_("The provider does not report: {what}.")

app = command_app()


@app.command()
def main(
    directory: Directory,
    environment: Environment,
    duplicates: DuplicatesPolicy = Duplicates.MERGE,
    faulty_rows: FaultyRowsPolicy = FaultyRows.BLOCK,
    sheet: SheetChoice = None,
    column: ColumnChoice = None,
    adds: Adds = False,
    not_before: NotBefore = None,
    not_after: NotAfter = None,
    as_json: AsJson = False,
) -> None:
    """Show what publishing a package would do now: faults, outcome, eBoxes, duration, space. Changes nothing."""
    window = Window(not_before=moment(not_before), not_after=moment(not_after))
    package = checked(
        directory,
        policies=Policies(duplicates=duplicates, faulty_rows=faulty_rows, choice=Choice(sheet=sheet, column=column)),
        as_json=as_json,
    )
    found = rehearse(package, environment=environment.value, window=window, adds=adds, actor=actor())
    console.result(rehearsal_answer(found, language_of_user()), _lines, as_json=as_json)
    if found.answer.refusal is not None:
        raise typer.Exit(found.answer.refusal.exit_code)
    if not found.duration.fits:
        raise typer.Exit(NotAllowedNow.exit_code)


def _lines(found: RehearsalAnswer, language: str) -> Iterator[str]:
    yield translate(_HEAD, language, {"environment": translate(ENVIRONMENTS[found.environment], language)})
    yield found.answer.sentence
    if found.answer.remedy:
        yield "→ " + found.answer.remedy
    counts = {"recipients": found.recipients, "already": found.answer.already, "moved": found.moved}
    yield translate(_RECIPIENTS, language, {name: grouped(count, language) for name, count in counts.items()})
    yield from _eboxes(found, language)
    yield from _times(found, language)
    yield from _space(found.space, language)
    if found.remote is not None:
        yield from _calls(found.remote, language)


def _eboxes(found: RehearsalAnswer, language: str) -> Iterator[str]:
    eboxes = found.eboxes
    if eboxes is None:
        yield translate(_NOT_ASKED, language)
        return
    counts = {
        "count": grouped(eboxes.never_activated + eboxes.deactivated, language),
        "never": grouped(eboxes.never_activated, language),
        "gone": grouped(eboxes.deactivated, language),
    }
    yield translate(_WITHOUT, language, counts)
    if found.without_ebox == WithoutEbox.REFUSE:
        published = grouped(found.recipients - eboxes.refused_by_policy, language)
        yield translate(_WOULD_REFUSE, language, {"published": published})
    else:
        yield translate(_WOULD_PUBLISH, language)


def _times(found: RehearsalAnswer, language: str) -> Iterator[str]:
    if found.storing.seconds:
        yield translate(_STORING, language, _foreseen(found.storing, language))
    yield translate(_SENDING if found.remote else _VISIBLE, language, _foreseen(found.launching, language))
    if found.spare_seconds is None:
        yield translate(_OPEN, language, {"ends": found.ends_at})
    else:
        spare = rough_duration(abs(found.spare_seconds))
        yield translate(_FITS if found.fits else _LATE, language, {"ends": found.ends_at, "spare": spare})


def _foreseen(step: Foreseen, language: str) -> dict[str, str]:
    rate = {"rate": grouped(round(step.per_second), language)}
    if step.measured_until is None:
        known = translate(_ASSUMED, language, rate)
    else:
        known = translate(_MEASURED, language, {**rate, "count": step.measured_runs, "last": step.measured_until})
    return {"duration": rough_duration(step.seconds), "known": known}


def _space(space: SpaceNeeded, language: str) -> Iterator[str]:
    sizes = {"needed": size(space.needed, language), "database": size(space.database, language)}
    yield translate(_SPACE, language, sizes)
    if space.free is None:
        yield translate(_FREE_UNKNOWN, language)
    else:
        yield translate(_FREE if space.enough else _LITTLE, language, {"free": size(space.free, language)})


def _calls(remote: ProviderCalls, language: str) -> Iterator[str]:
    limit = translate(_LIMIT, language, {"rate": f"{remote.rate:g}"}) if remote.rate else translate(_NO_LIMIT, language)
    calls = grouped(remote.calls, language)
    yield translate(_CALLS, language, {"calls": calls, "parallel": remote.parallel, "limit": limit})
    for what in remote.not_told:
        yield translate(_NOT_TOLD, language, {"what": what})
