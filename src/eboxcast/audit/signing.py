"""The keys with which the installation signs: making one, which takes the place of the one before; revoking; signing.

The private keys are in the control database, encrypted with a passphrase that is not: each machine that hands something
out signs with the same key. Where there is no key, or no passphrase, nothing is signed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.audit.models import SigningKey
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.errors import NotAllowedNow, NotFound, Trouble
from eboxcast.lib.free_text import fit
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_

if TYPE_CHECKING:  # cryptography takes a tenth of a second to import, and most commands sign nothing
    from eboxcast.lib.signatures import Signed, Signer

MOST_DAYS = 3650


class NoPassphrase(NotAllowedNow):
    """Keys are kept encrypted, and there is nothing to encrypt them with."""

    code = "key.no-passphrase"
    sentence = N_("The passphrase of the signing keys is not set.")
    remedy = N_("Set EBOXCAST_SIGNING_PASSPHRASE_FILE to a file that only the service can read.")


class KeyClosed(Trouble):
    """The passphrase is another than the one with which the key was made."""

    code = "key.closed"
    sentence = N_("Signing key {number} cannot be opened with the passphrase that is set.")
    remedy = N_("Set the passphrase with which it was created, or create another key: {make}")
    actions = MappingProxyType({"make": NextAction(action="key.make")})


class AuthoritySilent(Trouble):
    """Without the timestamp that is set up, a paper would prove less than others, and nobody would see it."""

    code = "key.no-timestamp"
    sentence = N_("The timestamp authority {authority} did not give a valid timestamp.")
    remedy = N_("Try again later, or check EBOXCAST_TSA_URL.")


class KeyNotFound(NotFound):
    """There is no such key."""

    code = "key.not-found"
    sentence = N_("There is no signing key {number}.")
    remedy = N_("To see them: {see}")
    actions = MappingProxyType({"see": NextAction(action="key.see")})


class KeyRevoked(NotAllowedNow):
    """It was revoked before, which is final."""

    code = "key.revoked"
    sentence = N_("Signing key {number} was revoked on {moment}.")


class NothingSigns(NotAllowedNow):
    """A signed form was asked for, and there is no key."""

    code = "key.none"
    sentence = N_("This installation has no signing key that is valid now.")
    remedy = N_("To create one: {make}")
    actions = MappingProxyType({"make": NextAction(action="key.make")})


def create_key(name: str, *, days: int, actor: Actor) -> SigningKey:
    """Make a key, which signs from now on. Raises NotYourRole, TextUnfit, NoPassphrase."""
    from eboxcast.lib.signatures import new_key  # as above

    authorize(actor, "key.make")
    name = fit(name, "name", most=64)
    if not settings.EBOXCAST_SIGNING_PASSPHRASE:
        raise NoPassphrase
    now = clock.now().replace(microsecond=0)
    until = now + timedelta(days=days)
    made = new_key(name, since=now, until=until, passphrase=settings.EBOXCAST_SIGNING_PASSPHRASE)
    with transaction.atomic():
        key = SigningKey.objects.create(
            fingerprint=made.fingerprint,
            certificate=made.certificate,
            private_key=made.private_key,
            name=name,
            made_at=now,
            made_by=actor.name,
            expires_at=until,
        )
        record("key.created", by=actor.name, data={"key": key.number, "fingerprint": key.fingerprint})
    return key


def revoke_key(number: int, reason: str, *, actor: Actor) -> SigningKey:
    """Let nobody trust a key any more, for a reason. Raises NotYourRole, TextUnfit, KeyNotFound, KeyRevoked."""
    authorize(actor, "key.revoke")
    reason = fit(reason, "reason")
    with transaction.atomic():
        key = SigningKey.objects.select_for_update().filter(number=number).first()
        if key is None:
            raise KeyNotFound(number=number)
        if key.revoked_at is not None:
            raise KeyRevoked(number=number, moment=key.revoked_at)
        key.revoked_at, key.revoked_by, key.reason = clock.now(), actor.name, reason
        key.save(update_fields=["revoked_at", "revoked_by", "reason"])
        data = {"key": number, "fingerprint": key.fingerprint, "reason": reason}
        record("key.revoked", by=actor.name, data=data)
    return key


def list_keys(*, actor: Actor) -> list[SigningKey]:
    """Return all keys there were, newest first. Raises NotYourRole."""
    authorize(actor, "key.see")
    return list(SigningKey.objects.order_by("-number"))


def is_ours(signed: Signed) -> bool:
    """Return whether a key of this installation signed something, and is not revoked."""
    return SigningKey.objects.filter(fingerprint=signed.fingerprint, revoked_at=None).exists()


def is_set_up() -> bool:
    """Return whether there is a passphrase: whether it is worth offering what is signed."""
    return bool(settings.EBOXCAST_SIGNING_PASSPHRASE)


def sign(payload: bytes, *, kind: str) -> str:
    """Return something signed. Raises NothingSigns, KeyClosed."""
    now = clock.now()
    return _needed_at(now).sign(payload, kind=kind, at=now)


def sign_if_possible(payload: bytes, *, kind: str) -> str | None:
    """Return something signed; None where nothing is set up to sign. Raises KeyClosed."""
    now = clock.now()
    signer = _signer_at(now)
    return signer.sign(payload, kind=kind, at=now) if signer else None


def sign_document(draw: Callable[[datetime], bytes]) -> bytes:
    """Return a PDF signed, drawn for the moment at which it is. Raises NothingSigns, KeyClosed, AuthoritySilent."""
    from eboxcast.lib.pdf_signatures import NoTimestamp, sign_pdf  # pyHanko takes 0.3 s to import

    now = clock.now().replace(microsecond=0)
    signer, content = _needed_at(now), draw(now)
    try:
        return sign_pdf(content, signer, at=now, authority=settings.EBOXCAST_TSA_URL)
    except NoTimestamp as error:
        raise AuthoritySilent(authority=urlsplit(settings.EBOXCAST_TSA_URL).hostname) from error


def _needed_at(now: datetime) -> Signer:
    signer = _signer_at(now)
    if signer is None:
        raise NothingSigns
    return signer


def _signer_at(now: datetime) -> Signer | None:
    passphrase = settings.EBOXCAST_SIGNING_PASSPHRASE
    valid = SigningKey.objects.filter(revoked_at=None, made_at__lte=now, expires_at__gt=now)
    key = valid.order_by("-number").first() if passphrase else None
    if key is None:
        return None
    signer = _open(bytes(key.certificate), bytes(key.private_key), passphrase)
    if signer is None:
        raise KeyClosed(number=key.number)
    return signer


@lru_cache(maxsize=4)
def _open(certificate: bytes, private_key: bytes, passphrase: str) -> Signer | None:
    """Open a key once in a process, as a passphrase is slow to try, on purpose; None where it is another."""
    from eboxcast.lib.signatures import PassphraseWrong, Signer  # as above

    try:
        return Signer(certificate, private_key, passphrase=passphrase)
    except PassphraseWrong:
        return None
