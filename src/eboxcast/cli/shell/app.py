"""The Typer apps the commands hang on: their help is in the user's language, and a large group loads what is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from eboxcast.cli.shell.values import with_reader
from eboxcast.lib.translation import N_

COMPLETION_ASKED = "_EBOXCAST_COMPLETE"
"""The variable in which a shell asks to complete a line, as Typer names it."""
_COMMANDS = N_("Commands")
Function = TypeVar("Function", bound=Callable[..., Any])
Loader = Callable[[], typer.Typer]
"""Imports the module of a command and returns its app."""


class Command(TyperCommand):
    """A command whose help is in the user's language."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.params = [with_reader(one) for one in self.params]

    def get_help_option(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """Return `--help`, which Typer makes when it is asked for."""
        return with_reader(super().get_help_option(ctx))

    def format_help(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        """Write the help page; the formatter is of a class that Typer keeps to itself."""
        from eboxcast.cli.shell import help_pages  # for who reads it

        help_pages.write_command(self, ctx, formatter)


class Group(TyperGroup):
    """A group of commands, whose help is in the user's language; without a command it shows what there is."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.params = [with_reader(one) for one in self.params]

    def get_help_option(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """Return `--help`, which Typer makes when it is asked for."""
        return with_reader(super().get_help_option(ctx))

    def format_help(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        """Write the help page; the formatter is of a class that Typer keeps to itself."""
        from eboxcast.cli.shell import help_pages  # for who reads it

        help_pages.write_group(self, ctx, formatter, self.sections(ctx))

    def sections(self, ctx: typer.Context) -> Mapping[str, Mapping[str, str]]:
        """Return what the help page lists: under each title, the names and what they do."""
        found = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        return {_COMMANDS: {name: one.help or "" for name, one in found.items() if one}}

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Show the help where a command is needed and none is given."""
        if not args and not self.invoke_without_command and not ctx.resilient_parsing:
            typer.echo(ctx.get_help(), err=True)
            raise typer.Exit(2)
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]
        """Return the command that is called. Raises CommandUnknown, with what may have been meant."""
        names = self.list_commands(ctx)
        if args[0] not in names and not args[0].startswith("-") and not ctx.resilient_parsing:
            from eboxcast.cli.shell.usage import unknown_command  # after a mistake

            raise unknown_command(args[0], names, below=ctx.command_path)
        return super().resolve_command(ctx, args)


class App(typer.Typer):
    """An app whose commands are ours."""

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Function], Function]:
        """Hang a command on the app."""
        return super().command(name, **{"cls": Command, **settings})


def command_app() -> App:
    """Return the app a module hangs its command on, or several by name."""
    return App(cls=Group, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


def load_command(name: str, load: Loader) -> TyperCommand | TyperGroup:
    """Return a command by its name; a module may hold several."""
    loaded = typer.main.get_command(load())
    assert isinstance(loaded, TyperCommand | TyperGroup)  # noqa: S101 - get_command promises less than it makes
    found = loaded.commands.get(name, loaded) if isinstance(loaded, TyperGroup) else loaded
    assert isinstance(found, TyperCommand | TyperGroup)  # noqa: S101 - as above
    return found


class LoadedWhenCalled(Group):
    """A group with many commands below it, of which only the one that is called is imported; all for its help."""

    def __init__(self, name: str, loaders: Mapping[str, Loader], *, summary: str) -> None:
        super().__init__(name=name, help=summary, rich_markup_mode=None)
        self.loaders = loaders

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """Return their names, in the order of the table."""
        return list(self.loaders)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> TyperCommand | TyperGroup | None:  # type: ignore[override]
        """Import the command of that name; for a shell that completes the line, its name is enough."""
        load = self.loaders.get(cmd_name)
        if load is None or ctx.resilient_parsing:
            return Command(cmd_name) if load else None
        return load_command(cmd_name, load)

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]
        """Return the command that is called, imported also when a shell asks for its options."""
        if args[0] in self.loaders:
            return args[0], load_command(args[0], self.loaders[args[0]]), args[1:]
        return super().resolve_command(ctx, args)
