"""Links between pages: the path of a next action (lib/page_paths.py), below the path of this installation."""

from __future__ import annotations

from django.urls import get_script_prefix

from eboxcast.lib.next_action import NextAction
from eboxcast.lib.page_paths import page_of


def link_to(action: NextAction) -> str:
    """Return the address of the page that does an action; empty where there is none yet."""
    page = page_of(action)
    return f"{get_script_prefix()}{page}" if page else ""
