"""The sheet of one broadcast: where it stands first, then all there is, section by section."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

import typer

from eboxcast.audit.selectors import SealedEntry
from eboxcast.broadcasts.guards import without_contact
from eboxcast.broadcasts.models import Broadcast, Check, Lateness, Outcome, SeenIn, Side
from eboxcast.broadcasts.states import BEFORE_LAUNCH
from eboxcast.broadcasts.words import CHECKS, LATENESS, SEEN_IN
from eboxcast.cli.broadcast.answers import head_of, outlook_lines
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.formatting import (
    aligned,
    grouped,
    long_date,
    moment_in,
    short_date,
    short_digest,
    short_moment,
    short_run,
)
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, name_in, translate
from eboxcast.notices.models import State as NoticeState
from eboxcast.notices.words import STATES as NOTICE_STATES
from eboxcast.presenters.audit import entry_words
from eboxcast.presenters.broadcast_words import OUTCOMES, SIDES
from eboxcast.presenters.broadcasts import broadcast_sheet
from eboxcast.presenters.schemas.broadcast import (
    BroadcastSheet,
    ContactCentreWarned,
    ContactShown,
    DecisionShown,
    DeliveryShown,
    GoGiven,
    NoticeOfBroadcast,
    ReplyShown,
    TermShown,
    VerdictShown,
    WaiverShown,
    WindowShown,
)
from eboxcast.reports.states import ENVIRONMENTS

_REASON = N_("Reason: {reason}")
_FACTS = {
    "institution": N_("Institution"),
    "application": N_("Application"),
    "message_type": N_("Message type"),
    "campaign": N_("Campaign"),
    "recipients": N_("Recipients"),
    "requested": N_("Requested by"),
    "wanted": N_("Requested dates"),
    "date": N_("Date"),
    "agreed": N_("Agreed moment"),
    "window": N_("Window"),
    "testers": N_("Testers"),
    "warned": N_("Contact centre"),
    "visible": N_("Visible since"),
}
_EXPECTED = N_("{count} expected")
_SINCE = N_("{by}, {at}")
_SPAN = N_("from {start} to {end}")
_WARNED = N_("warned on {at}; first-time users expected: {count}")
_TERMS = N_("Deadlines:")
_BY = N_("by {date}")
_DONE = N_("done on {at}")
_TOO_LATE = N_("done late, on {at}")
_OPEN = N_("open")
_OVERDUE = N_("late")
_WAIVED = N_("waived")


def show_sheet(broadcast: Broadcast, history: Sequence[SealedEntry] | None) -> None:
    """Print all there is of a broadcast."""
    language = language_of_user()
    with sanitized_db_errors():
        sheet = broadcast_sheet(broadcast, language)
        unnamed = without_contact(broadcast) if broadcast.state in BEFORE_LAUNCH else []
        lines = [*head_of(broadcast), *_reason(sheet, language), "", *outlook_lines(broadcast), ""]
    lines += [*_facts(sheet, language), *_terms(sheet, language)]
    for section in _sections(sheet, unnamed, history, language):
        lines += ["", *section]
    typer.echo("\n".join(lines))


def _reason(sheet: BroadcastSheet, language: str) -> Iterator[str]:
    if sheet.reason:
        yield translate(_REASON, language, {"reason": sheet.reason})


def _facts(sheet: BroadcastSheet, language: str) -> list[str]:
    shown = {name: text for name, text in _texts(sheet, language).items() if text}
    return aligned([(f"  {translate(_FACTS[name], language)}", text) for name, text in shown.items()])


def _texts(sheet: BroadcastSheet, language: str) -> dict[str, str]:
    by = {"by": mask_and_strip(sheet.requested_by), "at": sheet.requested_at}
    return {
        "institution": f"{sheet.institution} {mask_and_strip(name_in(sheet.institution_names, language))}",
        "application": mask_and_strip(sheet.application),
        "message_type": mask_and_strip(sheet.message_type),
        "campaign": sheet.campaign or "",
        "recipients": _recipients(sheet, language),
        "requested": translate(_SINCE, language, by),
        "wanted": ", ".join(long_date(day, language) for day in sheet.wanted_dates),
        "date": long_date(sheet.date, language) if sheet.date else "",
        "agreed": _shown(sheet.agreed_at, language),
        "window": _window(sheet.window, language),
        "testers": ", ".join(sheet.acceptance.testers),
        "warned": _warned(sheet.contact_centre, language),
        "visible": _shown(sheet.visible_at, language),
    }


def _recipients(sheet: BroadcastSheet, language: str) -> str:
    if sheet.recipients is not None:
        return grouped(sheet.recipients, language)
    return translate(_EXPECTED, language, {"count": grouped(sheet.expected_recipients, language)})


def _window(window: WindowShown | None, language: str) -> str:
    if window is None:
        return ""
    span = {"start": _shown(window.starts_at, language), "end": _shown(window.ends_at, language)}
    return translate(_SPAN, language, span)


def _warned(warned: ContactCentreWarned, language: str) -> str:
    if warned.warned_at is None:
        return ""
    count = "–" if warned.first_time is None else grouped(warned.first_time, language)
    return translate(_WARNED, language, {"at": _shown(warned.warned_at, language), "count": count})


def _terms(sheet: BroadcastSheet, language: str) -> list[str]:
    if not sheet.terms:
        return []
    rows = [
        (f"  {translate(LATENESS[Lateness(term.term)], language)}", _until(term, language), _mark(term, language))
        for term in sheet.terms
    ]
    return ["", translate(_TERMS, language), *aligned(rows)]


def _until(term: TermShown, language: str) -> str:
    return translate(_BY, language, {"date": long_date(term.due_at.astimezone(clock.BRUSSELS).date(), language)})


def _mark(term: TermShown, language: str) -> str:
    if term.done_at:
        mark = translate(_TOO_LATE if term.late else _DONE, language, {"at": term.done_at})
    else:
        mark = translate(_OVERDUE if term.late else _OPEN, language)
    return f"{mark}, {translate(_WAIVED, language)}" if term.waived else mark


def _shown(moment: datetime | None, language: str) -> str:
    return moment_in(moment, language) if moment else ""


_DECISIONS = N_("Decisions on the date:")
_FILES = N_("Files:")
_VERDICTS = N_("Test results for the short list:")
_CORRECTED = N_("Test results that were corrected:")
_GOS = N_("GO:")
_CONTACTS = N_("Follow-up sheet:")
_WAIVERS = N_("Waivers:")
_NOTICES = N_("Emails:")
_REPLIES = N_("Replies:")
_NOTES = N_("Notes:")
_HISTORY = N_("History:")
_VOID = N_("void: {why}")
_VOID_SINCE = N_("void since {at}")
_HOLDS = N_("valid")
_USED = N_("can be used")
_NOT_USED = N_("cannot be used: {faults}")
_TAKEN_BACK = N_("files withdrawn")
_RECIPIENTS = N_("{count} {count:recipient|recipients}")
_RUN = N_("run {run}")
_RECIPIENT = N_("Recipient")
_OF_RECIPIENT = N_("recipient {place}")
_PASSED = N_("passed")
_FAILED = N_("failed")
_REMARKED = N_("{result}: {remark}")
_NOBODY = N_("no one named yet")
_INSTITUTION = N_("the institution")


def _sections(
    sheet: BroadcastSheet, unnamed: Sequence[str], history: Sequence[SealedEntry] | None, language: str
) -> Iterator[list[str]]:
    """Yield the lines of each section that has something in it, its heading first."""
    found: dict[str, list[Row]] = {
        _DECISIONS: [_decision(one, language) for one in sheet.decisions],
        _FILES: [row for one in sheet.deliveries for row in _delivery(one, language)],
        _VERDICTS: _verdicts(sheet.verdicts, language),
        _CORRECTED: [_corrected(one, language) for one in sheet.verdicts if not one.counts],
        _GOS: [_go(one, language) for one in sheet.gos],
        _CONTACTS: _contacts(sheet.contacts, unnamed, language),
        _WAIVERS: [_waiver(one, language) for one in sheet.waivers],
        _NOTICES: [_notice(one, language) for one in sheet.notices],
        _REPLIES: [row for one in sheet.replies for row in _reply(one, language)],
        _NOTES: [(short_moment(one.at, language), mask_and_strip(one.by), one.text) for one in sheet.notes],
        _HISTORY: [_entry(one, language) for one in history or ()],
    }
    for heading, rows in found.items():
        if rows:
            yield [translate(heading, language), *(f"  {line}" for line in aligned(rows))]


Row = tuple[str, ...]


def _decision(one: DecisionShown, language: str) -> Row:
    return (
        short_moment(one.at, language),
        translate(SIDES[Side(one.side)], language),
        translate(OUTCOMES[Outcome(one.outcome)], language),
        ", ".join(short_date(day, language) for day in one.dates),
        mask_and_strip(one.by),
        translate(_VOID_SINCE, language, {"at": one.void_at}) if one.void_at else "",
        one.reason,
    )


def _delivery(one: DeliveryShown, language: str) -> Iterator[Row]:
    faults = ", ".join(f"{code} {count}" for code, count in one.faults.items())
    state = translate(_USED, language) if one.accepted else translate(_NOT_USED, language, {"faults": faults or "–"})
    if one.withdrawn_at:
        state = translate(_TAKEN_BACK, language)
    count = {"count": grouped(one.recipients or 0, language)}
    yield (
        short_moment(one.at, language),
        translate(ENVIRONMENTS[one.environment], language),
        mask_and_strip(one.by),
        state,
        translate(_RECIPIENTS, language, count) if one.accepted else "",
        translate(_RUN, language, {"run": short_run(one.run)}) if one.run else "",
    )
    for name, digest in (("document", one.document), ("metadata", one.metadata), ("lists", one.lists)):
        if digest:
            yield ("", f"  {name}", short_digest(digest), "", "", "")


def _verdicts(verdicts: Sequence[VerdictShown], language: str) -> list[Row]:
    found: dict[int, dict[str, VerdictShown]] = defaultdict(dict)
    for one in sorted((one for one in verdicts if one.counts), key=lambda one: one.recipient):
        found[one.recipient][one.check] = one
    if not found:
        return []
    head = (translate(_RECIPIENT, language), *(translate(CHECKS[check], language) for check in Check))
    return [head, *((str(number), *(_cell(found[number].get(check), language) for check in Check)) for number in found)]


def _corrected(one: VerdictShown, language: str) -> Row:
    return (
        short_moment(one.at, language),
        mask_and_strip(one.by),
        translate(_OF_RECIPIENT, language, {"place": one.recipient}),
        translate(CHECKS[Check(one.check)], language),
        _cell(one, language),
        translate(SEEN_IN[SeenIn(one.seen_in)], language),
    )


def _cell(one: VerdictShown | None, language: str) -> str:
    if one is None:
        return "–"
    shown = translate(_PASSED if one.passed else _FAILED, language)
    return translate(_REMARKED, language, {"result": shown, "remark": one.remark}) if one.remark else shown


def _go(one: GoGiven, language: str) -> Row:
    return (
        short_moment(one.given_at, language),
        mask_and_strip(one.given_by),
        short_moment(one.agreed_at, language),
        "" if one.void_at else short_digest(one.files),
        translate(_VOID, language, {"why": one.void_why}) if one.void_at else translate(_HOLDS, language),
    )


def _contacts(contacts: Sequence[ContactShown], unnamed: Sequence[str], language: str) -> list[Row]:
    named = [(one.team or "", mask_and_strip(one.name), one.email, one.phone) for one in contacts]
    named += [(team, translate(_NOBODY, language), "", "") for team in unnamed]
    return [(mask_and_strip(team) or translate(_INSTITUTION, language), *reached) for team, *reached in sorted(named)]


def _waiver(one: WaiverShown, language: str) -> Row:
    return (
        short_moment(one.at, language),
        one.what,
        mask_and_strip(one.by),
        one.reason,
        translate(_VOID_SINCE, language, {"at": one.void_at}) if one.void_at else "",
    )


def _notice(one: NoticeOfBroadcast, language: str) -> Row:
    return (
        short_moment(one.sent_at or one.made_at, language),
        translate(NOTICE_STATES[NoticeState(one.state)], language),
        mask_and_strip(one.recipient),
        one.subject,
        "" if one.sent_at else one.problem or "",
    )


def _reply(one: ReplyShown, language: str) -> Iterator[Row]:
    lines = [line for line in one.text.splitlines() if line]
    said = [one.subject, *(f"  {line}" for line in lines), *(f"  [{file}]" for file in one.files)]
    yield short_moment(one.at, language), one.person or one.sender, said[0]
    yield from (("", "", line) for line in said[1:])


def _entry(one: SealedEntry, language: str) -> Row:
    data = entry_words(one.data, without=("number",))
    at = short_moment(one.at, language)
    return (str(one.number or "–"), at, mask_and_strip(one.by), one.action, one.environment, data)
