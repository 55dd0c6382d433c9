"""Signed heads as somebody has them in a file, read without a database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from eboxcast.audit.canonical import HEAD_KIND, Root, root_in
from eboxcast.lib import clock
from eboxcast.lib.errors import InputRefused
from eboxcast.lib.translation import N_

if TYPE_CHECKING:  # cryptography takes a tenth of a second to import
    from eboxcast.lib.signatures import Signed


class HeadUnclear(InputRefused):
    """What was given is no head that was signed here."""

    code = "audit.head-unclear"
    sentence = N_("{file} is not a signed head of the audit.")
    remedy = N_("Give the file exactly as it was received.")


@dataclass(frozen=True, kw_only=True)
class GivenHead:
    """A signed head, and what is to show that it goes on from an older one."""

    text: str
    """What is signed, with its signature."""
    signed: Signed
    root: Root
    since: int | None = None
    """The size of the older one."""
    stamped_at: datetime | None = None
    """When a timestamp authority saw it; whether it is trusted is not decided here."""
    path: tuple[bytes, ...] = ()


def read_head(content: bytes, *, file: str) -> GivenHead:
    """Return the head in the answer of `audit head`, or in what is signed of it alone. Raises HeadUnclear."""
    from eboxcast.lib.signatures import SignatureWrong, read_signed  # as above

    told = _object(content)
    try:
        text = str(told["signed"] if "signed" in told else content.decode("ascii")).strip()
        signed = read_signed(text, kind=HEAD_KIND)
        since = told.get("since")
        stamped_at = moment_of_stamp(signed)
        return GivenHead(
            text=text,
            signed=signed,
            root=root_in(signed.payload),
            stamped_at=stamped_at,
            since=None if since is None else int(since),
            path=tuple(bytes.fromhex(one) for one in told.get("consistency", ())),
        )
    except (SignatureWrong, ValueError, TypeError):
        raise HeadUnclear(file=file) from None


def moment_of_stamp(signed: Signed) -> datetime | None:
    """Return when a timestamp authority saw what is signed; None where none did. Raises SignatureWrong."""
    if signed.stamp is None:
        return None
    from eboxcast.lib.authorities import judge  # pyHanko takes 0.3 s to import

    return judge(signed, None, now=clock.now()).stamped_at


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
