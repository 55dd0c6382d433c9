"""The keys by which institutions reach their folders over SFTP: registered with an end date, ended, looked up."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection
from datetime import timedelta
from types import MappingProxyType

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_ssh_public_key
from django.db import transaction
from django.db.models import Q, QuerySet

from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.exchange.models import SftpKey
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.errors import InputRefused, NotFound, WrongUse
from eboxcast.lib.free_text import MOST_OF_A_NAME, fit
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_
from eboxcast.senders.models import Institution

MOST_DAYS = 800
USUAL_DAYS = 365
SOON = timedelta(days=30)
"""How long before its end a key is said to end soon: a new one needs people of two organisations."""
_MOST_CHARACTERS = 10_000
_LEAST_BITS = 2048
_KINDS = frozenset(
    {
        "ssh-ed25519",
        "ssh-rsa",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "sk-ssh-ed25519@openssh.com",
        "sk-ecdsa-sha2-nistp256@openssh.com",
    }
)
_HOUR = timedelta(hours=1)


class KeyUnfit(InputRefused):
    """What was given is no public key that is good enough."""

    code = "sftp-key.unfit"
    sentence = N_("This is not an SSH public key that can be used.")
    remedy = N_(
        "Give the content of a .pub file with one key: Ed25519, ECDSA, or RSA with at least {bits} bits. To make one: "
        "ssh-keygen -t ed25519"
    )


class KeyPrivate(InputRefused):
    """Somebody gave the private half."""

    code = "sftp-key.private"
    sentence = N_("This is a private key. It was not stored.")
    remedy = N_(
        "It must never leave the machine it is used on. Have a new pair made there, and give only its .pub file."
    )


class KeyTaken(InputRefused):
    """The key is registered."""

    code = "sftp-key.taken"
    sentence = N_("This key is already registered: key {number}, of the institution {institution}.")
    remedy = N_("Use a key of its own for each institution. To use it here, end the other one first: {end}")
    actions = MappingProxyType({"end": NextAction(action="sftp_key.end", parameters={"number": "{number}"})})


class KeyDaysUnfit(WrongUse):
    """A key without an end, or with one too far."""

    code = "sftp-key.days"
    sentence = N_("A key is valid for 1 to {most} days.")
    remedy = N_("Choose a number of days in this range. The institution registers a new key before it ends.")


class KeyNotFound(NotFound):
    """There is no such key."""

    code = "sftp-key.not-found"
    sentence = N_("There is no key {number}.")
    remedy = N_("To list them: {keys}")
    actions = MappingProxyType({"keys": NextAction(action="sftp_key.see")})


class KeyOfUnknownInstitution(NotFound):
    """Only institutions that are known have folders."""

    code = "sftp-key.institution-unknown"
    sentence = N_("The institution {institution} is not configured.")
    remedy = N_("Load it with: {load}")
    actions = MappingProxyType({"load": NextAction(action="type.load")})


def add_key(institution: str, key: str, *, label: str, days: int, actor: Actor) -> SftpKey:
    """Register a public key of an institution.

    Raises NotYourRole, KeyOfUnknownInstitution, KeyUnfit, KeyPrivate, KeyTaken, KeyDaysUnfit, TextUnfit.
    """
    authorize(actor, "sftp_key.add")
    if not 0 < days <= MOST_DAYS:
        raise KeyDaysUnfit(most=MOST_DAYS)
    label = fit(label, N_("name"), most=MOST_OF_A_NAME)
    kind, fingerprint = read_key(key)
    now = clock.now()
    with sanitized_db_errors(), transaction.atomic():
        # Locked, so that of two who register the same key one is told.
        if not Institution.objects.select_for_update().filter(cbe=institution).exists():
            raise KeyOfUnknownInstitution(institution=mask_and_strip(institution))
        taken = SftpKey.objects.filter(fingerprint=fingerprint, ended_at=None).first()
        if taken is not None:
            raise KeyTaken(number=taken.pk, institution=taken.institution)
        added = SftpKey.objects.create(
            institution=institution,
            label=label,
            kind=kind,
            fingerprint=fingerprint,
            added_at=now,
            added_by=actor.name,
            expires_at=now + timedelta(days=days),
        )
        record("sftp_key.added", by=actor.name, data=_told(added))
    return added


def end_key(number: int, *, actor: Actor) -> SftpKey:
    """End a key, for good; one that was ended stays so. Who is signed in with it is cut off within a minute.

    Raises NotYourRole, KeyNotFound.
    """
    authorize(actor, "sftp_key.end")
    with sanitized_db_errors(), transaction.atomic():
        key = SftpKey.objects.select_for_update().filter(id=number).first()
        if key is None:
            raise KeyNotFound(number=number)
        if key.ended_at is None:
            key.ended_at, key.ended_by = clock.now(), actor.name
            key.save(update_fields=["ended_at", "ended_by"])
            record("sftp_key.ended", by=actor.name, data=_told(key))
    return key


@sanitized_db_errors()
def list_keys(*, actor: Actor) -> list[SftpKey]:
    """Return all keys, those of an institution together, the newest first. Raises NotYourRole."""
    authorize(actor, "sftp_key.see")
    return list(SftpKey.objects.order_by("institution", "-id"))


@sanitized_db_errors()
def find_key(number: int, *, actor: Actor) -> SftpKey:
    """Return a key. Raises NotYourRole, KeyNotFound."""
    authorize(actor, "sftp_key.see")
    key = SftpKey.objects.filter(id=number).first()
    if key is None:
        raise KeyNotFound(number=number)
    return key


@sanitized_db_errors()
def valid_keys(institution: str) -> dict[str, int]:
    """Return the numbers of the keys by which an institution can sign in now, by their fingerprints."""
    return dict(_valid().filter(institution=institution).values_list("fingerprint", "id"))


@sanitized_db_errors()
def still_valid(numbers: Collection[int]) -> set[int]:
    """Return which of some keys are still valid."""
    return set(_valid().filter(id__in=numbers).values_list("id", flat=True))


@sanitized_db_errors()
def keys_ending() -> list[SftpKey]:
    """Return the keys that end soon and have no successor of the same institution that lasts longer."""
    soon = clock.now() + SOON
    lasting = set(_valid().filter(expires_at__gt=soon).values_list("institution", flat=True))
    return [
        key for key in _valid().filter(expires_at__lte=soon).order_by("expires_at") if key.institution not in lasting
    ]


@sanitized_db_errors()
def note_use(number: int) -> None:
    """Note that somebody signed in with a key; within an hour once."""
    now = clock.now()
    SftpKey.objects.filter(Q(used_at=None) | Q(used_at__lt=now - _HOUR), id=number).update(used_at=now)


def read_key(text: str) -> tuple[str, str]:
    """Return the kind and the fingerprint of a public key. Raises KeyUnfit, KeyPrivate."""
    if "PRIVATE KEY" in text:
        raise KeyPrivate
    words = text.split()
    unfit = KeyUnfit(bits=_LEAST_BITS)
    if len(text) > _MOST_CHARACTERS or len(text.strip().splitlines()) != 1 or words[0] not in _KINDS:
        raise unfit
    try:
        key = load_ssh_public_key(" ".join(words[:2]).encode())
        blob = base64.b64decode("".join(words[1:2]), validate=True)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise unfit from error
    if isinstance(key, RSAPublicKey) and key.key_size < _LEAST_BITS:
        raise unfit
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return words[0], f"SHA256:{digest}"


def _valid() -> QuerySet[SftpKey]:
    return SftpKey.objects.filter(ended_at=None, expires_at__gt=clock.now())


def _told(key: SftpKey) -> dict[str, object]:
    return {
        "institution": key.institution,
        "key": key.pk,
        "label": key.label,
        "fingerprint": key.fingerprint,
        "expires_at": key.expires_at.isoformat(),
    }
