"""The sheet of one broadcast: where it stands first, then all there is, section by section."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

import typer

from eboxcast.audit.selectors import SealedEntry
from eboxcast.broadcasts.deadlines import Term, terms_of
from eboxcast.broadcasts.guards import verdicts_that_count, without_contact
from eboxcast.broadcasts.models import Broadcast, Check, FileDelivery, Outcome, SeenIn, Side, Verdict
from eboxcast.broadcasts.production import files_digest
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
from eboxcast.notices.models import Notice
from eboxcast.notices.models import State as NoticeState
from eboxcast.presenters.audit import entry_words
from eboxcast.presenters.broadcast_records import notes_of, notices_of, text_of, verdicts_of
from eboxcast.presenters.broadcast_words import OUTCOMES, SIDES
from eboxcast.presenters.notices import STATES as NOTICE_STATES
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
        lines = [*head_of(broadcast), *_reason(broadcast, language), "", *outlook_lines(broadcast), ""]
        lines += [*_facts(broadcast, language), *_terms(broadcast, language)]
        for section in _sections(broadcast, history, language):
            lines += ["", *section]
    typer.echo("\n".join(lines))


def _reason(broadcast: Broadcast, language: str) -> Iterator[str]:
    if broadcast.reason:
        yield translate(_REASON, language, {"reason": mask_and_strip(broadcast.reason)})


def _facts(broadcast: Broadcast, language: str) -> list[str]:
    shown = {name: text for name, text in _texts(broadcast, language).items() if text}
    return aligned([(f"  {translate(_FACTS[name], language)}", text) for name, text in shown.items()])


def _texts(broadcast: Broadcast, language: str) -> dict[str, str]:
    names = broadcast.institution.names
    by = {"by": mask_and_strip(broadcast.requested_by), "at": broadcast.requested_at}
    return {
        "institution": f"{broadcast.institution_id} {mask_and_strip(name_in(names, language))}",
        "application": mask_and_strip(broadcast.application),
        "message_type": mask_and_strip(broadcast.message_type),
        "campaign": mask_and_strip(broadcast.campaign.name) if broadcast.campaign else "",
        "recipients": _recipients(broadcast, language),
        "requested": translate(_SINCE, language, by),
        "wanted": ", ".join(long_date(day, language) for day in broadcast.wanted_dates),
        "date": long_date(broadcast.date, language) if broadcast.date else "",
        "agreed": _shown(broadcast.agreed_at, language),
        "window": _window(broadcast, language),
        "testers": ", ".join(broadcast.testers),
        "warned": _warned(broadcast, language),
        "visible": _shown(broadcast.visible_at, language),
    }


def _recipients(broadcast: Broadcast, language: str) -> str:
    if broadcast.recipients_count is not None:
        return grouped(broadcast.recipients_count, language)
    return translate(_EXPECTED, language, {"count": grouped(broadcast.expected_count, language)})


def _window(broadcast: Broadcast, language: str) -> str:
    if broadcast.date is None:
        return ""
    span = {"start": _shown(broadcast.window_starts_at, language), "end": _shown(broadcast.window_ends_at, language)}
    return translate(_SPAN, language, span)


def _warned(broadcast: Broadcast, language: str) -> str:
    if broadcast.contact_centre_warned_at is None:
        return ""
    count = broadcast.first_time_count
    data = {
        "at": _shown(broadcast.contact_centre_warned_at, language),
        "count": "–" if count is None else grouped(count, language),
    }
    return translate(_WARNED, language, data)


def _terms(broadcast: Broadcast, language: str) -> list[str]:
    found = terms_of(broadcast)
    if not found:
        return []
    rows = [
        (f"  {translate(LATENESS[term.what], language)}", _until(term, language), _mark(term, language))
        for term in found
    ]
    return ["", translate(_TERMS, language), *aligned(rows)]


def _until(term: Term, language: str) -> str:
    return translate(_BY, language, {"date": long_date(term.due_at.astimezone(clock.BRUSSELS).date(), language)})


def _mark(term: Term, language: str) -> str:
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
_NOTES = N_("Notes:")
_HISTORY = N_("History:")
_VOID = N_("void: {why}")
_VOID_SINCE = N_("void since {at}")
_HOLDS = N_("valid")
_USED = N_("can be used")
_NOT_USED = N_("cannot be used: {faults}")
_TAKEN_BACK = N_("files withdrawn")
_RECIPIENTS = N_("{count} recipients")
_RUN = N_("run {run}")
_RECIPIENT = N_("Recipient")
_OF_RECIPIENT = N_("recipient {place}")
_PASSED = N_("passed")
_FAILED = N_("failed")
_REMARKED = N_("{result}: {remark}")
_NOBODY = N_("no one named yet")
_INSTITUTION = N_("the institution")


def _sections(broadcast: Broadcast, history: Sequence[SealedEntry] | None, language: str) -> Iterator[list[str]]:
    """Yield the lines of each section that has something in it, its heading first."""
    found: dict[str, list[Row]] = {
        _DECISIONS: _decisions(broadcast, language),
        _FILES: [row for one in broadcast.deliveries.all() for row in _delivery(one, language)],
        _VERDICTS: _verdicts(broadcast, language),
        _CORRECTED: _corrected(broadcast, language),
        _GOS: _gos(broadcast, language),
        _CONTACTS: _contacts(broadcast, language),
        _WAIVERS: _waivers(broadcast, language),
        _NOTICES: [_notice(one, language) for one in notices_of(broadcast)],
        _NOTES: [(short_moment(one.at), mask_and_strip(one.by), text_of(one)) for one in notes_of(broadcast)],
        _HISTORY: [_entry(one) for one in history or ()],
    }
    for heading, rows in found.items():
        if rows:
            yield [translate(heading, language), *(f"  {line}" for line in aligned(rows))]


Row = tuple[str, ...]


def _decisions(broadcast: Broadcast, language: str) -> list[Row]:
    return [
        (
            short_moment(one.at),
            translate(SIDES[Side(one.side)], language),
            translate(OUTCOMES[Outcome(one.outcome)], language),
            ", ".join(short_date(day, language) for day in one.dates),
            mask_and_strip(one.by),
            translate(_VOID_SINCE, language, {"at": one.void_at}) if one.void_at else "",
            mask_and_strip(one.reason),
        )
        for one in broadcast.decisions.all()
    ]


def _delivery(one: FileDelivery, language: str) -> Iterator[Row]:
    faults = ", ".join(f"{code} {count}" for code, count in one.faults.items())
    state = translate(_USED, language) if one.accepted else translate(_NOT_USED, language, {"faults": faults or "–"})
    if one.withdrawn_at:
        state = translate(_TAKEN_BACK, language)
    count = {"count": grouped(one.recipients_count or 0, language)}
    yield (
        short_moment(one.at),
        translate(ENVIRONMENTS[one.environment], language),
        mask_and_strip(one.by),
        state,
        translate(_RECIPIENTS, language, count) if one.accepted else "",
        translate(_RUN, language, {"run": short_run(one.run)}) if one.run else "",
    )
    for name in ("document", "metadata", "lists"):
        if digest := getattr(one, f"{name}_digest"):
            yield ("", f"  {name}", short_digest(digest), "", "", "")


def _verdicts(broadcast: Broadcast, language: str) -> list[Row]:
    found: dict[int, dict[str, Verdict]] = defaultdict(dict)
    for one in verdicts_that_count(broadcast):
        found[one.recipient][one.check_name] = one
    if not found:
        return []
    head = (translate(_RECIPIENT, language), *(translate(CHECKS[check], language) for check in Check))
    return [head, *((str(number), *(_cell(found[number].get(check), language) for check in Check)) for number in found)]


def _corrected(broadcast: Broadcast, language: str) -> list[Row]:
    count = {one.pk for one in verdicts_that_count(broadcast)}
    return [
        (
            short_moment(one.at),
            mask_and_strip(one.by),
            translate(_OF_RECIPIENT, language, {"place": one.recipient}),
            translate(CHECKS[Check(one.check_name)], language),
            _cell(one, language),
            translate(SEEN_IN[SeenIn(one.seen_in)], language),
        )
        for one in verdicts_of(broadcast)
        if one.pk not in count
    ]


def _cell(one: Verdict | None, language: str) -> str:
    if one is None:
        return "–"
    shown = translate(_PASSED if one.passed else _FAILED, language)
    return (
        translate(_REMARKED, language, {"result": shown, "remark": mask_and_strip(one.remark)}) if one.remark else shown
    )


def _gos(broadcast: Broadcast, language: str) -> list[Row]:
    return [
        (
            short_moment(one.given_at),
            mask_and_strip(one.given_by),
            short_moment(one.agreed_at),
            "" if one.void_at else short_digest(files_digest(one)),
            translate(_VOID, language, {"why": mask_and_strip(one.void_why)})
            if one.void_at
            else translate(_HOLDS, language),
        )
        for one in broadcast.gos.all()
    ]


def _contacts(broadcast: Broadcast, language: str) -> list[Row]:
    named = [(one.team, mask_and_strip(one.name), one.email, one.phone) for one in broadcast.contacts.all()]
    if broadcast.state in BEFORE_LAUNCH:
        named += [(team, translate(_NOBODY, language), "", "") for team in without_contact(broadcast)]
    return [(mask_and_strip(team) or translate(_INSTITUTION, language), *reached) for team, *reached in sorted(named)]


def _waivers(broadcast: Broadcast, language: str) -> list[Row]:
    return [
        (
            short_moment(one.at),
            one.what,
            mask_and_strip(one.by),
            mask_and_strip(one.reason),
            translate(_VOID_SINCE, language, {"at": one.void_at}) if one.void_at else "",
        )
        for one in broadcast.waivers.all()
    ]


def _notice(one: Notice, language: str) -> Row:
    state = translate(NOTICE_STATES[NoticeState(one.state)], language)
    when = short_moment(one.sent_at or one.created_at)
    return (
        when,
        state,
        mask_and_strip(one.recipient),
        mask_and_strip(one.subject),
        mask_and_strip(one.last_problem) if not one.sent_at else "",
    )


def _entry(one: SealedEntry) -> Row:
    data = entry_words(one.data, without=("number",))
    return (str(one.number or "–"), short_moment(one.at), mask_and_strip(one.by), one.action, one.environment, data)
