"""Random actions by random people at random moments find no way to production that skips anything."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.broadcasts.random_lives import live

pytestmark = pytest.mark.usefixtures("january")


@settings(max_examples=4, print_blob=True)
@given(seed=st.integers(0, 2**32), count=st.integers(40, 60))
def test_no_life_skips_what_must_be_before_production(seed: int, count: int) -> None:
    """Also: what is refused changes nothing, and every state but the last has a next step for somebody."""
    live(seed, count)
