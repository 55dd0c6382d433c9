"""Signing with the newest key of the installation, and having authorities say what belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings

from eboxcast.audit.models import SigningKey
from eboxcast.audit.signing_keys import TokenNotUsable, is_set_up, open_key
from eboxcast.lib import clock
from eboxcast.lib.errors import NotAllowedNow, Trouble
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_

if TYPE_CHECKING:  # cryptography takes a tenth of a second to import, and most commands sign nothing
    from asn1crypto import x509

    from eboxcast.lib.signatures import Evidence, Signer


class AuthoritySilent(Trouble):
    """Without the timestamp that is set up, a paper would prove less than others, and nobody would see it."""

    code = "key.no-timestamp"
    sentence = N_("The timestamp authority {authority} did not give a valid timestamp.")
    remedy = N_("Try again later, or check EBOXCAST_TSA_URL.")


class IssuerNotAnswering(Trouble):
    """As with the timestamp: what is missing in a paper cannot be seen on it."""

    code = "key.issuer-silent"
    sentence = N_(
        "It could not be found out whether the certificate of signing key {number} or of the timestamp is revoked."
    )
    remedy = N_("Try again later, or check that this machine reaches the addresses that are named in the certificates.")


class RevokedByAuthority(NotAllowedNow):
    """The authority that issued its certificate says so."""

    code = "key.revoked-by-authority"
    sentence = N_("The certificate of signing key {number} or of the timestamp was revoked by its authority.")
    remedy = N_("Revoke the key here too, and create another one: {make}")
    actions = MappingProxyType({"make": NextAction(action="key.make")})


class NothingSigns(NotAllowedNow):
    """A signed form was asked for, and there is no key."""

    code = "key.none"
    sentence = N_("This installation has no signing key that is valid now.")
    remedy = N_("To create one: {make}")
    actions = MappingProxyType({"make": NextAction(action="key.make")})


def sign(payload: bytes, *, kind: str) -> str:
    """Return something signed, with a timestamp where that is set up.

    Raises NothingSigns, KeyClosed, TokenNotUsable, AuthoritySilent, IssuerNotAnswering, RevokedByAuthority.
    """
    now = clock.now()
    key, signer = _needed_at(now)
    with _token_of(key):
        signed = signer.sign(payload, kind=kind, at=now)
    if not settings.EBOXCAST_TSA_URL:
        return signed
    from eboxcast.lib.signatures import stamp_of, with_stamp  # as above
    from eboxcast.lib.timestamps import certificates_in, stamp, stamper_of  # pyHanko takes 0.3 s to import

    with _authorities_of(key):
        token = stamp(stamp_of(signed), stamper_of(settings.EBOXCAST_TSA_URL))
        return with_stamp(signed, token, _evidence(signer, certificates_in(token)))


def sign_if_possible(payload: bytes, *, kind: str) -> str | None:
    """Return something signed, without a timestamp; None where nothing is set up to sign.

    Raises KeyClosed, TokenNotUsable.
    """
    now = clock.now()
    found = _signer_at(now)
    if found is None:
        return None
    key, signer = found
    with _token_of(key):
        return signer.sign(payload, kind=kind, at=now)


def sign_document(draw: Callable[[datetime], bytes]) -> bytes:
    """Return a PDF signed, drawn for the moment at which it is. Raises as ``sign`` does."""
    from eboxcast.lib.pdf_signatures import sign_pdf  # as above
    from eboxcast.lib.timestamps import certificates_in, stamper_of, try_out  # as above

    now = clock.now().replace(microsecond=0)
    key, signer = _needed_at(now)
    content = draw(now)
    with _token_of(key), _authorities_of(key):
        if not settings.EBOXCAST_TSA_URL:
            return sign_pdf(content, signer, at=now)
        stamper = stamper_of(settings.EBOXCAST_TSA_URL)
        evidence = _evidence(signer, certificates_in(try_out(stamper)))
        return sign_pdf(content, signer, at=now, stamper=stamper, evidence=evidence)


def _evidence(signer: Signer, of_stamp: Sequence[x509.Certificate]) -> Evidence:
    """Return what the issuers say of the certificates of a key and of a timestamp. They have no clock of ours."""
    from asn1crypto import x509  # as above

    from eboxcast.lib.revocation import ask_issuers  # as above
    from eboxcast.lib.signatures import Evidence  # as above

    now = clock.now() - clock.offset()
    of_key = [x509.Certificate.load(one) for one in signer.certificates]
    said = [ask_issuers(certificates, at=now) for certificates in (of_key, of_stamp)]
    return Evidence(
        crls=tuple(chain.from_iterable(one.crls for one in said)),
        ocsps=tuple(chain.from_iterable(one.ocsps for one in said)),
    )


@contextmanager
def _authorities_of(key: SigningKey) -> Iterator[None]:
    """Say what is wrong where authorities do not give what a paper needs."""
    from eboxcast.lib.revocation import IssuerSilent, RevokedByIssuer  # as above
    from eboxcast.lib.timestamps import NoTimestamp  # as above

    try:
        yield
    except NoTimestamp as error:
        raise AuthoritySilent(authority=urlsplit(settings.EBOXCAST_TSA_URL).hostname) from error
    except IssuerSilent as error:
        raise IssuerNotAnswering(number=key.number) from error
    except RevokedByIssuer as error:
        raise RevokedByAuthority(number=key.number) from error


def _needed_at(now: datetime) -> tuple[SigningKey, Signer]:
    found = _signer_at(now)
    if found is None:
        raise NothingSigns
    return found


def _signer_at(now: datetime) -> tuple[SigningKey, Signer] | None:
    from eboxcast.lib.signatures import Signer  # as above

    valid = SigningKey.objects.filter(revoked_at=None, made_at__lte=now, expires_at__gt=now)
    key = valid.order_by("-number").first() if is_set_up() else None
    pair = open_key(key) if key else None
    if key is None or pair is None:
        return None
    return key, Signer(pair, (bytes(key.certificate), *map(bytes, key.issuers)))


@contextmanager
def _token_of(key: SigningKey) -> Iterator[None]:
    """Say what is wrong where a key that was found in its token does not sign."""
    if not key.token:
        yield
        return
    from eboxcast.lib.tokens import TokenUnusable  # as above

    try:
        yield
    except TokenUnusable as error:
        raise TokenNotUsable(token=mask_and_strip(key.token)) from error
