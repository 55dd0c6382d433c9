"""What `stop`, `resume`, `discard` and `recall` have in common: a reason, and words for the consequence."""

from __future__ import annotations

from typing import Annotated

import typer

from eboxcast.cli import talk
from eboxcast.cli.errors import ReasonUnfit
from eboxcast.cli.plain import grouped, plain
from eboxcast.cli.status_answer import show_status
from eboxcast.delivery.models import Run
from eboxcast.lib import clock
from eboxcast.lib.wording import language_of_user, say

Reason = Annotated[str, typer.Option(help="Why, in a few words. Kept for ever: it must name no citizen.")]


def fit(reason: str) -> str:
    """Return a reason that says something and holds no national number. Raises ReasonUnfit."""
    stripped = reason.strip()
    if not stripped or plain(stripped) != stripped:
        raise ReasonUnfit
    return stripped


def tell(run: Run, consequence: str, *, as_json: bool, **more: int) -> None:
    """Print what follows from a decision, or the new status as JSON with the consequence beside it."""
    language = language_of_user()
    count = run.recipients_count if run.published_count is None else run.published_count
    data = {
        "run": run.short,
        "count": grouped(count or 0, language),
        "visible": clock.shown(run.visible_at) if run.visible_at else "",
        "environment": run.environment,
        **{name: grouped(number, language) for name, number in more.items()},
    }
    sentence = say(consequence, language, data)
    if as_json:
        talk.line(sentence)
        show_status(run, as_json=True)
    else:
        typer.echo(sentence)
