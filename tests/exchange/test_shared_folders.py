"""Drop folders in which more than one user works: the umask says what the group that they have in common may do."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from tests.delivery.procedure import INSTITUTION
from tests.exchange.dropping import Dropping

from eboxcast.exchange.access import Access
from eboxcast.exchange.sets import STAGING


@pytest.mark.parametrize(("umask", "folder", "file"), [(0o007, 0o770, 0o660), (0o077, 0o700, 0o600)])
def test_what_is_received_and_answered_is_for_the_group_if_the_umask_says_so(
    umask: int, folder: int, file: int, dropping: Dropping
) -> None:
    before = os.umask(umask)
    try:
        access = Access(root=dropping.root, institution=INSTITUTION, most_bytes=1000)
        access.open_to_write("INTEST", "half", create=True, fresh=True).leave()
        upload = access.open_to_write("INTEST", "whole", create=True, fresh=True)
        upload.finish()
        dropping.put()
        dropping.collect()
    finally:
        os.umask(before)
    files = [dropping.incoming / "whole", dropping.incoming / ".half.half", *(dropping.own / "OUTTEST").iterdir()]
    assert len(files) == 4
    assert {mode(each) for each in files} == {file}
    assert mode(dropping.root / STAGING) == folder


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
