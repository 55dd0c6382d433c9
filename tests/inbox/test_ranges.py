"""Parts of a document, as browsers ask for them."""

from __future__ import annotations

import pytest

from eboxcast.inbox.ranges import BeyondTheEnd, Part, part_asked


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-", Part(0, 99)),
        ("bytes=0-0", Part(0, 0)),
        ("bytes=10-19", Part(10, 19)),
        ("bytes = 10 - 19", Part(10, 19)),
        ("bytes=90-1000", Part(90, 99)),
        ("bytes=-10", Part(90, 99)),
        ("bytes=-1000", Part(0, 99)),
    ],
)
def test_one_range(header: str, part: Part) -> None:
    assert part_asked(header, 100) == part


@pytest.mark.parametrize("header", ["", "bytes=-", "bytes=5-3", "bytes=0-1,5-9", "lines=0-1", "bytes=a-b", "bytes=٣-٤"])
def test_anything_else_is_the_whole(header: str) -> None:
    assert part_asked(header, 100) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_beyond_the_end_there_is_nothing(header: str) -> None:
    with pytest.raises(BeyondTheEnd):
        part_asked(header, 100)
