"""The desk where the story is played: a test installation, everybody's commands, a clock, a real mail server."""

from __future__ import annotations

import io
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.db import connections
from django.test import override_settings
from tests.faults.machine import Machine
from tests.notices.mailbox import SENDER, Mailbox, free_port, mailed_to, serving

from eboxcast.cli import main as cli_main

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Answer:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """All it said, as one line: sentences are broken where the terminal ends."""
        return " ".join(f"{self.out} {self.err}".split())

    @property
    def json(self) -> dict[str, object]:
        answer: dict[str, object] = json.loads(self.out)
        return answer


@dataclass
class Desk:
    """Where people do what the procedure asks of them, each by name."""

    folder: Path
    machine: Machine
    mailbox: Mailbox
    mail_server: str
    heard: list[str] = field(default_factory=list)
    """All that was ever said, for looking through it."""

    def act(self, who: str, *words: object, ends: int = 0, given: str = "") -> Answer:
        """Run a command as somebody, in this process; fail unless it ends as the story needs."""
        named = ["--as", who] if who else []
        answer = _in_this_process([*named, *map(str, words)], given)
        return self._checked(answer, words, ends)

    def process(self, who: str, *words: object, ends: int = 0, **variables: str) -> Answer:
        """Run a command as somebody, in a process of its own."""
        named = ["--as", who] if who else []
        mail = {"EBOXCAST_SMTP_URL": self.mail_server, "EBOXCAST_MAIL_FROM": SENDER}
        done = self.machine.run(*named, *words, **mail, **variables)
        return self._checked(Answer(done.returncode, done.stdout, done.stderr), words, ends)

    def be(self, moment: str) -> None:
        """Have it be a moment, in Brussels."""
        self.act("", "clock", "set", moment)

    def lead(self) -> str:
        """Let the steward do what is due, and return what it did."""
        return self.act("lou", "steward", "--once").said

    def show(self, broadcast: str) -> dict[str, object]:
        """Return all there is of a broadcast."""
        return self.act("ines", "broadcast", "show", broadcast, "--json").json

    def _checked(self, answer: Answer, words: tuple[object, ...], ends: int) -> Answer:
        self.heard.append(f"{answer.out}\n{answer.err}")
        assert answer.code == ends, f"{' '.join(map(str, words))}: {answer.code}\n{answer.out}\n{answer.err}"
        return answer


@contextmanager
def opened(folder: Path, machine: Machine) -> Iterator[Desk]:
    """Have the procedure followed, and mails go to a server of this machine; both end with the story."""
    mailbox, port = Mailbox(), free_port()
    with (
        pytest.MonkeyPatch.context() as patched,
        override_settings(EBOXCAST_PROCEDURE=""),
        serving(mailbox, port),
        mailed_to(port),
    ):
        patched.setenv("EBOXCAST_PROCEDURE", "")
        patched.setenv("EBOXCAST_LANGUAGE", "en")
        with connections["default"].cursor() as cursor:
            cursor.execute("update installation set procedure = 'on', kind = 'test'")
        yield Desk(folder, machine, mailbox, f"smtp://127.0.0.1:{port}")


def _in_this_process(words: list[str], given: str) -> Answer:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    handlers = {number: signal.getsignal(number) for number in _SIGNALS}
    with pytest.MonkeyPatch.context() as patched, redirect_stdout(out), redirect_stderr(err):
        patched.setattr(sys, "argv", ["eboxcast", *words])
        patched.setattr(sys, "stdin", io.StringIO(given))
        try:
            with pytest.raises(SystemExit) as end:
                cli_main.run()
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
    return Answer(int(end.value.code or 0), *(stream.buffer.getvalue().decode() for stream in (out, err)))  # type: ignore[attr-defined]
