"""Find the command, run it, and turn errors into sentences and exit codes: the only place that does."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from importlib.util import find_spec

import typer
from typer.core import TyperCommand, TyperGroup

from eboxcast import __version__
from eboxcast.cli import talk
from eboxcast.cli.errors import ExtraMissing
from eboxcast.cli.resuming import answer_signals, ignore_signals
from eboxcast.lib.errors import EboxcastError, Misconfigured


@dataclass(frozen=True)
class Command:
    """Where a command lives. Its module is imported only when it is asked for, so `check` never waits for Django."""

    module: str
    summary: str
    needs_database: bool = True
    reads_models: bool = False
    """Without starting a database: for a command that says why it does not run."""
    extra: str = ""
    """The extra of eboxcast that has what the command imports beyond the rest, ``imports``."""
    imports: tuple[str, ...] = ()


COMMANDS = {
    "check": Command("check", "Check a package, and say all that is wrong with it.", needs_database=False),
    "split": Command("split", "Split an oversized recipient list into balanced parts.", needs_database=False),
    "sample": Command("sample", "Write a valid synthetic package to try things with.", needs_database=False),
    "rehearse": Command("rehearse", "Say what publishing a package would come to now; touch nothing."),
    "publish": Command("publish", "Publish a package to everybody at the same moment."),
    "prepare": Command("prepare", "Check and store a package, visible to nobody yet."),
    "launch": Command("launch", "Make a prepared run visible to everybody at the same moment."),
    "runs": Command("runs", "List the runs, newest first."),
    "status": Command("status", "Say where a run stands, and what comes next."),
    "stop": Command("stop", "Let nothing more of a run become visible until it is resumed."),
    "pause": Command("pause", "Hold a run that is being sent, until it is resumed."),
    "resume": Command("resume", "Take back the stop or the pause of a run."),
    "pace": Command("pace", "Set how fast a run is sent."),
    "resolve": Command("resolve", "Settle those of whom nobody knows whether they have the document."),
    "close": Command("close", "End a run as published in part, for good."),
    "discard": Command("discard", "Give a run up, for good, before anything of it is visible."),
    "retry": Command("retry", "Prepare a new run for those whom a run did not reach."),
    "recall": Command("recall", "Take a published message back from everybody, for good."),
    "report": Command("report", "Print the account of a run; paper list and rejected rows on request."),
    "expire": Command("expire", "Delete personal data whose time has come."),
    "ebox": Command("ebox", "Look into an eBox of acceptance, or load what their owner says of the eBoxes."),
    "message-type": Command("message_type", "Load and list who may send what."),
    "up": Command("up", "Start the embedded database.", needs_database=False),
    "down": Command("down", "Stop the embedded database.", needs_database=False),
    "migrate": Command("migrate", "Bring the tables of all databases in reach up to date.", needs_database=False),
    "doctor": Command("doctor", "Look at everything a broadcast depends on.", needs_database=False, reads_models=True),
    "worker": Command("worker", "Send what is launched, on as many machines as you like."),
    "metrics": Command("metrics", "Write or serve what is going on, for Prometheus."),
    "simulate-provider": Command(
        "simulate_provider",
        "Simulate an eBox provider, to rehearse.",
        needs_database=False,
        extra="simulator",
        imports=("httptools", "python_multipart", "starlette", "uvicorn"),
    ),
    "demo": Command("demo", "Tell the whole story on this machine, with made-up people."),
    "bench": Command(
        "bench",
        "Measure, each figure beside its baseline.",
        needs_database=False,
        extra="bench",
        imports=("polars", "stdnum"),
    ),
}


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
        return name, _load(COMMANDS[name], asks_for_help=not _HELP.isdisjoint(args[1:])), args[1:]


_HELP = {"-h", "--help"}


def _load(command: Command, *, asks_for_help: bool) -> object:
    if missing := [name for name in command.imports if find_spec(name) is None]:
        raise ExtraMissing(extra=command.extra, missing=", ".join(missing))
    if command.needs_database or command.reads_models:
        boot = importlib.import_module("eboxcast.database.boot")
        (boot.start if command.needs_database and not asks_for_help else boot.configure)()
    return typer.main.get_command(importlib.import_module(f"eboxcast.cli.{command.module}").app)


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
) -> None:
    """Publish one document into hundreds of thousands of eBoxes: checked, tested, published once, and proved."""


def run() -> None:
    """Run the command of this process and end it with its exit code (design §9)."""
    talk.never_fail_to_say()
    try:
        answer_signals()
        try:
            app()
        finally:
            ignore_signals()
    except (EboxcastError, Misconfigured) as error:
        talk.error(error)
        sys.exit(error.exit_code)
