"""Merkle trees: every leaf has a proof of its place, every older tree one that the newer only grew."""

from __future__ import annotations

import pytest

from eboxcast.lib.merkle import (
    EMPTY,
    Growing,
    consistency,
    edge_of,
    inclusion,
    leaf_hash,
    only_grew,
    path_of,
    root_at,
    root_by_path,
    root_of,
)

LEAVES = [leaf_hash(bytes([number])) for number in range(70)]


def subtree(level: int, place: int) -> bytes:
    leaves = LEAVES[place << level : place + 1 << level]
    assert len(leaves) == 1 << level, "this subtree is not full"
    return root_of(leaves)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 8, 13])
def test_every_leaf_has_a_path_and_no_other_place_in_the_tree(size: int) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    found = {
        (leaf, index)
        for leaf in range(size)
        for index in range(-1, size + 1)
        if root_by_path(leaves[leaf], path_of(leaves, leaf), index=index, size=size) == root_of(leaves)
    }
    assert found == {(number, number) for number in range(size)}


def test_the_root_is_that_of_the_examples_of_certificate_transparency() -> None:
    """The leaves and roots that the reference implementation of RFC 6962 and 9162 is tested with."""
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    hashes = [leaf_hash(bytes.fromhex(one)) for one in leaves]
    assert root_of([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root_of(hashes[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert root_of(hashes[:3]).hex() == "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
    assert root_of(hashes).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_a_few_subtrees_give_what_all_leaves_give() -> None:
    for size in range(1, len(LEAVES)):
        assert root_at(subtree, size) == root_of(LEAVES[:size])
        for index in (0, size // 3, size - 1):
            assert inclusion(subtree, index, size) == path_of(LEAVES[:size], index)
    assert root_at(subtree, 0) == EMPTY


def test_growing_leaf_by_leaf_gives_the_same_roots_and_subtrees_also_from_an_edge() -> None:
    growing = Growing()
    for size, leaf in enumerate(LEAVES, 1):
        for level, found in enumerate(growing.add(leaf)):
            assert found == subtree(level, (size >> level) - 1)
        assert growing.root() == root_of(LEAVES[:size])
    later = Growing(37, [subtree(level, place) for level, place in edge_of(37)])
    for leaf in LEAVES[37:]:
        later.add(leaf)
    assert later.root() == growing.root()


def test_every_older_tree_is_shown_to_be_the_beginning_of_every_newer_one() -> None:
    for new in range(1, 34):
        for old in range(1, new + 1):
            path = consistency(subtree, old, new)
            before, after = (old, root_at(subtree, old)), (new, root_at(subtree, new))
            assert only_grew(path, old=before, new=after)
            assert not only_grew([*path, EMPTY], old=before, new=after)
            assert not only_grew(path, old=(old, EMPTY), new=after)
            assert not only_grew(path, old=before, new=(new, EMPTY))
            assert not path or not only_grew(path[1:], old=before, new=after)


def test_a_tree_with_one_other_leaf_is_not_the_beginning_of_another() -> None:
    """Whoever changed leaf 5 has a tree of their own, and no path leads from the one to the other."""
    others = [*LEAVES[:5], EMPTY, *LEAVES[6:]]
    path = consistency(lambda level, place: root_of(others[place << level : place + 1 << level]), 7, 20)
    assert not only_grew(path, old=(7, root_at(subtree, 7)), new=(20, root_of(others[:20])))
    assert only_grew(path, old=(7, root_of(others[:7])), new=(20, root_of(others[:20])))
