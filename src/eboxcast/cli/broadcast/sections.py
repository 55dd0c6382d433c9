"""The sections of the sheet: decisions, files, what was found in the eBoxes, GO, contacts, waivers, notes, history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from eboxcast.audit.selectors import SealedEntry
from eboxcast.broadcasts.guards import verdicts_that_count, without_contact
from eboxcast.broadcasts.models import Broadcast, Check, FileDelivery, Outcome, SeenIn, Side, Verdict
from eboxcast.broadcasts.production import files_digest
from eboxcast.broadcasts.states import BEFORE_LAUNCH
from eboxcast.cli.admin.entry_words import entry_words
from eboxcast.cli.broadcast.next_steps import FILES_SHOWN
from eboxcast.lib.formatting import aligned, grouped, short_date, short_moment
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, translate
from eboxcast.notices.models import Notice
from eboxcast.notices.models import State as NoticeState
from eboxcast.presenters.broadcast_records import notes_of, notices_of, text_of, verdicts_of
from eboxcast.presenters.broadcast_words import CHECKS, NOTICE_STATES, OUTCOMES, SEEN_IN, SIDES
from eboxcast.reports.states import ENVIRONMENTS

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


def sections(broadcast: Broadcast, history: Sequence[SealedEntry] | None, language: str) -> Iterator[list[str]]:
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
        translate(_RUN, language, {"run": str(one.run)[:8]}) if one.run else "",
    )
    for name in ("document", "metadata", "lists"):
        if digest := getattr(one, f"{name}_digest"):
            yield ("", f"  {name}", bytes(digest).hex()[:FILES_SHOWN], "", "", "")


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
            "" if one.void_at else files_digest(one)[:FILES_SHOWN],
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
