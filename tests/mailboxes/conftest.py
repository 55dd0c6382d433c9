"""Releases made directly, without packages: what an environment must do with them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import numpy as np
import pytest

from eboxcast.database.environments import environment_connection
from eboxcast.mailboxes import compacting, launching, opening, storing
from eboxcast.mailboxes.package_record import DocumentRecord, MetadataRecord, PackageRecord, PolicyRecord
from eboxcast.mailboxes.values import Identity, NewMessage, NewRelease

COMPACTED = bool(os.environ.get("COMPACTED_TESTS"))
"""Whether what is published is compacted at once, and its rows are emptied: then every test must hold all the same."""
if_rows = pytest.mark.skipif(COMPACTED, reason="about rows that are not compacted yet")
AT_ONCE = compacting.Rules(waiting_releases=1, fan_in=2, patience=timedelta())
NewOrder = Callable[..., NewRelease]


def publish(order: NewOrder, keys: Sequence[int], *, environment: str = "acceptance", **particulars: object) -> UUID:
    """Store and launch; return the run."""
    wanted = order(keys, **particulars)
    storing.store(environment, wanted)
    launching.launch(environment, wanted.run, refuse_without_ebox=False)
    if COMPACTED:
        compacting.compact(environment, AT_ONCE)
        compacting.compact(environment, AT_ONCE)
    return wanted.run


def plans_of_opening() -> list[str]:
    """Return how an eBox is found over this connection, once it is planned for good."""
    for _ in range(20):
        opening.open_ebox("acceptance", 42)
    with environment_connection("acceptance").cursor() as cursor:
        cursor.execute("select name from pg_prepared_statements where statement like '-- All of an eBox%%'")
        plans = []
        for (name,) in cursor.fetchall():
            cursor.execute(f'explain execute "{name}" (42, 42, now())')
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    return plans


@pytest.fixture
def order(installation: None) -> NewOrder:
    """Make what a run wants stored; by default the same message to three people, each time for a new run."""

    def make(
        keys: Sequence[int] = (1, 2, 3),
        *,
        ticket: str = "t1",
        document: bytes = b"letter",
        adds: bool = False,
        **values: object,
    ) -> NewRelease:
        message = NewMessage(
            identity=Identity(institution="0456789034", application="demo:test", ticket=ticket, sequence=None),
            document=document,
            document_digest=hashlib.sha256(document).digest(),
            metadata_digest=b"m" * 32,
            institution_names={"fr": "Institution", "nl": "Instelling", "de": "Institution"},
            application_names={"fr": "Application", "nl": "Toepassing", "de": "Anwendung"},
            type_code="DEMO-INFO",
            type_names={"fr": "Information", "nl": "Informatie", "de": "Information"},
            ebox_type="CITIZEN",
            language="fr",
            title="Une lettre",
            file_name="letter.pdf",
            media_type="application/pdf",
            metas={},
            validity_number=6,
            validity_unit="month",
        )
        message = replace(message, **values)
        return NewRelease(
            run=uuid4(),
            message=message,
            keys=np.array(sorted(keys), dtype=np.int64),
            list_of_key=np.zeros(len(keys), dtype=np.uint16),
            list_count=1,
            in_hand={},
            package=PackageRecord(
                document=DocumentRecord(file_name=message.file_name, digest="", size=len(document), page_count=1),
                metadata=MetadataRecord(file_name="", digest=""),
                lists=(),
                policies=PolicyRecord(duplicates="merge", faulty_rows="block"),
                moved=0,
                adds=adds,
                by="",
                procedure="off",
            ),
            rejected_rows=(),
        )

    return make


@pytest.fixture
def eboxes(installation: None) -> Callable[..., None]:
    """Put eBoxes into acceptance: active ones, those that want no paper, deactivated ones."""

    def put(*, active: Sequence[int] = (), ebox_only: Sequence[int] = (), deactivated: Sequence[int] = ()) -> None:
        rows = [(key, None, False) for key in active]
        rows += [(key, None, True) for key in ebox_only]
        rows += [(key, "2026-02-01", False) for key in deactivated]
        with environment_connection("acceptance").cursor() as cursor:
            cursor.executemany(
                "insert into ebox values (%s %% 16381, %s, '2026-01-01', %s, %s)",
                [(key, key, gone, only) for key, gone, only in rows],
            )

    return put
