"""Message types and the requests for them, made from what is recorded of them."""

from __future__ import annotations

from collections.abc import Iterable

from eboxcast.broadcasts import words
from eboxcast.lib.actors import Role
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_, translate
from eboxcast.presenters.schemas.message_type import (
    ListedType,
    MessageTypeShown,
    OfferedStep,
    TypeAnswer,
    TypeDesk,
    TypeList,
    TypeRequestShown,
    TypeSheet,
    TypeStep,
)
from eboxcast.senders.models import MessageType, TypeRequest, WithoutEbox
from eboxcast.senders.type_states import CLOSED_WITHOUT, DONE, TRANSITIONS, WORDS, State, Step, turn_of

NOT_CONFIGURED = "not-configured"
STATES = {**{str(state): word for state, word in WORDS.items()}, NOT_CONFIGURED: N_("not configured")}
"""Where a request stands, or a type that was loaded."""
STEPS = {step.name.lower(): word for step, word in DONE.items()}
"""What a step did, in the history of a request."""
WHO: dict[Role | None, str] = {**dict(words.WHO.items()), None: N_("no one")}
UNITS = {"day": N_("days"), "month": N_("months"), "year": N_("years")}
FIELDS = {
    "institution": N_("Institution"),
    "application": N_("Application"),
    "title": N_("Title"),
    "description": N_("Description"),
    "legal_basis": N_("Purpose and legal basis"),
    "ebox_type": N_("Type of eBox"),
    "languages": N_("Languages"),
    "validity": N_("Validity period"),
    "media_types": N_("Types of document"),
    "document": N_("Maximum document size"),
    "without_ebox": N_("Without an active eBox"),
    "recipients": N_("Recipients per broadcast"),
    "broadcasts": N_("Broadcasts per year"),
    "dates": N_("First requested dates"),
    "business_contact": N_("Business contact"),
    "technical_contact": N_("Technical contact"),
    "requester": N_("Requested by"),
}
EBOX_TYPES = {"CITIZEN": N_("Citizens"), "ENTERPRISE": N_("Enterprises")}
WITHOUT_EBOX = {
    WithoutEbox.PUBLISH: N_("Publish: they find the document once they activate their eBox"),
    WithoutEbox.REFUSE: N_("Leave out: they are counted, and can be sent a letter on paper"),
}
MEDIA = {
    "application/pdf": N_("PDF"),
    "text/plain": N_("Text"),
    "text/html": N_("Web page (HTML)"),
    "text/xml": N_("XML"),
    "text/csv": N_("CSV"),
    "application/zip": N_("ZIP archive"),
    "application/msword": N_("Word (old format)"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": N_("Word"),
    "application/vnd.ms-excel": N_("Excel (old format)"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": N_("Excel"),
    "application/vnd.ms-powerpoint": N_("PowerPoint"),
    "application/vnd.oasis.opendocument.text": N_("OpenDocument text"),
    "application/vnd.oasis.opendocument.spreadsheet": N_("OpenDocument spreadsheet"),
    "application/vnd.oasis.opendocument.presentation": N_("OpenDocument presentation"),
    "application/vnd.oasis.opendocument.graphics": N_("OpenDocument drawing"),
}
"""The types of document of the public contract, the usual ones first."""
_NEXT = {
    State.REQUESTED: N_("BCSS must validate it or refuse it."),
    State.VALIDATED: N_("The integration team must accept it technically or refuse it."),
    State.ACCEPTED: N_("The integration team must configure it in acceptance."),
    State.IN_ACCEPTANCE: N_(
        "Packages can be tested in acceptance. The integration team must then configure it in production."
    ),
    State.IN_PRODUCTION: N_("There is no next step: the message type can be used."),
    State.REFUSED: N_("The institution can correct the form and submit it again."),
    State.WITHDRAWN: N_("The institution can request it again."),
}
_AGAIN = N_("It was requested again, as request {replaced_by}.")
OFFERS = {
    Step.VALIDATE: (N_("Validate the request"), "type.validate"),
    Step.ACCEPT: (N_("Accept the request technically"), "type.accept"),
    Step.CONFIGURE_ACCEPTANCE: (N_("Configure it in acceptance"), "type.configure"),
    Step.CONFIGURE_PRODUCTION: (N_("Configure it in production"), "type.configure"),
    Step.REFUSE: (N_("Refuse the request"), "type.refuse"),
    Step.WITHDRAW: (N_("Withdraw the request"), "type.withdraw"),
}
"""What each step is called where it is offered, with its name in the table of who may do what."""
_ASK_AGAIN = N_("Correct the form and submit it again")


def type_answer(request: TypeRequest | None, kind: MessageType | None) -> TypeAnswer:
    """Return a request and the type that it led to; one of them may be missing."""
    return TypeAnswer(
        request=_request(request) if request else None,
        message_type=_message_type(kind) if kind else None,
    )


def type_list(requests: Iterable[TypeRequest], kinds: Iterable[MessageType]) -> TypeList:
    """Return requests and message types."""
    return TypeList(requests=tuple(map(_request, requests)), message_types=tuple(map(_message_type, kinds)))


def type_desk(
    requests: Iterable[TypeRequest], kinds: Iterable[MessageType], roles: frozenset[Role], language: str
) -> TypeDesk:
    """Return the types of somebody with these roles, each by its last request, by what is to be done."""
    last = {request.code: request for request in requests}
    known = {kind.code: kind for kind in kinds}
    listed = [_listed(last.get(code), known.get(code), roles, language) for code in sorted({*last, *known})]
    tasks = [one for one in listed if one.steps]
    rest = [one for one in listed if not one.steps]
    return TypeDesk(
        tasks=tuple(sorted(tasks, key=_number)),
        waiting=tuple(sorted((one for one in rest if one.number and one.turn), key=_number)),
        usable=tuple(one for one in rest if not one.turn and one.state not in CLOSED_WITHOUT),
        ended=tuple(one for one in rest if not one.turn and one.state in CLOSED_WITHOUT),
    )


def type_sheet(
    request: TypeRequest | None, kind: MessageType | None, roles: frozenset[Role], language: str
) -> TypeSheet:
    """Return everything about a type, and what somebody with these roles can do with it."""
    return TypeSheet(
        answer=type_answer(request, kind),
        listed=_listed(request, kind, roles, language),
        next=_next_sentence(request, language) if request else "",
        steps=tuple(_offered(request, kind, roles, language)),
    )


def state_of(request: TypeRequest | None, kind: MessageType | None) -> str:
    """Return where a request stands, or a type without one."""
    if request is not None:
        return request.state
    if kind is None or kind.acceptance_at is None:
        return NOT_CONFIGURED
    return State.IN_PRODUCTION if kind.production_at else State.IN_ACCEPTANCE


def _number(listed: ListedType) -> int:
    return listed.number or 0


def _listed(request: TypeRequest | None, kind: MessageType | None, roles: frozenset[Role], language: str) -> ListedType:
    either = request or kind
    assert either is not None  # noqa: S101 - a line is made of one of them
    turn = turn_of(request) if request else None
    last = max(request.steps.all(), key=lambda step: step.pk, default=None) if request else None
    applications = [request.application] if request else [one.name for one in kind.applications.all()] if kind else []
    return ListedType(
        code=either.code,
        titles=either.titles,
        number=request.pk if request else None,
        state=state_of(request, kind),
        turn=turn,
        institution_names=request.institution_names if request else {},
        application=", ".join(applications),
        since=last.at if last else None,
        steps=tuple(_offered(request, kind, roles, language, turn=turn)) if turn in roles else (),
    )


def _offered(
    request: TypeRequest | None,
    kind: MessageType | None,
    roles: frozenset[Role],
    language: str,
    *,
    turn: Role | None = None,
) -> Iterable[OfferedStep]:
    """Yield the steps that somebody can take; of one whose turn it is, only those that answer to that."""
    if request is None:
        usable = kind is not None and kind.acceptance_at is not None and kind.production_at is None
        if usable and kind is not None and not roles.isdisjoint(TRANSITIONS[Step.CONFIGURE_PRODUCTION].roles):
            yield _step(Step.CONFIGURE_PRODUCTION, kind.code, None, language)
        return
    for step, row in TRANSITIONS.items():
        if request.state in row.sources and not roles.isdisjoint(row.roles) and not (turn and step is Step.WITHDRAW):
            yield _step(step, request.code, request.pk, language)
    again = request.state in CLOSED_WITHOUT and not hasattr(request, "replaced_by")
    if again and not roles.isdisjoint(TRANSITIONS[Step.REQUEST].roles):
        action = NextAction(action="type.request", parameters={"number": str(request.pk)})
        yield OfferedStep(sentence=translate(_ASK_AGAIN, language), action=action)


def _step(step: Step, code: str, number: int | None, language: str) -> OfferedStep:
    sentence, action = OFFERS[step]
    if action == "type.configure":
        parameters = {"type": code, "environment": step.name.removeprefix("CONFIGURE_").lower()}
    else:
        parameters = {"number": str(number)}
    return OfferedStep(sentence=translate(sentence, language), action=NextAction(action=action, parameters=parameters))


def _next_sentence(request: TypeRequest, language: str) -> str:
    after = getattr(request, "replaced_by", None)
    if request.state in CLOSED_WITHOUT and after:
        return translate(_AGAIN, language, {"replaced_by": after.pk})
    return translate(_NEXT[State(request.state)], language)


def _request(request: TypeRequest) -> TypeRequestShown:
    after = getattr(request, "replaced_by", None)
    return TypeRequestShown(
        number=request.pk,
        state=request.state,
        turn=turn_of(request),
        replaces=request.replaces_id,
        replaced_by=after.pk if after else None,
        institution=request.institution,
        institution_names=request.institution_names,
        application=request.application,
        application_names=request.application_titles,
        code=request.code,
        titles=request.titles,
        ebox_type=request.ebox_type,
        languages=tuple(request.languages),
        validity_number=request.validity_number,
        validity_unit=request.validity_unit,
        media_types=tuple(request.media_types),
        document_bytes=request.document_bytes,
        without_ebox=request.without_ebox,
        description=request.description,
        legal_basis=request.legal_basis,
        expected_recipients=request.expected_recipients,
        broadcasts_a_year=request.broadcasts_a_year,
        wanted_dates=tuple(request.wanted_dates),
        business_contact=request.business_contact,
        technical_contact=request.technical_contact,
        requested_by=request.requester,
        steps=tuple(
            TypeStep(step=one.step, at=one.at, by=one.by, side=one.side, reason=one.reason)
            for one in sorted(request.steps.all(), key=lambda step: step.pk)
        ),
    )


def _message_type(kind: MessageType) -> MessageTypeShown:
    return MessageTypeShown(
        code=kind.code,
        titles=kind.titles,
        ebox_type=kind.ebox_type,
        languages=tuple(kind.languages),
        validity_number=kind.validity_number,
        validity_unit=kind.validity_unit,
        media_types=tuple(kind.media_types),
        document_bytes=kind.document_bytes,
        without_ebox=kind.without_ebox,
        applications=tuple(application.name for application in kind.applications.all()),
        acceptance_at=kind.acceptance_at,
        production_at=kind.production_at,
    )
