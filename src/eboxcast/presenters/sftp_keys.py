"""The keys by which institutions reach their drop folders, made from what is registered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from eboxcast.lib import clock
from eboxcast.lib.masking import mask_and_strip
from eboxcast.presenters.schemas.sftp_keys import SftpKeyList, SftpKeyShown
from eboxcast.senders.models import Institution


class Key(Protocol):
    """A key, as the doors of the drop folders keep it."""

    pk: int
    institution: str
    label: str
    kind: str
    fingerprint: str
    added_at: datetime
    added_by: str
    expires_at: datetime
    ended_at: datetime | None
    ended_by: str
    used_at: datetime | None


def sftp_key_list(keys: Sequence[Key]) -> SftpKeyList:
    """Return the keys, as they are shown."""
    of_keys = {key.institution for key in keys}
    names = dict(Institution.objects.filter(cbe__in=of_keys).values_list("cbe", "names"))
    return SftpKeyList(keys=tuple(_shown(key, names.get(key.institution, {})) for key in keys))


def _shown(key: Key, names: Mapping[str, str]) -> SftpKeyShown:
    return SftpKeyShown(
        number=key.pk,
        institution=key.institution,
        institution_names=names,
        label=mask_and_strip(key.label),
        kind=key.kind,
        fingerprint=key.fingerprint,
        added_at=key.added_at,
        added_by=key.added_by,
        expires_at=key.expires_at,
        ended_at=key.ended_at,
        ended_by=key.ended_by or None,
        used_at=key.used_at,
        in_force=key.ended_at is None and key.expires_at > clock.now(),
    )
