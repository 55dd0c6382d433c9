"""What the commands say on standard error; results go to standard output and not through here."""

from __future__ import annotations

from rich.console import Console

from eboxcast.lib.errors import EboxcastError, Misconfigured
from eboxcast.lib.wording import language_of_user, say

console = Console(stderr=True, highlight=False, soft_wrap=True)


def line(text: str) -> None:
    """Say one line."""
    console.print(text, markup=False)


def error(failure: EboxcastError | Misconfigured) -> None:
    """Say what went wrong and what to do next, in the user's language."""
    language = language_of_user()
    console.print("✗ " + say(failure.sentence, language, failure.data), style="red", markup=False)
    if failure.remedy:
        console.print("→ " + say(failure.remedy, language, failure.data), markup=False)
