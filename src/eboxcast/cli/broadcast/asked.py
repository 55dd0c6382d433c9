"""What is typed when a broadcast is asked for: how many in which language, and whom to call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eboxcast.cli.broadcast.errors import AudienceUnclear, ContactUnclear
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib.actors import Actor
from eboxcast.lib.masking import mask_and_strip
from eboxcast.senders.lookup import types_of
from eboxcast.senders.people import refuse_unfit_address, refuse_unfit_line

_LANGUAGES = ("fr", "nl", "de")
_MOST = 2**31 - 1
_USUAL_EBOX = "CITIZEN"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who can be called or written to."""

    name: str
    email: str
    phone: str


def audience(texts: Sequence[str], language: str) -> dict[str, int]:
    """Return how many recipients are expected in each language. Raises AudienceUnclear."""
    found: dict[str, int] = {}
    for text in texts:
        named, _, number = text.rpartition("=")
        named = (named or language).lower()
        if named not in _LANGUAGES or named in found or not number.isdecimal() or not 0 < int(number) <= _MOST:
            raise AudienceUnclear(text=mask_and_strip(text))
        found[named] = int(number)
    return found


def person(text: str) -> Person | None:
    """Return whom to call, or nobody where nothing is given. Raises ContactUnclear, DetailUnfit."""
    if not text.strip():
        return None
    name, *rest = (part.strip() for part in text.split(","))
    email = next((part for part in rest if "@" in part), "")
    phone = next((part for part in rest if part and "@" not in part), "")
    if not name or not (email or phone) or len(rest) > len([part for part in (email, phone) if part]):
        raise ContactUnclear(text=mask_and_strip(text))
    refuse_unfit_line("--contact", "name", name)
    refuse_unfit_address(name, email=email, phone=phone)
    return Person(name=name, email=email, phone=phone)


@sanitized_db_errors()
def ebox_type_of(code: str, actor: Actor) -> str:
    """Return for which eBoxes a message type is; that a type is not known is said where it is asked for."""
    found = types_of(actor).filter(code=code).first()
    return found.ebox_type if found else _USUAL_EBOX
