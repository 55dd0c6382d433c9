"""What the commands that decide about a run have in common: a reason, and words for the consequence."""

from __future__ import annotations

from typing import Annotated

import typer

from eboxcast.cli.runs.status_text import show_status
from eboxcast.cli.shell import console
from eboxcast.cli.shell.errors import ReasonUnfit
from eboxcast.delivery.models import Run, State
from eboxcast.delivery.runs.progress import who_decided
from eboxcast.lib.formatting import grouped
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.mailboxes.fence import find_release
from eboxcast.reports.recipients import recipients_of
from eboxcast.reports.remainder import remainder_of
from eboxcast.reports.states import state_in

_ALREADY = N_("It was already {state}, since {since}, by {by}. Nothing was changed.")

Reason = Annotated[str, typer.Option(help="Why, in a few words. Kept for ever: it must name no citizen.")]


def fit(reason: str) -> str:
    """Return a reason that says something and holds no national number. Raises ReasonUnfit."""
    stripped = reason.strip()
    if not stripped or mask_and_strip(stripped) != stripped:
        raise ReasonUnfit
    return stripped


def who_was_first(run: Run, state: State) -> tuple[str, ...]:
    """Return the sentence for somebody who wants what another has done before, and nothing otherwise."""
    return (_ALREADY,) if run.state == state else ()


def tell(run: Run, *consequences: str, as_json: bool, **more: float | str) -> None:
    """Print what follows from a decision, or the new status as JSON with the consequence beside it."""
    language = language_of_user()
    data = {**_data(run, language), **{name: _shown(value, language) for name, value in more.items()}}
    sentences = "\n".join(translate(consequence, language, data) for consequence in consequences)
    if as_json:
        console.line(sentences)
        show_status(run, as_json=True)
    else:
        typer.echo(sentences)


def _data(run: Run, language: str) -> dict[str, object]:
    by, at = who_decided(run) or (run.created_by, run.created_at)
    count = run.recipients_count if run.published_count is None else run.published_count
    return {
        "run": run.short,
        "count": grouped(count or 0, language),
        "recipients": grouped(run.recipients_count or 0, language),
        "visible": run.visible_at or "",
        "environment": run.environment,
        "remainder": remainder_now(run, language),
        "state": state_in(run.state, language),
        "by": mask_and_strip(by),
        "since": at,
    }


def remainder_now(run: Run, language: str) -> str:
    """Return who of a settled run has it, who has not and who is still to get it, by the counts of this moment."""
    release = find_release(run.environment, run.id)
    if release is None:
        return ""
    return remainder_of(recipients_of(run, release), language, ended=run.published_count is not None)


def _shown(value: float | str, language: str) -> str:
    if isinstance(value, str):
        return value
    return grouped(int(value), language) if value == int(value) else f"{value:g}"
