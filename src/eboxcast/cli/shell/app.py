"""The Typer apps the commands hang on, and a group that loads each of its commands when it is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import typer
from typer.core import TyperCommand, TyperGroup

Loader = Callable[[], typer.Typer]
"""Imports the module of a command and returns its app."""


def command_app() -> typer.Typer:
    """Return the Typer app a module hangs its command on, or several by name."""
    return typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


def load_command(name: str, load: Loader) -> TyperCommand | TyperGroup:
    """Return a command by its name; a module may hold several."""
    loaded = typer.main.get_command(load())
    assert isinstance(loaded, TyperCommand | TyperGroup)  # noqa: S101 - get_command promises less than it makes
    found = loaded.commands.get(name, loaded) if isinstance(loaded, TyperGroup) else loaded
    assert isinstance(found, TyperCommand | TyperGroup)  # noqa: S101 - as above
    return found


class CommandGroup(TyperGroup):
    """A group with many commands below it, of which only the one that is called is imported; all for its help."""

    def __init__(self, name: str, loaders: Mapping[str, Loader], *, summary: str) -> None:
        super().__init__(name=name, help=summary, no_args_is_help=False, rich_markup_mode=None)
        self.loaders = loaders

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """Return their names, in the order of the table."""
        return list(self.loaders)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> TyperCommand | TyperGroup | None:  # type: ignore[override]
        """Import the command of that name."""
        load = self.loaders.get(cmd_name)
        return load_command(cmd_name, load) if load else None
