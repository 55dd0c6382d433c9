"""The test in acceptance: published to the short list, and what its eBoxes show to those who look at it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.audit.pseudonyms import pseudonym
from eboxcast.audit.selectors import places_looked_into
from eboxcast.broadcasts import acceptance
from eboxcast.broadcasts.errors import NotConcerned
from eboxcast.broadcasts.errors import NotInThisState as NothingToTest
from eboxcast.broadcasts.guards import is_tester
from eboxcast.broadcasts.models import Broadcast, SeenIn, State
from eboxcast.broadcasts.states import Action
from eboxcast.broadcasts.steps import refuse_impossible, refuse_other_institutions
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.broadcasts.errors import EboxesElsewhere, EboxNotShown, NotTestedYet, ShortListForgotten
from eboxcast.delivery.broadcasts.runs import ACCEPTANCE, run_for
from eboxcast.delivery.broadcasts.short_lists import keys_in_order
from eboxcast.delivery.errors import NotInThisState
from eboxcast.delivery.models import Run
from eboxcast.delivery.models import State as RunState
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.window import Window
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.digests import digest
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import N_
from eboxcast.mailboxes.opening import Letter, open_ebox, read_document
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


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The message of a broadcast in the eBox of one recipient of its short list."""

    place: int
    """The recipient's place in the list as it was delivered, from 1."""
    letter: Letter | None
    """None where it is not in that eBox."""


@dataclass(frozen=True, kw_only=True)
class DocumentThere:
    """The document in one of those eBoxes."""

    file_name: str
    media_type: str
    content: bytes
    """Empty where the message is not in that eBox."""


def run_test(broadcast: Broadcast, *, actor: Actor) -> Run:
    """Publish the files for acceptance to their short list, and note it: the institution looks now.

    Interrupted, it is run again. Raises BroadcastNotFound, NotYourRole, NotInThisState, NotReady before anything is
    published; NotInThisState also when its run was given up, and when not everybody of the list could be sent to; and
    what ``launch`` of ``delivery/runs/actions`` raises.
    """
    refuse_impossible(broadcast, Action.TEST, actor=actor)
    run = _run_to_test(broadcast)
    launched = actions.launch(run, actor=actor.as_steward(), window=Window(), waiting=lambda moment: None)
    if launched.state != RunState.PUBLISHED:
        raise NotInThisState(run=launched.short, state=launched.state, asked=N_("tested"))
    acceptance.tested(broadcast, actor=actor)
    return launched


def look(broadcast: Broadcast, *, actor: Actor, place: int | None = None) -> list[Shown]:
    """Return what the broadcast put into the eBoxes of its short list, or into that at one place; nothing else of them.

    Nothing is marked as read. The audit keeps who looked, and into whose eBox by a pseudonym. Raises
    BroadcastNotFound, NotYourRole, NotATester, NotTestedYet, EboxesElsewhere, ShortListForgotten, NotConcerned.
    """
    run, keys = _short_list(broadcast, "broadcast.look", actor)
    if place is not None and not 1 <= place <= len(keys):
        raise NotConcerned(recipients=len(keys), found=place)
    places = range(1, len(keys) + 1) if place is None else [place]
    with sanitized_db_errors(), transaction.atomic():
        for one in places:
            told = {"number": broadcast.number, "place": one, "person": pseudonym(keys[one - 1], clock.now())}
            record("ebox.looked", by=actor.name, environment=ACCEPTANCE, broadcast=broadcast.id, data=told)
    return [Shown(place=one, letter=_letter(run, keys[one - 1])) for one in places]


def proofs(broadcast: Broadcast, *, actor: Actor) -> list[Proof]:
    """Return for each place in the short list what that eBox shows; nothing is marked as read.

    Raises BroadcastNotFound, NotYourRole, NotATester, NotTestedYet, EboxesElsewhere, ShortListForgotten.
    """
    run, keys = _short_list(broadcast, "broadcast.proofs", actor)
    return [_proof(broadcast, run, place=place, key=key) for place, key in enumerate(keys, start=1)]


def looked_into(broadcast: Broadcast, *, actor: Actor) -> frozenset[int]:
    """Return the places of the short list whose eBox somebody was shown since this test.

    Raises BroadcastNotFound, NotYourRole.
    """
    refuse_other_institutions(broadcast, actor)
    authorize(actor, "broadcast.see")
    if broadcast.tested_at is None:
        return frozenset()
    with sanitized_db_errors():
        return places_looked_into(broadcast.id, by=actor.name, since=broadcast.tested_at)


def judge_what_was_shown(
    broadcast: Broadcast, *, actor: Actor, seen: Collection[acceptance.Seen], basis: acceptance.Basis
) -> Broadcast:
    """Note what somebody found in the eBoxes that they were shown; of others they have nothing to say.

    Raises EboxNotShown, and what ``judge`` of ``broadcasts/acceptance`` raises.
    """
    refuse_impossible(broadcast, Action.JUDGE, actor=actor)
    unseen = {one.recipient for one in seen} - looked_into(broadcast, actor=actor)
    if unseen and basis.run == broadcast.acceptance_run:
        raise EboxNotShown(places=tuple(sorted(unseen)))
    return acceptance.judge(broadcast, actor=actor, seen=seen, seen_in=SeenIn.EBOX, basis=basis)


def document_shown(broadcast: Broadcast, *, place: int, actor: Actor) -> DocumentThere:
    """Return the document as the eBox at a place in the short list, from 1, gives it; nothing is marked as read.

    Raises BroadcastNotFound, NotYourRole, NotATester, NotTestedYet, EboxesElsewhere, ShortListForgotten, NotConcerned.
    """
    run, keys = _short_list(broadcast, "broadcast.proofs", actor)
    if not 1 <= place <= len(keys):
        raise NotConcerned(recipients=len(keys), found=place)
    letter = _letter(run, keys[place - 1])
    if letter is None:
        return DocumentThere(file_name="", media_type="", content=b"")
    content = read_document(ACCEPTANCE, letter)
    return DocumentThere(file_name=letter.file_name, media_type=letter.media_type, content=content)


def _short_list(broadcast: Broadcast, permission: str, actor: Actor) -> tuple[Run, Sequence[int]]:
    """Return the run in acceptance and whom it was sent to, in the order of the list, to whoever may look at it."""
    refuse_other_institutions(broadcast, actor)
    authorize(actor, permission)
    if actor.institution and (stranger := is_tester(broadcast, actor)) is not None:
        raise stranger
    if not capabilities_of(ACCEPTANCE).own_eboxes:
        raise EboxesElsewhere
    run = run_for(ACCEPTANCE, broadcast.acceptance_run)
    if run is None or run.visible_at is None or broadcast.state == State.ACCEPTANCE_DELIVERED:
        raise NotTestedYet(broadcast=broadcast.number)
    keys = keys_in_order(ACCEPTANCE, run.id)
    if not keys:
        raise ShortListForgotten(broadcast=broadcast.number)
    return run, keys


def _letter(run: Run, key: int) -> Letter | None:
    return next((letter for letter in open_ebox(ACCEPTANCE, key) if letter.run == run.id), None)


def _run_to_test(broadcast: Broadcast) -> Run:
    run = run_for(ACCEPTANCE, broadcast.acceptance_run)
    if run is not None and run.state not in _GIVEN_UP:
        return run
    acceptance.lose_run(broadcast, why="the run in acceptance was given up")
    raise NothingToTest(broadcast=broadcast.number, state=broadcast.state, asked=str(Action.TEST))


_GIVEN_UP = (RunState.DISCARDED, RunState.SUPERSEDED, RunState.RECALLED)


def _proof(broadcast: Broadcast, run: Run, *, place: int, key: int) -> Proof:
    letter = _letter(run, key)
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
