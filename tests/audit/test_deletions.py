"""The signed account of what was deleted, as anybody may hand it in: it is read, or it is none."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from eboxcast.audit.deletions import KIND, read_signed_deletions, statement_of
from eboxcast.lib.signatures import Signer, new_pair, own_certificate

NOW = datetime(2027, 1, 18, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def signer() -> Signer:
    pair, _ = new_pair("a passphrase of the tests")
    return Signer(pair, (own_certificate(pair, "FPS Example", since=NOW, until=NOW + timedelta(days=900)),))


def test_a_signed_account_is_read(signer: Signer) -> None:
    statement = statement_of("2027-0001", "12:" + "0" * 64, [{"seal": 4, "data": {"rule": "delivery-old"}}])
    found = read_signed_deletions(signer.sign(statement, kind=KIND, at=NOW).encode())
    assert found is not None
    assert (found.broadcast, [one["seal"] for one in found.deletions]) == ("2027-0001", [4])


@pytest.mark.parametrize(
    "payload",
    [
        b"[" * 100_000 + b"]" * 100_000,
        b'{"format": "eboxcast.deletions/1", "broadcast": "1", "head": "1", "deletions": [1]}',
        b'{"format": "eboxcast.deletions/1", "broadcast": "1", "head": "1", "deletions": ["ab"]}',
        json.dumps({"format": "another", "broadcast": "1", "head": "1", "deletions": []}).encode(),
        b"[]",
        b"\xff",
    ],
    ids=["nested", "numbers", "words", "another", "list", "no-text"],
)
def test_what_somebody_signed_that_is_no_account_is_none(signer: Signer, payload: bytes) -> None:
    assert read_signed_deletions(signer.sign(payload, kind=KIND, at=NOW).encode()) is None
