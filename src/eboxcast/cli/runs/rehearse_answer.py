"""The answer of `rehearse`, in words and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from eboxcast.delivery.runs.rehearsal import Answer, Duration, Rate, Rehearsal, Remote
from eboxcast.lib.formatting import grouped, iso, rough_duration, size
from eboxcast.lib.translation import N_, translate
from eboxcast.reports.states import ENVIRONMENTS, state_in
from eboxcast.senders.models import WithoutEbox
from eboxcast.targets.options import Capabilities

FORMAT = "eboxcast.rehearsal/1"

_HEAD = N_("Rehearsal for {environment}: nothing was stored, nothing was sent.")
_REFUSED = N_("It would be refused: {why}")
_SAME = N_("Run {run} already contains exactly this; it is {state}. Nothing would be stored again.")
_CONTINUES = N_("It would continue run {run}, whose preparation was interrupted.")
_SUPERSEDES = N_("It would be stored as a new run and replace {runs}.")
_NEW = N_("It would be stored as a new run.")
_RECIPIENTS = N_("Recipients: {recipients}; {already} others already have it; {moved} numbers replaced by newer ones.")
_WITHOUT = N_("Without an active eBox now: {count} ({never} never activated, {gone} deactivated).")
_WOULD_REFUSE = N_("The message type refuses them: {published} would receive it now.")
_WOULD_PUBLISH = N_("The message type publishes to them anyway.")
_NOT_ASKED = N_("Recipients without an active eBox: not known, because the provider was not asked.")
_STORING = N_("Storing: about {duration}, {known}.")
_VISIBLE = N_("Becoming visible: about {duration}, {known}.")
_SENDING = N_("Sending: about {duration}, {known}.")
_MEASURED = N_("at {rate} recipients per second, as measured in {count} run(s) until {last}")
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
_REASONS = N_("why a linked recipient is refused")
_NO_DIGITAL_USER = N_("which of the linked recipients never opened their eBox")
_WHO_HAS_IT = N_("who has a message, so an interrupted call leaves recipients unknown")
_FIRST_CALL = N_("whether an interrupted publication was carried out")


def as_text(found: Rehearsal, language: str) -> list[str]:
    """Return the lines people read."""
    return list(_lines(found, language))


def as_json(found: Rehearsal, language: str) -> str:
    """Return the answer as docs/reference/answers-json.md promises it."""
    duration = found.duration
    answer = {
        "format": FORMAT,
        "environment": found.environment,
        "answer": _answer(found.answer, language),
        "recipients": found.recipients_count,
        "moved": found.moved_count,
        "without_ebox": found.without_ebox,
        "eboxes": found.states and {**vars(found.states), "refused_by_policy": found.refused_by_policy_count},
        "storing": {"seconds": round(duration.storing_seconds, 3), **_rate(duration.storing_rate)},
        "launching": {"seconds": round(duration.launching_seconds, 3), **_rate(duration.launching_rate)},
        "ends_at": iso(duration.ends_at),
        "fits": duration.fits,
        "spare_seconds": duration.spare_seconds and round(duration.spare_seconds, 3),
        "space": vars(found.space),
        "remote": found.remote
        and {
            "calls": found.remote.calls_count,
            "rate": found.remote.rate,
            "parallel": found.remote.parallel,
            "not_told": [translate(what, language) for what in _not_told(found.remote.able)],
        },
    }
    return json.dumps(answer, ensure_ascii=False, indent=2)


def _lines(found: Rehearsal, language: str) -> Iterator[str]:
    yield translate(_HEAD, language, {"environment": translate(ENVIRONMENTS[found.environment], language)})
    yield _sentence(found.answer, language)
    if found.answer.refusal is not None and found.answer.refusal.remedy:
        yield "→ " + translate(found.answer.refusal.remedy, language, found.answer.refusal.data)
    counts = (found.recipients_count, found.answer.already_count, found.moved_count)
    names = ("recipients", "already", "moved")
    yield translate(_RECIPIENTS, language, dict(zip(names, (grouped(n, language) for n in counts), strict=True)))
    yield from _eboxes(found, language)
    yield from _times(found.duration, language, launching=_SENDING if found.remote else _VISIBLE)
    yield from _space(found, language)
    if found.remote is not None:
        yield from _remote(found.remote, language)


def _sentence(answer: Answer, language: str) -> str:
    if answer.refusal is not None:
        return translate(_REFUSED, language, {"why": translate(answer.refusal.sentence, language, answer.refusal.data)})
    if answer.same_as is not None:
        state = state_in(answer.state, language) if answer.state else "?"
        return translate(_SAME, language, {"run": str(answer.same_as)[:8], "state": state})
    if answer.continues is not None:
        return translate(_CONTINUES, language, {"run": str(answer.continues)[:8]})
    if answer.supersedes:
        return translate(_SUPERSEDES, language, {"runs": ", ".join(str(run)[:8] for run in answer.supersedes)})
    return translate(_NEW, language)


def _eboxes(found: Rehearsal, language: str) -> Iterator[str]:
    states = found.states
    if states is None:
        yield translate(_NOT_ASKED, language)
        return
    counts = {
        "count": grouped(states.never_activated + states.deactivated, language),
        "never": grouped(states.never_activated, language),
        "gone": grouped(states.deactivated, language),
    }
    published = grouped(found.recipients_count - found.refused_by_policy_count, language)
    yield translate(_WITHOUT, language, counts)
    if found.without_ebox == WithoutEbox.REFUSE:
        yield translate(_WOULD_REFUSE, language, {"published": published})
    else:
        yield translate(_WOULD_PUBLISH, language)


def _times(duration: Duration, language: str, *, launching: str) -> Iterator[str]:
    if duration.storing_seconds:
        storing = {
            "duration": rough_duration(duration.storing_seconds),
            "known": _known(duration.storing_rate, language),
        }
        yield translate(_STORING, language, storing)
    sending = {
        "duration": rough_duration(duration.launching_seconds),
        "known": _known(duration.launching_rate, language),
    }
    yield translate(launching, language, sending)
    sentence = _OPEN if duration.spare_seconds is None else _FITS if duration.fits else _LATE
    spare = rough_duration(abs(duration.spare_seconds or 0.0))
    data = {"ends": duration.ends_at}
    yield translate(sentence, language, data if duration.spare_seconds is None else {**data, "spare": spare})


def _known(rate: Rate, language: str) -> str:
    shown = grouped(round(rate.per_second), language)
    if rate.last_at is None:
        return translate(_ASSUMED, language, {"rate": shown})
    return translate(_MEASURED, language, {"rate": shown, "count": rate.runs_count, "last": rate.last_at})


def _space(found: Rehearsal, language: str) -> Iterator[str]:
    space = found.space
    yield translate(
        _SPACE, language, {"needed": size(space.needed, language), "database": size(space.database, language)}
    )
    if space.free is None:
        yield translate(_FREE_UNKNOWN, language)
    else:
        yield translate(_FREE if space.enough else _LITTLE, language, {"free": size(space.free, language)})


def _remote(remote: Remote, language: str) -> Iterator[str]:
    limit = translate(_LIMIT, language, {"rate": f"{remote.rate:g}"}) if remote.rate else translate(_NO_LIMIT, language)
    calls = grouped(remote.calls_count, language)
    yield translate(_CALLS, language, {"calls": calls, "parallel": remote.parallel, "limit": limit})
    for what in _not_told(remote.able):
        yield translate(_NOT_TOLD, language, {"what": translate(what, language)})


def _not_told(able: Capabilities) -> Iterator[str]:
    if able.links:
        yield from (_REASONS, _NO_DIGITAL_USER)
    if not able.statuses:
        yield _WHO_HAS_IT
    if not able.idempotency_key:
        yield _FIRST_CALL


def _answer(answer: Answer, language: str) -> dict[str, object]:
    return {
        "sentence": _sentence(answer, language),
        "refused": answer.refusal and answer.refusal.code,
        "same_as": answer.same_as and str(answer.same_as),
        "continues": answer.continues and str(answer.continues),
        "supersedes": [str(run) for run in answer.supersedes],
        "already": answer.already_count,
    }


def _rate(rate: Rate) -> dict[str, object]:
    return {
        "per_second": round(rate.per_second, 3),
        "measured_runs": rate.runs_count,
        "measured_until": iso(rate.last_at),
    }
