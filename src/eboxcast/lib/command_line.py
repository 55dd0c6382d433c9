"""Next actions as shell commands: the one place that writes a command line, for the terminal and for mails."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from string import Formatter

from eboxcast.lib.next_action import NextAction

_REASON = ' --reason "…"'
_PLACEHOLDER = re.compile(r"[A-Z_]+|\{[a-z_]+\}")
_FORMS: Mapping[str, tuple[str, ...]] = {
    # The three files
    "package.check": ("check {directory}", "check"),
    "package.split": ("split {list} --out DIR",),
    "package.sample": ("sample",),
    # Runs
    "run.see": ("status {run}", "runs"),
    "run.prepare": ("prepare DIR",),
    "run.launch": ("launch {run}",),
    "run.stop": ("stop {run}" + _REASON,),
    "run.pause": ("pause {run}" + _REASON,),
    "run.resume": ("resume {run}",),
    "run.pace": ("pace {run}",),
    "run.resolve": ("resolve {run} --unknown published|refused|resend" + _REASON,),
    "run.close": ("close {run}" + _REASON,),
    "run.discard": ("discard {run}" + _REASON,),
    "run.retry": ("retry {run}",),
    "run.recall": ("recall {run}" + _REASON,),
    "run.repair": ("doctor --repair",),
    "run.work": ("worker",),
    "report.see": ("report {run}",),
    "report.paper_list": ("report {run} --paper-list FILE",),
    "report.rejected_rows": ("report {run} --rejected-rows FILE",),
    "report.receipt": ("receipt {run} -",),
    "report.verify": ("report {run} --verify",),
    "key.see": ("keys list",),
    "key.make": ("keys create --name NAME",),
    "key.revoke": ("keys revoke {number}" + _REASON,),
    # Broadcasts
    "broadcast.see": ("broadcast show {broadcast}", "broadcast list"),
    "broadcast.request": ("broadcast request",),
    "broadcast.accept": (
        "broadcast decide {broadcast} accept --date {date}",
        "broadcast decide {broadcast} accept --date DATE",
    ),
    "broadcast.postpone": ("broadcast decide {broadcast} postpone" + _REASON,),
    "broadcast.agree": ("broadcast agree {broadcast} {date}", "broadcast agree {broadcast} DATE"),
    "broadcast.want": ("broadcast want {broadcast} DATE",),
    "broadcast.reconfirm": ("broadcast reconfirm {broadcast}",),
    "broadcast.waive": ("broadcast waive {broadcast} {what}" + _REASON,),
    "broadcast.deliver_acceptance": ("broadcast deliver {broadcast} DIR --environment acceptance",),
    "broadcast.deliver_production": (
        "broadcast deliver {broadcast} DIR --environment production",
        "broadcast deliver",
    ),
    "broadcast.test": ("broadcast test {broadcast}",),
    "broadcast.look": ("broadcast look {broadcast}",),
    "broadcast.name_testers": ("broadcast testers {broadcast} {name}",),
    "broadcast.judge": (
        'broadcast verdict {broadcast} --recipient {recipient} --check {check} --passed --seen-in … --remark "…"',
        "broadcast verdict {broadcast} …",
    ),
    "broadcast.approve": ("broadcast verdict {broadcast} approve",),
    "broadcast.reject": ("broadcast verdict {broadcast} reject" + _REASON,),
    "broadcast.give_go": ("broadcast go {broadcast}",),
    "broadcast.withdraw_go": ("broadcast withdraw-go {broadcast}",),
    "broadcast.set_contact": ("broadcast contacts {broadcast}",),
    "broadcast.warn": ("broadcast warn {broadcast}",),
    "broadcast.arm": ("broadcast arm {broadcast}",),
    "broadcast.launch": ("launch {broadcast}", "launch BROADCAST"),
    "broadcast.report": ("broadcast report {broadcast}",),
    "broadcast.close": ("broadcast close {broadcast}",),
    "procedure.lead": ("steward",),
    # Message types
    "type.form": ("message-type form > FILE",),
    "type.request": ("message-type request FILE --again {number}", "message-type request FILE"),
    "type.see": ("message-type show {number}", "message-type list"),
    "type.validate": ("message-type validate {number}",),
    "type.accept": ("message-type accept {number}",),
    "type.refuse": ("message-type refuse {number}" + _REASON,),
    "type.configure": (
        "message-type configure {type} --environment {environment}",
        "message-type configure {type}",
    ),
    "type.load": ("message-type load FILE",),
    # People
    "person.see": ("person list",),
    "person.change": ("person change {name}",),
    "token.make": ('person token NAME --label "laptop" --days 90',),
    "token.see": ("person tokens NAME",),
    "token.use": ("login",),
    # Drop folders
    "sftp_key.see": ("sftp-keys list",),
    "sftp_key.add": ("sftp-keys add INSTITUTION FILE",),
    "sftp_key.end": ("sftp-keys end {number}",),
    "signer.see": ("signers list",),
    "signer.add": ("signers add INSTITUTION FILE",),
    "signer.end": ("signers end {number}",),
    "sftp.serve": ("sftp",),
    # The calendar, the audit, mails
    "calendar.see": ("calendar",),
    "calendar.lift": ("calendar lift {number}",),
    "audit.verify": ("audit verify",),
    "audit.dossier": ("audit dossier {broadcast} --out FILE",),
    "notice.see": ("notices show {number}", "notices list"),
    "notice.retry": ("notices retry",),
    "notice.take_in": ("mail-in",),
    # The installation
    "installation.examine": ("doctor",),
    "installation.migrate": ("migrate",),
    "installation.start": ("up --database",),
}
"""How each action is typed. The first form counts whose names are all given; what else is given becomes options."""


_ONLY_ON_PAGES = frozenset({("package.check", "broadcast")})
"""What says which page does an action, and is no option of its command: files are checked before any broadcast."""


def command_of(action: NextAction) -> str:
    """Return the command that does an action; `…` and capitals stand where its reader has to choose."""
    given = dict(action.parameters)
    form = next(form for form in _FORMS[action.action] if _names_in(form) <= given.keys())
    words = ["eboxcast", form.format_map({name: _typed(value) for name, value in given.items()})]
    for option, value in given.items():
        if option not in _names_in(form) and (action.action, option) not in _ONLY_ON_PAGES:
            words.append(f"--{option.replace('_', '-')}")
            if value != "yes":
                words.append(_typed(value))
    return " ".join(words)


def _names_in(form: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(form) if name}


def _typed(value: str) -> str:
    """Return a value as a shell reads it; words in capitals and placeholders stand for what the reader fills in."""
    if not value:
        return "…"
    return value if _PLACEHOLDER.fullmatch(value) else shlex.quote(value)
