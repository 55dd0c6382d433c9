"""What the verification of a certificate found, in words."""

from __future__ import annotations

from collections.abc import Iterator

from eboxcast.lib.formatting import grouped, short_run
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, translate
from eboxcast.reports.schemas import Check, Verification
from eboxcast.reports.states import ENVIRONMENTS

_AGREES = N_("Run {run} in {environment}: everything that can be verified matches.")
_DISAGREES = N_("Run {run} in {environment}: NOT everything matches.")
_SAME = N_("{audience}: {count} recipients, same digest")
_DIFFERS = N_(
    "{audience}: the account has {told} with digest {told_digest}; the database has {held} with digest {held_digest}"
)
_DELETED = N_("{audience}: can no longer be verified; the data needed was deleted at {deleted}")
_RECORDS_AGREE = N_("Procedure of broadcast {number}: {count} records match their sealed entries in the audit")
_RECORDS_DELETED = N_("Procedure of broadcast {number}: {count} records can no longer be verified")
_WRONG_RECORDS = {
    "differs": N_("{moment} · {action} · {by}: the audit has this entry with different data"),
    "missing": N_("{moment} · {action} · {by}: the audit has no such entry"),
    "altered": N_("{moment} · {action} · {by}: the entry in the audit is not what was sealed"),
    "unrecorded": N_("{moment} · {action} · {by}: the audit has this entry, but the broadcast has no record of it"),
}
_AUDIENCES = {
    "prepared": N_("Prepared audience"),
    "published": N_("Published audience"),
    "refused": N_("Refused audience"),
}


def verification_lines(found: Verification, language: str) -> Iterator[str]:
    """Return whether everything matches, then each check."""
    data = {"environment": translate(ENVIRONMENTS[found.environment], language), "run": short_run(found.run)}
    yield translate(_AGREES if found.good else _DISAGREES, language, data)
    for check in found.checks:
        yield _line(check, language)
    yield from _record_lines(found, language)


def _record_lines(found: Verification, language: str) -> Iterator[str]:
    for finding, sentence in (("agrees", _RECORDS_AGREE), ("deleted", _RECORDS_DELETED)):
        count = sum(record.finding == finding for record in found.records)
        if count:
            yield translate(sentence, language, {"number": found.broadcast, "count": grouped(count, language)})
    for record in found.records:
        if record.differs:
            data = {"moment": record.at, "action": record.action, "by": mask_and_strip(record.by)}
            yield translate(_WRONG_RECORDS[record.finding], language, data)


def _line(check: Check, language: str) -> str:
    audience = translate(_AUDIENCES[check.audience], language)
    if check.held is None:
        return translate(_DELETED, language, {"audience": audience, "deleted": check.deleted or "?"})
    if not check.differs:
        return translate(_SAME, language, {"audience": audience, "count": grouped(check.held.count, language)})
    data = {
        "audience": audience,
        "told": grouped(check.told.count, language),
        "told_digest": check.told.sha256,
        "held": grouped(check.held.count, language),
        "held_digest": check.held.sha256,
    }
    return translate(_DIFFERS, language, data)
