"""`eboxcast worker`: send what is launched, on as many machines as you like."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from eboxcast.cli.shell import console
from eboxcast.cli.shell.acting import actor
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import Environment
from eboxcast.delivery.remote.worker import work
from eboxcast.lib.errors import WrongUse
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.targets.opening import capabilities_of


class NothingToWorkOn(WrongUse):
    """An environment that publishes into its own eBoxes has no use for a worker."""

    code = "worker.nothing"
    sentence = N_("{environment} publishes to its own eBoxes at one moment, so there is nothing for a worker to do.")
    remedy = N_(
        "Workers are for remote providers, which are listed in EBOXCAST_TARGETS_FILE (docs/reference/targets.md)."
    )


_READY = N_(
    "Working on the runs of {environment} with {lanes} lanes. SIGTERM or Ctrl-C stops it after the current batch."
)

app = command_app()


@app.command()
def main(
    environment: Environment,
    lanes: Annotated[int, typer.Option(min=1, max=64, help="The number of batches at once in this process.")] = 4,
) -> None:
    """Send the runs of an environment to its remote provider, together with any number of other workers.

    A run launched anywhere is finished by any worker that is left. Publishing to our own eBoxes does not need workers.
    """
    who = actor()
    if capabilities_of(environment.value).atomic_visibility:
        raise NothingToWorkOn(environment=environment.value)
    console.line(translate(_READY, language_of_user(), {"environment": environment.value, "lanes": lanes}))
    asyncio.run(work(environment.value, lanes=lanes, actor=who))
