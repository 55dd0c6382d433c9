"""`eboxcast person`: who may act, as what, and by which tokens."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from django.conf import settings

from eboxcast.accounts import factors, invitations
from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import caretaker
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, Language
from eboxcast.lib.actors import Role
from eboxcast.lib.formatting import short_moment
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.presenters.people import MAILS, person_list, token_list
from eboxcast.presenters.schemas.people import PersonList, PersonShown, TokenList, TokenShown
from eboxcast.senders import people, people_tokens
from eboxcast.senders.people import Particulars
from eboxcast.senders.people_file import load_people

_ADDED = N_("{name} is recorded: {roles}. Next step: eboxcast person token {name}")
_CHANGED = N_("{name} is recorded: {roles}.")
_DEACTIVATED = N_("{name} can no longer act, whatever tokens they still have.")
_TOKEN = N_("The token of {name}, shown only once. Give it only to {name}, to use with: eboxcast login")
_REVOKED = N_("Token {number} of {name} was revoked on {moment}.")
_MAILED = N_("{name} receives an email with the link, at {email}. The steward sends it.")
_INVITED = N_("The link for {name}, shown only once. Give it only to {name}, to open in a browser:")
_RESET = N_("{name} has no second factor now. They sign in with their password and set one up again.")
_LOADED = N_(
    "Loaded: {people} {people:person|people}, {teams} {teams:team|teams}, {contacts} {contacts:contact|contacts}."
)


class Mails(StrEnum):
    """How somebody gets emails."""

    EACH = "each"
    DAILY = "daily"


Name = Annotated[str, typer.Argument(help="The name used to act: lowercase letters, digits, dots, hyphens.")]
Roles = Annotated[list[Role], typer.Option("--role", help="A role. May be repeated.")]
FullName = Annotated[str, typer.Option(help="First and last name, or what a service account is for.")]
Institution = Annotated[
    str, typer.Option(help="The CBE number of their institution. Leave out for the operator's people.")
]
Email = Annotated[str, typer.Option(help="The email address.")]
Phone = Annotated[str, typer.Option(help="The phone number.")]

app = command_app()


@app.callback()
def main() -> None:
    """People, their roles and their tokens, managed by the integration team."""


@app.command()
def add(
    name: Name,
    full_name: FullName,
    role: Roles,
    language: Annotated[Language, typer.Option(help="The language of the emails.")],
    institution: Institution = "",
    email: Email = "",
    phone: Phone = "",
    service: Annotated[bool, typer.Option("--service", help="A service account, such as for a scheduler.")] = False,
) -> None:
    """Add someone who may act. While no one in the integration team can act, the system user may do this."""
    particulars = Particulars(
        full_name=full_name,
        roles=frozenset(role),
        language=language.value,
        institution=institution,
        email=email,
        phone=phone,
        service=service,
    )
    people.add_person(name, particulars, actor=caretaker())
    _say(_ADDED, name=name, roles=", ".join(sorted(role)))


@app.command()
def change(
    name: Name,
    full_name: Annotated[str | None, typer.Option(help="First and last name.")] = None,
    role: Annotated[list[Role] | None, typer.Option(help="All roles from now on. May be repeated.")] = None,
    language: Annotated[Language | None, typer.Option(help="The language of the emails.")] = None,
    email: Annotated[str | None, typer.Option(help="The email address.")] = None,
    phone: Annotated[str | None, typer.Option(help="The phone number.")] = None,
    mails: Annotated[
        Mails | None,
        typer.Option(help="Emails as things happen, or one overview a day. What cannot wait is not held back."),
    ] = None,
    active: Annotated[bool, typer.Option("--active", help="Reactivate a person who was deactivated.")] = False,
) -> None:
    """Change the record of a person. What is not given stays the same."""
    given: dict[str, Any] = {
        "full_name": full_name,
        "roles": frozenset(role) if role else None,
        "language": language.value if language else None,
        "email": email,
        "phone": phone,
        "mails": mails.value if mails else None,
        "active": active or None,
    }
    changes = {field: value for field, value in given.items() if value is not None}
    person = people.change_person(name, actor=caretaker(), **changes)
    _say(_CHANGED, name=name, roles=", ".join(person.roles))


@app.command("list")
def show(as_json: AsJson = False) -> None:
    """List the people, with their institutions and roles."""
    answer = person_list(people.list_people(actor=caretaker()))
    console.result(answer, _people_lines, as_json=as_json)


@app.command()
def deactivate(name: Name) -> None:
    """Deactivate a person. People are never deleted, because the audit refers to them."""
    people.deactivate_person(name, actor=caretaker())
    _say(_DEACTIVATED, name=name)


@app.command()
def token(
    name: Name,
    label: Annotated[str, typer.Option(help="What it is for, such as the name of a machine.")] = "eboxcast",
    days: Annotated[int, typer.Option(help="How long it is valid.")] = 90,
) -> None:
    """Create a token for a person and write it to standard output, only once."""
    text = people_tokens.make_token(name, label=label, days=days, actor=caretaker())
    _say(_TOKEN, name=name)
    typer.echo(text)


@app.command()
def tokens(name: Name, as_json: AsJson = False) -> None:
    """List the tokens of a person, by number. The tokens themselves are not stored."""
    answer = token_list(people_tokens.tokens_of(name, actor=caretaker()))
    console.result(answer, _token_lines, as_json=as_json, precision="seconds")


@app.command()
def revoke(number: Annotated[int, typer.Argument(help="The number of the token.")]) -> None:
    """Revoke a token. This is final."""
    revoked = people_tokens.revoke_token(number, actor=caretaker())
    assert revoked.revoked_at is not None  # noqa: S101 - it has just been revoked
    _say(_REVOKED, number=number, name=revoked.person_id, moment=revoked.revoked_at)


@app.command()
def invite(
    name: Name,
    days: Annotated[int, typer.Option(help="How long the link is valid.")] = invitations.USUAL_DAYS,
    mail: Annotated[bool, typer.Option("--mail", help="Send the link by email instead of writing it.")] = False,
) -> None:
    """Invite a person to the pages: write a link to standard output, by which they set their password, once.

    If someone has forgotten their password, invite them again. The password they have stays valid until they set
    another one.
    """
    if mail:
        person = invitations.invite_by_mail(name, days=days, actor=caretaker())
        _say(_MAILED, name=name, email=person.email)
        return
    text = invitations.invite(name, days=days, actor=caretaker())
    _say(_INVITED, name=name)
    typer.echo(f"{settings.EBOXCAST_PAGES_URL}/invitation/{text}")


@app.command("reset-factor")
def reset_factor(name: Name) -> None:
    """Remove the second factor of a person who lost it, with their recovery codes. Their sessions end.

    Make sure first that it is really them who asks. They sign in with their password, and set up a second factor
    again. They are told by email.
    """
    factors.reset_factors(name, actor=caretaker())
    _say(_RESET, name=name)


@app.command()
def load(file: Annotated[Path, typer.Argument(help="A people file: TOML, docs/reference/people-file.md.")]) -> None:
    """Load people, teams and standing contacts from a file. Existing ones are updated."""
    loaded = load_people(file, actor=caretaker())
    _say(_LOADED, **vars(loaded))


def _say(sentence: str, **data: object) -> None:
    console.line(translate(sentence, language_of_user(), data))


_PEOPLE = (
    N_("Name"),
    N_("Full name"),
    N_("Institution"),
    N_("Roles"),
    N_("Language"),
    N_("Email"),
    N_("Phone"),
    N_("Emails"),
    N_("State"),
)
_TOKENS = (N_("Token"), N_("Label"), N_("Made"), N_("Made by"), N_("Expires"), N_("State"))
_ACTIVE = N_("active")
_INACTIVE = N_("not active")
_IN_FORCE = N_("valid")
_REVOKED_STATE = N_("revoked")
_EXPIRED = N_("expired")
_PROGRAM = N_("{state}, service account")
_NOBODY = N_("No people.")
_NO_TOKENS = N_("No tokens.")


def _people_lines(answer: PersonList, language: str) -> list[str]:
    """Return a line for each person, below headings."""
    rows = [_person(one, language) for one in answer.people]
    return console.table(_PEOPLE, rows, language) if rows else [translate(_NOBODY, language)]


def _token_lines(answer: TokenList, language: str) -> list[str]:
    """Return a line for each token, below headings."""
    rows = [_token(one, language) for one in answer.tokens]
    return console.table(_TOKENS, rows, language) if rows else [translate(_NO_TOKENS, language)]


def _person(one: PersonShown, language: str) -> tuple[str, ...]:
    state = translate(_ACTIVE if one.active else _INACTIVE, language)
    return (
        one.name,
        mask_and_strip(one.full_name),
        one.institution or "–",
        ", ".join(one.roles),
        one.language,
        one.email or "–",
        one.phone or "–",
        translate(MAILS[one.mails], language),
        translate(_PROGRAM, language, {"state": state}) if one.service else state,
    )


def _token(one: TokenShown, language: str) -> tuple[str, ...]:
    state = _IN_FORCE if one.in_force else _REVOKED_STATE if one.revoked_at else _EXPIRED
    return (
        str(one.number),
        mask_and_strip(one.label) or "–",
        short_moment(one.made_at, language),
        one.made_by,
        short_moment(one.expires_at, language),
        translate(state, language),
    )
