"""`eboxcast report`: the account of a run, and the lists of those it did not reach."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from eboxcast.cli.package.check import Language
from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.errors import VerificationUnclear
from eboxcast.cli.shell.options import RunNumber
from eboxcast.cli.shell.private_files import refuse_existing, write_private
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs.lookup import find_run
from eboxcast.delivery.runs.settlement import settle
from eboxcast.lib.actors import Actor
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.reports.handing_out import hand_out_paper_list, hand_out_rejected_rows, record_salt_given
from eboxcast.reports.rejected import RejectedList
from eboxcast.reports.report import Report, report_as_json, report_as_text, report_of
from eboxcast.reports.report_html import report_as_html
from eboxcast.reports.verification import Verification, verify
from eboxcast.reports.verification_page import verification_as_json, verification_as_text

_REPORT = N_("The report is in {path}.")
_PAPER = N_("The paper list is in {path}. It contains personal data: keep it safe and delete it after use.")
_ROWS = N_("The rejected rows are in {path}. They contain personal data: keep them safe and delete them after use.")
_KEEP_SAFE = N_(
    "With the salt, anyone who tries every number can find out who is in a small audience. Keep it "
    "as safe as the recipient lists, and do not store it with the certificate."
)
_NO_ROWS = N_("No list had rejected rows, so no file was written.")

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
    settled = settle(find_run(run, actor=who))
    if paper:
        write_private(paper, hand_out_paper_list(settled, actor=who), force=force)
        _say(_PAPER, spoken, paper)
    if rejected:
        _write_rejected(settled, rejected, spoken, who, force=force)
    if verified:
        verification = verify(settled, actor=who)
        content = _verification(settled, verification, form, spoken, salt_for=who if with_salt else None)
    else:
        content = _content(report_of(settled, actor=who), form, spoken)
    if out:
        write_private(out, [content.encode()], force=force)
        _say(_REPORT, spoken, out)
    else:
        typer.echo(content.rstrip("\n"))
    if verified and not verification.good:
        raise typer.Exit(1)


def _verification(run: Run, found: Verification, form: Form, language: str, *, salt_for: Actor | None) -> str:
    with_salt = salt_for is not None
    if salt_for:
        record_salt_given(run, actor=salt_for)
        console.line(translate(_KEEP_SAFE, language))
    if form is Form.JSON:
        return verification_as_json(found, with_salt=with_salt) + "\n"
    return verification_as_text(found, language, with_salt=with_salt) + "\n"


def _content(report: Report, form: Form, language: str) -> str:
    if form is Form.JSON:
        return report_as_json(report) + "\n"
    return report_as_html(report, language) if form is Form.HTML else report_as_text(report, language)


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
