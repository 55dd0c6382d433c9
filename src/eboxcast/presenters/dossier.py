"""What verifying a dossier found, as it is shown. Needs no database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from eboxcast.audit.deletions import SignedDeletions
from eboxcast.audit.dossier_verification import DossierVerification, Wrong
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_
from eboxcast.presenters.schemas.audit import DeletionsVerdict, DossierFault, DossierVerdict

if TYPE_CHECKING:  # cryptography takes a tenth of a second to import
    from eboxcast.lib.signatures import Signed

DOSSIER_WRONG: Mapping[Wrong, str] = {
    Wrong.UNREADABLE: N_("{place}: this is not a dossier, or it is damaged."),
    Wrong.TOO_LARGE: N_("{place}: it is too large to be verified here."),
    Wrong.FILE_MISSING: N_("{place}: the file is missing."),
    Wrong.FILE_ADDED: N_("{place}: the file does not belong to the dossier."),
    Wrong.FILE_ALTERED: N_("{place}: the file was altered."),
    Wrong.ENTRY_ALTERED: N_("Entry {place}: it was altered. No seal contains its digest."),
    Wrong.LINK: N_("Seal {place}: it does not contain the digest of the seal before it."),
    Wrong.HEAD_DIFFERS: N_("Seal {place}: the last seal is not the head that the dossier names."),
    Wrong.ANCHOR_DIFFERS: N_("Anchor {place}: a different digest was issued. Something was altered."),
    Wrong.FORGED: N_("{place}: it was altered, or no valid key of the installation signed it."),
    Wrong.ROOT_DIFFERS: N_("Signed head {place}: the seals up to there give a different root."),
    Wrong.DELETIONS_DIFFER: N_("{place}: it does not match the entries, or what was signed."),
    Wrong.UNPROVED: N_("Seal {place}: its path does not lead to the signed head."),
    Wrong.UNSIGNED: N_("{place}: the file is missing. Nothing shows that the installation made this dossier."),
    Wrong.EMPTY: N_("{place}: it contains no entries, so it proves nothing about the broadcast."),
    Wrong.ENTRIES_DIFFER: N_("{place}: it does not have as many entries as the manifest says."),
    Wrong.OTHER_BROADCAST: N_("Entry {place}: it is about another broadcast, or gives it another number."),
}
"""What verifying a dossier can find."""


def dossier_verdict(found: DossierVerification) -> DossierVerdict:
    """Return what verifying a dossier found."""
    return DossierVerdict(
        good=found.good,
        proved=found.proved.value,
        broadcast=mask_and_strip(found.broadcast),
        manifest_sha256=found.manifest,
        manifest_signed_by=found.signed_manifest.fingerprint if found.signed_manifest else None,
        manifest_signed_at=found.signed_manifest.signed_at if found.signed_manifest else None,
        files=found.files,
        entries=found.entries,
        seals=found.seals,
        first=found.first,
        head=mask_and_strip(found.head),
        key_name=_name(found.signed_manifest),
        deletions=found.deletions,
        included=found.included,
        signed_by=found.signed.fingerprint if found.signed else None,
        signed_at=found.signed.signed_at if found.signed else None,
        key_known=found.key_counts,
        proved_to=found.proved_to,
        signed_to=found.signed_to,
        outside=found.outside,
        fault_count=found.fault_count,
        faults=tuple(DossierFault(wrong=one.wrong.value, place=mask_and_strip(one.place)) for one in found.faults),
    )


def _name(signed: Signed | None) -> str | None:
    """Return to whom the certificate of a key is issued."""
    if signed is None:
        return None
    from eboxcast.lib.signatures import name_in_certificate  # as above

    try:
        return mask_and_strip(name_in_certificate(signed.certificates[0]))
    except ValueError:
        return None


def deletions_verdict(found: SignedDeletions, *, key_known: bool | None) -> DeletionsVerdict:
    """Return the signed account of what was deleted; ``key_known`` says whether its key counts, where that is known."""
    return DeletionsVerdict(
        good=key_known is not False,
        broadcast=mask_and_strip(found.broadcast),
        head=mask_and_strip(found.head),
        deletions=found.deletions,
        signed_by=found.signed.fingerprint,
        signed_at=found.signed.signed_at,
        key_known=key_known,
    )
