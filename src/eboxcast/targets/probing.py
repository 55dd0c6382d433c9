"""Whether a provider can be reached and knows us: a token, and a question about nobody that changes nothing."""

from __future__ import annotations

from dataclasses import replace

from eboxcast.targets.ebox_rest.tokens import token_source
from eboxcast.targets.opening import open_remote
from eboxcast.targets.options import TargetOptions

_CONNECT_SECONDS = 5.0
_ANSWER_SECONDS = 10.0
_NO_MESSAGE = "00000000-0000-0000-0000-000000000000"
_NOBODY = 10_100_173
"""A valid number of the first day of 1900, as the samples have them: nobody living."""


def probe(options: TargetOptions) -> None:
    """Return when the provider gives a token and, where it tells statuses, answers a question.

    Raises TryAgain or RunRefused, after some seconds at most.
    """
    patient = replace(
        options,
        connect_seconds=min(options.connect_seconds, _CONNECT_SECONDS),
        answer_seconds=min(options.answer_seconds, _ANSWER_SECONDS),
    )
    token_source(patient).token()
    if not options.statuses:
        return
    target = open_remote(patient)
    try:
        target.statuses(_NO_MESSAGE, [_NOBODY])
    finally:
        target.close()
