"""What an identity provider says of somebody, as the eBoxes they may open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from eboxcast.inbox.configuration import SignInOptions
from eboxcast.inbox.errors import NumberMissing, TooManyMandates
from eboxcast.lib import clock
from eboxcast.lib.identifiers import read_cbe, read_niss

MOST_MANDATES = 20
"""The session holds them, and a browser keeps 4 kB of it."""
_MOST_OF_A_NAME = 60


@dataclass(frozen=True, kw_only=True)
class Mandate:
    """An enterprise that somebody acts for."""

    key: int = field(repr=False)
    name: str


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Somebody as the identity provider knows them."""

    person: int = field(repr=False)
    """Their recipient key."""
    name: str = field(repr=False)
    mandates: tuple[Mandate, ...] = ()

    def may_open(self, mailbox: int) -> bool:
        """Return whether an eBox is theirs, or of an enterprise they act for."""
        return mailbox == self.person or any(mandate.key == mailbox for mandate in self.mandates)

    def name_of(self, mailbox: int) -> str:
        """Return what an eBox is called."""
        return next((one.name for one in self.mandates if one.key == mailbox), self.name)


def identity_of(claims: Mapping[str, Any], options: SignInOptions) -> Identity:
    """Return who signed in. Raises NumberMissing, TooManyMandates."""
    person = read_niss(str(claims.get(options.citizen_claim, "")), today=clock.today())
    if not isinstance(person, int):
        raise NumberMissing
    mandates = {one.key: one for one in _mandates(claims.get(options.enterprise_claim))}
    if len(mandates) > MOST_MANDATES:
        raise TooManyMandates(most=MOST_MANDATES)
    return Identity(person=person, name=_line(claims.get("name", "")), mandates=tuple(mandates.values()))


def _mandates(claim: object) -> Iterator[Mandate]:
    """Yield the enterprises of a claim; what is no CBE number opens nothing."""
    for one in claim if isinstance(claim, list) else [claim]:
        number, name = (one.get("number"), one.get("name")) if isinstance(one, dict) else (one, None)
        key = read_cbe(str(number or ""), today=clock.today())
        if isinstance(key, int):
            yield Mandate(key=key, name=_line(name or number))


def _line(value: object) -> str:
    return " ".join(str(value).split())[:_MOST_OF_A_NAME]
