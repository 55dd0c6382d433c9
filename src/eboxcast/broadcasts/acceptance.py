"""Acceptance: files delivered, tried in acceptance, looked at by the institution, approved or rejected."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from eboxcast.broadcasts.errors import (
    CorrectionUnexplained,
    JudgedMeanwhile,
    NotConcerned,
    PackageDiffers,
    ShortListTooLong,
    TestedAnew,
    TesterUnknown,
)
from eboxcast.broadcasts.facts import verdicts_that_count
from eboxcast.broadcasts.models import Broadcast, Check, FileDelivery, SeenIn, Verdict, Via
from eboxcast.broadcasts.states import Action
from eboxcast.broadcasts.steps import Step, fit_reason, present, step, void_go
from eboxcast.lib import clock
from eboxcast.lib.actors import STEWARD, Actor
from eboxcast.lib.digests import digest_of_values
from eboxcast.lib.free_text import fit_if_any
from eboxcast.lib.masking import mask_and_strip
from eboxcast.senders.models import Person


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """Files that were checked, stored, and can be used; digests are SHA-256."""

    run: UUID
    application: str
    message_type: str
    language: str
    institution: str
    document: bytes
    metadata: bytes
    """Of the metadata without the sequence."""
    lists: bytes
    recipients: int
    via: Via
    files: list[dict[str, object]]
    faults: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a tester found of one check in the eBox of one recipient of the short list."""

    recipient: int
    """His place in the list, from 1."""
    check: Check
    passed: bool
    remark: str = ""


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What somebody had before them when they judged: a page may have been open for long."""

    run: UUID
    """The test they looked at."""
    last: int
    """The newest verdict they saw; 0 for none."""


def refuse_other_broadcast(
    broadcast: Broadcast, *, institution: str, application: str, message_type: str, language: str
) -> None:
    """Raise PackageDiffers where the metadata are not those of what was requested."""
    expected = {
        "Institution": (institution, broadcast.institution_id),
        "Application": (application, broadcast.application),
        "MessageType": (message_type, broadcast.message_type),
        "Language": (language, broadcast.language),
    }
    for name, (found, asked) in expected.items():
        if found != asked:
            raise PackageDiffers(field=name, found=found, expected=asked)


def refuse_long_list(recipients: int) -> None:
    """Raise ShortListTooLong where nobody could look into all those eBoxes."""
    if recipients > settings.EBOXCAST_SHORT_LIST:
        raise ShortListTooLong(recipients=recipients, most=settings.EBOXCAST_SHORT_LIST)


def receive_for_acceptance(broadcast: Broadcast, *, actor: Actor, delivered: Delivered) -> Broadcast:
    """Note files for acceptance that can be used; an approval, files for production and a GO given before are void."""
    with step(broadcast, Action.DELIVER_ACCEPTANCE, actor=actor) as taken:
        taken.environment = "acceptance"
        void_go(taken, why="new files for acceptance")
        given = taken.broadcast
        given.acceptance_run = delivered.run
        given.short_list_count = delivered.recipients
        given.tested_document, given.tested_metadata = delivered.document, delivered.metadata
        given.acceptance_delivered_at = given.acceptance_delivered_at or clock.now()
        given.tested_at = given.approved_at = None
        given.approved_by = ""
        forget_production(given)
        keep_delivery(taken, delivered)
    return broadcast


def note_rejected_files(
    broadcast: Broadcast,
    *,
    actor: Actor,
    environment: str,
    via: Via,
    files: list[dict[str, object]],
    faults: dict[str, int],
) -> Broadcast:
    """Note files that cannot be used; nothing else changes. What was delivered before stays."""
    action = Action.DELIVER_ACCEPTANCE if environment == "acceptance" else Action.DELIVER_PRODUCTION
    with step(broadcast, action, actor=actor) as taken:
        taken.to = type(taken.to)(taken.broadcast.state)
        taken.entry = "broadcast.files_rejected"
        taken.environment = environment
        _keep(taken, accepted=False, environment=environment, via=via, files=files, faults=faults)
        taken.tell(via=via, faults=faults)
    return broadcast


def take_files_back(broadcast: Broadcast, *, actor: Actor) -> Broadcast:
    """Take back the files last delivered, before they are used; the GO is void with them."""
    with step(broadcast, Action.WITHDRAW_FILES, actor=actor) as taken:
        void_go(taken, why="files taken back")
        given = taken.broadcast
        given.deliveries.filter(withdrawn_at=None, accepted=True).update(withdrawn_at=clock.now())
        if given.approved_at is None:
            forget_acceptance(given)
        else:
            forget_production(given)
    return broadcast


def lose_run(broadcast: Broadcast, *, why: str) -> Broadcast:
    """Note that the run which had been prepared was given up: files must be delivered again."""
    with step(broadcast, Action.LOSE_RUN, actor=STEWARD) as taken:
        void_go(taken, why="what was prepared was given up")
        taken.broadcast.launched_at, taken.broadcast.launched_by = None, ""
        taken.tell(why=why)
        if taken.broadcast.approved_at is None:
            forget_acceptance(taken.broadcast)
        else:
            forget_production(taken.broadcast)
    return broadcast


def tested(broadcast: Broadcast, *, actor: Actor) -> Broadcast:
    """Note that the acceptance run is published to the short list; the institution looks now."""
    with step(broadcast, Action.TEST, actor=actor) as taken:
        taken.environment = "acceptance"
        taken.broadcast.tested_at = clock.now()
        taken.tell(recipients=taken.broadcast.short_list_count, run=str(taken.broadcast.acceptance_run))
    return broadcast


def name_testers(broadcast: Broadcast, *, actor: Actor, names: Collection[str]) -> Broadcast:
    """Name who looks at the test beside the requesters, in the place of those named before. Raises TesterUnknown."""
    with step(broadcast, Action.NAME_TESTERS, actor=actor) as taken:
        given = taken.broadcast
        known = Person.objects.filter(institution=given.institution_id, active=True, name__in=names)
        for unknown in sorted(set(names) - set(known.values_list("name", flat=True))):
            raise TesterUnknown(name=mask_and_strip(unknown), institution=given.institution_id)
        given.testers = sorted(set(names))
        taken.tell(testers=given.testers)
    return broadcast


def judge(
    broadcast: Broadcast, *, actor: Actor, seen: Collection[Seen], seen_in: SeenIn, basis: Basis | None = None
) -> Broadcast:
    """Note what was found, check by check. What was found before stays beside it; the last of a check counts.

    Raises NotConcerned, TextUnfit; CorrectionUnexplained where a check that failed passes now, and no remark says why;
    TestedAnew, JudgedMeanwhile where that is not what they had before them (``basis``).
    """
    with step(broadcast, Action.JUDGE, actor=actor) as taken:
        given = taken.broadcast
        _refuse_stale(given, basis, actor, {(one.recipient, str(one.check)) for one in seen})
        last = {(one.recipient, one.check_name): one for one in verdicts_that_count([given])}
        count = {"passed": 0, "failed": 0, "corrected": 0}
        kept: list[Verdict] = []
        now = clock.now()
        for one in seen:
            verdict = _verdict(given, one, actor=actor, seen_in=seen_in, now=now)
            before = last.get((one.recipient, one.check))
            count["passed" if one.passed else "failed"] += 1
            if _says_more(verdict, before):
                count["corrected"] += before is not None and before.passed != one.passed
                verdict.save()
                last[one.recipient, one.check] = verdict
                kept.append(verdict)
        taken.tell(seen_in=str(seen_in), **count)
        if kept:
            taken.tell(results=results_digest(kept))
    return broadcast


def results_digest(verdicts: Iterable[Verdict]) -> str:
    """Return one SHA-256 over what was found at once, in its order: by it the audit proves each verdict."""
    found = [(str(one.run), one.recipient, one.check_name, one.passed, one.seen_in, one.remark) for one in verdicts]
    return digest_of_values({"results": found}).hex()


def _verdict(broadcast: Broadcast, one: Seen, *, actor: Actor, seen_in: SeenIn, now: datetime) -> Verdict:
    if not 1 <= one.recipient <= (broadcast.short_list_count or 0):
        raise NotConcerned(recipients=broadcast.short_list_count, found=one.recipient)
    return Verdict(
        broadcast=broadcast,
        run=present(broadcast.acceptance_run),
        recipient=one.recipient,
        check_name=one.check,
        passed=one.passed,
        remark=fit_if_any(one.remark, "remark"),
        seen_in=seen_in,
        at=now,
        by=actor.name,
    )


def _says_more(new: Verdict, before: Verdict | None) -> bool:
    """Return whether a verdict is to be kept: the same command run again says nothing more."""
    if before is None:
        return True
    if new.passed and not before.passed and not new.remark:
        raise CorrectionUnexplained(
            broadcast=new.broadcast.number, recipient=new.recipient, check=new.check_name, by=before.by
        )
    same = (new.passed, new.seen_in, new.by) == (before.passed, before.seen_in, before.by)
    return not same or new.remark not in ("", before.remark)


def approve(broadcast: Broadcast, *, actor: Actor, basis: Basis | None = None) -> Broadcast:
    """Approve what was seen in acceptance: this document with these metadata may go to production.

    Raises TestedAnew, JudgedMeanwhile where that is not what they had before them.
    """
    with step(broadcast, Action.APPROVE, actor=actor) as taken:
        given = taken.broadcast
        _refuse_stale(given, basis, actor)
        given.approved_at, given.approved_by = clock.now(), actor.name
        taken.tell(
            document=bytes(given.tested_document or b"").hex(), metadata=bytes(given.tested_metadata or b"").hex()
        )
    return broadcast


def reject(broadcast: Broadcast, *, actor: Actor, reason: str, basis: Basis | None = None) -> Broadcast:
    """Reject what was seen in acceptance: new files are needed.

    Raises ReasonMissing, TextUnfit; TestedAnew, JudgedMeanwhile where that is not what they had before them.
    """
    with step(broadcast, Action.REJECT, actor=actor) as taken:
        _refuse_stale(taken.broadcast, basis, actor)
        reason = fit_reason(reason, Action.REJECT)
        given = taken.broadcast
        given.approved_at, given.approved_by = None, ""
        taken.reason = reason
        taken.tell(reason=reason)
    return broadcast


def _refuse_stale(
    broadcast: Broadcast, basis: Basis | None, actor: Actor, checks: Collection[tuple[int, str]] | None = None
) -> None:
    """Raise TestedAnew or JudgedMeanwhile where somebody had something else before them: for these checks, or any."""
    if basis is None:
        return
    if basis.run != broadcast.acceptance_run:
        delivered = broadcast.deliveries.filter(environment="acceptance", accepted=True).order_by("id").last()
        raise TestedAnew(by=present(delivered).by, at=present(delivered).at)
    newer = broadcast.verdicts.filter(run=basis.run, id__gt=basis.last).exclude(by=actor.name).order_by("-id")
    for one in newer:
        if checks is None or (one.recipient, one.check_name) in checks:
            raise JudgedMeanwhile(by=one.by, at=one.at)


def keep_delivery(taken: Step, delivered: Delivered) -> None:
    """Keep what was delivered and can be used, and tell the audit."""
    _keep(
        taken,
        accepted=True,
        environment=taken.environment,
        via=delivered.via,
        files=delivered.files,
        faults=delivered.faults,
        document_digest=delivered.document,
        metadata_digest=delivered.metadata,
        lists_digest=delivered.lists,
        recipients_count=delivered.recipients,
        run=delivered.run,
    )
    taken.tell(
        via=delivered.via,
        faults=delivered.faults,
        recipients=delivered.recipients,
        run=str(delivered.run),
        document=delivered.document.hex(),
        metadata=delivered.metadata.hex(),
        lists=delivered.lists.hex(),
    )


def forget_acceptance(broadcast: Broadcast) -> None:
    """Forget the files for acceptance."""
    broadcast.acceptance_run = broadcast.short_list_count = None
    broadcast.tested_document = broadcast.tested_metadata = None


def forget_production(broadcast: Broadcast) -> None:
    """Forget the files for production."""
    broadcast.production_run = broadcast.recipients_count = None
    broadcast.document_digest = broadcast.metadata_digest = broadcast.lists_digest = None


def _keep(taken: Step, **values: object) -> None:
    FileDelivery.objects.create(broadcast=taken.broadcast, at=clock.now(), by=taken.actor.name, **values)
