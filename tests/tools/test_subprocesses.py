"""A process that we run ends with us, whenever a signal comes."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from eboxcast.tools.subprocesses import run_to_its_end, undisturbed


@pytest.fixture(autouse=True)
def interrupting() -> Iterator[None]:
    """The handler of an ordinary Python: SIGINT raises KeyboardInterrupt."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_signal_that_comes_while_something_starts_has_its_effect_after_it() -> None:
    reached: list[str] = []

    def start() -> None:
        with undisturbed():
            signal.raise_signal(signal.SIGINT)
            reached.append("the end")

    with pytest.raises(KeyboardInterrupt):
        start()
    assert reached == ["the end"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_runs_is_ended_when_we_are_interrupted(tmp_path: Path) -> None:
    tells = tmp_path / "pid"
    os.mkfifo(tells)
    waits = f"import os; open({str(tells)!r}, 'w').write(str(os.getpid())); open({str(tells)!r}).read()"
    pids: list[int] = []

    def interrupt_once_it_runs() -> None:
        pids.append(int(tells.read_text()))
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt_once_it_runs).start()
    with pytest.raises(KeyboardInterrupt):
        run_to_its_end([sys.executable, "-c", waits], given=b"", env=os.environ, keep_stderr=True)
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


def test_what_a_process_writes_comes_back() -> None:
    copies = "import sys; data = sys.stdin.read(); print(data); print(data, file=sys.stderr); sys.exit(3)"
    done = run_to_its_end([sys.executable, "-c", copies], given=b"words", env=os.environ, keep_stderr=True)
    assert (done.returncode, done.stdout, done.stderr) == (3, b"words\n", b"words\n")
