"""`eboxcast broadcast request|agree|want|reconfirm|cancel|decide|waive`: a request and its date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date as Day  # noqa: N812 - `date` is the option
from enum import StrEnum
from typing import Annotated

import typer

from eboxcast.broadcasts import requests, scheduling
from eboxcast.broadcasts.errors import AudienceUnclear
from eboxcast.broadcasts.load import booked_between, conflicts_of
from eboxcast.broadcasts.models import Broadcast, Lateness, State
from eboxcast.broadcasts.requests import Contact, Wanted
from eboxcast.cli.broadcast.answers import head_of, outlook_lines, tell
from eboxcast.cli.broadcast.options import Dates, Number, current_actor, days, load_broadcast
from eboxcast.cli.shell import console
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, Reason, day, moment
from eboxcast.lib.actors import Actor
from eboxcast.lib.errors import WrongUse
from eboxcast.lib.formatting import grouped, long_date, spoken
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.planning.capacity import Booked, configured_limits
from eboxcast.presenters.broadcasts import broadcasts_requested
from eboxcast.presenters.json import json_text


class ContactUnclear(WrongUse):
    """A contact is not name, mail and telephone."""

    code = "broadcast.contact-unclear"
    sentence = N_("This contact cannot be used: {text}.")
    remedy = N_(
        'Write: --contact "Name, email address, phone number". You can leave out the email address or the phone number.'
    )


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
def cancel(broadcast: Number, reason: Reason = "", as_json: AsJson = False) -> None:
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
        typer.echo(json_text(broadcasts_requested(broadcasts, language_of_user())))
        return
    typer.echo("\n\n".join("\n".join([*head_of(one), *outlook_lines(one)]) for one in broadcasts))


def _warn(broadcasts: Sequence[Broadcast]) -> None:
    """Say already now what stands in the way of the wanted dates; the deciders see the same."""
    for broadcast in broadcasts:
        for line in _conflict_lines(broadcast):
            console.line(line)


_ACCEPTED = N_("Broadcast {broadcast}: {date} was accepted. The other side has not decided yet.")
_SCHEDULED = N_("Broadcast {broadcast}: both sides have accepted {date}.")
_POSTPONED = N_("Broadcast {broadcast} was postponed. Proposed dates: {dates}.")
_REFUSED = N_("Broadcast {broadcast} was refused. This is final.")
_WAIVED = N_("Broadcast {broadcast}: the waiver was recorded in your name.")


class Decided(StrEnum):
    """What may be decided."""

    ACCEPT = "accept"
    POSTPONE = "postpone"
    REFUSE = "refuse"


@app.command()
def decide(
    broadcast: Number,
    decision: Annotated[Decided, typer.Argument(help="Your decision, for your side.")],
    date: Annotated[
        list[str] | None,
        typer.Option(
            help="To accept: one of the requested days. To postpone: the days to propose; by "
            "default, the nearest free days."
        ),
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="A moment of that evening other than its start: 2027-02-15T20:00.")
    ] = None,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Accept a requested date, propose others, or refuse. Shows first what is planned for those evenings."""
    found, actor = load_broadcast(broadcast)
    given, why = days(date or []), reason
    if decision == Decided.REFUSE:
        scheduling.refuse(found, actor=actor, reason=why)
        tell(found, _REFUSED, as_json=as_json)
    elif decision == Decided.POSTPONE:
        _postpone(found, actor, given, why, as_json=as_json)
    else:
        _accept(found, actor, given, at, as_json=as_json)


@app.command()
def waive(
    broadcast: Number,
    what: Annotated[Lateness, typer.Argument(help="The deadline that was missed.")],
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Waive a missed deadline, in your name, so that the date can stay."""
    found, actor = load_broadcast(broadcast)
    requests.waive(found, actor=actor, what=what, reason=reason)
    tell(found, _WAIVED, as_json=as_json)


def _accept(found: Broadcast, actor: Actor, given: Sequence[Day], at: str | None, *, as_json: bool) -> None:
    day = scheduling.day_to_accept(found, given)
    _show_load(found, [day])
    scheduling.accept(found, actor=actor, day=day, agreed_at=moment(at))
    sentence = _ACCEPTED if found.state == State.REQUESTED else _SCHEDULED
    tell(found, sentence, as_json=as_json, date=long_date(day, language_of_user()))


def _postpone(found: Broadcast, actor: Actor, given: Sequence[Day], why: str, *, as_json: bool) -> None:
    proposed = scheduling.days_to_propose(found, given)
    _show_load(found, [*scheduling.days_concerned(found), *proposed])
    scheduling.postpone(found, actor=actor, reason=why, dates=proposed)
    dates = ", ".join(long_date(day, language_of_user()) for day in proposed)
    tell(found, _POSTPONED, as_json=as_json, dates=dates)


def _show_load(found: Broadcast, evenings: Sequence[Day]) -> None:
    for line in _load_lines(found, evenings):
        console.line(line)


_LOAD = N_(
    "{date}: {broadcasts} of {most_broadcasts} broadcasts and {recipients} of {most_recipients} recipients are planned."
)


def _load_lines(broadcast: Broadcast, days: Sequence[Day]) -> Iterator[str]:
    """Yield what is planned beside a broadcast for each of some days, and what stands in its way."""
    language, limits = language_of_user(), configured_limits()
    for evening in days:
        booked = booked_between(evening, evening, without=broadcast).get(evening, Booked())
        counts = {
            "broadcasts": booked.broadcasts,
            "most_broadcasts": limits.broadcasts,
            "recipients": booked.recipients,
            "most_recipients": limits.recipients,
        }
        data = {name: grouped(count, language) for name, count in counts.items()}
        yield translate(_LOAD, language, {"date": long_date(evening, language), **data})
        yield from (f"  - {line}" for line in _conflicts(broadcast, evening, language))


def _conflict_lines(broadcast: Broadcast) -> Iterator[str]:
    """Yield what stands in the way of each wanted date."""
    language = language_of_user()
    for evening in broadcast.wanted_dates:
        yield from _conflicts(broadcast, evening, language)


def _conflicts(broadcast: Broadcast, day: Day, language: str) -> Iterator[str]:
    for conflict in conflicts_of(broadcast, day):
        yield translate(conflict.sentence, language, spoken(conflict.data, language))
