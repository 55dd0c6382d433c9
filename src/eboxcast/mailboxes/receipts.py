"""The receipts of a release: its tree, made once it is visible and closed, and proofs from it (``lib/receipts.py``).

Making the tree reads the audience piece by piece, outside a transaction: a kill leaves nothing, and who comes next
makes another. The first that is stored stays. Its secret is deleted with the audience.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from types import MappingProxyType

from django.db.backends.base.base import BaseDatabaseWrapper

from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.buckets import Keys
from eboxcast.lib.crashpoints import Proving, reached
from eboxcast.lib.errors import NotAllowedNow
from eboxcast.lib.merkle import leaf_hash, path_of, root_of
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.receipts import (
    HASH_BYTES,
    Proof,
    Roots,
    Sealing,
    Shape,
    new_secret,
    shape_for,
)
from eboxcast.lib.translation import N_
from eboxcast.mailboxes.errors import StoredDiffers
from eboxcast.mailboxes.models import OutcomeKind, ReceiptTree, Release
from eboxcast.mailboxes.sql import run

_RECIPIENTS_AT_ONCE = 100_000


class NoReceipts(NotAllowedNow):
    """There is nothing to make receipts from: not yet, or no more."""

    code = "receipt.none"
    sentence = N_("Run {run} has no receipts: it is not published yet, or its recipients have been deleted.")
    remedy = N_("To see its status: {see}")
    actions = MappingProxyType({"see": NextAction(action="run.see", parameters={"run": "{run}"})})


class AbsenceTellsOfOthers(NotAllowedNow):
    """Who has the secret of the cell could find out that somebody else is in the run."""

    code = "receipt.tells-of-others"
    sentence = N_("It cannot be proved that this recipient is not in the run without revealing another recipient.")
    remedy = N_("This is rare. An auditor can verify it on this installation: {verify}")
    actions = MappingProxyType({"verify": NextAction(action="report.verify", parameters={"run": "{run}"})})


def find_roots(environment: str, release: Release) -> Roots | None:
    """Return the roots of a release's tree; None where none was made."""
    with sanitized_db_errors():
        trees = ReceiptTree.objects.using(environment).defer("secret", "shelf_hashes")
        found = trees.filter(release=release.id).first()
    return _roots(found) if found else None


def make_tree(environment: str, release: Release) -> None:
    """Make the tree of a release that can be seen and whose account is closed, if there is none yet.

    Raises StoredDiffers where the environment holds others than were published.
    """
    if release.completed_at is None or release.audience_purged_at or find_roots(environment, release):
        return
    if release.was_sent and release.outcomes_purged_at:
        return
    with sanitized_db_errors():
        connection = environment_connection(environment)
        shape = shape_for(release.published_count or 0, buckets=bucket_prime(environment))
        secret = new_secret()
        sealing = Sealing(secret, shape)
        hashes = _shelf_hashes(connection, release, shape, sealing)
        values = {
            **asdict(shape),
            "release": release.id,
            "root": root_of(hashes),
            "cells_root": root_of(sealing.cell_hashes()),
            "now": clock.now(),
            "secret": secret,
            "shelf_hashes": b"".join(hashes),
        }
        reached(Proving.TREE_BEFORE_COMMIT)
        run(connection, "store_receipts", values)


def _shelf_hashes(connection: BaseDatabaseWrapper, release: Release, shape: Shape, sealing: Sealing) -> list[bytes]:
    hashes, count = [], 0
    for first, last in shape.pieces(_RECIPIENTS_AT_ONCE):
        keys = _received(connection, release, shape, first, last)
        hashes += [leaf_hash(content) for content in sealing.shelves(keys, first, last)]
        count += len(keys)
    if count != shape.recipients:
        raise StoredDiffers(check="the recipients in the receipts are those who were published to")
    return hashes


def prove(environment: str, release: Release, key: int) -> Proof | None:
    """Return the proof that a recipient received a release; None where they are not in it. Raises NoReceipts."""
    shelf = _shelf_with(environment, release, key)
    if key not in shelf.keys:
        return None
    nonce = shelf.sealing.nonce_of(key)
    return Proof(received=True, shelf=shelf.number, tags=shelf.tags, path=shelf.path, nonce=nonce)


def prove_absence(environment: str, release: Release, key: int) -> Proof:
    """Return the proof that a release was not to a recipient. Raises NoReceipts, AbsenceTellsOfOthers."""
    shelf = _shelf_with(environment, release, key)
    cell = shelf.shape.cell_of(key)
    if (shelf.keys % shelf.shape.cells == cell).any():
        raise AbsenceTellsOfOthers(run=release.run)
    return Proof(
        received=False,
        shelf=shelf.number,
        tags=shelf.tags,
        path=shelf.path,
        cell_secret=shelf.sealing.secret_of(cell),
        cell_path=tuple(path_of(shelf.sealing.cell_hashes(), cell)),
    )


@dataclass(frozen=True, kw_only=True)
class _Shelf:
    """Where a recipient is in a tree, or would be, and who is there."""

    number: int
    keys: Keys
    tags: bytes
    path: tuple[bytes, ...]
    shape: Shape
    sealing: Sealing


def _shelf_with(environment: str, release: Release, key: int) -> _Shelf:
    with sanitized_db_errors():
        tree = ReceiptTree.objects.using(environment).filter(release=release.id).first()
        if tree is None or tree.secret is None or tree.shelf_hashes is None:
            raise NoReceipts(run=release.run)
        if release.was_sent and release.outcomes_purged_at:
            raise NoReceipts(run=release.run)
        shape = _roots(tree).shape
        number = shape.shelf_of(key)
        keys = _received(environment_connection(environment), release, shape, number, number)
    hashes = bytes(tree.shelf_hashes)
    leaves = [hashes[start : start + HASH_BYTES] for start in range(0, len(hashes), HASH_BYTES)]
    sealing = Sealing(bytes(tree.secret), shape)
    (tags,) = sealing.shelves(keys, number, number)
    if leaf_hash(tags) != leaves[number]:
        raise StoredDiffers(check="the recipients of a receipt are those for whom the tree was made")
    path = tuple(path_of(leaves, number))
    return _Shelf(number=number, keys=keys, tags=tags, path=path, shape=shape, sealing=sealing)


def _received(connection: BaseDatabaseWrapper, release: Release, shape: Shape, first: int, last: int) -> Keys:
    from eboxcast.mailboxes.audiences import read_audience, read_outcome  # numpy, where a tree is made or used

    first_bucket, last_bucket = shape.buckets_of(first, last)
    if release.was_sent:
        kind, end = OutcomeKind.SENT, last_bucket + 1
        return read_outcome(connection, release=release.id, prime=end, kind=kind, first_bucket=first_bucket)
    return read_audience(
        connection, release=release.id, prime=shape.buckets, first_bucket=first_bucket, last_bucket=last_bucket
    )


def _roots(tree: ReceiptTree) -> Roots:
    shape = Shape(recipients=tree.recipients, buckets=tree.buckets, shelves=tree.shelves, cells=tree.cells)
    return Roots(shape=shape, root=bytes(tree.root), cells_root=bytes(tree.cells_root))
