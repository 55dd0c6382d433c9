"""Keys packed for binary COPY come back as they were, whatever their number."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eboxcast.database.copying import copy_in, copy_out
from eboxcast.database.environments import environment_connection
from eboxcast.lib.buckets import DEFAULT_PRIME
from eboxcast.mailboxes import packing
from eboxcast.mailboxes.sql import QUERIES

ALL_KEYS = "copy (select keys from audience) to stdout (format binary)"
KEYS = st.lists(st.integers(1, 2 * 10**12), min_size=1, max_size=300, unique=True)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keys=KEYS, prime=st.sampled_from([2, 7, 97, DEFAULT_PRIME]))
def test_what_is_packed_is_what_the_database_gives_back(installation: None, keys: list[int], prime: int) -> None:
    """The server reads our bytes as its own format, and we read its bytes."""
    connection = environment_connection("acceptance")
    ascending = np.array(sorted(keys), dtype=np.int64)
    with connection.cursor() as cursor:
        cursor.execute("delete from audience")
    copy_in(connection, QUERIES["store_audience"], packing.pack(ascending, prime=prime, release=1, generation=0))
    assert np.array_equal(packing.unpack(copy_out(connection, ALL_KEYS, {})), ascending)


def test_each_row_is_one_bucket_with_its_keys_ascending(installation: None) -> None:
    """What an eBox looks up is where its key says."""
    connection = environment_connection("acceptance")
    keys = np.arange(10**10, 10**10 + 500, dtype=np.int64)
    copy_in(connection, QUERIES["store_audience"], packing.pack(keys, prime=97, release=5, generation=3))
    with connection.cursor() as cursor:
        cursor.execute("select bucket, keys from audience_3 where release = 5 order by bucket")
        rows = cursor.fetchall()
    assert [bucket for bucket, _ in rows] == list(range(97))
    assert all(found == sorted(found) and {key % 97 for key in found} == {bucket} for bucket, found in rows)


def test_a_large_audience_is_sent_in_pieces() -> None:
    """Memory stays bounded: no piece holds many more than half a million keys, each twelve bytes."""
    pieces = list(packing.pack(np.arange(1, 2_000_001, dtype=np.int64), prime=16_381, release=1))
    assert len(pieces) > 4
    assert max(map(len, pieces)) < 510_000 * 12 + 16_381 * 50
