"""All commands: where each lives, what it needs, and the permissions it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from eboxcast.cli import loaders
from eboxcast.cli.shell.app import Loader
from eboxcast.lib.translation import N_

Asks = tuple[str, ...] | None
"""The permissions (lib/policy.py) a command may come to ask for; who has none of them is refused before it begins."""
ANYBODY: Asks = ()
"""It asks for none, and nobody need say who they are."""
NOT_SAID: Asks = None
"""For nobody: so that none is open by mistake."""


@dataclass(frozen=True)
class Command:
    """What loads a command, and when: its module is imported only when it is called, so `check` waits for no Django."""

    load: Loader | Mapping[str, Loader]
    """What loads it; for one with many below it, what loads each of those."""
    summary: str
    asks: Asks = NOT_SAID
    """For a command with others below it: what those ask for that are not in ``below``."""
    below: Mapping[str, Asks] = field(default_factory=dict)
    """The commands below it, each with what it asks for."""
    needs_database: bool = True
    without_database: tuple[str, ...] = ()
    """Options with which it needs none all the same."""
    reads_models: bool = False
    """Without starting a database: for a command that says why it does not run."""
    extra: str = ""
    """The extra of eboxcast that has what the command imports beyond the rest, ``imports``."""
    imports: tuple[str, ...] = ()


SECTIONS: Mapping[str, Mapping[str, Command]] = {
    N_("Packages"): {
        "check": Command(
            loaders.check,
            N_("Check a package and show everything that is wrong with it."),
            asks=ANYBODY,
            needs_database=False,
        ),
        "split": Command(
            loaders.split,
            N_("Split an oversized recipient list into balanced parts."),
            asks=ANYBODY,
            needs_database=False,
        ),
        "sample": Command(
            loaders.sample,
            N_("Write a valid synthetic package for trying things out."),
            asks=ANYBODY,
            needs_database=False,
        ),
    },
    N_("Broadcasts"): {
        "broadcast": Command(
            loaders.BROADCAST,
            N_("Request a broadcast, decide, test, confirm, and see the next step."),
            below={
                "request": ("broadcast.request",),
                "list": ("broadcast.see",),
                "show": ("broadcast.see",),
                "decide": (
                    "broadcast.accept",
                    "broadcast.postpone",
                    "broadcast.refuse",
                ),
                "agree": ("broadcast.agree",),
                "want": ("broadcast.want",),
                "reconfirm": ("broadcast.reconfirm",),
                "waive": ("broadcast.waive",),
                "cancel": ("broadcast.cancel",),
                "deliver": (
                    "broadcast.deliver_acceptance",
                    "broadcast.deliver_production",
                ),
                "take-back": ("broadcast.withdraw_files",),
                "testers": ("broadcast.see",),
                "test": ("broadcast.test",),
                "look": ("broadcast.look",),
                "proofs": ("broadcast.proofs",),
                "verdict": (
                    "broadcast.judge",
                    "broadcast.approve",
                    "broadcast.reject",
                ),
                "contacts": ("broadcast.see",),
                "warn": ("broadcast.warn",),
                "go": ("broadcast.give_go",),
                "withdraw-go": ("broadcast.withdraw_go",),
                "arm": ("broadcast.arm",),
                "disarm": ("broadcast.disarm",),
                "report": ("broadcast.report",),
                "close": ("broadcast.close",),
                "note": ("broadcast.note",),
            },
        ),
        "message-type": Command(
            loaders.message_type,
            N_("Request message types, decide on them, configure them."),
            below={
                "form": ANYBODY,
                "request": ("type.request",),
                "list": ("type.see",),
                "show": ("type.see",),
                "validate": ("type.validate",),
                "accept": ("type.accept",),
                "refuse": ("type.refuse",),
                "withdraw": ("type.withdraw",),
                "configure": ("type.configure",),
                "load": ("type.load",),
            },
        ),
        "calendar": Command(
            loaders.calendar,
            N_("Show and change the calendar: working days, closed days, blackouts, deadlines."),
            asks=("calendar.see",),
            below={
                "show": ("calendar.see",),
                "deadlines": ("calendar.see",),
                "close": ("calendar.close",),
                "open": ("calendar.open",),
                "blackout": ("calendar.blackout",),
                "lift": ("calendar.lift",),
            },
        ),
        "contacts": Command(
            loaders.contacts,
            N_("The usual contacts of teams and institutions."),
            below={
                "list": ("contacts.see",),
                "set": (
                    "contacts.set",
                    "contacts.set_team",
                ),
            },
        ),
        "alarms": Command(
            loaders.alarms,
            N_("Where alarms go beside the emails: list, add, test and remove addresses."),
            below={
                "list": ("alarm.see",),
                "add": ("alarm.configure",),
                "test": ("alarm.configure",),
                "remove": ("alarm.configure",),
            },
        ),
        "notices": Command(
            loaders.notices,
            N_("The emails of the procedure: list, show and retry them."),
            below={
                "list": ("notice.see",),
                "show": ("notice.see",),
                "retry": ("notice.retry",),
            },
        ),
        "exchange": Command(
            loaders.exchange,
            N_("Collect files from the drop folders of the institutions."),
            below={
                "collect": ("exchange.collect",),
            },
        ),
        "sftp-keys": Command(
            loaders.sftp_keys,
            N_("The keys by which institutions reach their drop folders: list, add and end them."),
            below={
                "list": ("sftp_key.see",),
                "add": ("sftp_key.add",),
                "end": ("sftp_key.end",),
            },
        ),
        "signers": Command(
            loaders.signers,
            N_("The certificates with which institutions sign what they deliver: list, add and end them."),
            below={
                "list": ("signer.see",),
                "add": ("signer.add",),
                "end": ("signer.end",),
            },
        ),
    },
    N_("Runs"): {
        "rehearse": Command(
            loaders.rehearse,
            N_("Show what publishing a package would do now, without changing anything."),
            asks=("run.rehearse",),
        ),
        "publish": Command(
            loaders.publish, N_("Publish a package to all recipients at the same moment."), asks=("run.prepare",)
        ),
        "prepare": Command(
            loaders.publish, N_("Check and store a package, without making it visible yet."), asks=("run.prepare",)
        ),
        "launch": Command(
            loaders.publish,
            N_("Make a prepared run visible to all recipients at the same moment."),
            asks=("run.launch",),
        ),
        "runs": Command(loaders.following, N_("List the runs, newest first."), asks=("run.see",)),
        "status": Command(
            loaders.following, N_("Show the state of a run, and the possible next steps."), asks=("run.see",)
        ),
        "stop": Command(
            loaders.decisions,
            N_("Prevent anything more of a run from becoming visible, until it is resumed."),
            asks=("run.stop",),
        ),
        "pause": Command(
            loaders.decisions, N_("Pause a run that is being sent, until it is resumed."), asks=("run.pause",)
        ),
        "resume": Command(loaders.decisions, N_("Undo the stop or the pause of a run."), asks=("run.resume",)),
        "pace": Command(loaders.decisions, N_("Set how fast a run is sent."), asks=("run.pace",)),
        "retry": Command(
            loaders.decisions, N_("Prepare a new run for the recipients that a run did not reach."), asks=("run.retry",)
        ),
        "resolve": Command(
            loaders.decisions, N_("Resolve the recipients whose result is unknown."), asks=("run.resolve",)
        ),
        "close": Command(loaders.decisions, N_("End a run as published in part. This is final."), asks=("run.close",)),
        "discard": Command(
            loaders.decisions,
            N_("Discard a run before anything of it is visible. This is final."),
            asks=("run.discard",),
        ),
        "recall": Command(
            loaders.decisions,
            N_("Recall a published message from all recipients. This is final."),
            asks=("run.recall",),
        ),
        "report": Command(
            loaders.report,
            N_("Print the account of a run; on request, also the paper list and rejected rows."),
            asks=("report.see",),
        ),
        "receipt": Command(
            loaders.receipts,
            N_("Write the receipt of one recipient, or the proof that they are not in the run."),
            asks=("report.receipt",),
        ),
        "verify": Command(
            loaders.receipts,
            N_("Verify a certificate, a receipt or a dossier. Needs no database and no account."),
            asks=ANYBODY,
            needs_database=False,
        ),
        "ebox": Command(
            loaders.ebox,
            N_("Show an eBox in acceptance, or load eBox data from their owner."),
            below={
                "-": ("ebox.look",),
                "load": ("ebox.load",),
            },
        ),
    },
    N_("People and oversight"): {
        "person": Command(
            loaders.person,
            N_("Manage the people who may act, with their roles and tokens."),
            below={
                "add": ("person.add",),
                "change": ("person.change",),
                "list": ("person.see",),
                "deactivate": ("person.deactivate",),
                "token": ("token.make",),
                "tokens": ("token.see",),
                "revoke": ("token.revoke",),
                "invite": ("account.invite",),
                "reset-factor": ("account.reset_factor",),
                "load": ("person.load",),
            },
        ),
        "login": Command(
            loaders.identity, N_("Save a personal token, which identifies you to the commands."), asks=ANYBODY
        ),
        "logout": Command(loaders.identity, N_("Delete the personal token."), asks=ANYBODY, needs_database=False),
        "whoami": Command(
            loaders.identity, N_("Show who is acting, and what kind of installation this is."), asks=ANYBODY
        ),
        "audit": Command(
            loaders.audit,
            N_("Show who did what when, and prove that it was not altered."),
            below={
                "list": ("audit.see",),
                "verify": ("audit.verify",),
                "anchor": ("audit.anchor",),
                "head": ("audit.anchor",),
                "dossier": ("audit.dossier",),
                "find": ("audit.find",),
                "expire": ("audit.drop",),
            },
            without_database=("--dossier",),
        ),
        "witness": Command(
            loaders.witness,
            N_("Watch over the audit of another institution, without its database."),
            asks=ANYBODY,
            below={"create": ANYBODY, "show": ANYBODY, "see": ANYBODY},
            needs_database=False,
            reads_models=True,
        ),
    },
    N_("Running the installation"): {
        "keys": Command(
            loaders.keys,
            N_("The keys that sign certificates and receipts: create, list and revoke them."),
            below={
                "create": ("key.make",),
                "request": ("key.make",),
                "import": ("key.make",),
                "list": ("key.see",),
                "revoke": ("key.revoke",),
            },
        ),
        "up": Command(
            loaders.serve,
            N_("Run database, pages, steward and workers on this machine."),
            asks=ANYBODY,
            needs_database=False,
            reads_models=True,
        ),
        "serve": Command(loaders.serve, N_("Serve the pages to browsers."), asks=ANYBODY),
        "sftp": Command(loaders.sftp, N_("Serve the drop folders to institutions, over SFTP."), asks=ANYBODY),
        "down": Command(loaders.databases, N_("Stop the embedded database."), asks=ANYBODY, needs_database=False),
        "migrate": Command(
            loaders.databases,
            N_("Update the tables of all databases that can be reached."),
            asks=ANYBODY,
            needs_database=False,
        ),
        "doctor": Command(
            loaders.doctor,
            N_("Check everything a broadcast depends on."),
            asks=ANYBODY,
            needs_database=False,
            reads_models=True,
        ),
        "steward": Command(
            loaders.steward, N_("Run the automatic part of the procedure, in a loop or once."), asks=("procedure.lead",)
        ),
        "mail-in": Command(
            loaders.mail_in,
            N_("Read the replies and bounces that come in by email, in a loop or once."),
            asks=("notice.take_in",),
        ),
        "worker": Command(
            loaders.worker, N_("Send launched runs, on as many machines as you like."), asks=("run.work",)
        ),
        "metrics": Command(loaders.metrics, N_("Write or serve metrics for Prometheus."), asks=("metrics.see",)),
        "expire": Command(loaders.expire, N_("Delete personal data past its retention period."), asks=("data.expire",)),
        "clock": Command(
            loaders.clock,
            N_("Show the time of this installation. On a demo or test installation, change it."),
            asks=ANYBODY,
            below={
                "set": ANYBODY,
                "advance": ANYBODY,
                "back-to-now": ANYBODY,
            },
        ),
        "completion": Command(
            loaders.completion,
            N_("Complete commands in your shell when you press Tab."),
            asks=ANYBODY,
            needs_database=False,
        ),
    },
    N_("Trying it out"): {
        "demo": Command(
            loaders.demo,
            N_("Play a whole broadcast on this machine, with fictional people."),
            asks=ANYBODY,
            needs_database=False,
        ),
        "bench": Command(
            loaders.bench,
            N_("Run benchmarks, each compared with its baseline."),
            asks=ANYBODY,
            needs_database=False,
            extra="bench",
            imports=("polars", "stdnum"),
        ),
        "simulate-provider": Command(
            loaders.simulate,
            N_("Simulate an eBox provider, for rehearsals."),
            asks=ANYBODY,
            needs_database=False,
            extra="simulator",
            imports=("httptools", "python_multipart", "starlette", "uvicorn"),
        ),
        "simulate-sign-in": Command(
            loaders.simulate,
            N_("Simulate the sign-in of recipients, for demos and acceptance."),
            asks=ANYBODY,
            needs_database=False,
            extra="simulator",
            imports=("httptools", "python_multipart", "starlette", "uvicorn"),
        ),
    },
}
"""The commands, under the titles of the help page, in the order in which they come."""

COMMANDS = {name: command for commands in SECTIONS.values() for name, command in commands.items()}


def asks_for(name: str, below: str = "") -> Asks:
    """Return the permissions a command, or one below it, may come to ask for."""
    command = COMMANDS[name]
    if command.below and not below:
        return ANYBODY  # it only says what there is below it
    return command.below.get(below, command.asks)
