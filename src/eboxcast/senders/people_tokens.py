"""Personal tokens: made once, shown once, kept as a digest, valid for some days or until revoked."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.free_text import MOST_OF_A_NAME, is_fit
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.policy import authorize
from eboxcast.senders.errors import (
    PersonUnknown,
    TokenExpired,
    TokenRefused,
    TokenRevoked,
    TokenUnfit,
    TokenUnknown,
)
from eboxcast.senders.models import Person, Token
from eboxcast.senders.people import actor_named, actor_of, authorize_care

MOST_DAYS = 400

_BEGINS = "ebc_"
"""So that a token left somewhere is recognised as one."""


def make_token(name: str, *, label: str, days: int, actor: Actor) -> str:
    """Make a token for somebody and return its text, the only time. Raises NotYourRole, PersonUnknown, TokenUnfit."""
    authorize_care(actor, "token.make")
    if not 0 < days <= MOST_DAYS or not label or not is_fit(label, most=MOST_OF_A_NAME):
        raise TokenUnfit(most=MOST_DAYS)
    text = _BEGINS + secrets.token_urlsafe(32)
    now = clock.now()
    with sanitized_db_errors(), transaction.atomic():
        token = Token.objects.create(
            person_id=actor_named(name).name,
            digest=_digest(text),
            label=label,
            made_at=now,
            made_by=actor.name,
            expires_at=now + timedelta(days=days),
        )
        record("token.made", by=actor.name, data=_told(token))
    return text


def revoke_token(number: int, *, actor: Actor) -> Token:
    """Take a token back, for good; one that was taken back stays so. Raises NotYourRole, TokenUnknown."""
    authorize(actor, "token.revoke")
    with sanitized_db_errors(), transaction.atomic():
        token = Token.objects.select_for_update().filter(id=number).first()
        if token is None:
            raise TokenUnknown(number=number)
        if token.revoked_at is None:
            token.revoked_at = clock.now()
            token.save(update_fields=["revoked_at"])
            record("token.revoked", by=actor.name, data=_told(token))
    return token


def actor_of_token(text: str) -> Actor:
    """Return who acts by a token. Raises TokenRefused, TokenExpired, TokenRevoked, PersonInactive."""
    return actor_of(token_of(text).person)


def token_of(text: str) -> Token:
    """Return the token of a text while it is in force. Raises TokenRefused, TokenExpired, TokenRevoked."""
    with sanitized_db_errors():
        token = Token.objects.select_related("person").filter(digest=_digest(text)).first()
    if token is None:
        raise TokenRefused
    if token.revoked_at is not None:
        raise TokenRevoked(name=token.person_id, moment=token.revoked_at)
    if token.expires_at <= clock.now():
        raise TokenExpired(name=token.person_id, moment=token.expires_at)
    return token


def tokens_of(name: str, *, actor: Actor) -> list[Token]:
    """Return the tokens of somebody, oldest first, without their texts. Raises NotYourRole, PersonUnknown."""
    authorize(actor, "token.see")
    with sanitized_db_errors():
        if not Person.objects.filter(name=name).exists():
            raise PersonUnknown(name=mask_and_strip(name))
        return list(Token.objects.filter(person_id=name).order_by("id"))


def _digest(text: str) -> bytes:
    """Return what is kept. Plain SHA-256 is enough: the text is 256 random bits, not a password."""
    return hashlib.sha256(text.encode()).digest()


def _told(token: Token) -> dict[str, object]:
    return {
        "person": token.person_id,
        "token": token.id,
        "label": token.label,
        "expires_at": token.expires_at.isoformat(),
    }
