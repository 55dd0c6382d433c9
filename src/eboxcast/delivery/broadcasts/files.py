"""Receiving the files of a broadcast: checked, refused or prepared at once, invisible, and noted.

The order is such that nothing is lost when something goes wrong: who may and when, then the files, then storing them,
then the note. Killed in between, the same delivery again finds the run that is there; a note that is refused takes the
run with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings

from eboxcast.broadcasts import acceptance, production
from eboxcast.broadcasts.lookup import broadcast_of_run
from eboxcast.broadcasts.models import Broadcast, FileDelivery, State, Via
from eboxcast.broadcasts.states import Action
from eboxcast.broadcasts.steps import held, refuse_impossible
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.broadcasts.errors import FilesPublished
from eboxcast.delivery.broadcasts.runs import ACCEPTANCE, refuse_taken, run_for
from eboxcast.delivery.broadcasts.short_lists import PLACES, places_of
from eboxcast.delivery.broadcasts.withdrawal import discard_given_up
from eboxcast.delivery.models import Action as RunAction
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs import actions
from eboxcast.delivery.runs.preparation import check_for_sending, identity_of
from eboxcast.delivery.runs.progress import too_late
from eboxcast.delivery.runs.settlement import settle
from eboxcast.delivery.runs.states import GIVEN_UP
from eboxcast.lib.actors import Actor
from eboxcast.lib.digests import digest
from eboxcast.lib.errors import EboxcastError, InputRefused, NotAllowedNow
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_
from eboxcast.mailboxes.errors import OtherRecipientsVisible, WasRecalled
from eboxcast.package.malware import FileInfected, refuse_infected
from eboxcast.package.model import Checked, Package, Policies

_ACTIONS = {ACCEPTANCE: Action.DELIVER_ACCEPTANCE}


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What came of a delivery."""

    broadcast: str
    environment: str
    accepted: bool
    again: bool
    """Whether it is what was delivered before, so that nothing changed."""
    checked: Checked
    """The report of the check, with the faults of rows that were left out."""
    run: Run | None


@dataclass(frozen=True, kw_only=True)
class _Delivery:
    """One delivery, from the door to the note."""

    broadcast: Broadcast
    environment: str
    actor: Actor
    via: Via
    directory: Path

    @property
    def action(self) -> Action:
        return _ACTIONS.get(self.environment, Action.DELIVER_PRODUCTION)

    def receive(self, policies: Policies) -> Receipt:
        refuse_impossible(self.broadcast, self.action, actor=self.actor)
        self._refuse_infected()
        checked = check_for_sending(self.directory, policies=policies)
        if checked.package is None:
            self._note_rejected(dict(checked.fault_counts))
            return self._receipt(checked, run=None)
        try:
            run, again = self._take(checked.package)
        except (InputRefused, NotAllowedNow) as refusal:
            self._note_refusal(refusal)
            raise
        return self._receipt(checked, run=run, again=again)

    def _refuse_infected(self) -> None:
        if settings.EBOXCAST_CLAMD is None:
            return
        try:
            refuse_infected(self.directory, scanner=settings.EBOXCAST_CLAMD)
        except FileInfected as refusal:
            self._note_refusal(refusal)
            raise

    def _take(self, package: Package) -> tuple[Run, bool]:
        self._refuse_unfit(package)
        places = places_of(package, self.environment) if self.environment == ACCEPTANCE else []
        # Checking may have taken long: what is stored now takes the place of what was prepared before.
        refuse_impossible(self.broadcast, self.action, actor=self.actor)
        run = self._prepare(package)
        if self._has_it(run):
            return run, True
        try:
            with held(self.broadcast):  # who delivers at the same moment waits, or took our place already
                self._refuse_unusable(settle(run))
                self._note(package, run, places)
        except EboxcastError as error:
            refusal = error
        else:
            discard_given_up(self.broadcast, actor=self.actor)
            return run, False
        # Outside the handler: trouble with the database in there would silence the refusal (database/errors.py).
        self._give_up(run)
        raise refusal

    def _refuse_unfit(self, package: Package) -> None:
        metadata = package.metadata
        acceptance.refuse_other_broadcast(
            self.broadcast,
            institution=metadata.institution,
            application=metadata.application,
            message_type=metadata.message_type,
            language=metadata.language,
        )
        if self.environment == ACCEPTANCE:
            acceptance.refuse_long_list(len(package.keys))
        else:
            production.refuse_unapproved(
                self.broadcast, document=package.document.digest, metadata=metadata.content_digest
            )
        refuse_taken(self.broadcast, self.environment, identity_of(package))

    def _prepare(self, package: Package) -> Run:
        """Store it; in acceptance a short list may change while the letter stays: the round before is taken back."""
        actor = self.actor.as_steward()
        if self.environment != ACCEPTANCE:
            return actions.prepare(package, environment=self.environment, actor=actor)
        try:
            return actions.prepare(package, environment=ACCEPTANCE, actor=actor)
        except WasRecalled:
            return actions.prepare(package, environment=ACCEPTANCE, actor=actor, adds=True)
        except OtherRecipientsVisible:
            before = run_for(ACCEPTANCE, self.broadcast.acceptance_run)
            if before is None or before.visible_at is None:
                raise
            actions.recall(before, actor=actor, reason="another short list is tested")
            return actions.prepare(package, environment=ACCEPTANCE, actor=actor, adds=True)

    def _has_it(self, run: Run) -> bool:
        """Say whether these files are those the broadcast has; after a rejection the same may be tried again."""
        if self.environment == ACCEPTANCE:
            return run.id == self.broadcast.acceptance_run and self.broadcast.state != State.REJECTED
        return run.id == self.broadcast.production_run

    def _refuse_unusable(self, run: Run) -> None:
        if run.state in GIVEN_UP:
            raise too_late(run, RunAction.PREPARE)
        if self.environment != ACCEPTANCE and run.visible_at is not None:
            raise FilesPublished(run=run.short, visible_at=run.visible_at)

    def _note(self, package: Package, run: Run, places: list[int]) -> None:
        metadata = package.metadata
        given = acceptance.Delivered(
            run=run.id,
            application=metadata.application,
            message_type=metadata.message_type,
            language=metadata.language,
            institution=metadata.institution,
            document=package.document.digest,
            metadata=metadata.content_digest,
            lists=digest(b"".join(account.digest for account in package.lists)),
            recipients=run.recipients_count or 0,
            via=self.via,
            files=files_of(package, places),
            faults=faults_of(package),
        )
        receive = acceptance.receive_for_acceptance
        if self.environment != ACCEPTANCE:
            receive = production.receive_for_production
        receive(self.broadcast, actor=self.actor, delivered=given)

    def _give_up(self, run: Run) -> None:
        """Discard what this delivery prepared and nobody has; what is visible or somebody's stays."""
        if run.visible_at is None and broadcast_of_run(run.id) is None:
            with suppress(EboxcastError):
                actions.discard(run, actor=self.actor.as_steward(), reason="its delivery could not be noted")

    def _note_refusal(self, refusal: EboxcastError) -> None:
        """Note files that were refused as a whole; where nothing can be noted any more, the refusal says why."""
        with suppress(NotAllowedNow):
            self._note_rejected({refusal.code: 1})

    def _note_rejected(self, faults: dict[str, int]) -> None:
        acceptance.note_rejected_files(
            self.broadcast,
            actor=self.actor,
            environment=self.environment,
            via=self.via,
            files=list(files_in(self.directory)),
            faults=faults,
        )

    def _receipt(self, checked: Checked, *, run: Run | None, again: bool = False) -> Receipt:
        return Receipt(
            broadcast=self.broadcast.number,
            environment=self.environment,
            accepted=run is not None,
            again=again,
            checked=checked,
            run=run,
        )


def deliver(
    broadcast: Broadcast,
    directory: Path,
    *,
    environment: str,
    actor: Actor,
    via: Via,
    policies: Policies = Policies(),  # noqa: B008 - a frozen value
) -> Receipt:
    """Receive files for acceptance or production; what can be used is prepared at once, visible to nobody.

    Faults in the files are in the receipt. Raises NotYourRole, NotInThisState, NotReady, ScannerAway with nothing
    noted; and FileInfected, PackageDiffers, ShortListTooLong, FilesDiffer, TicketTaken, FilesPublished and what
    preparing raises, noted as files that were rejected. The same delivery again changes nothing.
    """
    taken = _Delivery(broadcast=broadcast, environment=environment, actor=actor, via=Via(via), directory=directory)
    return taken.receive(policies)


class OthersDelivered(NotAllowedNow):
    """Files were delivered since somebody looked at those that they want to take back."""

    code = "files.others-delivered"
    sentence = N_("Other files were delivered in the meantime, by {by} on {at}. Nothing was withdrawn.")
    remedy = N_("Look at them first. Then decide again.")


def take_back(broadcast: Broadcast, *, actor: Actor, run: UUID | None = None) -> Broadcast:
    """Take back the files last delivered, before they are used; their run is given up. They may come again.

    ``run`` is that of the files which are meant, where somebody looked at them a while ago. Raises BroadcastNotFound,
    NotYourRole, NotInThisState, NotReady, OthersDelivered.
    """
    refuse_impossible(broadcast, Action.WITHDRAW_FILES, actor=actor)
    last = last_accepted(broadcast)
    if run is not None and last is not None and last.run != run:
        raise OthersDelivered(by=last.by, at=last.at)
    acceptance.take_files_back(broadcast, actor=actor)
    discard_given_up(broadcast, actor=actor)
    return broadcast


@sanitized_db_errors()
def last_accepted(broadcast: Broadcast) -> FileDelivery | None:
    """Return the last files that can be used and were not withdrawn."""
    return broadcast.deliveries.filter(accepted=True, withdrawn_at=None).last()


def to_take_back(broadcast: Broadcast, *, actor: Actor) -> FileDelivery | None:
    """Return the files that somebody may take back now. Raises BroadcastNotFound, NotYourRole, NotInThisState."""
    refuse_impossible(broadcast, Action.WITHDRAW_FILES, actor=actor)
    return last_accepted(broadcast)


_PREFIX_OF_HIDDEN = "."


def files_of(package: Package, places: list[int]) -> list[dict[str, object]]:
    """Tell of the files of a package; ``places`` are those of a short list, all kept with its first list."""
    document, metadata = package.document, package.metadata
    size = package.files.metadata.stat().st_size
    lists = [_file(account.file_name, account.size, account.digest) for account in package.lists]
    if places:
        lists[0][PLACES] = places
    return [
        _file(metadata.file_name, size, metadata.file_digest),
        _file(document.file_name, document.size, document.digest),
        *lists,
    ]


def files_in(directory: Path) -> Iterator[dict[str, object]]:
    """Tell of the files as they lie there, whatever they are; one that cannot be read is left out."""
    for path in sorted(directory.iterdir() if directory.is_dir() else ()):
        with suppress(OSError):
            if path.is_file() and not path.name.startswith(_PREFIX_OF_HIDDEN):
                with path.open("rb") as file:
                    yield _file(path.name, path.stat().st_size, hashlib.file_digest(file, "sha256").digest())


def _file(name: str, size: int, sha256: bytes) -> dict[str, object]:
    return {"name": mask_and_strip(name), "size": size, "sha256": sha256.hex()}


def faults_of(package: Package) -> dict[str, int]:
    """Return how many rows were left out, by the code of their fault."""
    counts: dict[str, int] = {}
    for account in package.lists:
        for code, count in account.faults.items():
            counts[code] = counts.get(code, 0) + count
    return counts
