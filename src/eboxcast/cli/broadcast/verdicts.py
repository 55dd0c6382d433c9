"""`eboxcast broadcast verdict`: what the institution found in the eBoxes of its short list, and what it concludes."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from eboxcast.broadcasts import acceptance
from eboxcast.broadcasts.acceptance import Seen
from eboxcast.broadcasts.models import Broadcast, Check, SeenIn
from eboxcast.cli.broadcast.answers import tell
from eboxcast.cli.broadcast.options import Number, load_broadcast
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, Reason
from eboxcast.lib.errors import InputRefused, WrongUse
from eboxcast.lib.free_text import is_fit
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_
from eboxcast.package.reading import reason_of


class VerdictUnclear(WrongUse):
    """It is not clear what was found where."""

    code = "broadcast.verdict-unclear"
    sentence = N_("The test result is not clear: {text}.")
    remedy = N_(
        "Use --all passed; or --recipient 3 --check title --failed; or --file checks.csv. Add --seen-in ebox or proof."
    )


class SeenInNotSaid(WrongUse):
    """What was looked at is part of what was found: it is never taken for granted."""

    code = "broadcast.seen-in-not-said"
    sentence = N_("It is not clear where you saw it: in the eBox, or in the proof. No result was recorded.")
    remedy = N_("Add --seen-in ebox or --seen-in proof.")


_JUDGED = N_("Broadcast {broadcast}: {passed} {passed:check|checks} recorded as passed, {failed} as failed.")
_APPROVED = N_("Broadcast {broadcast}: the test was approved. This document with this metadata may go to production.")
_REJECTED = N_("Broadcast {broadcast}: the test was rejected. New files for acceptance are needed.")


class Conclusion(StrEnum):
    """What is concluded of all that was found."""

    APPROVE = "approve"
    REJECT = "reject"


class Result(StrEnum):
    """What was found of a check."""

    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Found:
    """What was found, as it is typed."""

    everywhere: Result | None
    recipient: int | None
    check: Check | None
    passed: bool | None
    remark: str
    file: Path | None


app = command_app()


@app.command()
def verdict(
    broadcast: Number,
    conclusion: Annotated[Conclusion | None, typer.Argument(help="Your conclusion. Record the results first.")] = None,
    everywhere: Annotated[Result | None, typer.Option("--all", help="Every check, for every recipient.")] = None,
    recipient: Annotated[int | None, typer.Option(min=1, help="For this recipient: the position in the list.")] = None,
    check: Annotated[Check | None, typer.Option(help="Only this check. By default, all five.")] = None,
    passed: Annotated[bool | None, typer.Option("--passed/--failed", help="The result.")] = None,
    remark: Annotated[str, typer.Option(help="What was wrong, in one line that does not identify any citizen.")] = "",
    file: Annotated[Path | None, typer.Option(help="A CSV file: recipient,check,result,remark.")] = None,
    seen_in: Annotated[
        SeenIn | None, typer.Option(help="Where you saw it: in the eBox, or in the proof. Needed with every check.")
    ] = None,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Record the test results for the short list, check by check; then approve, or reject with a reason."""
    given = Found(
        everywhere=everywhere,
        recipient=recipient,
        check=check,
        passed=passed,
        remark=remark,
        file=file,
    )
    found, actor = load_broadcast(broadcast)
    if conclusion == Conclusion.APPROVE:
        acceptance.approve(found, actor=actor)
        tell(found, _APPROVED, as_json=as_json)
    elif conclusion == Conclusion.REJECT:
        acceptance.reject(found, actor=actor, reason=reason)
        tell(found, _REJECTED, as_json=as_json)
    else:
        seen = _seen(found, given)
        if seen_in is None:
            raise SeenInNotSaid
        acceptance.judge(found, actor=actor, seen=seen, seen_in=seen_in)
        good = sum(one.passed for one in seen)
        tell(found, _JUDGED, as_json=as_json, passed=good, failed=len(seen) - good)


def _seen(broadcast: Broadcast, given: Found) -> list[Seen]:
    if given.file is not None:
        return _read_checks(given.file)
    if given.everywhere is not None:
        everybody = range(1, (broadcast.short_list_count or 0) + 1)
        return [_one(number, check, given) for number in everybody for check in _checks(given)]
    if given.recipient is None or given.passed is None:
        raise VerdictUnclear(text=_said(given))
    return [_one(given.recipient, check, given) for check in _checks(given)]


def _one(recipient: int, check: Check, given: Found) -> Seen:
    passed = given.passed if given.everywhere is None else given.everywhere == Result.PASSED
    return Seen(recipient=recipient, check=check, passed=bool(passed), remark=given.remark)


def _checks(given: Found) -> list[Check]:
    return [given.check] if given.check else list(Check)


def _said(given: Found) -> str:
    return "–" if given.recipient is None else f"--recipient {given.recipient}"


class ChecksFileUnclear(InputRefused):
    """A line of the file with checks says nothing clear."""

    code = "broadcast.checks-file-unclear"
    sentence = N_("Line {line} of {path} is not valid: {text}.")
    remedy = N_("The columns are recipient,check,result,remark, and result is passed or failed. Nothing was recorded.")


_RESULTS = {"passed": True, "failed": False}
_MOST_BYTES = 1_000_000


def _read_checks(path: Path) -> list[Seen]:
    """Return what a file says was found. Raises ChecksFileUnclear."""
    try:
        content = path.read_bytes()[:_MOST_BYTES].decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else "UTF-8"
        raise ChecksFileUnclear(path=path.name, line=1, text=reason) from error
    return list(_read(path, content))


def _read(path: Path, content: str) -> Iterator[Seen]:
    reader = csv.DictReader(content.splitlines())
    if not {"recipient", "check", "result"} <= set(reader.fieldnames or ()):
        raise ChecksFileUnclear(path=path.name, line=1, text=mask_and_strip(content.partition("\n")[0])[:80])
    for row in reader:
        seen = _seen_in_row(row)
        if seen is None:
            text = ",".join(str(value or "") for value in row.values())
            raise ChecksFileUnclear(path=path.name, line=reader.line_num, text=mask_and_strip(text)[:80])
        yield seen


def _seen_in_row(row: Mapping[str, str | None]) -> Seen | None:
    recipient, check, result = ((row.get(name) or "").strip() for name in ("recipient", "check", "result"))
    remark = (row.get("remark") or "").strip()
    known = check in Check.values and result in _RESULTS and recipient.isdecimal() and int(recipient) < 2**31
    if not known or not is_fit(remark):
        return None
    return Seen(recipient=int(recipient), check=Check(check), passed=_RESULTS[result], remark=remark)
