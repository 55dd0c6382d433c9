"""What is said of an error or a reason, in a language; its next actions in the words of the door that says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from string import Formatter

from eboxcast.lib.command_line import command_of
from eboxcast.lib.errors import Misconfigured, Told
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import translate

Renderer = Callable[[NextAction], str]
"""How a door says a next action: as a command, as a link."""


def sentence_in(
    told: Told | Misconfigured,
    language: str,
    data: Mapping[str, object] | None = None,
    *,
    render: Renderer = command_of,
) -> str:
    """Return what happened; ``data`` in other words than the error has them, where a door has some."""
    return translate(told.sentence, language, _words(told, data, render))


def remedy_in(
    told: Told | Misconfigured,
    language: str,
    data: Mapping[str, object] | None = None,
    *,
    render: Renderer = command_of,
) -> str:
    """Return what to do next; empty when nothing is."""
    return translate(told.remedy, language, _words(told, data, render))


def told_in(told: Told, language: str) -> str:
    """Return what happened and what to do next, in one line."""
    return " ".join(filter(None, (sentence_in(told, language), remedy_in(told, language))))


def next_actions(told: Told | Misconfigured) -> tuple[NextAction, ...]:
    """Return what can be done next, as data."""
    named = {name for text in (told.sentence, told.remedy) for _, name, _, _ in Formatter().parse(text) if name}
    return tuple(_filled(action, told.data) for name, action in told.actions.items() if name in named)


def _words(told: Told | Misconfigured, data: Mapping[str, object] | None, render: Renderer) -> Mapping[str, object]:
    said = {name: render(_filled(action, told.data)) for name, action in told.actions.items()}
    return {**(told.data if data is None else data), **said}


def _filled(action: NextAction, data: Mapping[str, object]) -> NextAction:
    parameters = {name: text.format_map(data) for name, text in action.parameters.items()}
    return NextAction(action=action.action, parameters=parameters)
