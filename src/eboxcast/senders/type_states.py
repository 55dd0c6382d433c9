"""The way of a request for a message type as one table: from which state, who may do what, and where it leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from eboxcast.lib.actors import Actor, Role
from eboxcast.lib.errors import Reason
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.policy import rule_of
from eboxcast.lib.translation import N_
from eboxcast.senders.models import TypeRequest


class State(StrEnum):
    """Where a request stands."""

    REQUESTED = "requested"
    VALIDATED = "validated"
    """By BCSS, at business level."""
    ACCEPTED = "accepted"
    """By the integration team, technically."""
    IN_ACCEPTANCE = "in-acceptance"
    """Configured there: packages of this type can be tried."""
    IN_PRODUCTION = "in-production"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """What can be done with a request, as people say it."""

    REQUEST = N_("requesting a message type")
    VALIDATE = N_("validating a message type")
    ACCEPT = N_("accepting a message type technically")
    CONFIGURE_ACCEPTANCE = N_("configuring a message type in acceptance")
    CONFIGURE_PRODUCTION = N_("configuring a message type in production")
    REFUSE = N_("refusing a message type")
    WITHDRAW = N_("withdrawing a request")


@dataclass(frozen=True)
class Transition:
    """One row of the table."""

    step: Step
    sources: tuple[State, ...]
    target: State
    permission: str
    """Who may, in lib/policy.py."""
    entry: str
    """The name of the audit entry it leaves."""

    @property
    def roles(self) -> frozenset[Role]:
        """Return who may."""
        return rule_of(self.permission).roles


S = State
OPEN = (S.REQUESTED, S.VALIDATED, S.ACCEPTED, S.IN_ACCEPTANCE)
CLOSED_WITHOUT = (S.REFUSED, S.WITHDRAWN)

TRANSITIONS = {
    row.step: row
    for row in (
        Transition(Step.REQUEST, (), S.REQUESTED, "type.request", "type.requested"),
        Transition(Step.VALIDATE, (S.REQUESTED,), S.VALIDATED, "type.validate", "type.validated"),
        Transition(Step.ACCEPT, (S.VALIDATED,), S.ACCEPTED, "type.accept", "type.accepted"),
        Transition(Step.CONFIGURE_ACCEPTANCE, (S.ACCEPTED,), S.IN_ACCEPTANCE, "type.configure", "type.configured"),
        Transition(Step.CONFIGURE_PRODUCTION, (S.IN_ACCEPTANCE,), S.IN_PRODUCTION, "type.configure", "type.configured"),
        Transition(Step.REFUSE, OPEN, S.REFUSED, "type.refuse", "type.refused"),
        Transition(Step.WITHDRAW, OPEN, S.WITHDRAWN, "type.withdraw", "type.withdrawn"),
    )
}

WORDS = {
    S.REQUESTED: N_("waiting for BCSS"),
    S.VALIDATED: N_("validated by BCSS"),
    S.ACCEPTED: N_("accepted by the integration team"),
    S.IN_ACCEPTANCE: N_("configured in acceptance"),
    S.IN_PRODUCTION: N_("configured in production"),
    S.REFUSED: N_("refused"),
    S.WITHDRAWN: N_("withdrawn"),
}
"""As people read it; marked for the catalogue."""

DONE = {
    Step.REQUEST: N_("requested"),
    Step.VALIDATE: N_("validated"),
    Step.ACCEPT: N_("accepted technically"),
    Step.CONFIGURE_ACCEPTANCE: WORDS[S.IN_ACCEPTANCE],
    Step.CONFIGURE_PRODUCTION: WORDS[S.IN_PRODUCTION],
    Step.REFUSE: WORDS[S.REFUSED],
    Step.WITHDRAW: WORDS[S.WITHDRAWN],
}
"""What a step did, as people read it in the history of a request."""

_AGAIN = {"again": NextAction(action="type.request", parameters={"number": "{number}"})}
_TURNS: dict[State, tuple[Role | None, str, Mapping[str, NextAction]]] = {
    S.REQUESTED: (
        Role.VALIDATOR,
        N_("BCSS must validate it: {validate}, or refuse it: {refuse}"),
        {
            "validate": NextAction(action="type.validate", parameters={"number": "{number}"}),
            "refuse": NextAction(action="type.refuse", parameters={"number": "{number}"}),
        },
    ),
    S.VALIDATED: (
        Role.INTEGRATION,
        N_("The integration team must accept it technically or refuse it: {accept}"),
        {"accept": NextAction(action="type.accept", parameters={"number": "{number}"})},
    ),
    S.ACCEPTED: (
        Role.INTEGRATION,
        N_("The integration team must configure it in acceptance: {configure}"),
        {"configure": NextAction(action="type.configure", parameters={"type": "{code}", "environment": "acceptance"})},
    ),
    S.IN_ACCEPTANCE: (
        Role.INTEGRATION,
        N_(
            "Packages can be tested in acceptance. The integration team must then configure it in "
            "production: {configure}"
        ),
        {"configure": NextAction(action="type.configure", parameters={"type": "{code}", "environment": "production"})},
    ),
    S.IN_PRODUCTION: (None, N_("There is no next step: the message type can be used."), {}),
    S.REFUSED: (Role.REQUESTER, N_("Correct the form and submit it again: {again}"), _AGAIN),
    S.WITHDRAWN: (None, N_("There is no next step. To request it again: {again}"), _AGAIN),
}


def state_after(entry: str, environment: str) -> State:
    """Return where a request stood right after the step that left this audit entry."""
    step = Step.CONFIGURE_PRODUCTION if (entry, environment) == ("type.configured", "production") else None
    return next(row.target for row in TRANSITIONS.values() if (row.step == step if step else row.entry == entry))


def turn_in(state: State) -> Role | None:
    """Return whose turn it is in a state."""
    return _TURNS[state][0]


def turn_of(request: TypeRequest) -> Role | None:
    """Return whose turn it is; nobody's where nothing is missing or a refused request was asked again."""
    replaced = request.state in CLOSED_WITHOUT and hasattr(request, "replaced_by")
    return None if replaced else _TURNS[State(request.state)][0]


def next_of(request: TypeRequest) -> Reason:
    """Return what comes next, with the actions that do it."""
    after = getattr(request, "replaced_by", None)
    if request.state in CLOSED_WITHOUT and after:
        sentence = N_("It was requested again, as request {replaced_by}.")
        return Reason(sentence=sentence, data={"replaced_by": after.pk})
    return next_in(State(request.state), request)


def next_in(state: State, request: TypeRequest) -> Reason:
    """Return what comes next for a request in a state, with the actions that do it."""
    _, sentence, actions = _TURNS[state]
    data = {"number": request.pk, "code": mask_and_strip(request.code)}
    return Reason(sentence=sentence, data=data, actions=actions)


def side_of(actor: Actor, step: Step) -> str:
    """Return for which side somebody takes a step: the validator, the operator, or the institution."""
    if actor.institution or not actor.has(Role.VALIDATOR, Role.INTEGRATION):
        return "institution"
    roles = TRANSITIONS[step].roles
    return "validator" if Role.VALIDATOR in roles and actor.has(Role.VALIDATOR) else "operator"
