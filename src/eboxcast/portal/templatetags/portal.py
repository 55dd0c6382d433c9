"""How the portal shows states, roles and steps: words from the presenters, colours of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.template.context import Context

from eboxcast.broadcasts.models import State
from eboxcast.broadcasts.words import CHECKS, LATENESS, SEEN_IN, VOID_BECAUSE
from eboxcast.lib import policy
from eboxcast.lib.actors import Role
from eboxcast.lib.formatting import clauses
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import name_in, translate
from eboxcast.notices.models import ROLE
from eboxcast.notices.words import STATES as NOTICE_STATES
from eboxcast.portal.links import link_to
from eboxcast.portal.navigation import more_of, sections_of
from eboxcast.portal.told import told_before
from eboxcast.presenters import message_types as types
from eboxcast.presenters.broadcast_words import OUTCOMES, SIDES, STATES, who_in
from eboxcast.presenters.contacts import team_names
from eboxcast.presenters.deliveries import fault_in_words
from eboxcast.presenters.people import ROLES, full_names
from eboxcast.presenters.results import OUTCOMES as OUTCOMES_OF_RECIPIENTS
from eboxcast.presenters.schemas.broadcast import BroadcastStep
from eboxcast.reports.certificate_page import validity_in
from eboxcast.reports.states import ENVIRONMENTS
from eboxcast.reports.states import STATES as RUN_STATES

register = template.Library()

register.simple_tag(sections_of)
register.simple_tag(more_of)
register.simple_tag(told_before)

_COLOURS = {
    State.REQUESTED: "info",
    State.POSTPONED: "warning",
    State.REFUSED: "danger",
    State.CANCELLED: "neutral",
    State.REJECTED: "warning",
    State.MISSED: "danger",
    State.RECALLED: "danger",
    State.ARMED: "accent",
    State.LAUNCHED: "accent",
    State.PUBLISHED: "success",
    State.REPORTED: "success",
    State.CLOSED: "success",
}
_TYPE_COLOURS = {
    "in-acceptance": "accent",
    "in-production": "success",
    "refused": "danger",
    "withdrawn": "neutral",
    types.NOT_CONFIGURED: "neutral",
}


def _by_value(words: Mapping[Any, str]) -> Mapping[str, str]:
    return {str(value): word for value, word in words.items()}


_WORDS: Mapping[str, Mapping[str, str]] = {
    "state": _by_value(STATES),
    "term": _by_value(LATENESS),
    "side": _by_value(SIDES),
    "outcome": _by_value(OUTCOMES),
    "check": _by_value(CHECKS),
    "seen": _by_value(SEEN_IN),
    "notice": _by_value(NOTICE_STATES),
    "environment": _by_value(ENVIRONMENTS),
    "run": _by_value(RUN_STATES),
    "became": OUTCOMES_OF_RECIPIENTS,
    "type_state": types.STATES,
    "type_step": types.STEPS,
    "type_turn": _by_value(types.WHO),
    "ebox_type": types.EBOX_TYPES,
    "without_ebox": _by_value(types.WITHOUT_EBOX),
    "media": types.MEDIA,
}


@register.simple_tag(takes_context=True)
def word(context: Context, kind: str, value: str) -> str:
    """Show a state, an outcome or the like in words: ``{% word "outcome" decision.outcome %}``."""
    return translate(_WORDS[kind].get(value, value), str(context["language"]))


@register.simple_tag(takes_context=True)
def fault(context: Context, code: str) -> str:
    """Show what was wrong with files that were not taken."""
    return fault_in_words(code, str(context["language"])).rstrip(".")


@register.simple_tag(takes_context=True)
def why_void(context: Context, why: str) -> str:
    """Show why a GO is void: in words of ours, or in those of whoever withdrew it."""
    return translate(VOID_BECAUSE[why], str(context["language"])) if why in VOID_BECAUSE else why


@register.filter
def state_colour(state: str) -> str:
    """Return the colour of a state: a hint, never the only sign."""
    return _COLOURS.get(State(state), "neutral")


@register.filter
def type_colour(state: str) -> str:
    """Return the colour of the state of a message type."""
    return _TYPE_COLOURS.get(state, "info")


@register.filter
def address(action: NextAction) -> str:
    """Return the address of the page that does an action; empty where there is none."""
    return link_to(action)


@register.filter
def mail_colour(state: str) -> str:
    """Return the colour of where a mail stands."""
    return {"sent": "success", "failed": "warning", "given-up": "danger", "no-reader": "warning"}.get(state, "neutral")


@register.simple_tag(takes_context=True)
def who(context: Context, turn: tuple[str, ...]) -> str:
    """Show whose turn it is."""
    return who_in(tuple(map(Role, turn)), str(context["language"]))


@register.simple_tag(takes_context=True)
def roles(context: Context, values: list[str]) -> str:
    """Show the roles of a person."""
    return clauses((translate(ROLES[Role(value)], str(context["language"])) for value in values), context["language"])


@register.simple_tag(takes_context=True)
def validity(context: Context, number: int, unit: str) -> str:
    """Show for how long messages of a type are shown."""
    return validity_in(number, unit, str(context["language"]))


@register.simple_tag(takes_context=True)
def person(context: Context, name: str) -> str:
    """Show who did something by their full name, read once for a page: ``{% person one.by %}``."""
    request = context["request"]
    if not hasattr(request, "full_names"):
        request.full_names = full_names()
    return str(request.full_names.get(name, name))


@register.filter
def under(row: Sequence[str], headings: Sequence[str]) -> list[tuple[str, str]]:
    """Return the cells of a row, each with the heading it stands under."""
    return list(zip(headings, row, strict=True))


@register.simple_tag(takes_context=True)
def reader(context: Context, recipient: str) -> str:
    """Show whom a mail is for: a person by their name, a contact by their address, or the role that nobody has."""
    if recipient.startswith(ROLE):
        return translate(ROLES[Role(recipient.removeprefix(ROLE))], str(context["language"]))
    return person(context, recipient)


@register.simple_tag(takes_context=True)
def team(context: Context, code: str) -> str:
    """Show what a team is called."""
    request = context["request"]
    if not hasattr(request, "team_names"):
        request.team_names = team_names()
    return name_in(request.team_names.get(code, {"en": code}), str(context["language"]))


@register.simple_tag(takes_context=True)
def may(context: Context, permission: str) -> bool:
    """Return whether whoever looks may do something, to offer it: ``{% may "person.change" as changes %}``."""
    return policy.permits(context["request"].actor, permission)


@register.simple_tag
def page_of(step: BroadcastStep, broadcast: str) -> str:
    """Return the address of the page where a step is taken; empty where there is none yet."""
    return link_to(NextAction(action=step.action, parameters={"broadcast": broadcast}))
