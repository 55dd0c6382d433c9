"""`eboxcast broadcast`: one document for one audience, from the request to the report."""

from __future__ import annotations

from eboxcast.cli.broadcast import (
    closing,
    contact_sheet,
    decisions,
    files,
    production,
    requesting,
    showing,
    testing,
    verdicts,
)
from eboxcast.cli.shell.app import command_app

app = command_app()


@app.callback()
def main() -> None:
    """Ask for a broadcast, decide on its date, test it, confirm it, and see at any time whose turn it is."""


# In the order in which they come.
app.command("request")(requesting.request)
app.command("list")(showing.show_all)
app.command("show")(showing.show)
app.command("decide")(decisions.decide)
app.command("agree")(requesting.agree)
app.command("want")(requesting.want)
app.command("reconfirm")(requesting.reconfirm)
app.command("waive")(decisions.waive)
app.command("cancel")(requesting.cancel)
app.command("deliver")(files.deliver)
app.command("take-back")(files.take_back)
app.command("test")(testing.run_in_acceptance)
app.command("proofs")(testing.proofs)
app.command("verdict")(verdicts.verdict)
app.command("contacts")(contact_sheet.contacts)
app.command("warn")(production.warn)
app.command("go")(production.go)
app.command("withdraw-go")(production.withdraw_go)
app.command("arm")(production.arm)
app.command("disarm")(production.disarm)
app.command("report")(closing.report)
app.command("close")(closing.close)
app.command("note")(showing.note)
