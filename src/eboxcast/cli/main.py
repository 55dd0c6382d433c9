"""Find the command, run it, and turn errors into sentences and exit codes: the only place that does."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec

import typer
from typer.core import TyperCommand, TyperGroup

from eboxcast import __version__
from eboxcast.cli.commands import COMMANDS, may_found, who_may
from eboxcast.cli.shell import console
from eboxcast.cli.shell.app import CommandGroup, load_command
from eboxcast.cli.shell.errors import ExtraMissing
from eboxcast.cli.shell.signals import answer_signals, ignore_signals
from eboxcast.lib.errors import EboxcastError, Misconfigured


class Commands(TyperGroup):
    """A group that lists its commands without importing them, and imports the one that is called."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> TyperCommand | None:  # type: ignore[override]
        command = COMMANDS.get(cmd_name)
        return TyperCommand(cmd_name, help=command.summary) if command else None

    def resolve_command(  # type: ignore[override]
        self, ctx: typer.Context, args: list[str]
    ) -> tuple[str | None, object, list[str]]:
        name = args[0] if args else ""
        if name not in COMMANDS:
            return super().resolve_command(ctx, args)
        return name, _load(name, args[1:], named=ctx.params.get("act_as") or ""), args[1:]


_HELP = {"-h", "--help"}


def _load(name: str, args: Sequence[str], *, named: str) -> object:
    command = COMMANDS[name]
    if missing := [needed for needed in command.imports if find_spec(needed) is None]:
        raise ExtraMissing(extra=command.extra, missing=", ".join(missing))
    if command.needs_database or command.reads_models:
        from eboxcast.database import boot  # Django, which `--help` and `check` do without

        if command.needs_database and _HELP.isdisjoint(args):
            boot.start()
            _refuse_others(name, args, named=named)
        else:
            boot.configure()
            from eboxcast.cli.shell import acting  # reads the models: once Django is set up

            acting.act_as(named, at_once=False)
    return command_named(name)


def command_named(name: str) -> TyperCommand | TyperGroup:
    """Return a command of the table, its module imported; of one with many below it, not yet those."""
    command = COMMANDS[name]
    if isinstance(command.load, Mapping):
        return CommandGroup(name, command.load, summary=command.summary)
    return load_command(name, command.load)


def _refuse_others(name: str, args: Sequence[str], *, named: str) -> None:
    """Raise when who acts may not run this command; what a command refuses beyond that, it refuses itself."""
    from eboxcast.cli.shell import acting  # reads the models: once Django is set up

    acting.act_as(named)
    below = next((word for word in args if word == "-" or not word.startswith("-")), "") if COMMANDS[name].below else ""
    asked = f"{name} {below}".strip()
    acting.refuse_unless(who_may(name, below), asked=asked, founding=may_found(name, below))


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"eboxcast {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True, help="Say which version."),
    act_as: str = typer.Option(
        "", "--as", metavar="NAME", help="Act as somebody; on a demo or test installation only."
    ),
) -> None:
    """Publish one document into hundreds of thousands of eBoxes: checked, tested, published once, and proved."""


def run() -> None:
    """Run the command of this process and end it with its exit code (design §9)."""
    console.never_fail_to_say()
    try:
        answer_signals()
        try:
            app()
        finally:
            ignore_signals()
    except (EboxcastError, Misconfigured) as error:
        console.error(error)
        sys.exit(error.exit_code)
