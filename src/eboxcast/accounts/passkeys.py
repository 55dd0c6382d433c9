"""Passkeys (WebAuthn), by Yubico's fido2: who has one proves it with a finger, a face or a PIN, to this site alone.

A passkey is two factors in one, as the device asks for one of its own: so it signs in alone, too. Challenges are used
once; the door keeps them with the session.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from eboxcast.accounts.errors import PasskeyRefused
from eboxcast.accounts.models import Account, Passkey
from eboxcast.lib import clock

Challenge = dict[str, Any]
"""What the door keeps until the answer comes."""
Asked = dict[str, Any]
"""What the browser is asked, as JSON."""

_NAME = "eboxcast"


def are_possible() -> bool:
    """Return whether browsers offer passkeys here: for a site with a name, not for a bare address."""
    try:
        ip_address(_host())
    except ValueError:
        return True
    return False


def ask_for_new(account: Account) -> tuple[Asked, Challenge]:
    """Return what a browser is asked to make a passkey; not a second one on the same device."""
    person = account.person
    user = PublicKeyCredentialUserEntity(
        id=str(account.pk).encode(), name=person.email or person.name, display_name=person.full_name
    )
    asked, challenge = _server().register_begin(
        user,
        [_credential(one) for one in account.passkeys.all()],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _as_json(asked), dict(challenge)


def keep_new(account: Account, answer: str, challenge: Challenge, *, name: str) -> Passkey:
    """Keep a passkey that a browser made. Raises PasskeyRefused."""
    try:
        made = _server().register_complete(challenge, json.loads(answer))
    except _UNREADABLE:
        raise PasskeyRefused from None
    credential = made.credential_data
    if credential is None or Passkey.objects.filter(credential=credential.credential_id).exists():
        raise PasskeyRefused
    return Passkey.objects.create(
        account=account,
        credential=credential.credential_id,
        public=bytes(credential),
        counter=made.counter,
        name=name,
        made_at=clock.now(),
    )


def ask_for_one(account: Account | None) -> tuple[Asked, Challenge]:
    """Return what a browser is asked to use a passkey: one of an account, or any that somebody has for this site."""
    known = [_credential(one) for one in account.passkeys.all()] if account else None
    asked, challenge = _server().authenticate_begin(known, user_verification=UserVerificationRequirement.REQUIRED)
    return _as_json(asked), dict(challenge)


def used(answer: str, challenge: Challenge) -> Passkey:
    """Return the passkey that an answer proves. Raises PasskeyRefused for a wrong answer, and for a copied passkey."""
    try:
        response = AuthenticationResponse.from_dict(json.loads(answer))
        assert response is not None  # noqa: S101 - None comes of None alone
        passkey = Passkey.objects.select_related("account__person").get(credential=response.raw_id)
        _server().authenticate_complete(challenge, [_credential(passkey)], response)
    except (*_UNREADABLE, Passkey.DoesNotExist):
        raise PasskeyRefused from None
    counter = response.response.authenticator_data.counter
    # A counter that goes back is that of a copy; most passkeys of today always say zero.
    newer = Passkey.objects.filter(Q(counter__lt=counter) | Q(counter=0), pk=passkey.pk)
    if not newer.update(counter=counter, used_at=clock.now()):
        raise PasskeyRefused
    return passkey


_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, AssertionError, RecursionError)
"""What the library raises for an answer that is wrong, or none at all."""


def _server() -> Fido2Server:
    site = urlsplit(settings.EBOXCAST_PAGES_URL)
    origin = f"{site.scheme}://{site.netloc}"
    return Fido2Server(PublicKeyCredentialRpEntity(id=_host(), name=_NAME), verify_origin=lambda asked: asked == origin)


def _host() -> str:
    return urlsplit(settings.EBOXCAST_PAGES_URL).hostname or ""


def _credential(passkey: Passkey) -> AttestedCredentialData:
    return AttestedCredentialData(bytes(passkey.public))


def _as_json(asked: Mapping[str, Any]) -> Asked:
    found: Asked = json.loads(json.dumps(dict(asked), default=dict))
    return found
