"""A witness, and what it saw, as they are shown."""

from __future__ import annotations

from collections.abc import Sequence

from eboxcast.audit.witnessed import Witnessed
from eboxcast.audit.witnessing import Sight, Witness
from eboxcast.lib.masking import mask_and_strip
from eboxcast.presenters.schemas.audit import HeadWitnessed, WitnessShown


def witness_shown(witness: Witness, seen: Sequence[Witnessed]) -> WitnessShown:
    """Return a witness and the last head that it saw."""
    last = seen[-1] if seen else None
    return WitnessShown(
        name=mask_and_strip(witness.name),
        fingerprint=witness.fingerprint,
        heads=len(seen),
        last_size=last.head.root.size if last else None,
        last_at=last.at if last else None,
    )


def head_witnessed(sight: Sight, *, key_known: bool | None) -> HeadWitnessed:
    """Return a head that was countersigned."""
    seen = sight.witnessed
    return HeadWitnessed(
        new=sight.is_new,
        size=seen.head.root.size,
        root=seen.head.root.root.hex(),
        at=seen.head.root.at,
        signed_by=seen.head.signed.fingerprint,
        stamped_at=seen.head.stamped_at,
        key_known=key_known,
        since=seen.head.since,
        witness=seen.witness,
        seen_at=seen.at,
        countersigned=seen.countersigned,
    )
