"""`eboxcast report`: the account of a run, and the lists of those it did not reach."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import Language, RunNumber
from eboxcast.cli.shell.private import refuse_existing, write_private
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs.lookup import find_run
from eboxcast.delivery.runs.settlement import settle
from eboxcast.lib.actors import Actor
from eboxcast.lib.command_line import command_of
from eboxcast.lib.errors import WrongUse
from eboxcast.lib.formatting import grouped, short_run
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.presenters.json import json_text
from eboxcast.reports.handing_out import RejectedList, hand_out_paper_list, hand_out_rejected_rows
from eboxcast.reports.page_html import html_of
from eboxcast.reports.page_text import text_of
from eboxcast.reports.report import page_of_report, report_of
from eboxcast.reports.schemas import Check, Report, Verification
from eboxcast.reports.states import ENVIRONMENTS
from eboxcast.reports.verification import verify


class VerificationUnclear(WrongUse):
    """Options of the report that do not go together."""

    code = "report.verification-unclear"
    sentence = N_("--verify gives text or JSON, and --with-salt can only be used with --verify.")
    remedy = N_("For example: eboxcast report RUN --verify --with-salt --format json")


_REPORT = N_("The report is in {path}.")
_PAPER = N_("The paper list is in {path}. It contains personal data: keep it safe and delete it after use.")
_ROWS = N_("The rejected rows are in {path}. They contain personal data: keep them safe and delete them after use.")
_KEEP_SAFE = N_(
    "With the salt, anyone who tries every number can find out who is in a small audience. Keep it "
    "as safe as the recipient lists, and do not store it with the certificate."
)
_NO_ROWS = N_("No list had rejected rows, so no file was written.")
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
_PROVE = N_("To verify the audit itself, with the head of a certificate: {verify}")
_SALT_IS = N_("Salt: {salt}")
_WHAT_NEXT = N_("Keep this output, run `eboxcast doctor`, and find out whether the database was restored or changed.")
_AUDIENCES = {
    "prepared": N_("Prepared audience"),
    "published": N_("Published audience"),
    "refused": N_("Refused audience"),
}

app = command_app()


class Form(StrEnum):
    """How a report is written."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


@app.command()
def main(
    run: RunNumber,
    form: Annotated[Form, typer.Option("--format", help="Text, JSON, or a printable HTML page.")] = Form.TEXT,
    out: Annotated[Path | None, typer.Option(help="Write the report to this file.")] = None,
    paper: Annotated[
        Path | None, typer.Option("--paper-list", help="Write the recipients who need paper to this file, as CSV.")
    ] = None,
    again: Annotated[
        str, typer.Option(help="With --paper-list, if it was given before: why it is needed again. Kept permanently.")
    ] = "",
    rejected: Annotated[
        Path | None,
        typer.Option("--rejected-rows", help="Write the faulty rows to this file, in the sender's columns."),
    ] = None,
    language: Annotated[Language | None, typer.Option(help="The language of the report.")] = None,
    verified: Annotated[
        bool, typer.Option("--verify", help="Recalculate the digests from the stored data, and compare them.")
    ] = False,
    with_salt: Annotated[
        bool, typer.Option("--with-salt", help="With --verify: also show the salt. The audit records who received it.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite existing files.")] = False,
) -> None:
    """Print the account of a run in any state and, on request, the lists with personal data, readable only by you."""
    for path in (out, paper, rejected):
        refuse_existing(path, force=force)
    if (verified and form is Form.HTML) or (with_salt and not verified):
        raise VerificationUnclear
    spoken = language.value if language else language_of_user()
    who = actor()
    settled = settle(find_run(run, actor=who, permission="report.see"))
    if paper:
        write_private(paper, hand_out_paper_list(settled, actor=who, again=again), force=force)
        _say(_PAPER, spoken, paper)
    if rejected:
        _write_rejected(settled, rejected, spoken, who, force=force)
    if verified:
        verification = verify(settled, actor=who, with_salt=with_salt)
        if with_salt:
            console.line(translate(_KEEP_SAFE, spoken))
        content = json_text(verification) if form is Form.JSON else "\n".join(_lines(verification, spoken))
    else:
        content = _content(report_of(settled, actor=who), form, spoken)
    if out:
        write_private(out, [f"{content}\n".encode()], force=force)
        _say(_REPORT, spoken, out)
    else:
        typer.echo(content)
    if verified and not verification.good:
        raise typer.Exit(1)


def _content(report: Report, form: Form, language: str) -> str:
    if form is Form.JSON:
        return json_text(report)
    page = page_of_report(report, language)
    return (html_of(page) if form is Form.HTML else text_of(page)).rstrip("\n")


def _lines(found: Verification, language: str) -> Iterator[str]:
    data = {"environment": translate(ENVIRONMENTS[found.environment], language), "run": short_run(found.run)}
    yield translate(_AGREES if found.good else _DISAGREES, language, data)
    for check in found.checks:
        yield f"  {_line(check, language)}"
    for line in _record_lines(found, language):
        yield f"  {line}"
    if found.salt:
        yield translate(_SALT_IS, language, {"salt": found.salt})
    if not found.good:
        yield translate(_WHAT_NEXT, language)
    if found.broadcast:
        verify = NextAction(action="audit.verify", parameters={"anchor": "NUMBER:DIGEST"})
        yield translate(_PROVE, language, {"verify": command_of(verify)})


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


def _write_rejected(run: Run, out: Path, language: str, who: Actor, *, force: bool) -> None:
    lists = hand_out_rejected_rows(run, actor=who)
    single = len(run.package.lists) == 1
    for part, name in zip(lists, _names(lists), strict=True):
        # As `check --rejected` does: with several lists each has a file with its name in it.
        path = out if single else out.with_name(f"{out.stem}-{name}{out.suffix}")
        write_private(path, part.content, force=force)
        _say(_ROWS, language, path)
    if not lists:
        console.line(translate(_NO_ROWS, language))


def _names(lists: list[RejectedList]) -> list[str]:
    """Return the names of lists without their ending; numbers tell those apart that are the same once masked."""
    stems = [Path(part.file_name).stem.replace("*", "x") for part in lists]
    return [
        stem if stems.count(stem) == 1 else f"{stem}-{part.number}" for stem, part in zip(stems, lists, strict=True)
    ]


def _say(sentence: str, language: str, path: Path) -> None:
    console.line(translate(sentence, language, {"path": mask_and_strip(str(path))}))
