"""What `eboxcast person` answers, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence

import typer

from eboxcast.lib import clock
from eboxcast.lib.formatting import iso
from eboxcast.lib.masking import mask_and_strip
from eboxcast.senders.models import Person, Token


def show_people(people: Sequence[Person], *, as_json: bool) -> None:
    """Print people, a line each, or as JSON."""
    _print("people", [_person(person) for person in people], as_json=as_json)


def show_tokens(tokens: Sequence[Token], *, as_json: bool) -> None:
    """Print the tokens of somebody, a line each, or as JSON."""
    _print("tokens", [_token(token) for token in tokens], as_json=as_json)


def _person(person: Person) -> dict[str, object]:
    return {
        "name": person.name,
        "full_name": person.full_name,
        "institution": person.institution_id,
        "roles": person.roles,
        "language": person.language,
        "email": person.email,
        "phone": person.phone,
        "service": person.service,
        "active": person.active,
    }


def _token(token: Token) -> dict[str, object]:
    return {
        "number": token.id,
        "label": token.label,
        "made_at": iso(token.made_at, "seconds"),
        "made_by": token.made_by,
        "expires_at": iso(token.expires_at, "seconds"),
        "revoked_at": iso(token.revoked_at, "seconds"),
        "in_force": token.revoked_at is None and token.expires_at > clock.now(),
    }


def _print(what: str, rows: Sequence[dict[str, object]], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({what: list(rows)}, ensure_ascii=False, indent=2))
        return
    for row in rows:
        typer.echo("\t".join(_cell(value) for value in row.values()))


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return mask_and_strip(str(value)) if value not in (None, "") else "-"
