"""Moments as people type them: as programs do, or in figures; never one that there are two of."""

from __future__ import annotations

import pytest

from eboxcast.lib.moments import read_moment


@pytest.mark.parametrize(
    "text", ["2027-02-15T18:00", "2027-02-15 18:00", "15/02/2027 18:00", "15-02-2027  18:00", "2027-02-15T17:00Z"]
)
def test_a_moment_is_read_in_brussels_time_unless_a_zone_is_given(text: str) -> None:
    read = read_moment(text)
    assert read is not None
    assert read.isoformat() in ("2027-02-15T18:00:00+01:00", "2027-02-15T17:00:00+00:00")


@pytest.mark.parametrize("text", ["", "soon", "31/02/2027 18:00", "31/10/2027 02:30", "28/03/2027 02:30"])
def test_what_is_no_single_moment_is_none(text: str) -> None:
    assert read_moment(text) is None
