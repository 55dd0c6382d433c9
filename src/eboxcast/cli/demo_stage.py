"""Telling the demo on screen: a few words, the command as one types it, and what it really answers."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from rich.console import Console
from rich.text import Text

from eboxcast.cli.demo_errors import DemoStopped
from eboxcast.cli.ourselves import command, typed

_SECONDS_TO_READ = 1.5


class Stage:
    """Where the demo is told. ``headless`` knows no colours, no pauses and one stream: for logs."""

    def __init__(self, *, headless: bool) -> None:
        self.headless = headless
        self.console = Console(no_color=headless, force_terminal=False if headless else None, highlight=False)
        self.acts = 0
        self.interval = threading.Event()

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

    def run(self, *words: object, given: Path | None = None, ends_with: int = 0, quiet: bool = False) -> None:
        """Show a command, run it in a process of its own, and show what it says; ``quiet``: without its result.

        Raises DemoStopped when it does not end as the story needs.
        """
        shown = typed(*words) + (f" < {given}" if given else "")
        self.console.print()
        self.console.print(Text(f"$ {shown}", style="bold cyan"), soft_wrap=True)
        sys.stdout.flush()
        done = subprocess.run(
            command(*words),
            input=given.read_bytes() if given else b"",
            stdout=subprocess.PIPE,
            # On a terminal the command shows its progress there itself.
            stderr=subprocess.PIPE if self.headless else None,
            check=False,
        )
        self.listed(*_lines(done.stderr or b""), *([] if quiet else _lines(done.stdout)))
        if done.returncode != ends_with:
            raise DemoStopped(command=shown, exit_code=done.returncode)

    def _pause(self) -> None:
        if self.console.is_terminal and self.acts > 1:
            self.interval.wait(_SECONDS_TO_READ)


def _lines(said: bytes) -> list[str]:
    return said.decode(errors="replace").splitlines()
