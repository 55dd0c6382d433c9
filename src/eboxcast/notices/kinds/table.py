"""THE table: which entry of the audit becomes which notice; an entry is in it, or named as silent with the reason."""

from __future__ import annotations

from collections.abc import Mapping

from eboxcast.audit.selectors import SealedEntry
from eboxcast.notices.kinds import accounts, dates, evening, files, incoming, types
from eboxcast.notices.kinds.kind import Kind

NOTICES: Mapping[str, tuple[Kind, ...]] = {
    "broadcast.requested": (dates.REQUESTED,),
    "broadcast.accepted": (dates.ACCEPTED,),
    "broadcast.scheduled": (dates.SCHEDULED,),
    "broadcast.postponed": (dates.POSTPONED,),
    "broadcast.refused": (dates.REFUSED,),
    "broadcast.date_agreed": (dates.DATE_AGREED,),
    "broadcast.date_wanted": (dates.DATE_WANTED,),
    "broadcast.cancelled": (dates.CANCELLED,),
    "broadcast.window_missed": (dates.WINDOW_MISSED,),
    "broadcast.reconfirmation_due": (dates.RECONFIRMATION_DUE,),
    "broadcast.reconfirmed": (dates.RECONFIRMED, dates.RECONFIRMED_LATE),
    "broadcast.reconfirmation_late": (dates.RECONFIRMATION_LATE,),
    "broadcast.acceptance_due": (dates.ACCEPTANCE_DUE,),
    "broadcast.acceptance_late": (dates.ACCEPTANCE_LATE,),
    "broadcast.waived": (dates.WAIVED,),
    "broadcast.files_delivered": (files.DELIVERED_FOR_ACCEPTANCE, files.DELIVERED_FOR_PRODUCTION),
    "broadcast.files_rejected": (files.FILES_REJECTED,),
    "broadcast.files_withdrawn": (files.FILES_WITHDRAWN,),
    "broadcast.run_lost": (files.RUN_LOST,),
    "broadcast.tested": (files.TESTED, files.PROOF),
    "broadcast.approved": (files.APPROVED,),
    "broadcast.rejected": (files.REJECTED,),
    "broadcast.go_given": (evening.GO_GIVEN,),
    "broadcast.go_withdrawn": (evening.GO_WITHDRAWN,),
    "broadcast.go_void": (evening.GO_VOID,),
    "broadcast.contacts_set": (evening.CONTACTS_SET,),
    "broadcast.contact_centre_warned": (evening.WARNED,),
    "broadcast.armed": (evening.ARMED,),
    "broadcast.disarmed": (evening.DISARMED,),
    "broadcast.launched": (evening.LAUNCHED,),
    "broadcast.launch_ended": (evening.LAUNCH_ENDED,),
    "broadcast.run_failed": (evening.RUN_FAILED,),
    "broadcast.run_halted": (evening.RUN_HALTED,),
    "broadcast.published": (evening.PUBLISHED,),
    "broadcast.recalled": (evening.RECALLED,),
    "broadcast.reported": (evening.REPORTED,),
    "broadcast.statistics": (evening.STATISTICS,),
    "broadcast.closed": (evening.CLOSED,),
    "exchange.refused": (files.SET_REFUSED,),
    "type.requested": (types.REQUESTED,),
    "type.validated": (types.VALIDATED,),
    "type.accepted": (types.ACCEPTED,),
    "type.configured": (types.IN_ACCEPTANCE, types.IN_PRODUCTION),
    "type.refused": (types.REFUSED,),
    "type.withdrawn": (types.WITHDRAWN,),
    "account.invited": (accounts.INVITED,),
    "account.password_forgotten": (accounts.PASSWORD_FORGOTTEN,),
    "account.password_set": (accounts.PASSWORD_SET,),
    "account.linked": (accounts.LINKED,),
    "account.factor_added": (accounts.FACTOR_ADDED,),
    "account.factor_removed": (accounts.FACTOR_REMOVED,),
    "account.factor_reset": (accounts.FACTOR_RESET,),
    "account.recovery_code_used": (accounts.RECOVERY_CODE_USED,),
    "broadcast.go_asked": (incoming.GO_ASKED,),
    "broadcast.go_by_mail": (incoming.GO_BY_MAIL, incoming.GO_BY_CERTIFICATE),
    "notice.answered": (incoming.ANSWERED,),
    "notice.returned": (incoming.RETURNED,),
}

SILENT: Mapping[str, str] = {
    "broadcast.judged": "what was found is told with the approval or the rejection",
    "broadcast.testers_named": "the testers are told when the test is in the eBoxes",
    "broadcast.dossier_given": "an auditor took the records away, and nothing changed",
    "broadcast.files_deleted": "what was handed in and not used went at the end of its time, as it was told it would",
    "broadcast.noted": "it records what people told each other already",
    "exchange.accepted": "that files were delivered is told with the broadcast",
    "exchange.rejected": "that files cannot be used is told with the broadcast, and in the folder",
    "exchange.cancelled": "that files were taken back is told with the broadcast",
}
"""Entries about broadcasts that no mail is made of. Those about runs, people, tokens and days are silent too."""


KINDS: Mapping[str, Kind] = {kind.name: kind for kinds in NOTICES.values() for kind in kinds}
"""Each kind by its name."""


def kinds_for(entry: SealedEntry) -> list[Kind]:
    """Return the kinds of notice that an entry becomes."""
    return [kind for kind in NOTICES.get(entry.action, ()) if kind.when(entry)]
