"""A real mailbox, and notices of a broadcast that can be answered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.notices.conftest import addressed, january, story
from tests.notices.imap import ImapBox, imap_serving

__all__ = ["addressed", "january", "story"]


@pytest.fixture(scope="session")
def imap_server() -> Iterator[ImapBox]:
    """One server for all tests of this process."""
    with imap_serving() as box:
        yield box


@pytest.fixture
def box(imap_server: ImapBox) -> Iterator[ImapBox]:
    """An empty mailbox, which is the one that is read."""
    imap_server.clear()
    with imap_server.read():
        yield imap_server
