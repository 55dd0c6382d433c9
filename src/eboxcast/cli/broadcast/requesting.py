"""`eboxcast broadcast request|agree|want|reconfirm|cancel`: what an institution asks for, and still wants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from eboxcast.broadcasts import requests, scheduling
from eboxcast.broadcasts.errors import AudienceUnclear
from eboxcast.broadcasts.models import Broadcast
from eboxcast.broadcasts.requests import Contact, Wanted
from eboxcast.cli.broadcast.answers import head_of, tell
from eboxcast.cli.broadcast.errors import ContactUnclear
from eboxcast.cli.broadcast.evening import conflict_lines
from eboxcast.cli.broadcast.next_steps import outlook_lines
from eboxcast.cli.broadcast.options import Dates, Number, Why, current_actor, days, load_broadcast
from eboxcast.cli.shell import console
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, day
from eboxcast.lib.formatting import long_date
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user
from eboxcast.presenters.broadcasts import broadcasts_requested
from eboxcast.presenters.json import as_json as json_of

_AGREED = N_("Broadcast {broadcast}: {date} was accepted. The other side must accept it too.")
_WANTED = N_("Broadcast {broadcast}: other dates were requested. Earlier decisions about the date are void.")
_RECONFIRMED = N_("Broadcast {broadcast}: the date was reconfirmed.")
_CANCELLED = N_("Broadcast {broadcast} was cancelled. This is final.")

app = command_app()


@app.command()
def request(
    application: Annotated[str, typer.Option(help="The sending application, as in the metadata.")],
    message_type: Annotated[str, typer.Option("--type", help="The code of the message type.")],
    subject: Annotated[str, typer.Option(help="The subject, in one line.")],
    date: Annotated[list[str], typer.Option(help="A requested day: 2027-02-15. May be repeated, best first.")],
    recipients: Annotated[
        list[str], typer.Option(help="The expected number: 180000 with --language, or fr=180000. May be repeated.")
    ],
    language: Annotated[str, typer.Option(help="The language, if --recipients does not give one.")] = "",
    campaign: Annotated[str, typer.Option(help="The name of the campaign that groups several broadcasts.")] = "",
    contact: Annotated[str, typer.Option(help='A contact: "Name, email address, phone number".')] = "",
    as_json: AsJson = False,
) -> None:
    """Request broadcasts, one for each language. Several languages form a campaign."""
    actor = current_actor()
    wanted = Wanted(
        application=application,
        message_type=message_type,
        subject=subject,
        dates=tuple(days(date)),
        expected=_expected(recipients, language),
        campaign=campaign,
        contact=_contact(contact),
    )
    _show(requests.request(wanted, actor=actor), as_json=as_json)


@app.command()
def agree(
    broadcast: Number,
    date: Annotated[str, typer.Argument(help="One of the proposed days: 2027-02-15.")],
    as_json: AsJson = False,
) -> None:
    """Accept one of the proposed days. The side that proposed it has already accepted it."""
    found, actor = load_broadcast(broadcast)
    agreed = day(date)
    scheduling.agree(found, actor=actor, day=agreed)
    tell(found, _AGREED, as_json=as_json, date=long_date(agreed, language_of_user()))


@app.command()
def want(broadcast: Number, dates: Dates, as_json: AsJson = False) -> None:
    """Request other dates, until the launch. Decisions, reconfirmation and GO for the old date become void."""
    found, actor = load_broadcast(broadcast)
    scheduling.want(found, actor=actor, dates=days(dates))
    _warn([found])
    tell(found, _WANTED, as_json=as_json)


@app.command()
def reconfirm(broadcast: Number, as_json: AsJson = False) -> None:
    """Confirm again that you want the date. Due ten working days before it."""
    found, actor = load_broadcast(broadcast)
    requests.reconfirm(found, actor=actor)
    tell(found, _RECONFIRMED, as_json=as_json)


@app.command()
def cancel(broadcast: Number, reason: Why = "", as_json: AsJson = False) -> None:
    """Cancel a broadcast before it is launched. This is final."""
    found, actor = load_broadcast(broadcast)
    scheduling.cancel(found, actor=actor, reason=reason)
    tell(found, _CANCELLED, as_json=as_json)


_MOST_DIGITS = 12


def _expected(texts: Sequence[str], language: str) -> dict[str, int]:
    """Return how many recipients are expected in each language. Raises AudienceUnclear."""
    found: dict[str, int] = {}
    for text in texts:
        named, _, number = text.rpartition("=")
        named = (named or language).lower()
        if named in found or not number.isdecimal() or len(number) > _MOST_DIGITS:
            raise AudienceUnclear(text=mask_and_strip(text))
        found[named] = int(number)
    return found


def _contact(text: str) -> Contact | None:
    """Return whom to call, or nobody where nothing is given. Raises ContactUnclear."""
    if not text.strip():
        return None
    name, *rest = (part.strip() for part in text.split(","))
    email = next((part for part in rest if "@" in part), "")
    phone = next((part for part in rest if part and "@" not in part), "")
    if not name or not (email or phone) or len(rest) > len([part for part in (email, phone) if part]):
        raise ContactUnclear(text=mask_and_strip(text))
    return Contact(name=name, email=email, phone=phone)


def _show(broadcasts: Sequence[Broadcast], *, as_json: bool) -> None:
    _warn(broadcasts)
    if as_json:
        typer.echo(json_of(broadcasts_requested(broadcasts, language_of_user())))
        return
    typer.echo("\n\n".join("\n".join([*head_of(one), *outlook_lines(one)]) for one in broadcasts))


def _warn(broadcasts: Sequence[Broadcast]) -> None:
    """Say already now what stands in the way of the wanted dates; the deciders see the same."""
    for broadcast in broadcasts:
        for line in conflict_lines(broadcast):
            console.line(line)
