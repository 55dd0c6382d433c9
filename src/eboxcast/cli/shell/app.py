"""What every command's door has in common."""

from __future__ import annotations

import typer


def command_app() -> typer.Typer:
    """Return the Typer app a command module hangs its one function on."""
    return typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
