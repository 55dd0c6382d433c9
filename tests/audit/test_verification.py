"""Whatever a superuser does to the audit with its triggers off, verifying finds it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime

import psycopg
import pytest
from tests.actors import master

from eboxcast.audit.actions import record
from eboxcast.audit.anchoring import Kept, hand_out, read_anchor
from eboxcast.audit.models import Anchor, Entry, Seal
from eboxcast.audit.sealing import seal_pending
from eboxcast.audit.selectors import head
from eboxcast.audit.verification import MOST_FAULTS, Verification, Wrong, verify

pytestmark = pytest.mark.usefixtures("installation")

Superuser = Callable[[str], None]
SEALED = 6


@pytest.fixture
def superuser(sweepers: list[psycopg.Connection[tuple[object, ...]]]) -> Superuser:
    """Do anything to the control database; triggers are off."""

    def execute(statement: str) -> None:
        assert sweepers[0].execute(statement.encode()).rowcount, "the statement touched nothing"

    return execute


@pytest.fixture(autouse=True)
def _six_sealed_entries(installation: None) -> None:
    for number in range(1, SEALED + 1):
        record(f"a.number_{number}", by="ines", environment="production", data={"count": number, "share": 0.5})
    seal_pending()


def newest() -> Kept:
    last = head()
    assert last
    return Kept(last.number, last.digest)


def wrong(found: Verification) -> set[Wrong]:
    return {fault.wrong for fault in found.faults}


def test_an_untouched_chain_is_good() -> None:
    found = verify([newest()], actor=master("ada"))
    assert (found.seals, found.entries, found.unsealed) == (SEALED, SEALED, 0)
    assert found.good
    assert (found.proved_to, found.head) == (SEALED, head())


def test_without_an_anchor_nothing_is_proved() -> None:
    found = verify(actor=master("ada"))
    assert (found.proved_to, found.kept_to) == (0, 0)
    assert found.good


def test_what_is_not_yet_sealed_is_told_apart() -> None:
    record("a.later", by="olga")
    found = verify(actor=master("ada"))
    assert (found.entries, found.unsealed) == (SEALED, 1)
    assert found.good


@pytest.mark.parametrize(
    "change",
    [
        "at = at + interval '1 microsecond'",
        "written_at = written_at - interval '1 microsecond'",
        "by = 'olga'",
        "action = 'a.number_33'",
        "environment = 'acceptance'",
        "run = gen_random_uuid()",
        "broadcast = gen_random_uuid()",
        """data = '{"count": 4, "share": 0.5}'""",
        """data = '{"count": "3", "share": 0.5}'""",
        """data = '{"count": 3, "share": 0.50000000000000000001}'""",
        """data = '{"count": 3, "share": 0.5, "more": null}'""",
        "data = '{}'",
        "data = (repeat('[', 5000) || repeat(']', 5000))::jsonb",
    ],
)
def test_an_altered_entry_is_found(superuser: Superuser, change: str) -> None:
    superuser(f"update audit_entry set {change} where action = 'a.number_3'")  # noqa: S608  # of this file
    found = verify(actor=master("ada"))
    assert [(fault.wrong, fault.number) for fault in found.faults] == [(Wrong.ENTRY_ALTERED, 3)]


@pytest.mark.parametrize(
    "change",
    [
        "content = sha256('x')",
        "previous = sha256('x')",
        "digest = sha256('x')",
        "sealed_at = sealed_at - interval '1 microsecond'",
        "entry = entry + 1",
    ],
)
def test_an_altered_seal_is_found(superuser: Superuser, change: str) -> None:
    superuser(f"update audit_seal set {change} where number = 3")  # noqa: S608  # of this file
    assert Wrong.SEAL_ALTERED in wrong(verify(actor=master("ada")))


def test_a_removed_entry_is_found(superuser: Superuser) -> None:
    superuser("delete from audit_entry where action = 'a.number_3'")
    assert wrong(verify(actor=master("ada"))) == {Wrong.ENTRY_MISSING}


def test_a_removed_entry_is_found_also_without_its_seal(superuser: Superuser) -> None:
    superuser("delete from audit_entry where action = 'a.number_3'")
    superuser("delete from audit_seal where number = 3")
    assert wrong(verify(actor=master("ada"))) == {Wrong.SEALS_MISSING}


def test_a_removed_seal_is_found_and_its_entry_is_not_taken_for_a_new_one(superuser: Superuser) -> None:
    superuser("delete from audit_seal where number = 3")
    assert wrong(verify(actor=master("ada"))) == {Wrong.SEALS_MISSING}
    assert seal_pending(everything=True) == 1
    assert wrong(verify(actor=master("ada"))) == {Wrong.SEALS_MISSING}


def test_a_removed_beginning_is_found(superuser: Superuser) -> None:
    superuser("delete from audit_entry where action < 'a.number_3'")
    superuser("delete from audit_seal where number < 3")
    assert wrong(verify(actor=master("ada"))) == {Wrong.BEGINNING}


def test_a_gap_closed_by_new_numbers_is_found(superuser: Superuser) -> None:
    superuser("delete from audit_entry where action = 'a.number_3'")
    superuser("delete from audit_seal where number = 3")
    superuser("update audit_seal set number = number - 1 where number > 3")
    assert {Wrong.LINK, Wrong.SEAL_ALTERED} <= wrong(verify(actor=master("ada")))


def test_two_entries_in_each_others_place_are_found(superuser: Superuser) -> None:
    superuser("update audit_seal set number = 307 - number where number in (3, 4)")
    superuser("update audit_seal set number = number - 300 where number > 300")
    assert {Wrong.LINK, Wrong.SEAL_ALTERED} <= wrong(verify(actor=master("ada")))


def test_two_entries_with_each_others_numbers_are_found(superuser: Superuser) -> None:
    superuser("update audit_entry set id = -id where action in ('a.number_3', 'a.number_4')")
    superuser("update audit_entry set id = id - (select sum(id) from audit_entry where id < 0) where id < 0")
    assert wrong(verify(actor=master("ada"))) == {Wrong.ENTRY_ALTERED}


def test_an_entry_sealed_twice_is_found(superuser: Superuser) -> None:
    superuser(
        "insert into audit_seal select 7, segment, entry, entry_segment, sealed_at, content, previous, digest"
        " from audit_seal where number = 6"
    )
    assert Wrong.SEALED_TWICE in wrong(verify(actor=master("ada")))


@pytest.mark.parametrize("with_entries", [True, False])
def test_a_cut_off_end_is_found_by_a_head_that_was_kept(superuser: Superuser, *, with_entries: bool) -> None:
    kept = newest()
    superuser("delete from audit_seal where number > 4")
    if with_entries:
        superuser("delete from audit_entry where action > 'a.number_4'")
    found = verify([kept], actor=master("ada"))
    assert [(fault.wrong, fault.number) for fault in found.faults] == [(Wrong.TRUNCATED, SEALED)]
    assert found.unsealed == (0 if with_entries else 2)


def test_a_cut_off_end_is_found_by_the_heads_the_database_remembers(superuser: Superuser) -> None:
    hand_out(kind="command", to="rita")
    superuser("delete from audit_seal where number > 4")
    assert wrong(verify(actor=master("ada"))) == {Wrong.TRUNCATED}


def test_a_chain_without_any_seal_is_found_by_a_head_that_was_kept(superuser: Superuser) -> None:
    kept = newest()
    superuser("delete from audit_seal")
    superuser("delete from audit_entry")
    assert wrong(verify([kept], actor=master("ada"))) == {Wrong.TRUNCATED}


def test_a_chain_made_again_from_forged_entries_is_found_by_a_head_that_was_kept(superuser: Superuser) -> None:
    """Every digest in it agrees: only what is outside the database can tell."""
    kept = newest()
    superuser("update audit_entry set by = 'olga' where action = 'a.number_3'")
    superuser("delete from audit_seal")
    seal_pending(everything=True)
    record("a.later", by="ines")
    seal_pending()
    assert verify(actor=master("ada")).good
    found = verify([kept], actor=master("ada"))
    assert (wrong(found), found.proved_to) == ({Wrong.ANCHOR_DIFFERS}, 0)


def test_it_is_proved_up_to_the_newest_anchor_that_agrees() -> None:
    early = newest()
    record("a.later", by="olga")
    seal_pending()
    found = verify([early, Kept(2, bytes(32))], actor=master("ada"))
    assert (found.proved_to, wrong(found)) == (SEALED, {Wrong.ANCHOR_DIFFERS})


def test_the_same_head_given_to_the_same_is_kept_once() -> None:
    for to in ("rita", "rita", "otto"):
        hand_out(kind="command", to=to)
    assert sorted(Anchor.objects.values_list("number", "given_to")) == [(SEALED, "otto"), (SEALED, "rita")]


def test_an_anchor_is_read_as_it_is_printed() -> None:
    assert read_anchor(f" {head()}\n") == newest()


@pytest.mark.parametrize("text", ["", "7", "7:", "7:ab", "x:" + "ab" * 32, "7:" + "zz" * 32, "-7:" + "ab" * 32])
def test_what_is_no_anchor_is_refused(text: str) -> None:
    assert read_anchor(text) is None


def test_many_faults_are_counted_and_the_first_are_told() -> None:
    found = Verification()
    for number in range(MOST_FAULTS + 50):
        found.found(Wrong.LINK, number)
    assert found.fault_count == MOST_FAULTS + 50
    assert [fault.number for fault in found.faults] == list(range(MOST_FAULTS))


def test_the_digests_are_those_of_the_documented_form() -> None:
    """Made here from the page alone, with no function of ours: the form must be the same in ten years."""
    seal, entry = Seal.objects.get(number=1), Entry.objects.get(action="a.number_1")
    first = {
        "action": "a.number_1",
        "at": moment(entry.at),
        "broadcast": None,
        "by": "ines",
        "data": {"count": 1, "share": 0.5},
        "environment": "production",
        "format": "eboxcast.audit/1",
        "id": entry.id,
        "run": None,
        "segment": entry.segment,
        "written_at": moment(entry.written_at),
    }
    assert bytes(seal.content) == digest(first)
    of_seal = {
        "content": bytes(seal.content).hex(),
        "entry": entry.id,
        "entry_segment": entry.segment,
        "format": "eboxcast.audit/1",
        "number": 1,
        "previous": "0" * 64,
        "sealed_at": moment(seal.sealed_at),
        "segment": entry.segment,
    }
    assert bytes(seal.digest) == digest(of_seal)


def moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digest(values: dict[str, object]) -> bytes:
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()
