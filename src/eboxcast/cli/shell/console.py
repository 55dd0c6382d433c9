"""What the commands say on standard error; results go to standard output and not through here."""

from __future__ import annotations

import sys
from functools import cache
from io import TextIOWrapper
from typing import TYPE_CHECKING

from eboxcast.lib.errors import EboxcastError, Misconfigured
from eboxcast.lib.translation import language_of_user, translate

if TYPE_CHECKING:
    from rich.console import Console


@cache
def terminal() -> Console:
    """Return what writes to standard error, in colours where it is a terminal."""
    from rich.console import Console  # a sixth of the start of `--help`, which says nothing here

    return Console(stderr=True, highlight=False, soft_wrap=True)


def never_fail_to_say() -> None:
    """Let a sign that the terminal's encoding does not have become a question mark, not a failure."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def line(text: str) -> None:
    """Say one line."""
    terminal().print(text, markup=False)


def error(failure: EboxcastError | Misconfigured) -> None:
    """Say what went wrong and what to do next, in the user's language."""
    from eboxcast.lib.telling import remedy_in, sentence_in, told_in  # after a failure

    language = language_of_user()
    # What a run is, and what was asked of it, are words of ours in the middle of a sentence.
    data = {name: translate(str(word), language) if name in _WORDS else word for name, word in failure.data.items()}
    terminal().print("✗ " + sentence_in(failure, language, data), style="red", markup=False)
    for part in getattr(failure, "parts", ()):
        terminal().print(f"  - {told_in(part, language)}", markup=False)
    if failure.remedy:
        terminal().print("→ " + remedy_in(failure, language, data), markup=False)


_WORDS = ("state", "asked")
