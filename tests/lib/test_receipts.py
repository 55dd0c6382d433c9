"""Receipts: each proves what it says of one number, to anybody with the roots, and of no other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from eboxcast.lib.merkle import leaf_hash, path_of, root_of
from eboxcast.lib.receipts import (
    Proof,
    Roots,
    Sealing,
    shape_for,
    tag_of,
)

BUCKETS = 97
SECRET = b"s" * 32


@cache
def everyone() -> tuple[list[int], Roots, Sealing, list[bytes]]:
    """Return 500 recipients, the roots of their tree, and what makes proofs."""
    keys = np.unique(np.random.default_rng(1).integers(1, 10**11, 500))
    shape = shape_for(len(keys), buckets=BUCKETS)
    sealing = Sealing(SECRET, shape)
    contents = []
    for first, last in shape.pieces(100):
        first_bucket, last_bucket = shape.buckets_of(first, last)
        there = keys[(keys % BUCKETS >= first_bucket) & (keys % BUCKETS <= last_bucket)]
        contents += list(sealing.shelves(there, first, last))
    roots = Roots(shape=shape, root=root_of([*map(leaf_hash, contents)]), cells_root=root_of(sealing.cell_hashes()))
    return keys.tolist(), roots, sealing, contents


def proof_for(key: int, *, received: bool) -> Proof:
    _, roots, sealing, contents = everyone()
    shelf, cell = roots.shape.shelf_of(key), roots.shape.cell_of(key)
    path = tuple(path_of([*map(leaf_hash, contents)], shelf))
    of_all = {"received": received, "shelf": shelf, "tags": contents[shelf], "path": path}
    if received:
        return Proof(**of_all, nonce=sealing.nonce_of(key))
    return Proof(**of_all, cell_secret=sealing.secret_of(cell), cell_path=cell_path(cell))


def cell_path(cell: int) -> tuple[bytes, ...]:
    """Return what ``path_of`` does, without making the whole tree over the cells anew for each."""
    return tuple(level[cell >> height ^ 1] for height, level in enumerate(cell_levels()))


@cache
def cell_levels() -> list[list[bytes]]:
    level, levels = everyone()[2].cell_hashes(), []
    while len(level) > 1:
        levels.append(level)
        level = [root_of(level[place : place + 2]) for place in range(0, len(level), 2)]
    return levels


def test_every_recipient_has_a_receipt_that_holds_for_them_alone() -> None:
    keys, roots, _, _ = everyone()
    assert roots.shape.shelves == 7
    wrong = [key for key in keys if not proof_for(key, received=True).holds_for(key, roots)]
    assert wrong == []
    assert not proof_for(keys[0], received=True).holds_for(keys[1], roots)


def test_that_somebody_did_not_receive_it_is_proved_of_strangers_only() -> None:
    """Of nobody in an honest tree both can be proved."""
    keys, roots, _, _ = everyone()
    strangers = [key + 1 for key in keys if key + 1 not in keys]
    assert cell_path(5) == tuple(path_of(everyone()[2].cell_hashes(), 5))
    assert [key for key in strangers if not proof_for(key, received=False).holds_for(key, roots)] == []
    assert [key for key in strangers if proof_for(key, received=True).holds_for(key, roots)] == []
    assert [key for key in keys if proof_for(key, received=False).holds_for(key, roots)] == []


def test_who_makes_a_tree_can_prove_both_of_one_number_and_is_convicted_by_both() -> None:
    """A receipt's nonce is not bound to a cell: a receipt beats an absence (ADR 22)."""
    keys, roots, _, contents = everyone()
    victim, nonce = keys[0] + 1, b"n" * 32
    shelf = roots.shape.shelf_of(victim)
    tags = contents[shelf] + tag_of(nonce, victim)
    leaves = [leaf_hash(tags if place == shelf else content) for place, content in enumerate(contents)]
    forged, path = replace(roots, root=root_of(leaves)), tuple(path_of(leaves, shelf))
    absence = replace(proof_for(victim, received=False), tags=tags, path=path)
    receipt = Proof(received=True, shelf=shelf, tags=tags, path=path, nonce=nonce)
    assert receipt.holds_for(victim, forged)
    assert absence.holds_for(victim, forged)


def changed(proof: Proof) -> Iterator[Proof]:
    for name in ("tags", "nonce", "cell_secret"):
        content = getattr(proof, name)
        if content:
            yield replace(proof, **{name: bytes([content[0] ^ 1]) + content[1:]})
    yield replace(proof, tags=proof.tags[32:])
    yield replace(proof, tags=proof.tags[:-1])
    yield replace(proof, shelf=proof.shelf ^ 1)
    yield replace(proof, received=not proof.received)
    yield replace(proof, path=proof.path[1:])
    yield replace(proof, path=(*proof.path, b"p" * 32))
    if proof.cell_path:
        yield replace(proof, cell_path=proof.cell_path[::-1])


@pytest.mark.parametrize("received", [True, False])
def test_whatever_is_changed_in_a_proof_it_holds_no_more(*, received: bool) -> None:
    keys, roots, _, _ = everyone()
    key = keys[0] if received else keys[0] + 1
    proof = proof_for(key, received=received)
    assert proof.holds_for(key, roots)
    assert [one for one in changed(proof) if one.holds_for(key, roots)] == []
    assert not proof.holds_for(key, replace(roots, root=b"r" * 32))
