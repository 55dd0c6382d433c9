"""`eboxcast audit`: who did what when, and the proof that nobody touched it since."""

from __future__ import annotations

from typing import Annotated

import typer

from eboxcast.audit.anchoring import Kept, hand_out_head, read_anchor
from eboxcast.audit.dropping import drop_due, foresee_drop
from eboxcast.audit.pseudonyms import search_person
from eboxcast.audit.selectors import Wanted, read_entries
from eboxcast.audit.verification import verify
from eboxcast.broadcasts.lookup import find_broadcast
from eboxcast.cli.admin.audit_text import entry_lines, expiry_lines, verdict_lines
from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, moment
from eboxcast.cli.shell.private import key_given
from eboxcast.cli.shell.usage import NumberInArguments
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.database.ownership import as_owner, owns_the_audit
from eboxcast.delivery.runs.lookup import find_run
from eboxcast.lib.actors import Actor
from eboxcast.lib.errors import NotAllowedNow, WrongUse
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.presenters.audit import audit_head, audit_list, audit_verdict, years_deleted, years_due
from eboxcast.presenters.json import as_json as json_of
from eboxcast.presenters.schemas.audit import AuditExpiry

_MORE = N_("There are older entries. Use --limit or --since.")

app = command_app()


class AnchorUnreadable(WrongUse):
    """An anchor is a number and a digest."""

    code = "audit.anchor-unreadable"
    sentence = N_("{text} is not a valid anchor.")
    remedy = N_(
        "Give it as printed in a certificate or an email: a number, a colon, and 64 characters from 0 to 9 and a to f."
    )


class NothingRecorded(NotAllowedNow):
    """There is no head of an empty chain."""

    code = "audit.nothing-recorded"
    sentence = N_("Nothing has been recorded yet, so there is no head to give.")


class NotTheOwner(NotAllowedNow):
    """The role that works may add to the audit and read it, and that is right so."""

    code = "audit.not-the-owner"
    sentence = N_("This process uses a role that may not delete a year of the audit.")
    remedy = N_("Set EBOXCAST_OWNER_URL for this command only (docs/howto/use-your-own-postgresql.md).")


Limit = Annotated[int, typer.Option(min=1, help="The maximum number of entries; the newest are shown.")]


@app.callback()
def main() -> None:
    """Read and verify the audit, and print its head."""


@app.command("list")
def list_(
    broadcast: Annotated[str | None, typer.Option(help="Only about this broadcast.")] = None,
    run: Annotated[str | None, typer.Option(help="Only about this run.")] = None,
    since: Annotated[str | None, typer.Option(help="Only since this moment: 2027-02-15T18:00, Brussels time.")] = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """List entries, oldest first. Entries that are not sealed yet come last, without a number."""
    who = actor()
    wanted = Wanted(
        broadcast=find_broadcast(broadcast, actor=who).id if broadcast else None,
        run=find_run(run, actor=who).id if run else None,
        since=moment(since),
    )
    _show_entries(wanted, limit, actor=who, as_json=as_json)


@app.command("verify")
def verify_(
    anchor: Annotated[
        list[str] | None,
        typer.Option(help="A head kept elsewhere, NUMBER:DIGEST. May be repeated."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Recalculate every digest and show up to which anchor the audit is proved. Exits with 1 if there are faults."""
    anchors = [_read(text) for text in anchor or ()]
    with sanitized_db_errors():
        found = verify(anchors, actor=actor())
    verdict = audit_verdict(found)
    typer.echo(
        json_of(verdict) if as_json else "\n".join(verdict_lines(verdict, language_of_user(), anchored=bool(anchors)))
    )
    if not found.good:
        raise typer.Exit(1)


@app.command("anchor")
def anchor_(
    to: Annotated[
        str, typer.Option(help="Who it is for, as recorded in the audit. By default, the person who runs the command.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Print the head, NUMBER:DIGEST. Kept elsewhere, it can later prove that nothing up to now was altered."""
    with sanitized_db_errors():
        head = hand_out_head(to, actor=actor())
    if head is None:
        raise NothingRecorded
    typer.echo(json_of(audit_head(head)) if as_json else str(head))


@app.command()
def find(
    person: Annotated[str, typer.Argument(metavar="-", help="Always -: the number is read from standard input.")],
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """List entries about a person, such as who opened their eBox. The audit records who searched."""
    if person != "-":
        raise NumberInArguments(command="eboxcast audit find")
    who = actor()
    with sanitized_db_errors():
        people = search_person(key_given(), actor=who)
    _show_entries(Wanted(people=people), limit, actor=who, as_json=as_json)


@app.command()
def expire(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be done, without changing anything.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Delete the years past their retention period: ten years, counted from 1 January after the action.

    One entry records how many were deleted. The last digest of the year is kept, so the rest can still be proved.
    """
    who = actor()
    if dry_run:
        with sanitized_db_errors():
            _show_years(years_due(foresee_drop(actor=who)), as_json=as_json)
        return
    with as_owner(), sanitized_db_errors():
        if not owns_the_audit():
            raise NotTheOwner
        gone = drop_due(actor=who)
    _show_years(years_deleted(gone), as_json=as_json)


def _show_entries(wanted: Wanted, limit: int, *, actor: Actor, as_json: bool) -> None:
    with sanitized_db_errors():
        entries = read_entries(wanted, limit + 1, actor=actor)
    answer = audit_list(entries[-limit:], more=len(entries) > limit)
    if as_json:
        typer.echo(json_of(answer, precision="microseconds"))
        return
    typer.echo("\n".join(entry_lines(answer, language_of_user())))
    if answer.more:
        console.line(translate(_MORE, language_of_user()))


def _show_years(answer: AuditExpiry, *, as_json: bool) -> None:
    typer.echo(json_of(answer) if as_json else "\n".join(expiry_lines(answer, language_of_user())))


def _read(text: str) -> Kept:
    anchor = read_anchor(text)
    if anchor is None:
        raise AnchorUnreadable(text=mask_and_strip(text))
    return anchor
