"""`eboxcast notices`: the mails of the procedure, where each stands, and having one tried again."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer

from eboxcast.broadcasts.lookup import find_broadcast
from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson
from eboxcast.lib.formatting import short_moment
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.notices import listing
from eboxcast.notices.models import ROLE, State
from eboxcast.notices.words import STATES
from eboxcast.presenters.notices import notice_list, whole_notice
from eboxcast.presenters.schemas.notices import NoticeList, NoticeShown, WholeNotice

_AGAIN = N_("{count} {count:notice|notices} will be retried.")
_HEADINGS = (N_("Number"), N_("Made"), N_("State"), N_("Recipient"), N_("Subject"), N_("Problem"))
_NONE = N_("No notices.")
_TO = N_("To: {address} ({recipient})")
_TO_NOBODY = N_("To the role {role}: no one")
_SUBJECT = N_("Subject: {subject}")
_STANDS = N_("State: {state} since {moment}, {attempts} {attempts:attempt|attempts}")
_PROBLEM = N_("Problem: {problem}")
_EMPTIED = N_("Its text was deleted at the end of its retention period.")
_FILE = N_("Attachment: {file}")
_INVITATION = N_("Invitation: {method} from {start} to {end}")

app = command_app()


class StateName(StrEnum):
    """Where a notice stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    GIVEN_UP = "given-up"
    NO_READER = "no-reader"


@app.callback()
def main() -> None:
    """Emails of the procedure: what was sent to whom, and whether it was delivered to the mail server."""


@app.command("list")
def list_(
    broadcast: Annotated[str | None, typer.Option(help="Only about this broadcast.")] = None,
    state: Annotated[StateName | None, typer.Option(help="Only notices in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The maximum number of entries; the newest are shown.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List notices, oldest first, with their reader and state."""
    who = actor()
    about = find_broadcast(broadcast, actor=who).id if broadcast else None
    states = [state.value] if state else []
    found = listing.list_notices(listing.Sought(broadcast=about, states=states), actor=who, limit=limit)
    console.result(notice_list(found), _lines, as_json=as_json, precision="seconds")


@app.command()
def show(
    number: Annotated[int, typer.Argument(help="The number of the notice.")],
    as_json: AsJson = False,
) -> None:
    """Show a notice as its reader receives it, and the last problem sending it."""
    found = listing.find_notice(number, actor=actor())
    console.result(whole_notice(found), _whole, as_json=as_json, precision="seconds")


@app.command()
def retry(
    number: Annotated[
        int | None, typer.Argument(help="The number of the notice. By default, all that were not sent.")
    ] = None,
) -> None:
    """Retry a notice that could not be sent, or all of them."""
    count = listing.retry(number, actor=actor())
    console.line(translate(_AGAIN, language_of_user(), {"count": count}))


def _lines(answer: NoticeList, language: str) -> list[str]:
    """Return a line for each notice, below headings."""
    rows = [_cells(one, language) for one in answer.notices]
    return console.table(_HEADINGS, rows, language) if rows else [translate(_NONE, language)]


def _cells(notice: NoticeShown, language: str) -> tuple[str, ...]:
    state = translate(STATES[State(notice.state)], language)
    subject = mask_and_strip(notice.subject)
    return (
        f"{notice.number}",
        short_moment(notice.made_at, language),
        state,
        notice.recipient,
        subject,
        notice.problem or "",
    )


def _whole(notice: WholeNotice, language: str) -> Iterator[str]:
    if notice.state == State.NO_READER:
        yield translate(_TO_NOBODY, language, {"role": notice.recipient.removeprefix(ROLE)})
    else:
        yield translate(_TO, language, {"address": notice.address, "recipient": notice.recipient})
    yield translate(_SUBJECT, language, {"subject": notice.subject})
    state, moment = translate(STATES[State(notice.state)], language), notice.sent_at or notice.made_at
    yield translate(_STANDS, language, {"state": state, "moment": moment, "attempts": notice.attempts})
    if notice.problem:
        yield translate(_PROBLEM, language, {"problem": notice.problem})
    if (evening := notice.invitation) is not None:
        span = {"start": evening.starts_at, "end": evening.ends_at}
        yield translate(_INVITATION, language, {"method": evening.method, **span})
    for file in notice.attachments:
        yield translate(_FILE, language, {"file": file})
    yield from ("", notice.text.rstrip() or translate(_EMPTIED, language))
