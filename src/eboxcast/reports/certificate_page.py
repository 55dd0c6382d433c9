"""The certificate as a page in the reader's language, section by section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from eboxcast.delivery.models import State
from eboxcast.lib.formatting import grouped, size
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_, name_in, translate
from eboxcast.reports.certificate_account import account_section, faults_section, lists_section
from eboxcast.reports.certificate_procedure import name_of, procedure_sections
from eboxcast.reports.certificate_verdict import is_good, shown, verdict_of
from eboxcast.reports.schemas import Certificate, DecisionPart, DocumentPart, Named
from eboxcast.reports.sections import Advice, Fact, Page, Section
from eboxcast.reports.states import ENVIRONMENTS, STATES, state_in

UNITS = {"day": N_("{number} day(s)"), "month": N_("{number} month(s)"), "year": N_("{number} year(s)")}
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
    place = {"environment": environment, "run": certificate.run[:8], "broadcast": number}
    made = {"version": certificate.eboxcast_version, "moment": shown(certificate.made_at, language)}
    return Page(
        language=language,
        title=translate(_title(certificate), language),
        place=translate(_PLACE_OF_BROADCAST if number else _PLACE, language, place),
        verdict=verdict_of(certificate, language),
        good=is_good(certificate),
        sections=tuple(_sections(certificate, language, after_account)),
        footer=translate(_MADE, language, made),
    )


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
        validity = translate(UNITS[message.validity_unit], language, {"number": message.validity_number})
        facts.append((N_("Validity period"), validity))
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
        (label, shown(moment, language))
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
        yield f"{shown(decision.at, language)} · {what} · {who}{reason} → {_result(decision, language)}"


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
    verify = NextAction(action="report.verify", parameters={"run": certificate.run[:8]})
    return Advice(sentence=_SALT, language=language, actions={"verify": verify})


def _said(
    facts: list[tuple[str, str | None]] | list[tuple[str, str]], language: str, *, fixed: bool = False
) -> tuple[Fact, ...]:
    return tuple(Fact(translate(label, language), value, fixed=fixed) for label, value in facts if value is not None)
