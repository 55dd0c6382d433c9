"""`eboxcast audit`: who did what when, and the proof that nobody touched it since."""

from __future__ import annotations

from typing import Annotated

import typer

from eboxcast.audit.anchoring import Kept, hand_out_head, read_anchor
from eboxcast.audit.dropping import drop_due, foresee_drop
from eboxcast.audit.listing import Wanted
from eboxcast.audit.searching import search_person
from eboxcast.audit.verifying import verify
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
from eboxcast.database.owning import as_owner, owns_the_audit
from eboxcast.delivery.runs.lookup import find_run
from eboxcast.lib.masking import mask_and_strip

app = command_app()

Limit = Annotated[int, typer.Option(min=1, help="How many at most; the newest are shown.")]


@app.callback()
def main() -> None:
    """Read the audit, verify it, hand out its head."""


@app.command("list")
def list_(
    broadcast: Annotated[str | None, typer.Option(help="Only about this broadcast.")] = None,
    run: Annotated[str | None, typer.Option(help="Only about this run.")] = None,
    since: Annotated[str | None, typer.Option(help="Only since then: 2027-02-15T18:00, Brussels time.")] = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """List entries, oldest first; those not yet sealed stand last, without a number."""
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
        typer.Option(help="A head kept elsewhere, NUMBER:DIGEST. Can be given several times."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compute every digest again; say up to which anchor it is proved. Exit 1 when something is wrong."""
    anchors = [_read(text) for text in anchor or ()]
    with sanitized_db_errors():
        found = verify(anchors, actor=actor())
    show_verification(found, anchors, as_json=as_json)
    if not found.good:
        raise typer.Exit(1)


@app.command("anchor")
def anchor_(
    to: Annotated[str, typer.Option(help="Whom it is for, as the audit keeps it; else who asks.")] = "",
    as_json: AsJson = False,
) -> None:
    """Hand out the head, NUMBER:DIGEST: kept outside, it proves later that nothing until now was touched."""
    with sanitized_db_errors():
        head = hand_out_head(to, actor=actor())
    if head is None:
        raise NothingRecorded
    show_anchor(head, as_json=as_json)


@app.command()
def find(
    person: Annotated[str, typer.Argument(metavar="-", help="Always -: the number is given on standard input.")],
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """List entries about a person, such as who looked into their eBox. The audit keeps who asked."""
    if person != "-":
        raise NumberInArguments(command="eboxcast audit find")
    who = actor()
    with sanitized_db_errors():
        people = search_person(key_given(), actor=who)
    show_entries(Wanted(people=people), limit, actor=who, as_json=as_json)


@app.command()
def expire(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is due, and change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Drop the years whose term is over: ten years, counted from 1 January after the action.

    An entry counts what went, and the last digest of the year stays, so that the rest is still proved.
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
