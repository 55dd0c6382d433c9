"""The procedure on a certificate: what counts, as facts; and what was corrected, rejected or void, in its order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from eboxcast.broadcasts.models import Check, Lateness, Outcome, SeenIn, Side
from eboxcast.broadcasts.steps import UNEXPLAINED
from eboxcast.broadcasts.words import CHECKS, LATENESS, SEEN_IN, VOID_BECAUSE
from eboxcast.lib.actors import STEWARD
from eboxcast.lib.formatting import clauses, exact_moment, grouped, long_date
from eboxcast.lib.translation import N_, translate
from eboxcast.reports.schemas import (
    AcceptanceTestPart,
    ApprovalPart,
    BroadcastPart,
    DateDecisionPart,
    GoPart,
    LaunchPart,
    VerdictPart,
    WaiverPart,
)
from eboxcast.reports.sections import Fact, Section

_TITLE = N_("Procedure of broadcast {number}")
_BEFORE = N_("Corrected, rejected or no longer valid")
_ACCEPTED = {
    Side.VALIDATOR: N_("Date accepted for BCSS"),
    Side.OPERATOR: N_("Date accepted for the integration team"),
}
_POSTPONED = {
    Side.VALIDATOR: N_("Postponed for BCSS; proposed: {dates}"),
    Side.OPERATOR: N_("Postponed for the integration team; proposed: {dates}"),
}
_REFUSED = {
    Side.VALIDATOR: N_("Refused for BCSS"),
    Side.OPERATOR: N_("Refused for the integration team"),
}
_ACCEPTED_THEN = {
    Side.VALIDATOR: N_("Accepted for BCSS: {dates}"),
    Side.OPERATOR: N_("Accepted for the integration team: {dates}"),
}
_CHECKED = N_("{passed} of {checks} checks passed, for {recipients} {recipients:recipient|recipients}")
_CHECKED_FOR_ONE = N_("{passed} of {checks} checks passed, for one recipient")
_FAILED = N_("Recipient {recipient} of the short list, {check}: failed")
_CORRECTED = N_("Recipient {recipient} of the short list, {check}: passed after all")
_WAIVED = N_("Deadline waived: {deadline}")
_AUTOMATIC = N_("eboxcast (automatic)")
_OTHER_FILES = N_("for other files than those of this run")
_GO_DIGEST = N_(
    "The digest of the files that the GO names is the SHA-256 of three digests one after the other: document, metadata "
    "without the Sequence, and the SHA-256 of the digests of all recipient lists in their order."
)


def procedure_sections(broadcast: BroadcastPart, language: str) -> Iterator[Section]:
    """Yield what counts, and what was decided otherwise before that; nothing of the second where nothing was."""
    pages = _Pages(broadcast, language)
    notes = (translate(_GO_DIGEST, language),) if pages.go() else ()
    title = translate(_TITLE, language, {"number": broadcast.number})
    yield Section(title=title, facts=tuple(pages.facts()), notes=notes)
    before = sorted(pages.before(), key=lambda one: one.at)
    if before:
        yield Section(title=translate(_BEFORE, language), notes=tuple(one.line for one in before))


def name_of(login: str | None, broadcast: BroadcastPart | None, language: str) -> str:
    """Return who acted, with the full name where the broadcast has it."""
    if broadcast and login == STEWARD.name:
        return translate(_AUTOMATIC, language)
    name = broadcast.people.get(login or "") if broadcast else None
    return f"{name} ({login})" if name else login or "–"


@dataclass(frozen=True)
class _Line:
    at: datetime
    line: str


class _Pages:
    """The part of a certificate in a language."""

    def __init__(self, part: BroadcastPart, language: str) -> None:
        self.part, self.language = part, language

    def facts(self) -> Iterator[Fact]:
        part = self.part
        yield self._fact(N_("Subject"), part.subject)
        if part.campaign:
            yield self._fact(N_("Campaign"), part.campaign)
        yield self._fact(N_("Requested by"), self._who(part.requested_by, part.requested_at))
        if part.date:
            yield self._fact(N_("Agreed date"), long_date(part.date, self.language))
        for one in part.date_decisions:
            if one.void_at is None and one.outcome == Outcome.ACCEPTED:
                yield self._fact(_ACCEPTED[Side(one.side)], self._who(one.by, one.at))
        if part.reconfirmed_at:
            yield self._fact(N_("Date reconfirmed"), self._who(part.reconfirmed_by, part.reconfirmed_at))
        for waiver in part.waivers:
            if waiver.void_at is None:
                yield Fact(self._waived(waiver), f"{self._who(waiver.by, waiver.at)} – {waiver.reason}")
        yield from self._test()
        yield self._fact(N_("Files delivered for this run"), self._who(part.files.by, part.files.at))
        yield from self._go_facts()
        if part.launch:
            yield from self._launch(part.launch)

    def go(self) -> GoPart | None:
        """Return the GO that is valid."""
        return next((one for one in self.part.gos if one.void_at is None), None)

    def before(self) -> Iterator[_Line]:
        """Yield each decision that no longer counts, in any order."""
        for one in self.part.date_decisions:
            if one.void_at or one.outcome != Outcome.ACCEPTED:
                yield self._line(one.at, self._decided(one), one.by, one.reason)
        for waiver in self.part.waivers:
            if waiver.void_at:
                yield self._line(waiver.at, self._waived(waiver), waiver.by, waiver.reason)
        for place, test in enumerate(self.part.tests, start=1):
            yield from self._earlier_results(test)
            yield from self._earlier_approvals(test, is_last=place == len(self.part.tests))
        for go in self.part.gos:
            if go.void_at:
                yield from self._void_go(go, go.void_at)

    def _test(self) -> Iterator[Fact]:
        """Yield what the last test came to."""
        test = self.part.tests[-1] if self.part.tests else None
        counting = [one for one in test.verdicts if one.counts] if test else []
        if counting:
            yield self._fact(N_("Test in acceptance"), self._result(counting))
            for who in dict.fromkeys(one.by for one in counting):
                yield self._fact(N_("checked by"), self._seen(counting, who), depth=1)
        approval = _approval(test) if test else None
        if approval:
            yield self._fact(N_("Test approved"), self._who(approval.by, approval.at))

    def _result(self, counting: list[VerdictPart]) -> str:
        recipients = len({one.recipient for one in counting})
        numbers = {
            "passed": sum(one.passed for one in counting),
            "checks": len(counting),
            "recipients": recipients,
        }
        sentence = _CHECKED_FOR_ONE if recipients == 1 else _CHECKED
        return translate(sentence, self.language, {name: grouped(one, self.language) for name, one in numbers.items()})

    def _seen(self, counting: list[VerdictPart], who: str) -> str:
        """Return which way somebody saw it, and when last."""
        own = [one for one in counting if one.by == who]
        ways = [SEEN_IN[way] for way in SeenIn if way in {one.seen_in for one in own}]
        seen = ", ".join(translate(way, self.language) for way in ways)
        return f"{self._who(who, max(one.at for one in own))} – {seen}"

    def _go_facts(self) -> Iterator[Fact]:
        go = self.go()
        if go is None:
            return
        yield self._fact(N_("GO given"), self._who(go.by, go.at))
        yield self._fact(N_("for the agreed moment"), exact_moment(go.agreed_at, self.language), depth=1)
        yield self._fact(N_("for the files with digest"), go.files_sha256, depth=1, fixed=True)
        if not go.of_this_run:
            yield self._fact(N_("Attention"), translate(_OTHER_FILES, self.language), depth=1)

    def _launch(self, launch: LaunchPart) -> Iterator[Fact]:
        if launch.armed_at:
            yield self._fact(N_("Launch armed"), self._who(launch.armed_by, launch.armed_at))
        if launch.launched_at:
            yield self._fact(N_("Launched"), self._who(launch.launched_by, launch.launched_at))

    def _decided(self, one: DateDecisionPart) -> str:
        sentence = {Outcome.ACCEPTED: _ACCEPTED_THEN, Outcome.POSTPONED: _POSTPONED, Outcome.REFUSED: _REFUSED}
        dates = clauses((long_date(day, self.language) for day in one.dates), self.language)
        return translate(sentence[Outcome(one.outcome)][Side(one.side)], self.language, {"dates": dates})

    def _waived(self, waiver: WaiverPart) -> str:
        deadline = translate(LATENESS[Lateness(waiver.deadline)], self.language)
        return translate(_WAIVED, self.language, {"deadline": deadline})

    def _earlier_results(self, test: AcceptanceTestPart) -> Iterator[_Line]:
        """Yield the checks that failed, and those that passed after they had."""
        failed = set[tuple[int, str]]()
        for one in test.verdicts:
            place = (one.recipient, one.check)
            if one.passed and place not in failed:
                continue
            sentence = _CORRECTED if one.passed else _FAILED
            failed.add(place)
            check = translate(CHECKS[Check(one.check)], self.language)
            what = translate(sentence, self.language, {"recipient": one.recipient, "check": check})
            yield self._line(one.at, what, one.by, one.remark)

    def _earlier_approvals(self, test: AcceptanceTestPart, *, is_last: bool) -> Iterator[_Line]:
        counts = _approval(test) if is_last else None
        for one in test.decisions:
            if one is not counts:
                what = N_("Test approved") if one.outcome == "approved" else N_("Test rejected")
                yield self._line(one.at, translate(what, self.language), one.by, one.reason)

    def _void_go(self, go: GoPart, void_at: datetime) -> Iterator[_Line]:
        given = translate(
            N_("GO given for {agreed_at}"), self.language, {"agreed_at": exact_moment(go.agreed_at, self.language)}
        )
        yield self._line(go.at, given, go.by, None)
        ours = VOID_BECAUSE.get(go.void_why or "")
        what = translate(N_("GO void") if ours else N_("GO withdrawn"), self.language)
        why = translate(ours, self.language) if ours else go.void_why
        yield self._line(void_at, what, go.void_by, None if why == UNEXPLAINED else why)

    def _line(self, at: datetime, what: str, who: str | None, reason: str | None) -> _Line:
        said = f"{exact_moment(at, self.language)} · {what} · {name_of(who, self.part, self.language)}"
        return _Line(at, f"{said} – {reason}" if reason else said)

    def _who(self, login: str | None, at: datetime) -> str:
        return f"{name_of(login, self.part, self.language)} · {exact_moment(at, self.language)}"

    def _fact(self, label: str, value: str, *, depth: int = 0, fixed: bool = False) -> Fact:
        return Fact(translate(label, self.language), value, depth=depth, fixed=fixed)


def _approval(test: AcceptanceTestPart) -> ApprovalPart | None:
    """Return the approval that counts: what was decided last, if it is one."""
    last = test.decisions[-1] if test.decisions else None
    return last if last and last.outcome == "approved" else None
