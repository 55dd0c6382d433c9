"""The keys of the installation: making one, which takes the place of the one before; certifying, revoking, opening.

The private keys are in the control database, encrypted with a passphrase that is not, or in a token (PKCS #11) that
needs a PIN: each machine that hands something out signs with the same key. What an authority issues for a key is kept
as a key of its own: what was signed under the certificate that it replaces remains valid.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.audit.models import SigningKey
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.errors import InputRefused, NotAllowedNow, NotFound, Trouble
from eboxcast.lib.free_text import fit
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_

if TYPE_CHECKING:  # cryptography takes a tenth of a second to import, and most commands sign nothing
    from eboxcast.lib.signatures import Key, KeyFault, Signed

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


class TokenNotUsable(Trouble):
    """The key is in a token, which is not there or refuses."""

    code = "key.token"
    sentence = N_("There is no usable key on P-256 at {token}.")
    remedy = N_(
        "It must look like pkcs11:token=NAME;object=LABEL?module-path=/path/of/module.so. Check that the token is "
        "there, that EBOXCAST_PKCS11_PIN_FILE names the file with its PIN, and that eboxcast[pkcs11] is installed."
    )


class CertificateUnfit(InputRefused):
    """What an authority issued is for another key, or not complete."""

    code = "key.certificate-unfit"
    sentence = N_("{file} does not contain a certificate for signing key {number} with all certificates above it.")
    remedy = N_("Give one file of PEM with the certificate that was issued for this key, then those of its issuers.")


class CertificateNotValid(InputRefused):
    """It is of another time."""

    code = "key.certificate-not-valid"
    sentence = N_("The certificate is valid from {since} until {until}, so not now.")


class CertificateNotForPapers(InputRefused):
    """It is for TLS or the like: nobody who trusts its authority would take what it signs."""

    code = "key.certificate-not-for-papers"
    sentence = N_("The certificate in {file} is not for signatures.")
    remedy = N_("Ask the authority for one for signatures (for an organisation: a seal), not for a web site.")


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


def create_key(name: str, *, days: int, actor: Actor, token: str = "") -> SigningKey:
    """Make a key, or take one that is in a token; it signs from now on.

    Raises NotYourRole, TextUnfit, NoPassphrase, TokenNotUsable.
    """
    from eboxcast.lib.signatures import new_pair, own_certificate  # as above

    authorize(actor, "key.make")
    name = fit(name, "name", most=64)
    now = clock.now().replace(microsecond=0)
    until = now + timedelta(days=days)
    if token:
        pair, private_key = _in_token(token, settings.EBOXCAST_PKCS11_PIN), b""
    elif settings.EBOXCAST_SIGNING_PASSPHRASE:
        pair, private_key = new_pair(settings.EBOXCAST_SIGNING_PASSPHRASE)
    else:
        raise NoPassphrase
    made = SigningKey(
        certificate=own_certificate(pair, name, since=now, until=until),
        private_key=private_key,
        token=token,
        name=name,
        expires_at=until,
    )
    return _added(made, "key.created", actor=actor)


def request_certificate(number: int, *, actor: Actor) -> str:
    """Return what an authority needs to issue a certificate for a key (PKCS #10, PEM).

    Raises NotYourRole, KeyNotFound, KeyRevoked, NoPassphrase, KeyClosed, TokenNotUsable.
    """
    from eboxcast.lib.signatures import request_of  # as above

    authorize(actor, "key.make")
    key = _find(number)
    pair = open_key(key)
    if pair is None:
        raise NoPassphrase
    return request_of(pair, key.name)


def import_certificate(number: int, content: bytes, *, file: str, actor: Actor) -> SigningKey:
    """Keep what an authority issued for a key, as a key of its own, which signs from now on.

    Raises NotYourRole, KeyNotFound, KeyRevoked, CertificateUnfit, CertificateNotValid, CertificateNotForPapers.
    """
    from eboxcast.lib.signatures import NotIssued, is_for_papers, read_issued, validity_of  # as above

    authorize(actor, "key.make")
    key = _find(number)
    try:
        certificate, *issuers = read_issued(content, bytes(key.certificate))
    except NotIssued as error:
        raise CertificateUnfit(file=mask_and_strip(file), number=number) from error
    since, until = validity_of(certificate)
    if not since <= clock.now() < until:
        raise CertificateNotValid(since=since, until=until)
    if not is_for_papers(certificate):
        raise CertificateNotForPapers(file=mask_and_strip(file))
    made = SigningKey(
        certificate=certificate,
        issuers=issuers,
        private_key=key.private_key,
        token=key.token,
        name=key.name,
        expires_at=until,
    )
    return _added(made, "key.certified", actor=actor)


def _added(key: SigningKey, action: str, *, actor: Actor) -> SigningKey:
    from eboxcast.lib.signatures import fingerprint_of  # as above

    key.fingerprint = fingerprint_of(bytes(key.certificate))
    key.made_at, key.made_by = clock.now().replace(microsecond=0), actor.name
    with transaction.atomic():
        known = SigningKey.objects.filter(fingerprint=key.fingerprint).first()
        if known is not None:
            return known
        key.save()
        record(action, by=actor.name, data={"key": key.number, "fingerprint": key.fingerprint})
    return key


def _find(number: int) -> SigningKey:
    key = SigningKey.objects.filter(number=number).first()
    if key is None:
        raise KeyNotFound(number=number)
    if key.revoked_at is not None:
        raise KeyRevoked(number=number, moment=key.revoked_at)
    return key


def revoke_key(number: int, reason: str, *, actor: Actor) -> list[SigningKey]:
    """Let nobody trust a key any more, for a reason: under none of its certificates.

    Raises NotYourRole, TextUnfit, KeyNotFound, KeyRevoked.
    """
    authorize(actor, "key.revoke")
    reason = fit(reason, "reason")
    with transaction.atomic():
        key = _find(number)
        same = SigningKey.objects.select_for_update().filter(
            private_key=key.private_key, token=key.token, revoked_at=None
        )
        revoked = list(same.order_by("number"))
        for one in revoked:
            one.revoked_at, one.revoked_by, one.reason = clock.now(), actor.name, reason
            one.save(update_fields=["revoked_at", "revoked_by", "reason"])
            data = {"key": one.number, "fingerprint": one.fingerprint, "reason": reason}
            record("key.revoked", by=actor.name, data=data)
    return revoked


def list_keys(*, actor: Actor) -> list[SigningKey]:
    """Return all keys there were, newest first. Raises NotYourRole."""
    authorize(actor, "key.see")
    return list(SigningKey.objects.order_by("-number"))


def is_ours(signed: Signed) -> bool:
    """Return whether a key of this installation signed something while it was valid, and is not revoked."""
    key = SigningKey.objects.filter(fingerprint=signed.fingerprint).first()
    return key is not None and fault_of(signed, key) is None


def fault_of(signed: Signed, key: SigningKey) -> KeyFault | None:
    """Return what is wrong with a key of this installation that signed something, as for who has the list of keys."""
    from eboxcast.lib.signatures import fault_of_key  # as above

    return fault_of_key(signed, since=key.made_at, until=key.expires_at, revoked_at=key.revoked_at, now=clock.now())


def is_set_up() -> bool:
    """Return whether there is a passphrase or a PIN: whether it is worth offering what is signed."""
    return bool(settings.EBOXCAST_SIGNING_PASSPHRASE or settings.EBOXCAST_PKCS11_PIN)


def open_key(key: SigningKey) -> Key | None:
    """Return a key, open; None where there is nothing to open it with. Raises KeyClosed, TokenNotUsable."""
    if key.token:
        return _in_token(key.token, settings.EBOXCAST_PKCS11_PIN) if settings.EBOXCAST_PKCS11_PIN else None
    passphrase = settings.EBOXCAST_SIGNING_PASSPHRASE
    pair = _opened(bytes(key.private_key), passphrase) if passphrase else None
    if passphrase and pair is None:
        raise KeyClosed(number=key.number)
    return pair


@lru_cache(maxsize=4)
def _opened(private_key: bytes, passphrase: str) -> Key | None:
    """Open a key once in a process, as a passphrase is slow to try, on purpose; None where it is another."""
    from eboxcast.lib.signatures import PassphraseWrong, open_pair  # as above

    try:
        return open_pair(private_key, passphrase)
    except PassphraseWrong:
        return None


def _in_token(uri: str, pin: str) -> Key:
    """Return a key that is in a token. Raises TokenNotUsable."""
    try:
        from eboxcast.lib.tokens import TokenKey, TokenUnusable  # an extra, which most installations do without
    except ImportError as error:
        raise TokenNotUsable(token=mask_and_strip(uri)) from error
    try:
        return TokenKey(uri, pin)
    except TokenUnusable as error:
        raise TokenNotUsable(token=mask_and_strip(uri)) from error
