"""What became of the recipients of a run: the closed account, or where it stands while a provider is sent to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.database.queries import Queries
from eboxcast.delivery.models import Run
from eboxcast.lib.formatting import clauses, grouped
from eboxcast.lib.translation import N_, translate
from eboxcast.mailboxes.fence import find_release
from eboxcast.mailboxes.models import OutcomeKind, Release
from eboxcast.mailboxes.sending import counts_of
from eboxcast.mailboxes.sql import rows
from eboxcast.reports.schemas import DayOfReading, PublishedPart, Readings, RecipientsPart
from eboxcast.targets.ebox_rest.options import EboxRestOptions
from eboxcast.targets.opening import capabilities_of, options_of
from eboxcast.targets.options import LocalOptions

QUERIES = Queries("eboxcast.reports")
UNKNOWN = (OutcomeKind.UNKNOWN, OutcomeKind.IN_FLIGHT)


def recipients_of(run: Run, release: Release) -> RecipientsPart:
    """Return the account of a settled run; it adds up in every state."""
    if release.published_count is not None:
        return _closed(run, release, published=release.published_count)
    return _sending(run, release) if release.was_sent else _nothing_yet(release.recipients_count)


def _nothing_yet(everybody: int) -> RecipientsPart:
    return RecipientsPart(
        recipients=everybody,
        published=0,
        refused=0,
        unknown=0,
        under_way=0,
        not_attempted=everybody,
        of_published=None,
        refused_by_reason=None,
    )


def _closed(run: Run, release: Release, *, published: int) -> RecipientsPart:
    sent = release.was_sent
    return RecipientsPart(
        recipients=release.recipients_count,
        published=published,
        refused=release.refused_count or 0,
        unknown=release.unknown_count,
        under_way=0,
        not_attempted=release.not_attempted_count,
        of_published=PublishedPart(
            never_activated=_told(release.never_activated_count, sent=sent),
            deactivated=_told(release.deactivated_count, sent=sent),
            not_ebox_only=_told(release.not_ebox_only_count, sent=sent),
        ),
        refused_by_reason=refused_by_reason(run.environment, release),
    )


def _told(count: int | None, *, sent: bool) -> int | None:
    """What a provider does not tell is None; our own eBoxes tell everything."""
    return count if sent else count or 0


def _sending(run: Run, release: Release) -> RecipientsPart:
    counts = counts_of(run.environment, run.id)
    published, refused = counts.get(OutcomeKind.SENT, 0), counts.get(OutcomeKind.REFUSED_BY_TARGET, 0)
    unknown, under_way = counts.get(OutcomeKind.UNKNOWN, 0), counts.get(OutcomeKind.IN_FLIGHT, 0)
    tells = release.provider_message is None and capabilities_of(run.environment).tells_never_activated
    never = counts.get(OutcomeKind.NEVER_ACTIVATED, 0) if tells else None
    return RecipientsPart(
        recipients=release.recipients_count,
        published=published,
        refused=refused,
        unknown=unknown,
        under_way=under_way,
        not_attempted=release.recipients_count - published - refused - unknown - under_way,
        of_published=PublishedPart(never_activated=never, deactivated=None, not_ebox_only=None),
        refused_by_reason=refused_by_reason(run.environment, release),
    )


def target_of_run(run: Run, release: Release | None) -> str:
    """Return the kind of target of a run, also where its environment publishes elsewhere by now.

    Which one it was is noted at its launch; of earlier runs, and after control was restored, their release tells.
    """
    if release is None or release.visible_at is None:
        return options_of(run.environment).kind
    if run.target:
        return run.target
    if not release.was_sent:
        return LocalOptions.kind
    kind = options_of(run.environment).kind
    return EboxRestOptions.kind if kind == LocalOptions.kind else kind


_HAVE_IT = N_("{published} of {recipients} recipients have it")
_REFUSED = N_("{refused} were refused")
_UNKNOWN = N_("the result is unknown for {unknown}")
_UNDER_WAY = N_("{under_way} are in calls still in progress")
_LEFT = N_("{not_attempted} are still to be sent")
_NEVER = N_("{not_attempted} were not attempted")


def remainder_now(run: Run, language: str) -> str:
    """Return who of a settled run has it, who has not and who is still to get it, by the counts of this moment."""
    release = find_release(run.environment, run.id)
    if release is None:
        return ""
    return remainder_of(recipients_of(run, release), language, ended=run.published_count is not None)


def remainder_of(part: RecipientsPart, language: str, *, ended: bool) -> str:
    """Return the exact account of this moment in words, without a full stop. ``ended`` says that it stays so."""
    counts = {name: grouped(getattr(part, name), language) for name in _NAMES}
    return clauses((translate(clause, language, counts) for clause in _clauses(part, ended=ended)), language)


_NAMES = ("recipients", "published", "refused", "unknown", "under_way", "not_attempted")


def _clauses(part: RecipientsPart, *, ended: bool) -> Iterator[str]:
    yield _HAVE_IT
    if part.refused:
        yield _REFUSED
    if part.unknown:
        yield _UNKNOWN
    if part.under_way:
        yield _UNDER_WAY
    if part.not_attempted:
        yield _NEVER if ended else _LEFT


def refused_by_reason(environment: str, release: Release) -> Mapping[str, int] | None:
    """Return how many were refused for which reason; None once that was deleted, or before anything was visible."""
    if release.visible_at is None or release.outcomes_purged_at is not None:
        return None
    if release.completed_at is not None and not release.refused_count:
        return {}
    with sanitized_db_errors():
        found = rows(environment_connection(environment), "count_outcomes", of_release(environment, release))
    return {reason_of(kind, code): count for kind, code, count in sorted(found) if is_refused(kind)}


def of_release(environment: str, release: Release) -> dict[str, int]:
    return {"release": release.id, "last_bucket": bucket_prime(environment) - 1}


def is_refused(kind: str) -> bool:
    return kind.startswith("refused_")  # by policy, or by a target


def reason_of(kind: str, code: str) -> str:
    return "unknown" if kind in UNKNOWN else (code or kind).lower()


def readings_of(run: Run) -> Readings | None:
    """Return how many opened the message of a run, day by day; None when it was never visible.

    These counts stay when the readings themselves are deleted.
    """
    release = find_release(run.environment, run.id)
    if release is None or release.visible_at is None:
        return None
    with sanitized_db_errors(), environment_connection(run.environment).cursor() as cursor:
        cursor.execute(QUERIES["readings_by_day"], {"release": release.id})
        days = tuple(DayOfReading(day=day, count=int(count)) for day, count in cursor.fetchall())
    return Readings(total=sum(day.count for day in days), days=days)
