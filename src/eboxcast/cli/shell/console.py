"""What the commands write: results to standard output, all else to standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from io import TextIOWrapper
from typing import TYPE_CHECKING, TypeVar

import typer

from eboxcast.lib.errors import EboxcastError, Misconfigured
from eboxcast.lib.translation import language_of_user, translate

if TYPE_CHECKING:
    from rich.console import Console

    from eboxcast.lib.formatting import Precision
    from eboxcast.presenters.schemas.failure import Failure

Answer = TypeVar("Answer")


@cache
def terminal() -> Console:
    """Return what writes to standard error, in colours where it is a terminal."""
    from rich.console import Console  # a sixth of the start of `--help`, which says nothing here

    return Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)


def never_fail_to_say() -> None:
    """Let a sign that the terminal's encoding does not have become a question mark, not a failure."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def result(
    answer: Answer,
    lines: Callable[[Answer, str], Iterable[str]],
    *,
    as_json: bool,
    precision: Precision = "milliseconds",
) -> None:
    """Write what a command answers: for programs, or in ``lines`` of the user's language."""
    if as_json:
        from eboxcast.presenters.json import json_text  # where there is an answer

        typer.echo(json_text(answer, precision=precision))
    else:
        typer.echo("\n".join(lines(answer, language_of_user())))


def table(headings: Sequence[str], rows: Iterable[tuple[str, ...]], language: str) -> list[str]:
    """Return rows as lines, below their headings, which are marked sentences."""
    from eboxcast.lib.formatting import aligned  # time zones: where there is an answer

    return aligned([tuple(translate(heading, language) for heading in headings), *rows])


def line(text: str) -> None:
    """Say one line."""
    terminal().print(text, markup=False)


def error(failure: EboxcastError | Misconfigured) -> Failure:
    """Say what went wrong and what to do next, in the user's language; return it."""
    from eboxcast.presenters.failures import failure_of  # after a failure

    told = failure_of(failure, language_of_user())
    terminal().print(f"✗ {told.sentence}", style="red", markup=False)
    for reason in told.reasons:
        terminal().print(f"  - {reason.sentence} {reason.remedy or ''}".rstrip(), markup=False)
    if told.remedy:
        terminal().print(f"→ {told.remedy}", markup=False)
    return told
