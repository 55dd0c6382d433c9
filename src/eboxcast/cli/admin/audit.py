"""`eboxcast audit`: who did what when, and the proof that nobody touched it since."""

from __future__ import annotations

from typing import Annotated

import typer

from eboxcast.audit.anchoring import Kept, hand_out_head, read_anchor
from eboxcast.audit.dropping import drop_due, foresee_drop
from eboxcast.audit.pseudonyms import search_person
from eboxcast.audit.selectors import Wanted
from eboxcast.audit.verification import verify
from eboxcast.broadcasts.lookup import find_broadcast
from eboxcast.cli.admin.audit_answer import show_anchor, show_dropped, show_due, show_entries
from eboxcast.cli.admin.audit_errors import AnchorUnreadable, NothingRecorded, NotTheOwner
from eboxcast.cli.admin.audit_verdict import show_verification
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.number_given import key_given
from eboxcast.cli.shell.options import AsJson, moment
from eboxcast.cli.shell.usage import NumberInArguments
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.database.ownership import as_owner, owns_the_audit
from eboxcast.delivery.runs.lookup import find_run
from eboxcast.lib.masking import mask_and_strip

app = command_app()

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
    show_entries(wanted, limit, actor=who, as_json=as_json)


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
    show_verification(found, anchors, as_json=as_json)
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
    show_anchor(head, as_json=as_json)


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
    show_entries(Wanted(people=people), limit, actor=who, as_json=as_json)


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
            show_due(foresee_drop(actor=who), as_json=as_json)
        return
    with as_owner(), sanitized_db_errors():
        if not owns_the_audit():
            raise NotTheOwner
        gone = drop_due(actor=who)
    show_dropped(gone, as_json=as_json)


def _read(text: str) -> Kept:
    anchor = read_anchor(text)
    if anchor is None:
        raise AnchorUnreadable(text=mask_and_strip(text))
    return anchor
