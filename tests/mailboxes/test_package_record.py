"""What is kept about a package is read back as it was stored, also from rows that know less."""

from __future__ import annotations

import json

import pytest

from eboxcast.mailboxes.package_record import DocumentRecord, ListRecord, MetadataRecord, PackageRecord, PolicyRecord

LIST = ListRecord(
    file_name="list.csv",
    digest="ab" * 32,
    size=120,
    encoding="utf-8",
    separator=";",
    column="NISS",
    rows=4,
    excluded=1,
    merged=1,
    recipients=2,
    faults={"list.niss-check": 1},
)
RECORD = PackageRecord(
    document=DocumentRecord(file_name="letter.pdf", digest="cd" * 32, size=9, page_count=None),
    metadata=MetadataRecord(file_name="metadata.xml", digest="ef" * 32),
    lists=(LIST, LIST),
    policies=PolicyRecord(duplicates="merge", faulty_rows="exclude"),
    moved=1,
    adds=True,
    by="ines",
    procedure="on",
    retry_of="00000000-0000-0000-0000-000000000000",
    already=(0, 2),
)


def test_it_is_read_back_as_it_was_stored() -> None:
    assert PackageRecord.from_json(json.loads(json.dumps(RECORD.as_json()))) == RECORD


@pytest.mark.parametrize("name", ["retry_of", "already"])
def test_what_is_not_known_is_not_stored(name: str) -> None:
    stored = RECORD.as_json()
    del stored[name]
    record = PackageRecord.from_json(stored)
    assert getattr(record, name) is None
    assert record.as_json() == stored


def test_the_same_files_are_the_same_whoever_prepared_them() -> None:
    stored = {**RECORD.as_json(), "by": "olga"}
    del stored["already"]
    assert RECORD.is_of_same_files(PackageRecord.from_json(stored))
    assert not RECORD.is_of_same_files(PackageRecord.from_json({**stored, "moved": 2}))
