"""What `eboxcast notices` answers: a line for each notice, or one of them whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import typer

from eboxcast.cli.shell import console
from eboxcast.lib.formatting import aligned, iso, short_moment
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.notices.models import ROLE, Notice, State

LIST_FORMAT = "eboxcast.notices/1"
SHOW_FORMAT = "eboxcast.notice/1"

STATES = {
    State.WAITING: N_("waiting"),
    State.SENT: N_("sent"),
    State.FAILED: N_("to be retried"),
    State.GIVEN_UP: N_("given up"),
    State.NO_READER: N_("no reader"),
}
_HEADINGS = (N_("Number"), N_("Made"), N_("State"), N_("Recipient"), N_("Subject"), N_("Problem"))
_NONE = N_("No notices.")
_TO = N_("To: {address} ({recipient})")
_TO_NOBODY = N_("To the role {role}: no one")
_SUBJECT = N_("Subject: {subject}")
_STANDS = N_("State: {state} since {moment}, {attempts} attempt(s)")
_PROBLEM = N_("Problem: {problem}")
_EMPTIED = N_("Its text was deleted at the end of its retention period.")
_FILE = N_("Attachment: {file}")
_INVITATION = N_("Invitation: {method} from {start} to {end}")


def show_list(notices: Sequence[Notice], *, as_json: bool) -> None:
    """Print notices, oldest first."""
    if as_json:
        _print({"format": LIST_FORMAT, "notices": [values_of(notice) for notice in notices]})
        return
    language = language_of_user()
    if not notices:
        console.line(translate(_NONE, language))
        return
    rows = [tuple(translate(heading, language) for heading in _HEADINGS), *(_cells(one, language) for one in notices)]
    typer.echo("\n".join(aligned(rows, to_the_right=(0,))))


def show_one(notice: Notice, *, as_json: bool) -> None:
    """Print a notice whole."""
    if as_json:
        texts = {"text": notice.text, "html": notice.html, "calendar": notice.calendar or None}
        _print({"format": SHOW_FORMAT, **values_of(notice), **texts, "attachments": _files(notice)})
        return
    typer.echo("\n".join([*_head(notice, language_of_user()), "", _text(notice)]))


def values_of(notice: Notice) -> dict[str, object]:
    """Return what programs learn of a notice."""
    return {
        "number": notice.pk,
        "seal": notice.seal,
        "entry": notice.entry,
        "kind": notice.kind,
        "broadcast": str(notice.broadcast) if notice.broadcast else None,
        "recipient": notice.recipient,
        "address": notice.address,
        "language": notice.language,
        "subject": notice.subject,
        "message_id": notice.message_id,
        "state": notice.state,
        "attempts": notice.attempts,
        "made_at": iso(notice.created_at, "seconds"),
        "sent_at": iso(notice.sent_at, "seconds"),
        "problem": mask_and_strip(notice.last_problem) or None,
        "items": [
            {
                "seal": item.seal,
                "entry": item.entry,
                "kind": item.kind,
                "broadcast": str(item.broadcast) if item.broadcast else None,
            }
            for item in sorted(notice.items.all(), key=lambda item: (item.seal, item.id))
        ],
    }


def _cells(notice: Notice, language: str) -> tuple[str, ...]:
    state = translate(STATES[State(notice.state)], language)
    problem = mask_and_strip(notice.last_problem)
    return str(notice.pk), short_moment(notice.created_at), state, notice.recipient, notice.subject, problem


def _head(notice: Notice, language: str) -> Iterator[str]:
    if notice.state == State.NO_READER:
        yield translate(_TO_NOBODY, language, {"role": notice.recipient.removeprefix(ROLE)})
    else:
        yield translate(_TO, language, {"address": notice.address, "recipient": notice.recipient})
    yield translate(_SUBJECT, language, {"subject": notice.subject})
    moment = notice.sent_at or notice.created_at
    state = translate(STATES[State(notice.state)], language)
    yield translate(_STANDS, language, {"state": state, "moment": moment, "attempts": notice.attempts})
    if notice.last_problem:
        yield translate(_PROBLEM, language, {"problem": mask_and_strip(notice.last_problem)})
    if notice.starts_at and notice.ends_at:
        span = {"start": notice.starts_at, "end": notice.ends_at}
        yield translate(_INVITATION, language, {"method": notice.method, **span})
    for file in _files(notice):
        yield translate(_FILE, language, {"file": file})


def _text(notice: Notice) -> str:
    return notice.text.rstrip() or translate(_EMPTIED, language_of_user())


def _files(notice: Notice) -> list[str]:
    return list(notice.attachments.order_by("id").values_list("file_name", flat=True))


def _print(answer: dict[str, object]) -> None:
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
