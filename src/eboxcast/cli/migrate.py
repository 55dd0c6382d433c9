"""eboxcast migrate: bring the tables of all databases in reach up to date."""

from __future__ import annotations

import typer

from eboxcast.cli.door import command_app
from eboxcast.database import boot, migrating
from eboxcast.database.migrating import Migrated

app = command_app()


@app.command()
def migrate(
    check: bool = typer.Option(False, "--check", help="Change nothing; exit 1 when something is to be done."),
) -> None:
    """Bring the tables of control and of each environment in reach up to date.

    The first time it records in control whether the procedure is followed (EBOXCAST_PROCEDURE), and in each
    environment its name and into how many buckets its recipients are spread (EBOXCAST_BUCKET_PRIME).
    """
    boot.reach_server()
    done = migrating.pending() if check else migrating.migrate_all()
    for one in done:
        typer.echo(_line(one, "pending" if check else "applied"))
    if check and any(one.count for one in done):
        raise typer.Exit(1)


def _line(one: Migrated, what: str) -> str:
    return f"{one.database:<12}{f'{one.count} migrations {what}' if one.count else 'up to date'}"
