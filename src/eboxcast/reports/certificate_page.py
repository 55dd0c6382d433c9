"""The certificate as a page in the reader's language: its verdict in one sentence, then section by section."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from eboxcast.delivery.models import State
from eboxcast.lib.formatting import exact_moment, grouped, short_run, size
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_, name_in, translate
from eboxcast.package.faults import FAULTS
from eboxcast.reports.certificate_procedure import name_of, procedure_sections
from eboxcast.reports.recipients import remainder_of
from eboxcast.reports.schemas import Certificate, DecisionPart, DocumentPart, Named, RecipientsPart, RowsPart
from eboxcast.reports.sections import Advice, Fact, Page, Section, Table
from eboxcast.reports.states import ENVIRONMENTS, STATES, state_in

_ONE = {"day": N_("one day"), "month": N_("one month"), "year": N_("one year")}
_SEVERAL = {"day": N_("{number} days"), "month": N_("{number} months"), "year": N_("{number} years")}
_OWNERS = {"CITIZEN": N_("citizens"), "ENTERPRISE": N_("enterprises")}
_ONE_PAGE = N_("one page")
_PAGES = N_("{count} pages")
_DUPLICATES = {"merge": N_("counted once"), "block": N_("not allowed")}
_FAULTY_ROWS = {"exclude": N_("left out"), "block": N_("not allowed")}
_WITHOUT_EBOX = {
    "publish": N_("published anyway"),
    "refuse": N_("refused"),
}
_ACTIONS = {
    "prepare": N_("Prepare"),
    "launch": N_("Launch"),
    "stop": N_("Stop"),
    "resume": N_("Resume"),
    "discard": N_("Discard"),
    "recall": N_("Recall"),
    "pause": N_("Pause"),
    "close": N_("Close"),
    "resolve": N_("Resolve unknown recipients"),
}
_MOMENTS = (
    ("created", N_("Run created")),
    ("prepared", N_("Stored, not visible")),
    ("not_before", N_("Agreed moment (not before)")),
    ("not_after", N_("End of the window")),
    ("launched", N_("Launched")),
    ("visible", N_("Visible to all recipients")),
    ("first_sent", N_("First sent")),
    ("closed", N_("Account closed")),
    ("expires", N_("Valid until")),
    ("stopped", N_("Stopped")),
    ("discarded", N_("Discarded")),
    ("recalled", N_("Recalled")),
    ("outcomes_deleted", N_("Paper list and rejected rows deleted")),
    ("audience_deleted", N_("Audience deleted")),
)
_TITLE = N_("Certificate of a broadcast")
_SO_FAR = N_("Account of a run so far")
_NEVER_VISIBLE = N_("Account of a run that was never visible")
_ENDED = (State.DISCARDED, State.SUPERSEDED)
_PLACE = N_("{environment} · run {run}")
_PLACE_OF_BROADCAST = N_("{environment} · broadcast {broadcast} · run {run}")
_PROCEDURES = {
    "off": N_("not used: only the engine"),
    "on": N_("followed, but this run belongs to no broadcast"),
}
_MADE = N_("Made by eboxcast {version} on {moment}.")
_HOW = N_(
    "The digest of each audience is the SHA-256 of a secret salt (32 bytes) followed by the "
    "recipients in ascending order, each as an 8-byte big-endian number: the national number of a "
    "citizen, or 10^12 plus the enterprise number of an enterprise."
)
_SALT = N_(
    "The salt is kept with the audience and deleted with it. Until then, these digests can be recalculated: {verify}"
)
_SALT_DELETED = N_(
    "The salt was deleted together with the audience on {moment}: these digests can no longer be computed."
)
_AUDIT = N_("To prove later that nothing recorded until then was altered or removed: {verify}")
_TARGETS = {
    "local": N_("our own eBoxes"),
    "ebox-rest": N_("a remote provider (ebox-rest)"),
}


def page_of(certificate: Certificate, language: str, *, after_account: Sequence[Section] = ()) -> Page:
    """Return the whole certificate in a language; what came after it, such as the readings, behind the account."""
    environment = translate(ENVIRONMENTS[certificate.environment], language)
    number = certificate.broadcast.number if certificate.broadcast else ""
    place = {"environment": environment, "run": short_run(certificate.run), "broadcast": number}
    made = {"version": certificate.eboxcast_version, "moment": _moment_shown(certificate.made_at, language)}
    return Page(
        language=language,
        title=translate(_title(certificate), language),
        place=translate(_PLACE_OF_BROADCAST if number else _PLACE, language, place),
        verdict=verdict_of(certificate, language),
        good=_is_good(certificate),
        sections=tuple(_sections(certificate, language, after_account)),
        footer=translate(_MADE, language, made),
    )


def validity_in(number: int, unit: str, language: str) -> str:
    """Return for how long a message is shown, in words: one year, 18 months."""
    return translate((_ONE if number == 1 else _SEVERAL)[unit], language, {"number": number})


def _title(certificate: Certificate) -> str:
    if certificate.kind == "certificate":
        return _TITLE
    return _NEVER_VISIBLE if certificate.state in _ENDED else _SO_FAR


def _sections(certificate: Certificate, language: str, after_account: Sequence[Section]) -> Iterator[Section]:
    yield _message(certificate, language)
    yield lists_section(certificate, language)
    if certificate.totals.excluded or any(part.faults for part in certificate.lists):
        yield faults_section(certificate, language)
    if certificate.recipients:
        yield account_section(certificate, certificate.recipients, language)
    yield from after_account
    if certificate.broadcast:
        yield from procedure_sections(certificate.broadcast, language)
    yield _moments(certificate, language)
    yield _decisions(certificate, language)
    yield _digests(certificate, language)


def _message(certificate: Certificate, language: str) -> Section:
    message = certificate.message
    ticket = message.ticket if message.sequence is None else f"{message.ticket} · {message.sequence}"
    facts = [
        (N_("Title"), message.title),
        (N_("Language"), message.language.upper()),
        (N_("Institution"), _name(message.institution, language)),
        (N_("Application"), _name(message.application, language)),
        (N_("Ticket"), ticket),
        (N_("Message type"), _name(message.message_type, language)),
        (N_("eBoxes of"), translate(_OWNERS[message.ebox_type], language) if message.ebox_type else "–"),
        (N_("Document"), _document(certificate.document, language)),
        (N_("Published in"), translate(_TARGETS[certificate.target.kind], language)),
    ]
    if certificate.target.provider_message:
        facts.append((N_("Message number at the provider"), certificate.target.provider_message))
    if message.validity_number and message.validity_unit:
        facts.append((N_("Validity period"), validity_in(message.validity_number, message.validity_unit, language)))
    return Section(title=translate(N_("Message"), language), facts=_said(facts, language))


def _document(document: DocumentPart, language: str) -> str:
    parts = [document.file_name, size(document.size, language)]
    if document.page_count:
        sentence = _ONE_PAGE if document.page_count == 1 else _PAGES
        parts.append(translate(sentence, language, {"count": grouped(document.page_count, language)}))
    return " · ".join(parts)


def _name(named: Named, language: str) -> str:
    name = name_in(named.names, language)
    return f"{name} ({named.code})" if name else named.code


def _moments(certificate: Certificate, language: str) -> Section:
    # Of the two names of the same moment the one that is true: for everybody at once, or for the first.
    other = ("visible",) if certificate.moments.first_sent else ("closed",)
    facts = [
        (label, _moment_shown(moment, language))
        for name, label in _MOMENTS
        if name not in other and (moment := getattr(certificate.moments, name)) is not None
    ]
    return Section(title=translate(N_("Dates and times"), language), facts=_said(facts, language))


def _decisions(certificate: Certificate, language: str) -> Section:
    policies = certificate.policies
    facts = [
        (N_("Run"), certificate.run),
        (N_("Prepared by"), _who(certificate, certificate.prepared_by, language)),
        (N_("Launched by"), _who(certificate, certificate.launched_by, language)),
        (N_("Reason"), certificate.reason),
        (N_("Replaced by run"), certificate.superseded_by),
        (N_("Duplicates"), _choice(_DUPLICATES, policies.duplicates, language)),
        (N_("Faulty rows"), _choice(_FAULTY_ROWS, policies.faulty_rows, language)),
        (N_("Recipients without an active eBox"), _choice(_WITHOUT_EBOX, policies.without_ebox, language)),
        (N_("Retry of run"), certificate.retry_of),
        (N_("Added to an earlier publication"), translate(N_("yes"), language) if certificate.adds else None),
    ]
    if certificate.broadcast is None:
        facts.append((N_("Procedure"), _choice(_PROCEDURES, certificate.procedure, language)))
    notes = tuple(_decision(certificate, language))
    return Section(title=translate(N_("Decisions about this run"), language), facts=_said(facts, language), notes=notes)


def _decision(certificate: Certificate, language: str) -> Iterator[str]:
    for decision in certificate.decisions:
        what = translate(_ACTIONS[decision.action], language)
        reason = f" – {decision.reason}" if decision.reason else ""
        who = _who(certificate, decision.by, language)
        yield f"{_moment_shown(decision.at, language)} · {what} · {who}{reason} → {_result(decision, language)}"


def _who(certificate: Certificate, login: str | None, language: str) -> str | None:
    return name_of(login, certificate.broadcast, language) if login else None


def _result(decision: DecisionPart, language: str) -> str:
    return state_in(decision.result, language) if decision.result in STATES else decision.result or "…"


def _choice(words: Mapping[str, str], value: str | None, language: str) -> str | None:
    return translate(words[value], language) if value else None


def _digests(certificate: Certificate, language: str) -> Section:
    audience = certificate.audience
    facts: list[tuple[str, str | None]] = [
        (N_("Document"), certificate.document.sha256),
        (N_("Metadata file"), certificate.metadata.sha256),
        (N_("Metadata without the Sequence"), certificate.metadata.content_sha256),
    ]
    if audience:
        facts += [
            (N_("Prepared audience"), audience.prepared_sha256),
            (N_("Published audience"), audience.published_sha256),
            (N_("Refused audience"), audience.refused_sha256),
        ]
    if certificate.audit:
        facts.append((N_("Audit"), certificate.audit.anchor))
    lists = tuple(Fact(part.file_name, part.sha256, fixed=True) for part in certificate.lists)
    notes: list[str | Advice] = [translate(_HOW, language), _salt(certificate, language)] if audience else []
    if certificate.audit:
        verify = NextAction(action="audit.verify", parameters={"anchor": certificate.audit.anchor})
        notes.append(Advice(sentence=_AUDIT, language=language, actions={"verify": verify}))
    title = translate(N_("Digests (SHA-256)"), language)
    return Section(title=title, facts=(*_said(facts, language, fixed=True), *lists), notes=tuple(notes))


def _salt(certificate: Certificate, language: str) -> str | Advice:
    deleted = certificate.moments.audience_deleted
    if deleted:
        return translate(_SALT_DELETED, language, {"moment": deleted})
    verify = NextAction(action="report.verify", parameters={"run": short_run(certificate.run)})
    return Advice(sentence=_SALT, language=language, actions={"verify": verify})


def _said(
    facts: list[tuple[str, str | None]] | list[tuple[str, str]], language: str, *, fixed: bool = False
) -> tuple[Fact, ...]:
    return tuple(Fact(translate(label, language), value, fixed=fixed) for label, value in facts if value is not None)


_HEADINGS = (
    N_("Recipient list"),
    N_("rows"),
    N_("= excluded"),
    N_("+ merged"),
    N_("+ already"),
    N_("+ recipients"),
)
_TOTAL = N_("total")
_MOVED = N_("{count} rows had a former number; the person's newest number is used.")
_WORDS = N_(
    "Excluded: faulty rows. Merged: recipients listed more than once. Already: recipients who have "
    "the message from an earlier run."
)
_SNAPSHOT = N_("The state of the eBoxes is that of the moment the document became visible.")
_STANDING = N_("This is the current situation. The account is not closed yet.")
_NOT_TOLD = N_("not reported by the provider")
_REASONS = {
    "never_activated": N_("eBox never activated"),
    "deactivated": N_("eBox deactivated"),
    "not-told": N_("reason not reported by the provider"),
    "resolved": N_("decided later"),
}


class _LeftOpen(dict[str, str]):
    """Fills the names in a sentence about many faults, which differ from row to row."""

    def __missing__(self, name: str) -> str:
        return "…"


_DIFFER = _LeftOpen(file="…")


def lists_section(certificate: Certificate, language: str) -> Section:
    """Return rows = excluded + merged + already + recipients, for each list and together."""
    table = Table(
        headings=tuple(translate(heading, language) for heading in _HEADINGS),
        rows=tuple((part.file_name, *_numbers(part.account, language)) for part in certificate.lists),
        total=(translate(_TOTAL, language), *_numbers(certificate.totals, language)),
    )
    notes = [translate(_WORDS, language)]
    if certificate.numbers_replaced:
        notes.append(translate(_MOVED, language, {"count": grouped(certificate.numbers_replaced, language)}))
    return Section(title=translate(N_("Recipient lists"), language), tables=(table,), notes=tuple(notes))


def faults_section(certificate: Certificate, language: str) -> Section:
    """Return the kinds of faults in the excluded rows, with what they mean."""
    counts = Counter[str]()
    for part in certificate.lists:
        counts.update(part.faults)
    facts = tuple(
        Fact(_sentence(code, language), grouped(count, language), number=True) for code, count in counts.most_common()
    )
    return Section(title=translate(N_("Faulty rows by kind"), language), facts=facts)


def _sentence(code: str, language: str) -> str:
    kind = FAULTS.get(code)
    return f"{translate(kind.sentence, language, _DIFFER)} ({code})" if kind else code


def account_section(certificate: Certificate, part: RecipientsPart, language: str) -> Section:
    """Return recipients = published + refused + unknown + not attempted, and what is known of the published."""
    rows: list[tuple[str, int | None, int]] = [(N_("Published"), part.published, 0)]
    if part.of_published:
        rows += [
            (N_("of them, eBox never activated (no digital user)"), part.of_published.never_activated, 1),
            (N_("of them, eBox deactivated"), part.of_published.deactivated, 1),
            (N_("of them, active eBox but not eBox only: also on paper"), part.of_published.not_ebox_only, 1),
        ]
    rows.append((N_("Refused"), part.refused, 0))
    rows += [(_REASONS.get(code, code), count, 1) for code, count in (part.refused_by_reason or {}).items()]
    rows.append((N_("Unknown"), part.unknown, 0))
    if part.under_way:
        rows.append((N_("In calls still in progress"), part.under_way, 0))
    rows.append((N_("Not attempted"), part.not_attempted, 0))
    facts = [
        Fact(translate(label, language), _told(count, language), depth=depth, number=True)
        for label, count, depth in rows
    ]
    total = Fact(translate(N_("= Recipients"), language), grouped(part.recipients, language), sum=True, number=True)
    notes = tuple(translate(note, language) for note in _notes(certificate, part))
    return Section(title=translate(N_("Recipients"), language), facts=(*facts, total), notes=notes)


def _notes(certificate: Certificate, part: RecipientsPart) -> Iterator[str]:
    if certificate.moments.first_sent is None and part.of_published:
        yield _SNAPSHOT
    if certificate.moments.first_sent and certificate.moments.closed is None:
        yield _STANDING


def _told(count: int | None, language: str) -> str:
    return translate(_NOT_TOLD, language) if count is None else grouped(count, language)


def _numbers(account: RowsPart, language: str) -> tuple[str, ...]:
    numbers = (account.rows, account.excluded, account.merged, account.already, account.recipients)
    return tuple("–" if number is None else grouped(number, language) for number in numbers)


_VERDICTS = {
    "preparing": N_("The preparation has not finished: nothing is stored or visible."),
    "prepared": N_("Prepared for {recipients} {recipients:recipient|recipients}; not visible yet."),
    "running": N_("The launch has begun; nothing is visible yet."),
    "paused": N_("Paused; nothing is visible yet."),
    "stopped": N_("Stopped since {stopped}: nothing is visible, and nothing becomes visible until it is resumed."),
    "failed": N_("Failed. Nothing is visible."),
    "discarded": N_("Discarded. It was never visible."),
    "superseded": N_("Replaced by another run. It was never visible."),
    "published": N_("Published to all {published} recipients at the same moment: {visible}."),
    "recalled": N_(
        "Recalled at {recalled}: it was visible to {published} {published:recipient|recipients} since "
        "{visible}, but no longer is."
    ),
}
_SOME = N_("Published to {published} of {recipients} recipients at the same moment: {visible}.")
_ROUND_ENDED = N_(
    "Replaced by another round at {recalled}: it was visible to {published} {published:recipient|recipients} since "
    "{visible}, but no longer is."
)
_OF_SENT = {
    "running": N_("Sending since {first_sent}: {remainder}."),
    "paused": N_("Paused: {remainder}. Nothing more is sent until it is resumed."),
    "stopped": N_("Stopped since {stopped}: {remainder}. Nothing more is sent until it is resumed."),
    "failed": N_("Failed: {remainder}. Nothing more is sent until it is resumed."),
    "published": N_("Sent from {first_sent} to {closed}: {remainder}."),
}
_SENT_TO_ALL = N_("Sent to all {published} recipients, from {first_sent} to {closed}.")
_SENT_IN_PART = N_("Published in part, from {first_sent} to {closed}: {remainder}.")
_EXPIRED = N_("Its validity period ended at {expires}; it is no longer visible.")


def verdict_of(certificate: Certificate, language: str) -> str:
    """Return the state of the run in a sentence."""
    moments, recipients = certificate.moments, certificate.recipients
    data = {
        "recipients": grouped(recipients.recipients, language) if recipients else "?",
        "published": grouped(recipients.published, language) if recipients else "?",
        "visible": _moment_shown(moments.visible, language),
        "first_sent": _moment_shown(moments.first_sent, language),
        "closed": _moment_shown(moments.closed, language),
        "stopped": _moment_shown(moments.stopped, language),
        "recalled": _moment_shown(moments.recalled, language),
        "expires": _moment_shown(moments.expires, language),
    }
    if recipients and moments.first_sent:
        data["remainder"] = remainder_of(recipients, language, ended=moments.closed is not None)
    verdict = translate(_account_sentence(certificate), language, data)
    return f"{verdict} {translate(_EXPIRED, language, data)}" if _has_expired(certificate) else verdict


def _is_good(certificate: Certificate) -> bool:
    """Tell whether everybody was reached."""
    recipients = certificate.recipients
    return certificate.state == "published" and recipients is not None and recipients.published == recipients.recipients


def _moment_shown(moment: datetime | None, language: str) -> str:
    """Return a moment of the certificate as people read it."""
    return exact_moment(moment, language) if moment else "–"


def _account_sentence(certificate: Certificate) -> str:
    if certificate.moments.first_sent and certificate.state in _OF_SENT:
        return _sentence_of_sent(certificate)
    if certificate.state == "published" and not _is_good(certificate):
        return _SOME
    if certificate.state == "superseded" and certificate.moments.visible:
        return _ROUND_ENDED
    return _VERDICTS[certificate.state]


def _sentence_of_sent(certificate: Certificate) -> str:
    recipients = certificate.recipients
    if _is_good(certificate):
        return _SENT_TO_ALL
    if certificate.state == "published" and recipients and recipients.unknown + recipients.not_attempted:
        return _SENT_IN_PART
    return _OF_SENT[certificate.state]


def _has_expired(certificate: Certificate) -> bool:
    expires = certificate.moments.expires
    return certificate.state == "published" and expires is not None and expires <= certificate.made_at
