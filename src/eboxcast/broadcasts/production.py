"""Production: the files, the GO that is bound to them and to the moment, arming and launching."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eboxcast.audit.selectors import entry_that_led_to
from eboxcast.broadcasts.acceptance import Delivered, keep_delivery
from eboxcast.broadcasts.contacts import forget_warning_of_others
from eboxcast.broadcasts.errors import FilesDiffer, GoDiffers, GoFilesDiffer, GoOutdated
from eboxcast.broadcasts.models import Broadcast, Go
from eboxcast.broadcasts.states import Action
from eboxcast.broadcasts.steps import UNEXPLAINED, present, step, void_go
from eboxcast.lib import clock
from eboxcast.lib.actors import STEWARD, Actor
from eboxcast.lib.digests import digest, digest_of_values
from eboxcast.lib.formatting import short_digest
from eboxcast.lib.free_text import fit_if_any
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_

SHORTEST = 8
"""Characters of a digest that a GO must name at least."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """What a GO says it is for; ``files`` is the beginning of ``files_digest``, in hexadecimal."""

    agreed_at: datetime
    files: str
    shown: str = ""
    """The mark of what they had before them (``mark_of``), where it was on a page that may be old."""


def refuse_unapproved(broadcast: Broadcast, *, document: bytes, metadata: bytes) -> None:
    """Raise FilesDiffer where document or metadata (without sequence) are not those approved in acceptance."""
    pairs = {"document": (document, broadcast.tested_document), "metadata": (metadata, broadcast.tested_metadata)}
    for name, (found, approved) in pairs.items():
        if bytes(approved or b"") != found:
            raise FilesDiffer(file=name, found=short_digest(found), approved=short_digest(approved or b""))


def receive_for_production(broadcast: Broadcast, *, actor: Actor, delivered: Delivered) -> Broadcast:
    """Note files for production that are prepared; a GO for others is void, a warning of many more or fewer too.

    Raises FilesDiffer.
    """
    with step(broadcast, Action.DELIVER_PRODUCTION, actor=actor) as taken:
        taken.environment = "production"
        given = taken.broadcast
        refuse_unapproved(given, document=delivered.document, metadata=delivered.metadata)
        void_go(taken, why="new files for production")
        given.production_run = delivered.run
        given.document_digest, given.metadata_digest = delivered.document, delivered.metadata
        given.lists_digest = delivered.lists
        given.recipients_count = delivered.recipients
        forget_warning_of_others(taken)
        keep_delivery(taken, delivered)
    return broadcast


def files_digest(of: Broadcast | Go) -> str:
    """Return one SHA-256 over the digests of document, metadata and lists: what a GO names, and nobody mistypes."""
    parts = (of.document_digest, of.metadata_digest, of.lists_digest)
    return digest(b"".join(bytes(part or b"") for part in parts)).hex()


def mark_of(broadcast: Broadcast) -> str:
    """Return what tells whether anything has changed of what a GO would confirm: a digest of files and moment."""
    return digest_of_values({"files": files_digest(broadcast), "agreed_at": _shown(broadcast.agreed_at)}).hex()


def give_go(broadcast: Broadcast, *, actor: Actor, named: Named) -> Broadcast:
    """Confirm production: this broadcast, at this moment, with these files.

    Raises GoDiffers, GoFilesDiffer; GoOutdated where they looked at something else.
    """
    with step(broadcast, Action.GIVE_GO, actor=actor) as taken:
        given = taken.broadcast
        _refuse_outdated(given, named)
        _refuse_other(given, named)
        go = Go.objects.create(
            broadcast=given,
            given_at=clock.now(),
            given_by=actor.name,
            agreed_at=present(given.agreed_at),
            window_ends_at=present(given.window_ends_at),
            document_digest=given.document_digest,
            metadata_digest=given.metadata_digest,
            lists_digest=given.lists_digest,
        )
        taken.tell(
            agreed_at=go.agreed_at.isoformat(),
            window_ends_at=go.window_ends_at.isoformat(),
            files=files_digest(given),
            recipients=given.recipients_count,
            service=actor.service,
        )
    return broadcast


def withdraw_go(broadcast: Broadcast, *, actor: Actor, reason: str) -> Broadcast:
    """Take the GO back before the launch; it can be given again. Raises TextUnfit."""
    with step(broadcast, Action.WITHDRAW_GO, actor=actor) as taken:
        reason = fit_if_any(reason, "reason")
        void_go(taken, why=reason or UNEXPLAINED)
        taken.tell(reason=reason)
    return broadcast


def arm(broadcast: Broadcast, *, actor: Actor) -> Broadcast:
    """Let the steward launch at the agreed moment, if then still nothing is missing."""
    with step(broadcast, Action.ARM, actor=actor) as taken:
        taken.broadcast.armed_at, taken.broadcast.armed_by = clock.now(), actor.name
        taken.tell(agreed_at=_shown(taken.broadcast.agreed_at))
    return broadcast


def disarm(broadcast: Broadcast, *, actor: Actor, reason: str) -> Broadcast:
    """Let nothing be launched by itself. Raises TextUnfit."""
    with step(broadcast, Action.DISARM, actor=actor) as taken:
        reason = fit_if_any(reason, "reason")
        taken.broadcast.armed_at, taken.broadcast.armed_by = None, ""
        taken.tell(reason=reason)
    return broadcast


def launched(broadcast: Broadcast, *, actor: Actor) -> Broadcast:
    """Pass the last guards; the engine may begin. All of them are looked at again, under the lock of the row."""
    with step(broadcast, Action.LAUNCH, actor=actor) as taken:
        taken.environment = "production"
        taken.broadcast.launched_at, taken.broadcast.launched_by = clock.now(), actor.name
        taken.tell(run=str(taken.broadcast.production_run), armed_by=taken.broadcast.armed_by)
    return broadcast


def fall_back(broadcast: Broadcast, *, why: str) -> Broadcast:
    """Note that a launch ended with nothing visible: it can be launched again while the GO holds."""
    with step(broadcast, Action.FALL_BACK, actor=STEWARD) as taken:
        taken.broadcast.launched_at, taken.broadcast.launched_by = None, ""
        taken.broadcast.armed_at, taken.broadcast.armed_by = None, ""
        taken.tell(why=why)
    return broadcast


def _refuse_outdated(broadcast: Broadcast, named: Named) -> None:
    if named.shown in ("", mark_of(broadcast)):
        return
    delivered = present(broadcast.deliveries.filter(environment="production", accepted=True).order_by("id").last())
    moved = entry_that_led_to(broadcast.id, str(broadcast.state))
    late = moved if moved and moved.at > delivered.at else delivered
    raise GoOutdated(by=late.by, at=late.at)


def _refuse_other(broadcast: Broadcast, named: Named) -> None:
    if named.agreed_at != broadcast.agreed_at:
        raise GoDiffers(
            broadcast=broadcast.number,
            asked=N_("the moment"),
            found=named.agreed_at,
            expected=broadcast.agreed_at or named.agreed_at,
        )
    if len(named.files) < SHORTEST or not files_digest(broadcast).startswith(named.files.lower()):
        raise GoFilesDiffer(broadcast=broadcast.number, found=mask_and_strip(named.files))


def _shown(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
