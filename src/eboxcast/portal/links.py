"""Which page does which action: the one place that makes a link of a next action, as lib/command_line.py a command."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse

from eboxcast.lib.next_action import NextAction

PAGES: Mapping[str, str] = {
    "broadcast.see": "broadcast",
    "broadcast.request": "ask",
}
"""The name of the address of each action that has a page. Its parameters are the arguments of the address."""


def link_to(action: NextAction) -> str:
    """Return the address of the page that does an action; empty where there is none yet."""
    if action.action not in PAGES:
        return ""
    return reverse(PAGES[action.action], kwargs=dict(action.parameters))
