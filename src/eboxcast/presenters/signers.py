"""The certificates with which institutions sign what they deliver, made from what is registered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from eboxcast.lib import clock
from eboxcast.lib.masking import mask_and_strip
from eboxcast.presenters.schemas.signers import SignerList, SignerShown
from eboxcast.senders.models import Institution


class Signer(Protocol):
    """A certificate, as the doors of the drop folders keep it."""

    pk: int
    institution: str
    label: str
    name: str
    fingerprint: str
    added_at: datetime
    added_by: str
    expires_at: datetime
    ended_at: datetime | None
    ended_by: str


def signer_list(signers: Sequence[Signer]) -> SignerList:
    """Return the certificates, as they are shown."""
    of_signers = {signer.institution for signer in signers}
    names = dict(Institution.objects.filter(cbe__in=of_signers).values_list("cbe", "names"))
    return SignerList(signers=tuple(_shown(signer, names.get(signer.institution, {})) for signer in signers))


def _shown(signer: Signer, names: Mapping[str, str]) -> SignerShown:
    return SignerShown(
        number=signer.pk,
        institution=signer.institution,
        institution_names=names,
        label=mask_and_strip(signer.label),
        name=mask_and_strip(signer.name),
        fingerprint=signer.fingerprint,
        added_at=signer.added_at,
        added_by=signer.added_by,
        expires_at=signer.expires_at,
        ended_at=signer.ended_at,
        ended_by=signer.ended_by or None,
        in_force=signer.ended_at is None and signer.expires_at > clock.now(),
    )
