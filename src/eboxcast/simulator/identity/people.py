"""Who can be chosen: fictional people, with the enterprises they act for."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eboxcast.lib import clock
from eboxcast.lib.identifiers import Refused, masked, read_cbe, read_niss, text_of_key
from eboxcast.simulator.errors import SimulatorFileWrong

SIMULATED = "eboxcast_simulated"
"""In the discovery document: pages of real eBoxes refuse a provider that says this."""
CITIZEN_CLAIM = "national_number"
ENTERPRISE_CLAIM = "enterprises"


@dataclass(frozen=True, kw_only=True)
class Enterprise:
    """An enterprise that somebody acts for."""

    number: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Persona:
    """Somebody to sign in as."""

    subject: str
    name: str
    key: int | None = field(default=None, repr=False)
    """The national number; None of somebody who signs in as a colleague, and not as a citizen."""
    mandates: tuple[Enterprise, ...] = ()
    email: str = ""
    verified: bool = True
    """Whether the address was proved to be theirs."""

    @property
    def shown(self) -> str:
        """Return what tells them apart, as it may be shown."""
        return masked(self.key) if self.key is not None else self.email

    def claims(self) -> dict[str, object]:
        """Return what a site is told of them."""
        told: dict[str, object] = {"sub": self.subject, "name": self.name}
        if self.email:
            told |= {"email": self.email, "email_verified": self.verified}
        if self.key is not None:
            enterprises = [{"number": one.number, "name": one.name} for one in self.mandates]
            told |= {CITIZEN_CLAIM: text_of_key(self.key), ENTERPRISE_CLAIM: enterprises}
        return told


def read_people(path: Path) -> tuple[Persona, ...]:
    """Return the people of a file (docs/howto/sign-in-of-recipients.md). Raises SimulatorFileWrong with the place."""
    try:
        found = list(json.loads(path.read_text("utf-8"))["people"])
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise SimulatorFileWrong(path=path.name, place=f"people ({type(cause).__name__})") from None
    return tuple(_persona(path, place, one) for place, one in enumerate(found, start=1))


def _persona(path: Path, place: int, values: Any) -> Persona:
    try:
        return Persona(
            subject=f"person-{place}",
            name=str(values["name"]),
            key=None if "email" in values and "number" not in values else _key(read_niss, values),
            email=str(values.get("email", "")),
            verified=values.get("verified", True) is True,
            mandates=tuple(
                Enterprise(number=text_of_key(_key(read_cbe, one)), name=str(one["name"]))
                for one in values.get("mandates", ())
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise SimulatorFileWrong(path=path.name, place=f"people {place}") from None


def _key(read: Callable[..., int | Refused], values: Any) -> int:
    key = read(values["number"], today=clock.today())
    if isinstance(key, Refused):
        raise TypeError(key.reason)
    return key
