"""Why a command failed, made from its error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from eboxcast.lib.command_line import command_of
from eboxcast.lib.errors import EboxcastError, Misconfigured, Told
from eboxcast.lib.telling import next_actions, remedy_in, sentence_in
from eboxcast.lib.translation import translate
from eboxcast.presenters.schemas.failure import Failure, FailureReason, NextStep

_WORDS = ("state", "asked")
"""Data that are words of ours in the middle of a sentence: what a run is, and what was asked of it."""


def failure_of(error: EboxcastError | Misconfigured, language: str) -> Failure:
    """Return what went wrong and what to do next. Its sentences are in the language of the reader."""
    data = words_of(error, language)
    parts: tuple[Told, ...] = getattr(error, "parts", ())
    return Failure(
        code=error.code,
        sentence=sentence_in(error, language, data),
        remedy=remedy_in(error, language, data) or None,
        reasons=tuple(
            FailureReason(sentence=sentence_in(part, language), remedy=remedy_in(part, language) or None)
            for part in parts
        ),
        next=tuple(next_steps(error, *parts)),
        exit_code=error.exit_code,
    )


def words_of(error: EboxcastError | Misconfigured, language: str) -> Mapping[str, object]:
    """Return the data of an error, with our own words in it in the language of the reader."""
    return {name: translate(str(word), language) if name in _WORDS else word for name, word in error.data.items()}


def next_steps(*told: Told | Misconfigured) -> Iterator[NextStep]:
    """Yield the next actions that texts name, with the commands that do them."""
    for one in told:
        for action in next_actions(one):
            yield NextStep(action=action.action, parameters=action.parameters, command=command_of(action))
