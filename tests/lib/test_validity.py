"""How long a message stays."""

from __future__ import annotations

from datetime import datetime

import pytest

from eboxcast.lib.clock import BRUSSELS
from eboxcast.lib.validity import end_of_validity


@pytest.mark.parametrize(
    ("begin", "number", "unit", "end"),
    [
        ("2027-01-31T18:00", 1, "month", "2027-02-28T18:00"),
        ("2028-01-31T18:00", 1, "month", "2028-02-29T18:00"),
        ("2027-08-15T18:00", 6, "month", "2028-02-15T18:00"),
        ("2028-02-29T18:00", 1, "year", "2029-02-28T18:00"),
        ("2027-03-27T18:00", 2, "day", "2027-03-29T18:00"),
    ],
)
def test_the_end_is_at_the_same_hour_in_brussels(begin: str, number: int, unit: str, end: str) -> None:
    """Across month ends, leap years and the change of the clock."""
    moment = datetime.fromisoformat(begin).replace(tzinfo=BRUSSELS)
    expected = datetime.fromisoformat(end).replace(tzinfo=BRUSSELS)
    assert end_of_validity(moment, number=number, unit=unit) == expected
