"""The message of a broadcast as its recipients will see it, before anybody does: from what is prepared."""

from __future__ import annotations

from dataclasses import dataclass

from eboxcast.broadcasts.models import Broadcast
from eboxcast.broadcasts.steps import refuse_other_institutions
from eboxcast.delivery.broadcasts.runs import ACCEPTANCE, PRODUCTION, run_for
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.errors import NotFound
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_
from eboxcast.mailboxes.opening import Letter, read_document
from eboxcast.mailboxes.preview import letter_to_come


class NothingToPreview(NotFound):
    """No files are prepared, or what was prepared is gone."""

    code = "broadcast.nothing-to-preview"
    sentence = N_("Broadcast {broadcast} has no files that can be shown.")
    remedy = N_("Once files are delivered, they can be.")


@dataclass(frozen=True, kw_only=True)
class MessagePreview:
    """A message as a recipient will see it."""

    environment: str
    letter: Letter
    content: bytes
    """The document."""


def prepared_for(broadcast: Broadcast) -> tuple[str, ...]:
    """Return for which environments there are files, the later one first."""
    runs = {PRODUCTION: broadcast.production_run, ACCEPTANCE: broadcast.acceptance_run}
    return tuple(environment for environment, run in runs.items() if run is not None)


def preview_message(broadcast: Broadcast, environment: str, *, actor: Actor) -> MessagePreview:
    """Return the message as it is, or will be: from the agreed moment on. Nobody's eBox is looked into.

    Raises BroadcastNotFound, NotYourRole, NothingToPreview.
    """
    refuse_other_institutions(broadcast, actor)
    authorize(actor, "broadcast.preview")
    if environment not in prepared_for(broadcast):
        raise NothingToPreview(broadcast=broadcast.number)
    is_production = environment == PRODUCTION
    run = run_for(environment, broadcast.production_run if is_production else broadcast.acceptance_run)
    moment = broadcast.agreed_at if is_production and broadcast.agreed_at else clock.now()
    letter = letter_to_come(environment, run.id, moment=moment) if run else None
    content = read_document(environment, letter) if letter else b""
    if letter is None or not content:
        raise NothingToPreview(broadcast=broadcast.number)
    return MessagePreview(environment=environment, letter=letter, content=content)
