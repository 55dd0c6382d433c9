"""How the portal shows runs: their states, how long something takes, and where something is decided about them."""

from __future__ import annotations

from django import template
from django.template.context import Context

from eboxcast.delivery.models import State
from eboxcast.lib import formatting
from eboxcast.lib.next_action import NextAction
from eboxcast.portal.links import link_to
from eboxcast.presenters.schemas.live import Decision, LiveRun
from eboxcast.reports.states import state_in

register = template.Library()

_COLOURS = {
    State.PREPARED: "info",
    State.RUNNING: "accent",
    State.PAUSED: "warning",
    State.PUBLISHED: "success",
    State.STOPPED: "danger",
    State.FAILED: "danger",
    State.RECALLED: "danger",
}


@register.simple_tag(takes_context=True)
def run_state(context: Context, state: str) -> str:
    """Show the state of a run in words."""
    return state_in(state, str(context["language"]))


@register.filter
def run_colour(state: str) -> str:
    """Return the colour of the state of a run: a hint, never the only sign."""
    return _COLOURS.get(State(state), "neutral")


@register.filter
def short_run(number: str) -> str:
    """Show the beginning of the number of a run."""
    return formatting.short_run(number)


@register.filter
def lasting(seconds: float) -> str:
    """Show how long something takes, as a clock does."""
    return formatting.duration(seconds)


@register.filter
def whole(value: float) -> int:
    """Show no decimals of a number."""
    return round(value)


@register.filter
def slug(action: str) -> str:
    """Return the name of an action as the id of an element."""
    return action.replace(".", "-").replace("_", "-")


@register.simple_tag
def broadcast_page(decision: Decision, broadcast: str) -> str:
    """Return the address where something is decided about the launch of a broadcast."""
    return link_to(NextAction(action=decision.action, parameters={"broadcast": broadcast}))


@register.simple_tag
def decision_page(decision: Decision, live: LiveRun) -> str:
    """Return the address where something is decided about a run, or about the broadcast it is of."""
    status = live.status
    parameters = {"broadcast": status.broadcast or "", "run": formatting.short_run(status.run)}
    kind = decision.action.partition(".")[0]
    return link_to(NextAction(action=decision.action, parameters={kind: parameters[kind]}))
