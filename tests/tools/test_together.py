"""Several commands run as one, and none of them is left alone."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from eboxcast.tools.together import run_together


def test_where_one_cannot_start_those_that_did_are_ended(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    os.mkfifo(told)
    reader = os.open(told, os.O_RDWR)  # so that whoever writes does not wait for us
    waits = f"import os, signal; open({str(told)!r}, 'w').write(str(os.getpid())); signal.pause()"
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(FileNotFoundError):
        run_together({"first": [sys.executable, "-c", waits], "second": [str(tmp_path / "absent")]})
    os.set_blocking(reader, False)
    try:
        pid = int(os.read(reader, 20))
    except BlockingIOError:  # it was ended before it told
        pid = 0
    os.close(reader)
    if pid:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert signal.getsignal(signal.SIGINT) is before
