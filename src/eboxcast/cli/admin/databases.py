"""`eboxcast down` and `migrate`: the databases of this installation."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from django.conf import settings

from eboxcast.cli.shell import console
from eboxcast.cli.shell.app import command_app
from eboxcast.database import boot, migrating
from eboxcast.database.embedded.server import take_down
from eboxcast.database.errors import NotEmbedded
from eboxcast.database.migrating import Migrated
from eboxcast.lib.errors import WrongUse
from eboxcast.lib.translation import N_, language_of_user, translate


class ProcedureSetBesides(WrongUse):
    """A variable that says how one works, and an option that changes it, cannot both count."""

    code = "procedure.set-besides"
    sentence = N_("EBOXCAST_PROCEDURE is set, so the recorded value was not changed: the two could differ.")
    remedy = N_(
        "Unset EBOXCAST_PROCEDURE here, leave it empty wherever eboxcast uses this database, then run "
        "the command again."
    )


_CONSEQUENCES = {
    "on": N_(
        "The procedure is on. Production is possible only through a broadcast with a GO, and everyone "
        "who acts needs a token: eboxcast person add"
    ),
    "off": N_(
        "The procedure is off. The system user can publish to all recipients directly, with no planning, "
        "test, confirmation or emails."
    ),
}
_AS_BEFORE = N_("The procedure was already {procedure}. Nothing was changed.")


_DISTRIBUTED = N_("{count} tables of {name} are now distributed. Restart all processes that use {name}.")
_DISTRIBUTED_BEFORE = N_("The tables of {name} were already distributed. Nothing was changed.")


class Environment(StrEnum):
    """The databases that can be spread over many machines."""

    ACCEPTANCE = "acceptance"
    PRODUCTION = "production"


class Procedure(StrEnum):
    """The two ways of working."""

    ON = "on"
    OFF = "off"


app = command_app()


@app.command()
def down() -> None:
    """Stop the embedded database. Running commands are interrupted and can be continued; nothing is lost."""
    boot.configure()
    if not settings.EBOXCAST_EMBEDDED:
        raise NotEmbedded
    stopped = take_down(boot.places(), boot.to_stderr)
    typer.echo("The database has stopped." if stopped else "The database was not running.")


@app.command()
def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing. Exits with 1 if there is something to do.")
    ] = False,
    procedure: Annotated[
        Procedure | None, typer.Option(help="Follow the procedure from now on, or use only the engine.")
    ] = None,
    distribute: Annotated[
        list[Environment] | None,
        typer.Option(
            help="Spread the eBoxes of an environment (acceptance, production) over the machines of its Citus cluster. "
            "Repeatable."
        ),
    ] = None,
) -> None:
    """Update the tables of control and of each environment that can be reached.

    The first time, it records in control whether the procedure is followed (EBOXCAST_PROCEDURE) and what kind of
    installation it is (EBOXCAST_INSTALLATION), and in each environment its name and the number of buckets for its
    recipients (EBOXCAST_BUCKET_PRIME). Only whether the procedure is followed can be changed later.
    """
    boot.configure()
    if procedure is not None and settings.EBOXCAST_PROCEDURE:
        raise ProcedureSetBesides
    boot.reach_server()
    done = migrating.pending() if check else migrating.migrate_all()
    for one in done:
        typer.echo(_line(one, "pending" if check else "applied"))
    if check and any(one.count for one in done):
        raise typer.Exit(1)
    for environment in (distribute or []) if not check else []:
        _distribute(environment.value)
    if procedure is not None and not check:
        _switch(procedure.value)


def _distribute(environment: str) -> None:
    count = len(migrating.distribute_environment(environment))
    data = {"name": environment, "count": count}
    console.line(translate(_DISTRIBUTED if count else _DISTRIBUTED_BEFORE, language_of_user(), data))


def _switch(procedure: str) -> None:
    from eboxcast.cli.shell import acting  # reads the models: once Django is set up
    from eboxcast.delivery.broadcasts import switching  # the same

    changed = switching.switch_procedure(procedure, actor=acting.whoever())
    console.line(
        translate(_CONSEQUENCES[procedure] if changed else _AS_BEFORE, language_of_user(), {"procedure": procedure})
    )


def _line(one: Migrated, what: str) -> str:
    return f"{one.database:<12}{f'{one.count} migrations {what}' if one.count else 'up to date'}"
