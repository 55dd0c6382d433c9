"""All commands: where each lives, what it needs, and who may run it with the procedure on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from eboxcast.lib.actors import ALL_ROLES, OPERATOR_ROLES, Role

Who = frozenset[Role] | None
"""The roles that may run a command, with the procedure on. None: anybody, and nobody need say who they are."""
ANYBODY: Who = None
NOBODY: Who = frozenset()
"""What a command allows that does not say: so that none is open by mistake."""
OPERATOR: Who = OPERATOR_ROLES
"""Whoever reads: every role of the operator."""
INTEGRATION: Who = frozenset({Role.INTEGRATION})
VALIDATOR: Who = frozenset({Role.VALIDATOR})
DECIDING: Who = frozenset({Role.VALIDATOR, Role.INTEGRATION})
ASKING: Who = frozenset({Role.REQUESTER, Role.INTEGRATION})
"""An institution's people, and the integration team for an institution that nobody knows yet."""
LAUNCH: Who = frozenset({Role.LAUNCH})
AUDITOR: Who = frozenset({Role.AUDITOR})
EVERYBODY: Who = ALL_ROLES
"""Whoever has a part in the procedure; what they see of it is their own."""
REQUESTER: Who = frozenset({Role.REQUESTER})
CONFIRMER: Who = frozenset({Role.CONFIRMER})
CLOSING_DAYS: Who = frozenset({Role.INTEGRATION, Role.REQUESTER})
"""Who closes days: the integration team anybody's, a requester those of the own institution."""
PREPARING: Who = frozenset({Role.INTEGRATION, Role.LAUNCH})
"""Who publishes in acceptance; production asks for more (beside_procedure.py)."""


@dataclass(frozen=True)
class Command:
    """Where a command lives. Its module is imported only when it is asked for, so `check` never waits for Django."""

    module: str
    summary: str
    who: Who = NOBODY
    """Who may run it with the procedure on; for a command with others below it, who may run those not in ``below``."""
    below: Mapping[str, Who] = field(default_factory=dict)
    """The commands below it, each with who may run it."""
    founding: frozenset[str] = frozenset()
    """Those below it that the system's user may run while nobody of the integration team can act."""
    needs_database: bool = True
    reads_models: bool = False
    """Without starting a database: for a command that says why it does not run."""
    extra: str = ""
    """The extra of eboxcast that has what the command imports beyond the rest, ``imports``."""
    imports: tuple[str, ...] = ()


COMMANDS = {
    "check": Command(
        "cli.package.check", "Check a package, and say all that is wrong with it.", who=ANYBODY, needs_database=False
    ),
    "split": Command(
        "cli.package.split", "Split an oversized recipient list into balanced parts.", who=ANYBODY, needs_database=False
    ),
    "sample": Command(
        "cli.package.sample", "Write a valid synthetic package to try things with.", who=ANYBODY, needs_database=False
    ),
    "rehearse": Command(
        "cli.runs.rehearse", "Say what publishing a package would come to now; touch nothing.", who=OPERATOR
    ),
    "publish": Command("cli.runs.publish", "Publish a package to everybody at the same moment.", who=PREPARING),
    "prepare": Command("cli.runs.prepare", "Check and store a package, visible to nobody yet.", who=PREPARING),
    "launch": Command("cli.runs.launch", "Make a prepared run visible to everybody at the same moment.", who=PREPARING),
    "runs": Command("cli.runs.listing", "List the runs, newest first.", who=OPERATOR),
    "status": Command("cli.runs.status", "Say where a run stands, and what comes next.", who=OPERATOR),
    "stop": Command("cli.runs.stop", "Let nothing more of a run become visible until it is resumed.", who=LAUNCH),
    "pause": Command("cli.runs.pause", "Hold a run that is being sent, until it is resumed.", who=LAUNCH),
    "resume": Command("cli.runs.resume", "Take back the stop or the pause of a run.", who=LAUNCH),
    "pace": Command("cli.runs.pace", "Set how fast a run is sent.", who=LAUNCH),
    "resolve": Command(
        "cli.runs.resolve", "Settle those of whom nobody knows whether they have the document.", who=LAUNCH
    ),
    "close": Command("cli.runs.close", "End a run as published in part, for good.", who=LAUNCH),
    "discard": Command("cli.runs.discard", "Give a run up, for good, before anything of it is visible.", who=LAUNCH),
    "retry": Command("cli.runs.retry", "Prepare a new run for those whom a run did not reach.", who=LAUNCH),
    "recall": Command("cli.runs.recall", "Take a published message back from everybody, for good.", who=LAUNCH),
    "report": Command(
        "cli.runs.report", "Print the account of a run; paper list and rejected rows on request.", who=OPERATOR
    ),
    "expire": Command("cli.admin.expire", "Delete personal data whose time has come.", who=LAUNCH),
    "ebox": Command(
        "cli.admin.ebox",
        "Look into an eBox of acceptance, or load what their owner says of the eBoxes.",
        below={"-": OPERATOR, "load": PREPARING},
    ),
    "message-type": Command(
        "cli.people.message_type",
        "Ask for message types, decide on them, configure them.",
        below={
            "form": ANYBODY,
            "request": ASKING,
            "list": EVERYBODY,
            "show": EVERYBODY,
            "validate": VALIDATOR,
            "accept": INTEGRATION,
            "refuse": DECIDING,
            "withdraw": ASKING,
            "configure": INTEGRATION,
            "load": INTEGRATION,
        },
    ),
    "person": Command(
        "cli.people.person",
        "Record who may act, with which roles and tokens.",
        below={
            "add": INTEGRATION,
            "change": INTEGRATION,
            "list": OPERATOR,
            "deactivate": INTEGRATION,
            "token": INTEGRATION,
            "tokens": INTEGRATION,
            "revoke": INTEGRATION,
            "load": INTEGRATION,
        },
        founding=frozenset({"add", "change", "list", "token", "load"}),
    ),
    "calendar": Command(
        "cli.admin.calendar",
        "Show and change the calendar: working days, closed days, blackouts, terms.",
        who=EVERYBODY,
        below={
            "show": EVERYBODY,
            "deadlines": EVERYBODY,
            "close": CLOSING_DAYS,
            "open": CLOSING_DAYS,
            "blackout": INTEGRATION,
            "lift": INTEGRATION,
        },
    ),
    "broadcast": Command(
        "cli.broadcast.command",
        "Ask for a broadcast, decide, test, confirm; see whose turn it is.",
        below={
            "request": REQUESTER,
            "list": EVERYBODY,
            "show": EVERYBODY,
            "decide": DECIDING,
            "agree": REQUESTER,
            "want": REQUESTER,
            "reconfirm": REQUESTER,
            "waive": INTEGRATION,
            "cancel": REQUESTER,
            "deliver": REQUESTER,
            "take-back": REQUESTER,
            "test": PREPARING,
            "proofs": frozenset({Role.INTEGRATION, Role.LAUNCH, Role.REQUESTER}),
            "verdict": REQUESTER,
            "contacts": EVERYBODY,
            "warn": INTEGRATION,
            "go": CONFIRMER,
            "withdraw-go": CONFIRMER,
            "arm": LAUNCH,
            "disarm": LAUNCH,
            "report": INTEGRATION,
            "close": INTEGRATION,
            "note": ALL_ROLES - {Role.AUDITOR},
        },
    ),
    "contacts": Command(
        "cli.broadcast.standing_contacts",
        "Whom teams and institutions name as their contact as a rule.",
        below={"list": EVERYBODY, "set": CLOSING_DAYS},
    ),
    "exchange": Command(
        "cli.admin.exchange", "Take files from the drop folders of the institutions.", below={"collect": PREPARING}
    ),
    "steward": Command(
        "cli.admin.steward", "Lead the procedure: all it does by itself, in a loop or once.", who=LAUNCH
    ),
    "audit": Command(
        "cli.admin.audit",
        "Who did what when; prove that nobody touched it since.",
        below={
            "list": frozenset({Role.AUDITOR, Role.INTEGRATION}),
            "verify": AUDITOR,
            "anchor": AUDITOR,
            "find": AUDITOR,
            "expire": PREPARING,
        },
    ),
    "notices": Command(
        "cli.admin.notices",
        "The mails of the procedure: where each stands, and having one tried again.",
        below={"list": INTEGRATION, "show": INTEGRATION, "retry": INTEGRATION},
    ),
    "login": Command("cli.people.login", "Keep a personal token, so that commands know who acts.", who=ANYBODY),
    "logout": Command("cli.people.logout", "Forget the personal token.", who=ANYBODY, needs_database=False),
    "whoami": Command("cli.people.whoami", "Say who acts here, and what kind of installation this is.", who=ANYBODY),
    "clock": Command(
        "cli.admin.clock",
        "Say what time it is here; on a demo or test installation, move it.",
        who=ANYBODY,
        below={"set": ANYBODY, "advance": ANYBODY, "back-to-now": ANYBODY},
    ),
    "up": Command("cli.admin.up", "Start the embedded database.", who=ANYBODY, needs_database=False),
    "down": Command("cli.admin.down", "Stop the embedded database.", who=ANYBODY, needs_database=False),
    "migrate": Command(
        "cli.admin.migrate", "Bring the tables of all databases in reach up to date.", who=ANYBODY, needs_database=False
    ),
    "doctor": Command(
        "cli.admin.doctor",
        "Look at everything a broadcast depends on.",
        who=ANYBODY,
        needs_database=False,
        reads_models=True,
    ),
    "worker": Command("cli.runs.worker", "Send what is launched, on as many machines as you like.", who=LAUNCH),
    "metrics": Command("cli.admin.metrics", "Write or serve what is going on, for Prometheus.", who=OPERATOR),
    "simulate-provider": Command(
        "cli.admin.simulate_provider",
        "Simulate an eBox provider, to rehearse.",
        who=ANYBODY,
        needs_database=False,
        extra="simulator",
        imports=("httptools", "python_multipart", "starlette", "uvicorn"),
    ),
    "demo": Command(
        "cli.admin.demo",
        "Tell the whole story on this machine, with made-up people.",
        who=ANYBODY,
        needs_database=False,
    ),
    "bench": Command(
        "cli.admin.bench",
        "Measure, each figure beside its baseline.",
        who=ANYBODY,
        needs_database=False,
        extra="bench",
        imports=("polars", "stdnum"),
    ),
}


def who_may(name: str, below: str = "") -> Who:
    """Return who may run a command, or one below it."""
    command = COMMANDS[name]
    if command.below and not below:
        return ANYBODY  # it only says what there is below it
    return command.below.get(below, command.who)
