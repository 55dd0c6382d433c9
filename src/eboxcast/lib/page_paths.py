"""Next actions as pages: which page does which action, for links between pages and in mails.

The views are in the doors, above; a test asks them whether each path here leads to the page it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from urllib.parse import quote

from eboxcast.lib.next_action import NextAction


@dataclass(frozen=True)
class Page:
    """A page that does an action."""

    name: str
    """Of its address, as the doors call it."""
    path: str
    """Below the address of the installation; what is known of the action stands in it: ``broadcasts/{broadcast}``."""

    @property
    def parameters(self) -> frozenset[str]:
        """Return what must be known of the action."""
        return frozenset(name for _, name, _, _ in Formatter().parse(self.path) if name)


_TEST = Page("test", "broadcasts/{broadcast}/test")
_RESULTS = (Page("results", "broadcasts/{broadcast}/results"), Page("run-results", "runs/{run}/results"))

PAGES: Mapping[str, tuple[Page, ...]] = {
    # Broadcasts
    "broadcast.see": (Page("broadcast", "broadcasts/{broadcast}"), Page("broadcasts", "broadcasts")),
    "broadcast.request": (Page("ask", "ask"),),
    "broadcast.deliver_acceptance": (Page("files", "broadcasts/{broadcast}/files"),),
    "broadcast.deliver_production": (Page("files", "broadcasts/{broadcast}/files"),),
    "package.check": (Page("files", "broadcasts/{broadcast}/files"),),
    "broadcast.preview": (Page("preview", "broadcasts/{broadcast}/preview"),),
    "broadcast.withdraw_files": (Page("withdraw-files", "broadcasts/{broadcast}/files/withdraw"),),
    "broadcast.arm": (Page("arm", "broadcasts/{broadcast}/arm"),),
    "broadcast.disarm": (Page("disarm", "broadcasts/{broadcast}/disarm"),),
    "broadcast.finish": (Page("run", "broadcasts/{broadcast}/run"),),
    "broadcast.launch": (Page("launch", "broadcasts/{broadcast}/launch"),),
    "broadcast.test": (_TEST,),
    "broadcast.look": (_TEST,),
    "broadcast.judge": (_TEST,),
    "broadcast.approve": (Page("approve", "broadcasts/{broadcast}/approve"),),
    "broadcast.reject": (Page("reject", "broadcasts/{broadcast}/reject"),),
    "broadcast.name_testers": (Page("testers", "broadcasts/{broadcast}/testers"),),
    "broadcast.accept": (Page("accept", "broadcasts/{broadcast}/accept"),),
    "broadcast.postpone": (Page("postpone", "broadcasts/{broadcast}/postpone"),),
    "broadcast.refuse": (Page("refuse", "broadcasts/{broadcast}/refuse"),),
    "broadcast.agree": (Page("agree", "broadcasts/{broadcast}/agree"),),
    "broadcast.want": (Page("want", "broadcasts/{broadcast}/want"),),
    "broadcast.cancel": (Page("cancel", "broadcasts/{broadcast}/cancel"),),
    "broadcast.reconfirm": (Page("reconfirm", "broadcasts/{broadcast}/reconfirm"),),
    "broadcast.waive": (Page("waive", "broadcasts/{broadcast}/waive"),),
    "broadcast.note": (Page("note", "broadcasts/{broadcast}/note"),),
    "broadcast.set_contact": (Page("set-contact", "broadcasts/{broadcast}/set-contact"),),
    "broadcast.warn": (Page("warn", "broadcasts/{broadcast}/warn"),),
    "broadcast.report": (Page("report", "broadcasts/{broadcast}/report"),),
    "broadcast.close": (Page("close", "broadcasts/{broadcast}/close"),),
    "broadcast.give_go": (Page("go", "broadcasts/{broadcast}/go"),),
    "broadcast.withdraw_go": (Page("withdraw-go", "broadcasts/{broadcast}/withdraw-go"),),
    # Message types
    "type.see": (Page("message-type", "message-types/{number}"), Page("message-types", "message-types")),
    "type.request": (Page("request-type", "message-types/{number}/again"), Page("new-type", "message-types/new")),
    "type.validate": (Page("validate-type", "message-types/{number}/validate"),),
    "type.accept": (Page("accept-type", "message-types/{number}/accept"),),
    "type.refuse": (Page("refuse-type", "message-types/{number}/refuse"),),
    "type.withdraw": (Page("withdraw-type", "message-types/{number}/withdraw"),),
    "type.configure": (
        Page("configure-type", "message-types/configure/{environment}/{type}"),
        Page("message-types", "message-types"),
    ),
    # Runs
    "run.see": (Page("one-run", "runs/{run}"),),
    "run.launch": (Page("run-launch", "runs/{run}/launch"),),
    "run.pause": (Page("run-pause", "runs/{run}/pause"),),
    "run.stop": (Page("run-stop", "runs/{run}/stop"),),
    "run.resume": (Page("run-resume", "runs/{run}/resume"),),
    "run.pace": (Page("run-pace", "runs/{run}/pace"),),
    "run.resolve": (Page("run-resolve", "runs/{run}/resolve"),),
    "run.close": (Page("run-close", "runs/{run}/close"),),
    "run.discard": (Page("run-discard", "runs/{run}/discard"),),
    "run.retry": (Page("run-retry", "runs/{run}/retry"),),
    "run.recall": (Page("run-recall", "runs/{run}/recall"),),
    # What became of a run
    "report.see": _RESULTS,
    "report.rejected_rows": _RESULTS,
    "report.paper_list": (Page("paper-list", "broadcasts/{broadcast}/results/paper-list"), _RESULTS[1]),
    "report.verify": (Page("verify-certificate", "broadcasts/{broadcast}/results/verify"), _RESULTS[1]),
    # Contacts, and what callers ask
    "contacts.see": (Page("contacts", "contacts"),),
    "calls.see": (Page("answers", "contact-centre/{broadcast}"), Page("contact-centre", "contact-centre")),
    # Emails and drop folders
    "exchange.collect": (Page("drop-folders", "drop-folders"),),
    "sftp_key.see": (Page("drop-folders", "drop-folders"),),
    "sftp_key.add": (Page("add-sftp-key", "drop-folders/keys/add"),),
    "sftp_key.end": (Page("end-sftp-key", "drop-folders/keys/{number}/end"),),
    "signer.see": (Page("drop-folders", "drop-folders"),),
    "signer.add": (Page("add-signer", "drop-folders/signers/add"),),
    "signer.end": (Page("end-signer", "drop-folders/signers/{number}/end"),),
    "notice.see": (Page("mail", "mails/{number}"), Page("mails", "mails")),
    "notice.retry": (Page("mails", "mails"),),
    # The calendar
    "calendar.see": (Page("calendar", "calendar"),),
    "calendar.close": (Page("close-day", "calendar/close"),),
    "calendar.blackout": (Page("blackout", "calendar/blackout"),),
    "calendar.lift": (Page("lift-blackout", "calendar/blackouts/{number}/lift"), Page("calendar", "calendar")),
    # The audit
    "audit.see": (Page("audit", "audit"),),
    "audit.verify": (Page("verify-audit", "audit/verify"),),
    # People
    "person.see": (Page("person", "person/{name}"), Page("people", "people")),
    "person.change": (Page("change-person", "person/{name}/change"),),
    "token.see": (Page("people", "people"),),
    "token.make": (Page("people", "people"),),
    # The installation
    "installation.examine": (Page("installation", "installation"),),
}
"""The pages of each action that has one; the first whose parameters are all known counts."""


def page_of(action: NextAction) -> str:
    """Return the path of the page that does an action, without a slash before it; empty where there is none."""
    known = {name: quote(value, safe="") for name, value in action.parameters.items() if value}
    pages = PAGES.get(action.action, ())
    return next((page.path.format_map(known) for page in pages if page.parameters <= known.keys()), "")
