"""`eboxcast status`: where a run stands, and what comes next."""

from __future__ import annotations

from eboxcast.cli.door import command_app
from eboxcast.cli.options import AsJson, RunNumber
from eboxcast.cli.status_answer import show_status
from eboxcast.delivery.finding import find_run
from eboxcast.delivery.settling import settle

app = command_app()


@app.command()
def main(run: RunNumber, as_json: AsJson = False) -> None:
    """Say where a run stands, since when and by whom, and the exact commands that can come next."""
    show_status(settle(find_run(run)), as_json=as_json)
