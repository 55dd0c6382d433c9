"""A signed head that somebody keeps shows whatever is done later to what came before it, by whoever it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import psycopg
import pytest
from django.test import override_settings
from tests.actors import master

from eboxcast.audit import tree
from eboxcast.audit.actions import record
from eboxcast.audit.canonical import HEAD_KIND, Root
from eboxcast.audit.given_heads import HeadUnclear, read_head
from eboxcast.audit.heads import HeadOfAnother, hand_out_tree_head, make_due_head
from eboxcast.audit.models import Node, Seal, TreeHead
from eboxcast.audit.sealing import seal_pending
from eboxcast.audit.signing import NothingSigns
from eboxcast.audit.signing_keys import create_key, is_ours
from eboxcast.audit.verification import Verification, Wrong, verify
from eboxcast.lib import clock
from eboxcast.lib.merkle import leaf_hash, only_grew, root_by_path, root_of
from eboxcast.lib.signatures import read_signed

pytestmark = pytest.mark.usefixtures("installation")

Superuser = Callable[..., None]
ADA = master("ada")
SEALED = 6


@pytest.fixture
def superuser(sweepers: list[psycopg.Connection[tuple[object, ...]]]) -> Superuser:
    """Do anything to the control database; triggers are off."""

    def execute(*statements: str) -> None:
        for statement in statements:
            assert sweepers[0].execute(statement.encode()).rowcount, "the statement touched nothing"

    return execute


@pytest.fixture(autouse=True)
def _signing(installation: None) -> Iterator[None]:
    """A key that signs, and six entries: its own is the first."""
    with override_settings(EBOXCAST_SIGNING_PASSPHRASE="a passphrase of the tests"):
        create_key("Somebody", days=3, actor=master("ines"))
        for number in range(2, SEALED + 1):
            record(f"a.number_{number}", by="ines", data={"count": number})
        yield


def handed() -> Root:
    given = hand_out_tree_head(None, actor=ADA)
    assert given
    return read_head(given.head.signed.encode(), file="head.json").root


def wrong(found: Verification) -> set[Wrong]:
    return {fault.wrong for fault in found.faults}


def test_a_head_is_the_root_over_the_digests_of_all_seals() -> None:
    given = handed()
    digests = [bytes(seal.digest) for seal in Seal.objects.order_by("number")]
    assert given.size == SEALED
    assert given.root == root_of([*map(leaf_hash, digests)])
    for number, digest in enumerate(digests, 1):
        path = tree.prove_entry(number, SEALED)
        assert root_by_path(leaf_hash(digest), path, index=number - 1, size=SEALED) == given.root


def test_a_head_is_proved_to_go_on_from_an_older_one() -> None:
    old = handed()
    record("a.later", by="olga")
    given = hand_out_tree_head(old, actor=ADA)
    assert given
    new = read_head(given.head.signed.encode(), file="head.json").root
    assert (given.since, new.size) == (SEALED, SEALED + 1)
    assert only_grew(given.path, old=(old.size, old.root), new=(new.size, new.root))


def test_a_head_of_another_audit_is_refused() -> None:
    for size in (SEALED, SEALED + 100):
        with pytest.raises(HeadOfAnother):
            hand_out_tree_head(Root(size=size, root=bytes(32), at=clock.now()), actor=ADA)


def test_without_a_key_no_head_is_given_and_the_steward_goes_on() -> None:
    with override_settings(EBOXCAST_SIGNING_PASSPHRASE=""):
        assert make_due_head() is None
        with pytest.raises(NothingSigns):
            hand_out_tree_head(None, actor=ADA)


def test_the_steward_signs_once_an_hour_and_when_a_broadcast_was_closed() -> None:
    def sizes() -> list[int]:
        seal_pending()
        make_due_head()
        return list(TreeHead.objects.order_by("size").values_list("size", flat=True))

    assert sizes() == [6]
    record("a.later", by="olga")
    assert sizes() == [6]
    record("broadcast.closed", by="olga")
    assert sizes() == [6, 8]
    clock.move(timedelta(hours=2))
    assert sizes() == [6, 8]
    record("a.later", by="olga")
    assert sizes() == [6, 8, 9]


def test_what_is_untouched_is_proved_to_the_head_that_was_kept() -> None:
    old = handed()
    record("a.later", by="olga")
    new = handed()
    found = verify(heads=[new, old], actor=ADA)
    assert (found.signed_to, found.heads, found.faults) == (SEALED + 1, 4, [])


CHAIN_MADE_ANEW = ("delete from audit_seal", "delete from audit_tree_head")
FORGERIES = {
    "changed": ("update audit_entry set by = 'olga' where action = 'a.number_3'",),
    "removed": ("delete from audit_entry where action = 'a.number_3'",),
    "inserted": (
        "insert into audit_entry select 0, segment, at, at, by, 'a.x', '', run, null, data from audit_entry limit 1",
    ),
    "cut off": ("delete from audit_entry where action > 'a.number_4'",),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_audit_with_a_chain_made_anew_is_found_by_a_head_that_was_kept(
    superuser: Superuser, forgery: str
) -> None:
    """Within itself everything agrees; and no head that was kept goes on to one that is signed now."""
    kept = handed()
    superuser(*FORGERIES[forgery], *CHAIN_MADE_ANEW)
    record("a.later", by="ines")
    seal_pending(everything=True)
    assert verify(actor=ADA).good
    found = verify(heads=[kept], actor=ADA)
    assert found.signed_to == 0
    assert wrong(found) <= {Wrong.ROOT_DIFFERS, Wrong.TRUNCATED}
    assert not found.good
    with pytest.raises(HeadOfAnother):
        hand_out_tree_head(kept, actor=ADA)


def test_a_chain_made_anew_is_found_by_the_heads_that_were_left(superuser: Superuser) -> None:
    handed()
    superuser(*FORGERIES["changed"], CHAIN_MADE_ANEW[0])
    seal_pending(everything=True)
    assert wrong(verify(actor=ADA)) == {Wrong.ROOT_DIFFERS}


@pytest.mark.parametrize("change", ["root = sha256('x')", "size = 4", "signed = 'x'", "signed = signed || 'A'"])
def test_an_altered_head_is_found(superuser: Superuser, change: str) -> None:
    handed()
    superuser(f"update audit_tree_head set {change}")  # noqa: S608  # of this file
    assert Wrong.HEAD_FORGED in wrong(verify(actor=ADA))


def test_a_head_of_a_key_that_is_not_ours_is_found(superuser: Superuser) -> None:
    handed()
    superuser("delete from signing_key")
    assert wrong(verify(actor=ADA)) == {Wrong.HEAD_FORGED}


@pytest.mark.parametrize(
    ("change", "faults", "counts"),
    [
        (
            "expires_at = made_at - interval '1 minute', made_at = made_at - interval '1 hour'",
            {Wrong.HEAD_FORGED},
            False,
        ),
        ("made_at = made_at + interval '1 hour'", {Wrong.HEAD_FORGED}, False),
        ("revoked_at = made_at - interval '1 minute', revoked_by = 'ines', reason = 'x'", {Wrong.HEAD_FORGED}, False),
        ("revoked_at = made_at + interval '1 hour', revoked_by = 'ines', reason = 'x'", set(), False),
        ("name = 'Another'", set(), True),
    ],
)
def test_a_head_is_ours_by_the_dates_of_its_key(
    superuser: Superuser, change: str, faults: set[Wrong], counts: bool
) -> None:
    """What a key signed before it was revoked is no forgery, but counts for nobody: a thief writes any moment."""
    handed()
    superuser(f"update signing_key set {change}")  # noqa: S608  # of this file
    assert wrong(verify(actor=ADA)) == faults
    assert is_ours(read_signed(TreeHead.objects.get().signed, kind=HEAD_KIND)) is counts


@pytest.mark.parametrize("text", ["", "x.y.z", "e30.e30.e30"])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(HeadUnclear):
        read_head(text.encode(), file="head.json")


def test_a_long_audit_is_proved_from_the_parts_that_are_kept_and_a_changed_part_is_found(superuser: Superuser) -> None:
    superuser(
        "insert into audit_entry (segment, at, by, action, environment, data)"
        " select segment, at, by, 'a.more', '', data from audit_entry, generate_series(1, 1024) where id ="
        " (select min(id) from audit_entry)"
    )
    seal_pending()
    digests = [bytes(digest) for digest in Seal.objects.order_by("number").values_list("digest", flat=True)]
    kept = set(Node.objects.values_list("level", "place"))
    assert kept == {(8, 0), (8, 1), (8, 2), (8, 3), (9, 0), (9, 1), (10, 0)}
    assert tree.root(1030) == root_of([*map(leaf_hash, digests)])
    assert tree.root(1030) != tree.root(1029)
    assert verify(actor=ADA).good
    superuser("update audit_node set hash = sha256('x') where level = 9")
    assert wrong(verify(actor=ADA)) == {Wrong.NODE_ALTERED}
