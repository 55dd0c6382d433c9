"""What publishing a package would come to, made from its rehearsal."""

from __future__ import annotations

from collections.abc import Iterator

from eboxcast.delivery.runs.rehearsal import Answer, Rate, Rehearsal, Remote, Space
from eboxcast.lib.formatting import short_run
from eboxcast.lib.telling import remedy_in
from eboxcast.lib.translation import N_, translate
from eboxcast.presenters.schemas.rehearsal import (
    EboxesNow,
    Foreseen,
    ProviderCalls,
    RehearsalAnswer,
    SpaceNeeded,
    StoringAnswer,
)
from eboxcast.reports.states import state_in
from eboxcast.targets.options import Capabilities

_REFUSED = N_("It would be refused: {why}")
_SAME = N_("Run {run} already contains exactly this; it is {state}. Nothing would be stored again.")
_CONTINUES = N_("It would continue run {run}, whose preparation was interrupted.")
_SUPERSEDES = N_("It would be stored as a new run and replace {runs}.")
_NEW = N_("It would be stored as a new run.")
_REASONS = N_("why a linked recipient is refused")
_NO_DIGITAL_USER = N_("which of the linked recipients never opened their eBox")
_WHO_HAS_IT = N_("who has a message, so an interrupted call leaves recipients unknown")
_FIRST_CALL = N_("whether an interrupted publication was carried out")


def rehearsal_answer(found: Rehearsal, language: str) -> RehearsalAnswer:
    """Return the answer about a package. Its sentences are in the language of the reader."""
    duration = found.duration
    return RehearsalAnswer(
        environment=found.environment,
        answer=_storing(found.answer, language),
        recipients=found.recipients_count,
        moved=found.moved_count,
        without_ebox=found.without_ebox,
        eboxes=_eboxes(found),
        storing=_foreseen(duration.storing_seconds, duration.storing_rate),
        launching=_foreseen(duration.launching_seconds, duration.launching_rate),
        ends_at=duration.ends_at,
        fits=duration.fits,
        spare_seconds=duration.spare_seconds and round(duration.spare_seconds, 3),
        space=_space(found.space),
        remote=_calls(found.remote, language) if found.remote else None,
    )


def _storing(answer: Answer, language: str) -> StoringAnswer:
    refusal = answer.refusal
    return StoringAnswer(
        sentence=_sentence(answer, language),
        refused=refusal.code if refusal else None,
        remedy=(remedy_in(refusal, language) or None) if refusal else None,
        same_as=str(answer.same_as) if answer.same_as else None,
        continues=str(answer.continues) if answer.continues else None,
        supersedes=tuple(map(str, answer.supersedes)),
        already=answer.already_count,
    )


def _sentence(answer: Answer, language: str) -> str:
    if answer.refusal is not None:
        return translate(_REFUSED, language, {"why": translate(answer.refusal.sentence, language, answer.refusal.data)})
    if answer.same_as is not None:
        state = state_in(answer.state, language) if answer.state else "?"
        return translate(_SAME, language, {"run": short_run(answer.same_as), "state": state})
    if answer.continues is not None:
        return translate(_CONTINUES, language, {"run": short_run(answer.continues)})
    if answer.supersedes:
        return translate(_SUPERSEDES, language, {"runs": ", ".join(short_run(run) for run in answer.supersedes)})
    return translate(_NEW, language)


def _eboxes(found: Rehearsal) -> EboxesNow | None:
    states = found.states
    if states is None:
        return None
    return EboxesNow(
        never_activated=states.never_activated,
        deactivated=states.deactivated,
        not_ebox_only=states.not_ebox_only,
        refused_by_policy=found.refused_by_policy_count,
    )


def _foreseen(seconds: float, rate: Rate) -> Foreseen:
    return Foreseen(
        seconds=round(seconds, 3),
        per_second=round(rate.per_second, 3),
        measured_runs=rate.runs_count,
        measured_until=rate.last_at,
    )


def _space(space: Space) -> SpaceNeeded:
    return SpaceNeeded(needed=space.needed, database=space.database, free=space.free, enough=space.enough)


def _calls(remote: Remote, language: str) -> ProviderCalls:
    return ProviderCalls(
        calls=remote.calls_count,
        rate=remote.rate,
        parallel=remote.parallel,
        not_told=tuple(translate(what, language) for what in _not_told(remote.able)),
    )


def _not_told(able: Capabilities) -> Iterator[str]:
    if able.links:
        yield from (_REASONS, _NO_DIGITAL_USER)
    if not able.statuses:
        yield _WHO_HAS_IT
    if not able.idempotency_key:
        yield _FIRST_CALL
