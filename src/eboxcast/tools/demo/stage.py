"""Telling the demo on screen: a few words, the command as one types it, and the beginning of what it really answers."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.text import Text

from eboxcast.lib.errors import Trouble
from eboxcast.lib.translation import N_
from eboxcast.tools.subprocesses import command, run_to_its_end, typed


class DemoStopped(Trouble):
    """A command of the story ended otherwise than the story needs."""

    code = "demo.stopped"
    sentence = N_("The demo stopped: {command} ended with exit code {exit_code}.")
    remedy = N_("Read the output of the command above, run `eboxcast doctor`, then run the demo again.")


_SECONDS_TO_READ = 1.5
_SHOWN = 3
ALL = 10_000
"""For answers that are shown whole."""


class Stage:
    """Where the demo is told. ``headless`` knows no colours, no pauses and one stream: for logs."""

    def __init__(self, variables: Mapping[str, str], *, headless: bool) -> None:
        self.headless = headless
        terminal = False if headless else None
        self.console = Console(no_color=headless, force_terminal=terminal, highlight=False, emoji=False)
        self.acts = 0
        self.interval = threading.Event()
        self._variables = dict(variables)

    def act(self, title: str, *paragraphs: str) -> None:
        """Begin the next part of the story."""
        self.acts += 1
        self._pause()
        self.console.print()
        self.console.rule(Text(f"{self.acts}. {title}", style="bold"), align="left", style="dim")
        for paragraph in paragraphs:
            self.tell(paragraph)

    def tell(self, text: str) -> None:
        """Say a paragraph."""
        self.console.print(Text(text))

    def listed(self, *lines: str) -> None:
        """Say some lines that belong together."""
        for line in lines:
            self.console.print(Text(f"  {line}".rstrip()), soft_wrap=True)

    def run(self, *words: object, given: Path | None = None, ends_with: int = 0, shown: int = _SHOWN) -> None:
        """Show a command, run it in a process of its own, and show the first lines of what it says.

        Raises DemoStopped when it does not end as the story needs.
        """
        asked = typed(*words) + (f" < {given}" if given else "")
        self.console.print()
        self.console.print(Text(f"$ {asked}", style="bold cyan"), soft_wrap=True)
        sys.stdout.flush()
        done = self._process(*words, given=given)
        as_needed = done.returncode == ends_with
        said = [*_lines(done.stderr or b""), *_lines(done.stdout)]
        self.listed(*_shortened(said, shown if as_needed else ALL))
        if not as_needed:
            raise DemoStopped(command=asked, exit_code=done.returncode)

    def ask(self, *words: object) -> dict[str, object]:
        """Return what a command answers in JSON, without showing anything."""
        done = self._process(*words, "--json")
        if done.returncode:
            raise DemoStopped(command=typed(*words), exit_code=done.returncode)
        answer: dict[str, object] = json.loads(done.stdout)
        return answer

    def _process(self, *words: object, given: Path | None = None) -> subprocess.CompletedProcess[bytes]:
        # On a terminal the command shows its progress there itself.
        return run_to_its_end(
            command(*words),
            given=given.read_bytes() if given else b"",
            env=self._variables,
            keep_stderr=self.headless,
        )

    def _pause(self) -> None:
        if self.console.is_terminal and sys.stdin.isatty() and self.acts > 1:
            self.interval.wait(_SECONDS_TO_READ)


def _lines(said: bytes) -> list[str]:
    return said.decode(errors="replace").splitlines()


def _shortened(lines: list[str], most: int) -> list[str]:
    told = [line for line in lines if line.strip()] if most < ALL else lines
    return told if len(told) <= most else [*told[:most], "…"]
