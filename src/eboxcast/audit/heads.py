"""Signed heads of the tree over the audit (``tree.py``): made, handed out, and shown to go on from one another.

Who keeps one has what nobody can undo, also not who owns the database and the key: each later head goes on from it, or
something before it was changed.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction

from eboxcast.audit.canonical import HEAD_KIND, Root, moment_text, text_of_root
from eboxcast.audit.models import SigningKey, TreeHead
from eboxcast.audit.sealing import seal_pending
from eboxcast.audit.selectors import head
from eboxcast.audit.signing import AuthoritySilent, IssuerNotAnswering, NothingSigns, RevokedByAuthority, sign
from eboxcast.audit.signing_keys import KeyClosed, TokenNotUsable, is_set_up
from eboxcast.audit.tree import prove_growth, root
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.errors import Trouble
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_

EVERY = timedelta(hours=1)
FILE_FORMAT = "eboxcast.audit-signed-head/1"

_NOT_SIGNED = (KeyClosed, TokenNotUsable, AuthoritySilent, IssuerNotAnswering, RevokedByAuthority)
_CLOSED_SINCE = (
    "select exists (select from audit_seal s join audit_entry e on e.id = s.entry and e.segment = s.entry_segment"
    " where s.number > %s and e.action = 'broadcast.closed')"
)


class HeadOfAnother(Trouble):
    """No path leads from that head to this audit."""

    code = "audit.head-of-another"
    sentence = N_("The audit does not go on from the head with {size} entries: it was changed, or it is another one.")


@dataclass(frozen=True, kw_only=True)
class Handed:
    """A signed head, and how it goes on from an older one."""

    head: TreeHead
    since: int | None = None
    """The size of the older one."""
    path: tuple[bytes, ...] = ()


def make_due_head() -> TreeHead | None:
    """Sign the tree when an hour has passed since the last head, or a broadcast was closed, and something was sealed.

    None where nothing is due, or nothing is set up to sign. Call it outside a transaction.
    """
    newest = head() if is_set_up() else None
    last = TreeHead.objects.order_by("-size", "-id").first()
    if newest is None or (last and last.size >= newest.number):
        return None
    if last and last.made_at + EVERY > clock.now() and not _closed_since(last.size):
        return None
    return make_head(newest.number)


def make_head(size: int) -> TreeHead | None:
    """Sign the tree with so many seals; None where nothing is set up to sign.

    Raises TreeBroken, KeyClosed, TokenNotUsable; AuthoritySilent where a timestamp is set up.
    """
    from eboxcast.lib.signatures import read_signed  # cryptography takes long to import

    now = clock.now()
    found = Root(size=size, root=root(size), at=now)
    try:
        signed = sign(text_of_root(found).encode(), kind=HEAD_KIND)
    except NothingSigns:
        return None
    values = {"root": found.root, "made_at": now, "signed": signed}
    with transaction.atomic():
        made, _ = TreeHead.objects.get_or_create(
            size=size, fingerprint=read_signed(signed, kind=HEAD_KIND).fingerprint, defaults=values
        )
    return made


def hand_out_tree_head(since: Root | None, *, actor: Actor) -> Handed | None:
    """Seal and sign all until now; return the head, and how the audit goes on from the one that is given.

    None as long as nothing was ever recorded. Call it outside a transaction.
    Raises NotYourRole, NothingSigns, TreeBroken, HeadOfAnother.
    """
    authorize(actor, "audit.anchor")
    seal_pending(everything=True)
    newest = head()
    if newest is None:
        return None
    made = make_head(newest.number)
    if made is None:
        raise NothingSigns
    if since and (since.size > made.size or root(since.size) != since.root):
        raise HeadOfAnother(size=since.size)
    return following(made, since.size if since else None)


def public_head(since: int | None, *, renew: bool) -> Handed:
    """Return the newest head for anyone, and how the audit goes on from one of another size where it is not shorter.

    ``renew`` seals and signs what was recorded since; if that fails, the one before is given, as its signature counts.
    Call it outside a transaction. Raises NothingSigns, TreeBroken, and what ``make_head`` does where there is none.
    """
    unrevoked = TreeHead.objects.exclude(
        fingerprint__in=SigningKey.objects.exclude(revoked_at=None).values("fingerprint")
    )
    made = unrevoked.order_by("-size", "-id").first()
    if renew:
        seal_pending()
        newest = head()
        if newest and (made is None or made.size < newest.number):
            with suppress(*(_NOT_SIGNED if made else ())):  # the steward meets the same, and its log says so
                made = make_head(newest.number) or made
    if made is None:
        raise NothingSigns
    return following(made, since if since and since <= made.size else None)


def following(made: TreeHead, since: int | None) -> Handed:
    """Return a head with what shows that it goes on from one of another size. Raises TreeBroken."""
    return Handed(head=made, since=since, path=tuple(prove_growth(since, made.size)) if since else ())


def as_file(handed: Handed) -> str:
    """Return a head as a file to be given to a witness: what `audit head` answers."""
    made = handed.head
    told = {
        "format": FILE_FORMAT,
        "size": made.size,
        "root": bytes(made.root).hex(),
        "at": moment_text(made.made_at),
        "fingerprint": made.fingerprint,
        "signed": made.signed,
        "since": handed.since,
        "consistency": [one.hex() for one in handed.path],
    }
    return json.dumps(told, indent=2) + "\n"


def _closed_since(size: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_CLOSED_SINCE, [size])
        return bool(cursor.fetchone()[0])
