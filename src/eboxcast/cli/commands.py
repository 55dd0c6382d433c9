"""All commands: where each lives, what it needs, and the permissions it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from eboxcast.cli import loaders
from eboxcast.cli.shell.app import Loader
from eboxcast.lib.actors import Role
from eboxcast.lib.policy import is_known, rule_of

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
    reads_models: bool = False
    """Without starting a database: for a command that says why it does not run."""
    extra: str = ""
    """The extra of eboxcast that has what the command imports beyond the rest, ``imports``."""
    imports: tuple[str, ...] = ()


COMMANDS = {
    "check": Command(
        loaders.check, "Check a package, and say all that is wrong with it.", asks=ANYBODY, needs_database=False
    ),
    "split": Command(
        loaders.split,
        "Split an oversized recipient list into balanced parts.",
        asks=ANYBODY,
        needs_database=False,
    ),
    "sample": Command(
        loaders.sample, "Write a valid synthetic package to try things with.", asks=ANYBODY, needs_database=False
    ),
    "rehearse": Command(
        loaders.rehearse, "Say what publishing a package would come to now; touch nothing.", asks=("run.rehearse",)
    ),
    "publish": Command(loaders.publish, "Publish a package to everybody at the same moment.", asks=("run.prepare",)),
    "prepare": Command(loaders.publish, "Check and store a package, visible to nobody yet.", asks=("run.prepare",)),
    "launch": Command(
        loaders.publish, "Make a prepared run visible to everybody at the same moment.", asks=("run.launch",)
    ),
    "runs": Command(loaders.following, "List the runs, newest first.", asks=("run.see",)),
    "status": Command(loaders.following, "Say where a run stands, and what comes next.", asks=("run.see",)),
    "stop": Command(
        loaders.decisions, "Let nothing more of a run become visible until it is resumed.", asks=("run.stop",)
    ),
    "pause": Command(loaders.decisions, "Hold a run that is being sent, until it is resumed.", asks=("run.pause",)),
    "resume": Command(loaders.decisions, "Take back the stop or the pause of a run.", asks=("run.resume",)),
    "pace": Command(loaders.decisions, "Set how fast a run is sent.", asks=("run.pace",)),
    "resolve": Command(
        loaders.decisions, "Settle those of whom nobody knows whether they have the document.", asks=("run.resolve",)
    ),
    "close": Command(loaders.decisions, "End a run as published in part, for good.", asks=("run.close",)),
    "discard": Command(
        loaders.decisions, "Give a run up, for good, before anything of it is visible.", asks=("run.discard",)
    ),
    "retry": Command(loaders.decisions, "Prepare a new run for those whom a run did not reach.", asks=("run.retry",)),
    "recall": Command(
        loaders.decisions, "Take a published message back from everybody, for good.", asks=("run.recall",)
    ),
    "report": Command(
        loaders.report, "Print the account of a run; paper list and rejected rows on request.", asks=("report.see",)
    ),
    "expire": Command(loaders.expire, "Delete personal data whose time has come.", asks=("data.expire",)),
    "ebox": Command(
        loaders.ebox,
        "Look into an eBox of acceptance, or load what their owner says of the eBoxes.",
        below={
            "-": ("ebox.look",),
            "load": ("ebox.load",),
        },
    ),
    "message-type": Command(
        loaders.message_type,
        "Ask for message types, decide on them, configure them.",
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
    "person": Command(
        loaders.person,
        "Record who may act, with which roles and tokens.",
        below={
            "add": ("person.add",),
            "change": ("person.change",),
            "list": ("person.see",),
            "deactivate": ("person.deactivate",),
            "token": ("token.make",),
            "tokens": ("token.see",),
            "revoke": ("token.revoke",),
            "load": ("person.load",),
        },
    ),
    "calendar": Command(
        loaders.calendar,
        "Show and change the calendar: working days, closed days, blackouts, terms.",
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
    "broadcast": Command(
        loaders.BROADCAST,
        "Ask for a broadcast, decide, test, confirm; see whose turn it is.",
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
            "test": ("broadcast.test",),
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
    "contacts": Command(
        loaders.contacts,
        "Whom teams and institutions name as their contact as a rule.",
        below={
            "list": ("contacts.see",),
            "set": (
                "contacts.set",
                "contacts.set_team",
            ),
        },
    ),
    "exchange": Command(
        loaders.exchange,
        "Take files from the drop folders of the institutions.",
        below={
            "collect": ("exchange.collect",),
        },
    ),
    "steward": Command(
        loaders.steward, "Lead the procedure: all it does by itself, in a loop or once.", asks=("procedure.lead",)
    ),
    "audit": Command(
        loaders.audit,
        "Who did what when; prove that nobody touched it since.",
        below={
            "list": ("audit.see",),
            "verify": ("audit.verify",),
            "anchor": ("audit.anchor",),
            "find": ("audit.find",),
            "expire": ("audit.drop",),
        },
    ),
    "notices": Command(
        loaders.notices,
        "The mails of the procedure: where each stands, and having one tried again.",
        below={
            "list": ("notice.see",),
            "show": ("notice.see",),
            "retry": ("notice.retry",),
        },
    ),
    "login": Command(loaders.login, "Keep a personal token, so that commands know who acts.", asks=ANYBODY),
    "logout": Command(loaders.logout, "Forget the personal token.", asks=ANYBODY, needs_database=False),
    "whoami": Command(loaders.whoami, "Say who acts here, and what kind of installation this is.", asks=ANYBODY),
    "clock": Command(
        loaders.clock,
        "Say what time it is here; on a demo or test installation, move it.",
        asks=ANYBODY,
        below={
            "set": ANYBODY,
            "advance": ANYBODY,
            "back-to-now": ANYBODY,
        },
    ),
    "up": Command(loaders.up, "Start the embedded database.", asks=ANYBODY, needs_database=False),
    "down": Command(loaders.down, "Stop the embedded database.", asks=ANYBODY, needs_database=False),
    "migrate": Command(
        loaders.migrate,
        "Bring the tables of all databases in reach up to date.",
        asks=ANYBODY,
        needs_database=False,
    ),
    "doctor": Command(
        loaders.doctor,
        "Look at everything a broadcast depends on.",
        asks=ANYBODY,
        needs_database=False,
        reads_models=True,
    ),
    "worker": Command(loaders.worker, "Send what is launched, on as many machines as you like.", asks=("run.work",)),
    "metrics": Command(loaders.metrics, "Write or serve what is going on, for Prometheus.", asks=("metrics.see",)),
    "simulate-provider": Command(
        loaders.simulate_provider,
        "Simulate an eBox provider, to rehearse.",
        asks=ANYBODY,
        needs_database=False,
        extra="simulator",
        imports=("httptools", "python_multipart", "starlette", "uvicorn"),
    ),
    "demo": Command(
        loaders.demo,
        "Tell the whole story on this machine, with made-up people.",
        asks=ANYBODY,
        needs_database=False,
    ),
    "bench": Command(
        loaders.bench,
        "Measure, each figure beside its baseline.",
        asks=ANYBODY,
        needs_database=False,
        extra="bench",
        imports=("polars", "stdnum"),
    ),
}


def asks_for(name: str, below: str = "") -> Asks:
    """Return the permissions a command, or one below it, may come to ask for."""
    command = COMMANDS[name]
    if command.below and not below:
        return ANYBODY  # it only says what there is below it
    return command.below.get(below, command.asks)


def who_may(name: str, below: str = "") -> frozenset[Role] | None:
    """Return the roles that may run a command, with the procedure on; None: anybody."""
    asked = asks_for(name, below)
    return None if asked == ANYBODY else frozenset().union(*map(_roles_for, asked or ()))


def may_found(name: str, below: str) -> bool:
    """Return whether the user of the system may run it while nobody can who looks after people."""
    return any(is_known(permission) and rule_of(permission).founding for permission in asks_for(name, below) or ())


def _roles_for(permission: str) -> frozenset[Role]:
    if is_known(permission):
        return rule_of(permission).roles
    from eboxcast.broadcasts.states import roles_for  # reads the models, which only commands on broadcasts wait for

    return roles_for(permission)
