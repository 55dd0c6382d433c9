"""What the commands say on standard error; results go to standard output and not through here."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from rich.console import Console

from eboxcast.lib.errors import EboxcastError, Misconfigured
from eboxcast.lib.telling import remedy_in, sentence_in, told_in
from eboxcast.lib.translation import language_of_user, translate

console = Console(stderr=True, highlight=False, soft_wrap=True)


def never_fail_to_say() -> None:
    """Let a sign that the terminal's encoding does not have become a question mark, not a failure."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def line(text: str) -> None:
    """Say one line."""
    console.print(text, markup=False)


def error(failure: EboxcastError | Misconfigured) -> None:
    """Say what went wrong and what to do next, in the user's language."""
    language = language_of_user()
    # What a run is, and what was asked of it, are words of ours in the middle of a sentence.
    data = {name: translate(str(word), language) if name in _WORDS else word for name, word in failure.data.items()}
    console.print("✗ " + sentence_in(failure, language, data), style="red", markup=False)
    for part in getattr(failure, "parts", ()):
        console.print(f"  - {told_in(part, language)}", markup=False)
    if failure.remedy:
        console.print("→ " + remedy_in(failure, language, data), markup=False)


_WORDS = ("state", "asked")
