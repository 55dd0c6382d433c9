"""What a provider answered, as it is noted and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from eboxcast.mailboxes.models import OutcomeKind
from eboxcast.mailboxes.outcomes import Results
from eboxcast.targets.base import Answered


def counted(results: Results) -> Mapping[str, int]:
    """Return how many recipients of a whole batch have each outcome after it."""
    return Counter(
        {
            OutcomeKind.SENT: len(results.sent),
            OutcomeKind.REFUSED_BY_TARGET: len(results.refused),
            OutcomeKind.UNKNOWN: len(results.unknown),
        }
    )


def of_answer(answered: Answered, *, ids: Sequence[str] | None = None) -> Results:
    """Return what is to be noted of an answer, with ids where the provider has one for each."""
    return Results(
        sent=answered.published,
        message_ids=ids,
        refused=answered.refused,
        no_digital_user=answered.no_digital_user or (),
    )


def together(answers: Sequence[Results]) -> Results:
    """Return several as one."""
    if len(answers) == 1:
        return answers[0]
    ids = [name for answer in answers for name in answer.message_ids or ()]
    return Results(
        sent=[key for answer in answers for key in answer.sent],
        message_ids=ids or None,
        refused={key: code for answer in answers for key, code in answer.refused.items()},
        unknown=[key for answer in answers for key in answer.unknown],
        no_digital_user=[key for answer in answers for key in answer.no_digital_user],
    )


def slices(keys: Sequence[int], size: int) -> list[Sequence[int]]:
    """Cut recipients into pieces of at most this size."""
    return [keys[start : start + size] for start in range(0, len(keys), size)]
