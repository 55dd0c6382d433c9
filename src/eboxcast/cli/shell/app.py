"""The Typer apps the commands hang on: their help is in the user's language, and a large group loads what is called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

import typer
from typer.core import TyperCommand, TyperGroup

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
        self.params = [_with_reader(one) for one in self.params]

    def get_help_option(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """Return `--help`, which Typer makes when it is asked for."""
        return _with_reader(super().get_help_option(ctx))

    def format_help(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        """Write the help page; the formatter is of a class that Typer keeps to itself."""
        from eboxcast.cli.shell import usage  # for who reads it

        usage.write_command(self, ctx, formatter)


class Group(TyperGroup):
    """A group of commands, whose help is in the user's language; without a command it shows what there is."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.params = [_with_reader(one) for one in self.params]

    def get_help_option(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """Return `--help`, which Typer makes when it is asked for."""
        return _with_reader(super().get_help_option(ctx))

    def format_help(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        """Write the help page; the formatter is of a class that Typer keeps to itself."""
        from eboxcast.cli.shell import usage  # for who reads it

        usage.write_group(self, ctx, formatter, self.sections(ctx))

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


def _with_reader(parameter: Any) -> Any:
    """Return the parameter, with a reader of ours when its type is plain."""
    kind = parameter.type_descriptor.annotation
    if get_origin(kind) is list:
        (kind,) = get_args(kind)
    if isinstance(kind, type) and (kind in _PLAIN or issubclass(kind, StrEnum)):
        parameter._runtime_param = _Reader(kind)  # where Typer keeps the one it would make
    return parameter


_PLAIN = (str, int, float, Path, bool)


class _Reader:
    """Reads what was typed for a parameter, as the type it asks for: what Typer asks of the reader it would make.

    Typer reads every text, path, number and choice with pydantic, whose import takes longer than a small command works.
    These few types need no library; all others keep Typer's.
    """

    def __init__(self, kind: type) -> None:
        self.kind = kind

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the value, or all of them. Raises typer.BadParameter."""
        many = param.multiple or param.nargs == -1
        if value is None:
            return () if many else None
        return [self._read(one, param, ctx) for one in value] if many else self._read(value, param, ctx)

    def _read(self, value: Any, param: Any, ctx: Any) -> Any:
        try:
            read = value if isinstance(value, self.kind) else self.kind(self._spelled(value, param))
        except ValueError:
            raise typer.BadParameter("no such value", ctx=ctx, param=param) from None
        if not all(within for within in _bounds(read, param)):
            raise typer.BadParameter("out of range", ctx=ctx, param=param)
        return read

    def _spelled(self, value: Any, param: Any) -> Any:
        """Return a choice as it is written in the code, where capitals do not matter to the parameter."""
        if issubclass(self.kind, StrEnum) and not param.type_descriptor.parameter_info.case_sensitive:
            return next((one.value for one in self.kind if one.value.lower() == str(value).lower()), value)
        return value


def _bounds(value: Any, parameter: Any) -> Iterable[bool]:
    if (least := getattr(parameter, "min", None)) is not None:
        yield value >= least
    if (most := getattr(parameter, "max", None)) is not None:
        yield value <= most
