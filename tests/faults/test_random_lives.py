"""The long version of tests/broadcasts/test_random_lives.py."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.broadcasts.people import begin_january
from tests.broadcasts.random_lives import live


@pytest.mark.faults
@pytest.mark.usefixtures("installation")
def test_no_life_of_a_hundred_skips_what_must_be_before_production() -> None:
    begin_january()

    @settings(max_examples=100, print_blob=True, suppress_health_check=list(HealthCheck))
    @given(seed=st.integers(0, 2**32), count=st.integers(40, 80))
    def many(seed: int, count: int) -> None:
        live(seed, count)

    many()
