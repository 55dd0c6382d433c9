"""`eboxcast broadcast`: one document for one audience, from the request to the report."""

from __future__ import annotations

from eboxcast.cli import (
    broadcast_asking,
    broadcast_concluding,
    broadcast_confirming,
    broadcast_contacts,
    broadcast_deciding,
    broadcast_files,
    broadcast_judging,
    broadcast_showing,
    broadcast_testing,
)
from eboxcast.cli.door import command_app

app = command_app()


@app.callback()
def main() -> None:
    """Ask for a broadcast, decide on its date, test it, confirm it, and see at any time whose turn it is."""


# In the order in which they come.
app.command("request")(broadcast_asking.request)
app.command("list")(broadcast_showing.show_all)
app.command("show")(broadcast_showing.show)
app.command("decide")(broadcast_deciding.decide)
app.command("agree")(broadcast_asking.agree)
app.command("want")(broadcast_asking.want)
app.command("reconfirm")(broadcast_asking.reconfirm)
app.command("waive")(broadcast_deciding.waive)
app.command("cancel")(broadcast_asking.cancel)
app.command("deliver")(broadcast_files.deliver)
app.command("take-back")(broadcast_files.take_back)
app.command("test")(broadcast_testing.run_in_acceptance)
app.command("proofs")(broadcast_testing.proofs)
app.command("verdict")(broadcast_judging.verdict)
app.command("contacts")(broadcast_contacts.contacts)
app.command("warn")(broadcast_confirming.warn)
app.command("go")(broadcast_confirming.go)
app.command("withdraw-go")(broadcast_confirming.withdraw_go)
app.command("arm")(broadcast_confirming.arm)
app.command("disarm")(broadcast_confirming.disarm)
app.command("report")(broadcast_concluding.report)
app.command("close")(broadcast_concluding.close)
app.command("note")(broadcast_showing.note)
