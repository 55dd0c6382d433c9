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


def told_in(told: Told, language: str, *, render: Renderer = command_of) -> str:
    """Return what happened and what to do next, in one line."""
    texts = (said(told, language, render=render) for said in (sentence_in, remedy_in))
    return " ".join(filter(None, texts))


def next_actions(told: Told | Misconfigured) -> tuple[NextAction, ...]:
    """Return what can be done next, as data."""
    return tuple(_filled(action, told.data) for action in _named(told).values())


def unfilled(told: Told | Misconfigured) -> frozenset[str]:
    """Return the names that its texts and its next actions leave open: nothing fills them."""
    actions = _named(told)
    given = [text for action in actions.values() for text in action.parameters.values()]
    return (
        names_in(told.sentence, told.remedy) - actions.keys() - told.data.keys() | names_in(*given) - told.data.keys()
    )


def names_in(*texts: str) -> frozenset[str]:
    """Return the ``{names}`` of some texts."""
    return frozenset(name for text in texts for _, name, _, _ in Formatter().parse(text) if name)


def _words(told: Told | Misconfigured, data: Mapping[str, object] | None, render: Renderer) -> Mapping[str, object]:
    said = {name: render(_filled(action, told.data)) for name, action in _named(told).items()}
    return {**(told.data if data is None else data), **said}


def _named(told: Told | Misconfigured) -> Mapping[str, NextAction]:
    """Return the next actions that its texts name: several may share one table of them."""
    names = names_in(told.sentence, told.remedy)
    return {name: action for name, action in told.actions.items() if name in names}


def _filled(action: NextAction, data: Mapping[str, object]) -> NextAction:
    """Return an action with what is known of it; what is known to be nothing (None) is left out."""
    known = {name: text for name, text in action.parameters.items() if not _is_nothing(text, data)}
    return NextAction(action=action.action, parameters={name: text.format_map(data) for name, text in known.items()})


def _is_nothing(text: str, data: Mapping[str, object]) -> bool:
    name = text.removeprefix("{").removesuffix("}")
    return text == f"{{{name}}}" and name in data and data[name] is None
