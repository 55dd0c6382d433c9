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
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.presenters.json import json_text
from eboxcast.presenters.signing import signed_certificate, signed_document
from eboxcast.reports.handing_out import RejectedList, hand_out_paper_list, hand_out_rejected_rows
from eboxcast.reports.page_html import html_of
from eboxcast.reports.page_text import text_of
from eboxcast.reports.report import page_of_report, report_of
from eboxcast.reports.schemas import Report, Verification
from eboxcast.reports.verification import verify
from eboxcast.reports.verification_text import verification_lines


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
_PROVE = N_("To verify the audit itself, with the head of a certificate: {verify}")
_SALT_IS = N_("Salt: {salt}")
_WHAT_NEXT = N_("Keep this output, run `eboxcast doctor`, and find out whether the database was restored or changed.")
app = command_app()


class Form(StrEnum):
    """How a report is written."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"
    JWS = "jws"
    PDF = "pdf"


@app.command()
def main(
    run: RunNumber,
    form: Annotated[
        Form,
        typer.Option("--format", help="Text, JSON, a printable HTML page, or the certificate, signed (JWS or PDF)."),
    ] = Form.TEXT,
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
    if (verified and form not in (Form.TEXT, Form.JSON)) or (with_salt and not verified):
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
        content: str | bytes = json_text(verification) if form is Form.JSON else "\n".join(_lines(verification, spoken))
    else:
        content = _content(report_of(settled, actor=who), form, spoken)
    if out:
        write_private(out, [content if isinstance(content, bytes) else f"{content}\n".encode()], force=force)
        _say(_REPORT, spoken, out)
    else:
        typer.echo(content, nl=isinstance(content, str))
    if verified and not verification.good:
        raise typer.Exit(1)


def _content(report: Report, form: Form, language: str) -> str | bytes:
    if form is Form.PDF:
        return signed_document(report.certificate, language)
    if form is Form.JSON:
        return json_text(report)
    if form is Form.JWS:
        return signed_certificate(report.certificate)
    page = page_of_report(report, language)
    return (html_of(page) if form is Form.HTML else text_of(page)).rstrip("\n")


def _lines(found: Verification, language: str) -> Iterator[str]:
    verdict, *lines = verification_lines(found, language)
    yield verdict
    yield from (f"  {line}" for line in lines)
    if found.salt:
        yield translate(_SALT_IS, language, {"salt": found.salt})
    if not found.good:
        yield translate(_WHAT_NEXT, language)
    if found.broadcast:
        verify = NextAction(action="audit.verify", parameters={"anchor": "NUMBER:DIGEST"})
        yield translate(_PROVE, language, {"verify": command_of(verify)})


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
