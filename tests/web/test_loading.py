"""What is loaded before the first page is not looked through for garbage while somebody waits for one."""

from __future__ import annotations

import gc

from eboxcast.web.loading import load_pages


def test_the_collector_leaves_alone_what_stays() -> None:
    """Every template can be loaded too: one with a mistake in it ends the server at its start, not a visit."""
    try:
        load_pages()
        assert gc.get_freeze_count() > len(gc.get_objects())
    finally:
        gc.unfreeze()
