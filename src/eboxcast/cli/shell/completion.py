"""`eboxcast completion`: what a shell needs to complete the words of a command line, and the answer when it asks."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from eboxcast.cli.shell.app import COMPLETION_ASKED, command_app

_PROGRAM = "eboxcast"


class Shell(StrEnum):
    """The shells that can ask."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


app = command_app()


@app.command("completion")
def main(shell: Annotated[Shell, typer.Argument(help="Your shell.")]) -> None:
    """Print the script that lets your shell complete commands and options when you press Tab."""
    from typer.completion import get_completion_script  # type: ignore[attr-defined]  # here alone, to start sooner

    typer.echo(get_completion_script(prog_name=_PROGRAM, complete_var=COMPLETION_ASKED, shell=shell.value))


def begin() -> None:
    """Make Typer answer a shell that asks; it knows how only when told."""
    from typer.completion import completion_init  # type: ignore[attr-defined]  # as above

    completion_init()
