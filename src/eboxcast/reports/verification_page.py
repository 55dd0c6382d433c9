"""A verification in words and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

from eboxcast.lib.formatting import grouped
from eboxcast.lib.translation import N_, translate
from eboxcast.reports.verification import Check, Verification

FORMAT = "eboxcast.verification/1"

_GOOD = N_("The data of run {run} in {environment} matches its certificate.")
_BAD = N_("The data of run {run} in {environment} does NOT match its certificate.")
_SAME = N_("{audience}: {count} recipients, same digest")
_DIFFERS = N_(
    "{audience}: the certificate has {told} with digest {told_digest}; the database has {held} with "
    "digest {held_digest}"
)
_DELETED = N_("{audience}: can no longer be verified; the data needed was deleted at {deleted}")
_SALT = N_("Salt: {salt}")
_WHAT_NEXT = N_("Keep this output, run `eboxcast doctor`, and find out whether the database was restored or changed.")
_AUDIENCES = {
    "prepared": N_("Prepared audience"),
    "published": N_("Published audience"),
    "refused": N_("Refused audience"),
}


def verification_as_text(verification: Verification, language: str, *, with_salt: bool) -> str:
    """Return what was found, line by line."""
    of_run = {"environment": verification.environment, "run": verification.run[:8]}
    return "\n".join(
        [
            translate(_GOOD if verification.good else _BAD, language, of_run),
            *(f"  {_line(check, language)}" for check in verification.checks),
            *_ending(verification, language, with_salt=with_salt),
        ]
    )


def verification_as_json(verification: Verification, *, with_salt: bool) -> str:
    """Return it as one JSON object (docs/reference/report.md)."""
    answer = {"format": FORMAT, "good": verification.good, **asdict(verification)}
    answer["salt"] = verification.salt.hex() if with_salt else None
    return json.dumps(answer, ensure_ascii=False, indent=2)


def _line(check: Check, language: str) -> str:
    audience = translate(_AUDIENCES[check.audience], language)
    if check.held is None:
        deleted = datetime.fromisoformat(check.deleted) if check.deleted else "?"
        return translate(_DELETED, language, {"audience": audience, "deleted": deleted})
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


def _ending(verification: Verification, language: str, *, with_salt: bool) -> Iterator[str]:
    if with_salt:
        yield translate(_SALT, language, {"salt": verification.salt.hex()})
    if not verification.good:
        yield translate(_WHAT_NEXT, language)
