"""Find the command, run it, and turn errors into sentences and exit codes: the only place that does."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import pairwise, takewhile

import typer
from typer.core import TyperCommand, TyperGroup

from eboxcast import __version__
from eboxcast.cli.commands import COMMANDS, NOT_SAID, SECTIONS
from eboxcast.cli.shell import console
from eboxcast.cli.shell.app import COMPLETION_ASKED, Command, Group, LoadedWhenCalled, load_command
from eboxcast.cli.shell.signals import answer_signals, ignore_signals
from eboxcast.lib.errors import EboxcastError, Misconfigured, WrongUse
from eboxcast.lib.translation import N_, language_of_user, translate


class ExtraMissing(WrongUse):
    """The command needs a part of eboxcast that was not installed."""

    code = "command.extra-missing"
    sentence = N_("This command needs the `{extra}` extra of eboxcast, which is not installed: {missing}.")
    remedy = N_("Install it: pip install 'eboxcast[{extra}]'")


class Commands(Group):
    """The commands of the table: listed without importing any, and of them only the one that is called is imported."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """Return their names, in the order of the table."""
        return list(COMMANDS)

    def sections(self, ctx: typer.Context) -> Mapping[str, Mapping[str, str]]:
        """Return what each part of the table has, for the help."""
        return {
            title: {name: command.summary for name, command in commands.items()} for title, commands in SECTIONS.items()
        }

    def get_command(self, ctx: typer.Context, cmd_name: str) -> TyperCommand | None:  # type: ignore[override]
        """Return what stands for a command where it is only listed."""
        command = COMMANDS.get(cmd_name)
        return Command(cmd_name, help=translate(command.summary, language_of_user())) if command else None

    def resolve_command(  # type: ignore[override]
        self, ctx: typer.Context, args: list[str]
    ) -> tuple[str | None, TyperCommand | TyperGroup | None, list[str]]:
        """Return the command that is called, when whoever calls it may. Raises CommandUnknown, NotYourRole."""
        name, words = args[0], args[1:]
        if ctx.resilient_parsing:  # a shell wants to complete the line: nobody has called anything yet
            return name, _completed(name), words
        if name not in COMMANDS:
            from eboxcast.cli.shell.usage import unknown_command  # after a mistake

            below = [f"eboxcast {one} {name}" for one, command in COMMANDS.items() if name in command.below]
            raise unknown_command(name, list(COMMANDS), below="eboxcast", elsewhere=below)
        with _nothing_collected():
            _prepare(name, words, named=ctx.params.get("act_as") or "")
            return name, command_named(name), words


def command_named(name: str) -> TyperCommand | TyperGroup:
    """Return a command of the table, its module imported; of one with many below it, not yet those."""
    command = COMMANDS[name]
    if isinstance(command.load, Mapping):
        return LoadedWhenCalled(name, command.load, summary=command.summary)
    return load_command(name, command.load)


def _completed(name: str) -> TyperCommand | TyperGroup | None:
    command = COMMANDS.get(name)
    if command is None or not all(map(find_spec, command.imports)):
        return None
    if command.needs_database or command.reads_models:
        from eboxcast.database import boot  # Django, for the modules of commands that read the models

        boot.configure()
    return command_named(name)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Import without looking for garbage, now or at the end: there is none, and looking is a quarter of a start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        atexit.register(gc.freeze)


_HELP = {"-h", "--help"}


def _prepare(name: str, words: Sequence[str], *, named: str) -> None:
    """Make ready what a command needs, and refuse it to whom it is not for."""
    command = COMMANDS[name]
    if missing := [needed for needed in command.imports if find_spec(needed) is None]:
        raise ExtraMissing(extra=command.extra, missing=", ".join(missing))
    if command.needs_database or command.reads_models:
        from eboxcast.database import boot  # Django, which `--help` and `check` do without

        given = {word.partition("=")[0] for word in words}
        if command.needs_database and given.isdisjoint(_HELP.union(command.without_database)):
            boot.start()
            _refuse_others(name, words, named=named)
        else:
            boot.configure()
            from eboxcast.cli.shell import acting  # reads the models: once Django is set up

            acting.act_as(named, at_once=False)


def _refuse_others(name: str, words: Sequence[str], *, named: str) -> None:
    """Raise when who acts may not run this command; what a command refuses beyond that, it refuses itself."""
    from eboxcast.cli.shell import acting  # reads the models: once Django is set up

    acting.act_as(named)
    command = COMMANDS[name]
    below = next((word for word in words if word == "-" or not word.startswith("-")), "") if command.below else ""
    if below and below not in command.below and command.asks is NOT_SAID:
        from eboxcast.cli.shell.usage import unknown_command  # after a mistake

        raise unknown_command(below, list(command.below), below=f"eboxcast {name}")
    acting.refuse_others(name, below)


app = typer.Typer(
    cls=Commands,
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
    version: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True, help="Show the version."),
    act_as: str = typer.Option(
        "", "--as", metavar="NAME", help="Act as this person; on a demo or test installation only."
    ),
) -> None:
    """Publish one document to hundreds of thousands of eBoxes: checked, tested, published once, and proved."""


def run() -> None:
    """Run the command of this process and end it with its exit code (design §9)."""
    console.never_fail_to_say()
    try:
        answer_signals()
        try:
            code = _run()
        finally:
            ignore_signals()
    except (EboxcastError, Misconfigured) as error:
        told = console.error(error)
        if _is_asked_for_json(sys.argv[1:]):
            from eboxcast.presenters.json import json_line  # after a failure

            typer.echo(json_line(told))
        code = error.exit_code
    sys.exit(code)


def _is_asked_for_json(words: Sequence[str]) -> bool:
    """Say whether a program reads the answer: it reads a failure too, whatever the command had parsed by then."""
    options = list(takewhile(lambda word: word != "--", words))
    return not {"--json", "--format=json"}.isdisjoint(options) or ("--format", "json") in pairwise(options)


def _run() -> int:
    if COMPLETION_ASKED in os.environ:
        from eboxcast.cli.shell import completion  # for a shell that asks

        completion.begin()
    try:
        code = app(prog_name="eboxcast", standalone_mode=False)
    except typer.TyperException as error:
        from eboxcast.cli.shell.usage import in_our_words  # after a mistake

        raise in_our_words(error, command=_called()) from error
    except typer.Abort:
        console.line(translate(_ABORTED, language_of_user()))
        code = 1
    return code if isinstance(code, int) else 0


def _called() -> str:
    """Return the command of this process, for an error that does not know it."""
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    name = next((word for word in words if word in COMMANDS), "")
    below = next((word for word in words if name and word in COMMANDS[name].below), "")
    return " ".join(filter(None, ("eboxcast", name, below)))


_ABORTED = N_("Cancelled.")
