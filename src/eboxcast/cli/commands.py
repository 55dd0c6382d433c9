"""All commands: where each lives, what it needs, and who may run it with the procedure on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from eboxcast.cli import loaders
from eboxcast.cli.shell.app import Loader
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
    """What loads a command, and when: its module is imported only when it is called, so `check` waits for no Django."""

    load: Loader | Mapping[str, Loader]
    """What loads it; for one with many below it, what loads each of those."""
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
        loaders.check, "Check a package, and say all that is wrong with it.", who=ANYBODY, needs_database=False
    ),
    "split": Command(
        loaders.split, "Split an oversized recipient list into balanced parts.", who=ANYBODY, needs_database=False
    ),
    "sample": Command(
        loaders.sample, "Write a valid synthetic package to try things with.", who=ANYBODY, needs_database=False
    ),
    "rehearse": Command(
        loaders.rehearse, "Say what publishing a package would come to now; touch nothing.", who=OPERATOR
    ),
    "publish": Command(loaders.publish, "Publish a package to everybody at the same moment.", who=PREPARING),
    "prepare": Command(loaders.prepare, "Check and store a package, visible to nobody yet.", who=PREPARING),
    "launch": Command(loaders.launch, "Make a prepared run visible to everybody at the same moment.", who=PREPARING),
    "runs": Command(loaders.runs, "List the runs, newest first.", who=OPERATOR),
    "status": Command(loaders.status, "Say where a run stands, and what comes next.", who=OPERATOR),
    "stop": Command(loaders.stop, "Let nothing more of a run become visible until it is resumed.", who=LAUNCH),
    "pause": Command(loaders.pause, "Hold a run that is being sent, until it is resumed.", who=LAUNCH),
    "resume": Command(loaders.resume, "Take back the stop or the pause of a run.", who=LAUNCH),
    "pace": Command(loaders.pace, "Set how fast a run is sent.", who=LAUNCH),
    "resolve": Command(
        loaders.resolve, "Settle those of whom nobody knows whether they have the document.", who=LAUNCH
    ),
    "close": Command(loaders.close, "End a run as published in part, for good.", who=LAUNCH),
    "discard": Command(loaders.discard, "Give a run up, for good, before anything of it is visible.", who=LAUNCH),
    "retry": Command(loaders.retry, "Prepare a new run for those whom a run did not reach.", who=LAUNCH),
    "recall": Command(loaders.recall, "Take a published message back from everybody, for good.", who=LAUNCH),
    "report": Command(
        loaders.report, "Print the account of a run; paper list and rejected rows on request.", who=OPERATOR
    ),
    "expire": Command(loaders.expire, "Delete personal data whose time has come.", who=LAUNCH),
    "ebox": Command(
        loaders.ebox,
        "Look into an eBox of acceptance, or load what their owner says of the eBoxes.",
        below={"-": OPERATOR, "load": PREPARING},
    ),
    "message-type": Command(
        loaders.message_type,
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
        loaders.person,
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
        loaders.calendar,
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
        loaders.BROADCAST,
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
        loaders.contacts,
        "Whom teams and institutions name as their contact as a rule.",
        below={"list": EVERYBODY, "set": CLOSING_DAYS},
    ),
    "exchange": Command(
        loaders.exchange, "Take files from the drop folders of the institutions.", below={"collect": PREPARING}
    ),
    "steward": Command(loaders.steward, "Lead the procedure: all it does by itself, in a loop or once.", who=LAUNCH),
    "audit": Command(
        loaders.audit,
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
        loaders.notices,
        "The mails of the procedure: where each stands, and having one tried again.",
        below={"list": INTEGRATION, "show": INTEGRATION, "retry": INTEGRATION},
    ),
    "login": Command(loaders.login, "Keep a personal token, so that commands know who acts.", who=ANYBODY),
    "logout": Command(loaders.logout, "Forget the personal token.", who=ANYBODY, needs_database=False),
    "whoami": Command(loaders.whoami, "Say who acts here, and what kind of installation this is.", who=ANYBODY),
    "clock": Command(
        loaders.clock,
        "Say what time it is here; on a demo or test installation, move it.",
        who=ANYBODY,
        below={"set": ANYBODY, "advance": ANYBODY, "back-to-now": ANYBODY},
    ),
    "up": Command(loaders.up, "Start the embedded database.", who=ANYBODY, needs_database=False),
    "down": Command(loaders.down, "Stop the embedded database.", who=ANYBODY, needs_database=False),
    "migrate": Command(
        loaders.migrate, "Bring the tables of all databases in reach up to date.", who=ANYBODY, needs_database=False
    ),
    "doctor": Command(
        loaders.doctor,
        "Look at everything a broadcast depends on.",
        who=ANYBODY,
        needs_database=False,
        reads_models=True,
    ),
    "worker": Command(loaders.worker, "Send what is launched, on as many machines as you like.", who=LAUNCH),
    "metrics": Command(loaders.metrics, "Write or serve what is going on, for Prometheus.", who=OPERATOR),
    "simulate-provider": Command(
        loaders.simulate_provider,
        "Simulate an eBox provider, to rehearse.",
        who=ANYBODY,
        needs_database=False,
        extra="simulator",
        imports=("httptools", "python_multipart", "starlette", "uvicorn"),
    ),
    "demo": Command(
        loaders.demo,
        "Tell the whole story on this machine, with made-up people.",
        who=ANYBODY,
        needs_database=False,
    ),
    "bench": Command(
        loaders.bench,
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
