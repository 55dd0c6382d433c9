"""The test in acceptance: published to the short list, and what its eBoxes show, for testers who cannot open one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eboxcast.broadcasts import acceptance
from eboxcast.broadcasts.errors import NotInThisState as NothingToTest
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.broadcasts.states import Action
from eboxcast.broadcasts.steps import refuse_impossible, refuse_other_institutions
from eboxcast.delivery.broadcasts.errors import EboxesElsewhere, NotTestedYet, ShortListForgotten
from eboxcast.delivery.broadcasts.runs import ACCEPTANCE, run_for
from eboxcast.delivery.broadcasts.short_lists import keys_in_order
from eboxcast.delivery.errors import NotInThisState
from eboxcast.delivery.models import Run
from eboxcast.delivery.models import State as RunState
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.window import Window
from eboxcast.lib.actors import Actor
from eboxcast.lib.digests import digest
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_
from eboxcast.mailboxes.opening import open_ebox, read_document
from eboxcast.targets.opening import capabilities_of


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What the eBox of one recipient of the short list shows of the message; it names nobody."""

    place: int
    """The recipient's place in the list as it was delivered, from 1."""
    visible: bool
    title: str = ""
    sender: str = ""
    application: str = ""
    language: str = ""
    visible_at: datetime | None = None
    expires_at: datetime | None = None
    file_name: str = ""
    media_type: str = ""
    size: int = 0
    document: str = ""
    """SHA-256 of the document as the eBox gives it, in hexadecimal."""
    as_delivered: bool = False
    """Whether that is the document the institution delivered."""


def run_test(broadcast: Broadcast, *, actor: Actor) -> Run:
    """Publish the files for acceptance to their short list, and note it: the institution looks now.

    Interrupted, it is run again. Raises what ``broadcasts`` and launching raise, and NotInThisState when not everybody
    of the list could be sent to.
    """
    refuse_impossible(broadcast, Action.TEST, actor=actor)
    run = _run_to_test(broadcast)
    launched = actions.launch(run, actor=actor.as_steward(), window=Window(), waiting=lambda moment: None)
    if launched.state != RunState.PUBLISHED:
        raise NotInThisState(run=launched.short, state=launched.state, asked=N_("tested"))
    acceptance.tested(broadcast, actor=actor)
    return launched


def proofs(broadcast: Broadcast, *, actor: Actor) -> list[Proof]:
    """Return for each place in the short list what that eBox shows; nothing is marked as read.

    Raises BroadcastNotFound, NotYourRole, NotTestedYet, EboxesElsewhere, ShortListForgotten.
    """
    refuse_other_institutions(broadcast, actor)
    authorize(actor, "broadcast.proofs")
    if not capabilities_of(ACCEPTANCE).own_eboxes:
        raise EboxesElsewhere
    run = run_for(ACCEPTANCE, broadcast.acceptance_run)
    if run is None or run.visible_at is None or broadcast.state == State.ACCEPTANCE_DELIVERED:
        raise NotTestedYet(broadcast=broadcast.number)
    keys = keys_in_order(ACCEPTANCE, run.id)
    if not keys:
        raise ShortListForgotten(broadcast=broadcast.number)
    return [_proof(broadcast, run, place=place, key=key) for place, key in enumerate(keys, start=1)]


def document_shown(broadcast: Broadcast, *, place: int, actor: Actor) -> bytes:
    """Return the document as the eBox at a place in the short list gives it; nothing is marked as read.

    Raises what ``proofs`` raises.
    """
    refuse_other_institutions(broadcast, actor)
    authorize(actor, "broadcast.proofs")
    run = run_for(ACCEPTANCE, broadcast.acceptance_run)
    keys = keys_in_order(ACCEPTANCE, run.id) if run else ()
    if run is None or place > len(keys):
        raise ShortListForgotten(broadcast=broadcast.number)
    letters = (letter for letter in open_ebox(ACCEPTANCE, keys[place - 1]) if letter.run == run.id)
    return b"".join(read_document(ACCEPTANCE, letter) for letter in letters)


def _run_to_test(broadcast: Broadcast) -> Run:
    run = run_for(ACCEPTANCE, broadcast.acceptance_run)
    if run is not None and run.state not in _GIVEN_UP:
        return run
    acceptance.lose_run(broadcast, why="the run in acceptance was given up")
    raise NothingToTest(broadcast=broadcast.number, state=broadcast.state, asked=str(Action.TEST))


_GIVEN_UP = (RunState.DISCARDED, RunState.SUPERSEDED, RunState.RECALLED)


def _proof(broadcast: Broadcast, run: Run, *, place: int, key: int) -> Proof:
    letter = next((letter for letter in open_ebox(ACCEPTANCE, key) if letter.run == run.id), None)
    if letter is None:
        return Proof(place=place, visible=False)
    document = digest(read_document(ACCEPTANCE, letter))
    return Proof(
        place=place,
        visible=True,
        title=letter.title,
        sender=letter.institution_names.get(letter.language, ""),
        application=letter.application_names.get(letter.language, ""),
        language=letter.language,
        visible_at=letter.visible_at,
        expires_at=letter.expires_at,
        file_name=letter.file_name,
        media_type=letter.media_type,
        size=letter.size,
        document=document.hex(),
        as_delivered=document == bytes(broadcast.tested_document or b""),
    )
