"""The certificates with which institutions sign what they deliver: registered with an end date, ended, looked up.

Only their digests are kept: the certificate itself is in each signature. Who has one registered must sign every set for
production, also once it has expired: or else an unsigned set would do when a certificate is forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.exchange.models import Signer
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.digests import digest
from eboxcast.lib.errors import InputRefused, NotFound
from eboxcast.lib.free_text import MOST_OF_A_NAME, fit
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_
from eboxcast.senders.models import Institution

MOST_DAYS = 1200
SOON = timedelta(days=30)
"""How long before its end a certificate is said to end soon: a new one needs people of two organisations."""
_MOST_BYTES = 20_000


class SignerUnfit(InputRefused):
    """What was given is no certificate whose key is good enough, or not valid now."""

    code = "signer.unfit"
    sentence = N_("This is not a certificate that can be used to sign sets now.")
    remedy = N_("Give one certificate (X.509, PEM or DER) that is valid now: ECDSA, or RSA with at least {bits} bits.")


class SignerPrivate(InputRefused):
    """Somebody gave the private key too."""

    code = "signer.private"
    sentence = N_("There is a private key in this file. It was not stored.")
    remedy = N_("It must never leave the machine it is used on. Give only the certificate.")


class SignerTaken(InputRefused):
    """The certificate is registered."""

    code = "signer.taken"
    sentence = N_("This certificate is already registered: number {number}, of the institution {institution}.")
    remedy = N_("Use a certificate of its own for each institution. To use it here, end the other one first: {end}")
    actions = MappingProxyType({"end": NextAction(action="signer.end", parameters={"number": "{number}"})})


class SignerNotFound(NotFound):
    """There is no such certificate."""

    code = "signer.not-found"
    sentence = N_("There is no registered certificate {number}.")
    remedy = N_("To list them: {signers}")
    actions = MappingProxyType({"signers": NextAction(action="signer.see")})


class SignerOfUnknownInstitution(NotFound):
    """Only institutions that are known have folders."""

    code = "signer.institution-unknown"
    sentence = N_("The institution {institution} is not configured.")
    remedy = N_("Load it with: {load}")
    actions = MappingProxyType({"load": NextAction(action="type.load")})


class StrangeSigner(Exception):
    """A certificate is none of those that an institution has registered."""


class ExpiredSigner(Exception):
    """A certificate was registered by an institution, and is not valid any more."""


def add_signer(institution: str, certificate: bytes, *, label: str, actor: Actor) -> Signer:
    """Register a certificate with which an institution signs. It ends with the certificate, or earlier.

    Raises NotYourRole, SignerOfUnknownInstitution, SignerUnfit, SignerPrivate, SignerTaken, TextUnfit.
    """
    from eboxcast.lib.cms_signatures import LEAST_BITS, CertificateUnfit, read_certificate  # pyHanko takes 0.3 s

    authorize(actor, "signer.add")
    label = fit(label, N_("name"), most=MOST_OF_A_NAME)
    if b"PRIVATE KEY" in certificate:
        raise SignerPrivate
    now = clock.now()
    try:
        found, name, since, until = read_certificate(certificate[:_MOST_BYTES])
    except CertificateUnfit as error:
        raise SignerUnfit(bits=LEAST_BITS) from error
    if not since <= now < until:
        raise SignerUnfit(bits=LEAST_BITS)
    fingerprint = digest(found).hex()
    with sanitized_db_errors(), transaction.atomic():
        # Locked, so that of two who register the same certificate one is told.
        if not Institution.objects.select_for_update().filter(cbe=institution).exists():
            raise SignerOfUnknownInstitution(institution=mask_and_strip(institution))
        taken = Signer.objects.filter(fingerprint=fingerprint, ended_at=None).first()
        if taken is not None:
            raise SignerTaken(number=taken.pk, institution=taken.institution)
        added = Signer.objects.create(
            institution=institution,
            label=label,
            name=mask_and_strip(name),
            fingerprint=fingerprint,
            added_at=now,
            added_by=actor.name,
            expires_at=min(until, now + timedelta(days=MOST_DAYS)),
        )
        record("signer.added", by=actor.name, data=_told(added))
    return added


def end_signer(number: int, *, actor: Actor) -> Signer:
    """End a certificate, for good; one that was ended stays so. Without any, sets need no signature.

    Raises NotYourRole, SignerNotFound.
    """
    authorize(actor, "signer.end")
    with sanitized_db_errors(), transaction.atomic():
        signer = Signer.objects.select_for_update().filter(id=number).first()
        if signer is None:
            raise SignerNotFound(number=number)
        if signer.ended_at is None:
            signer.ended_at, signer.ended_by = clock.now(), actor.name
            signer.save(update_fields=["ended_at", "ended_by"])
            record("signer.ended", by=actor.name, data=_told(signer))
    return signer


@sanitized_db_errors()
def list_signers(*, actor: Actor) -> list[Signer]:
    """Return all certificates, those of an institution together, the newest first. Raises NotYourRole."""
    authorize(actor, "signer.see")
    return list(Signer.objects.order_by("institution", "-id"))


@sanitized_db_errors()
def find_signer(number: int, *, actor: Actor) -> Signer:
    """Return a certificate. Raises NotYourRole, SignerNotFound."""
    authorize(actor, "signer.see")
    signer = Signer.objects.filter(id=number).first()
    if signer is None:
        raise SignerNotFound(number=number)
    return signer


@sanitized_db_errors()
def must_sign(institution: str) -> bool:
    """Return whether an institution has a certificate registered, also where that has expired."""
    return Signer.objects.filter(institution=institution, ended_at=None).exists()


def check_signature(institution: str, signature: bytes, path: Path) -> None:
    """Raise SignatureWrong, StrangeSigner or ExpiredSigner where an institution did not sign a file."""
    from eboxcast.lib.cms_signatures import signer_of  # pyHanko takes 0.3 s to import

    fingerprint = digest(signer_of(signature, path)).hex()
    with sanitized_db_errors():
        signer = Signer.objects.filter(institution=institution, fingerprint=fingerprint, ended_at=None).first()
    if signer is None:
        raise StrangeSigner
    if signer.expires_at <= clock.now():
        raise ExpiredSigner


@sanitized_db_errors()
def signers_ending() -> list[Signer]:
    """Return the certificates that end soon, or have ended, without one of the same institution that lasts longer."""
    soon = clock.now() + SOON
    registered = Signer.objects.filter(ended_at=None)
    lasting = set(registered.filter(expires_at__gt=soon).values_list("institution", flat=True))
    ending: Mapping[str, Signer] = {
        one.institution: one for one in registered.filter(expires_at__lte=soon).order_by("expires_at")
    }
    return [one for institution, one in ending.items() if institution not in lasting]


def _told(signer: Signer) -> dict[str, object]:
    return {
        "institution": signer.institution,
        "certificate": signer.pk,
        "label": signer.label,
        "fingerprint": signer.fingerprint,
        "expires_at": signer.expires_at.isoformat(),
    }
