"""A GO by mail: taken where everything is beyond doubt, and else a question to whoever can confirm on the page.

It is taken from one who may give it, in a mail that they or their domain signed, that repeats the agreed moment and the
digest of the files, and that was not used before. Everything else changes nothing.
"""

from __future__ import annotations

import re
from uuid import UUID

from django.conf import settings
from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.broadcasts.models import Broadcast, State
from eboxcast.broadcasts.production import SHORTEST, Named, files_digest, give_go
from eboxcast.lib.actors import STEWARD, Role
from eboxcast.lib.errors import EboxcastError, Trouble
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.moments import read_moment
from eboxcast.notices.incoming.parsing import IncomingMail
from eboxcast.notices.incoming.proof import Proof
from eboxcast.notices.models import ReceivedMail
from eboxcast.notices.words import NO_GO_BY_MAIL
from eboxcast.senders.models import Person
from eboxcast.senders.people import actor_of

_BEGINS = re.compile(r"GO(?![A-Za-z0-9'’-])")
_MOMENT = re.compile(
    r"(?<![0-9A-Za-z])"
    r"(?:\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})?"
    r"|\d{1,2}[/.-]\d{1,2}[/.-]\d{4} \d{1,2}:\d{2})"
    r"(?![0-9A-Za-z])"
)
_DIGEST = re.compile(rf"(?<![0-9A-Za-z])[0-9a-f]{{{SHORTEST},64}}(?![0-9A-Za-z])", re.IGNORECASE)
_NOTHING_ELSE = re.compile(r"GO[\s:;,.()–-]*")


def asks_for_go(mail: IncomingMail) -> bool:
    """Return whether a mail begins with the word GO, and not only quotes it."""
    return not mail.is_automatic and _BEGINS.match(mail.text) is not None


def is_go_taken() -> bool:
    """Return whether this installation takes a GO from a mail at all."""
    return bool(settings.EBOXCAST_GO_BY_MAIL == "on")


def answer_go(
    received: ReceivedMail, mail: IncomingMail, person: Person | None, proof: Proof, *, broadcast: UUID
) -> None:
    """Give the GO that a mail asks for, or have it confirmed on the page; in the transaction that files the mail."""
    waiting = Broadcast.objects.filter(id=broadcast, state=State.PRODUCTION_DELIVERED).first()
    why = _give(received, mail, person, proof, waiting) if waiting else ""
    if why:
        data = {"received": received.pk, "why": NO_GO_BY_MAIL[why]}
        record("broadcast.go_asked", by=STEWARD.name, broadcast=broadcast, data=data)


def _give(received: ReceivedMail, mail: IncomingMail, person: Person | None, proof: Proof, broadcast: Broadcast) -> str:
    """Give the GO and return nothing, or return why it was not given."""
    if not is_go_taken():
        return "off"
    if person is None or Role.CONFIRMER not in person.roles or person.institution_id != broadcast.institution_id:
        return "stranger"
    if not received.signed_by:
        return proof.problem
    if not received.message_id:
        return "used"
    if proof.person and broadcast.gos.filter(void_at__gte=proof.person.signed_at).exists():
        return "outdated"
    named = _named(mail.text)
    if named is None or _fits_several(named):
        return "unclear"
    try:
        with transaction.atomic():
            give_go(broadcast, actor=actor_of(person), named=named)
            data = {"received": received.pk, **_told(received, proof)}
            record("broadcast.go_by_mail", by=person.name, broadcast=broadcast.id, data=data)
    except Trouble:
        raise
    except EboxcastError:
        return "refused"
    return ""


def _fits_several(named: Named) -> bool:
    """Return whether what is named fits more than one broadcast: which one a mail answers need not be signed."""
    known = Broadcast.objects.filter(agreed_at=named.agreed_at)
    return sum(files_digest(one).startswith(named.files) for one in known) > 1


def _told(received: ReceivedMail, proof: Proof) -> dict[str, object]:
    """Return by which signature a GO was taken."""
    if proof.person is None:
        return {"domain": received.signed_by}
    return {
        "address": received.signed_by,
        "fingerprint": proof.person.fingerprint,
        "issuer": mask_and_strip(proof.person.issuer),
        "signed_at": proof.person.signed_at.isoformat(),
    }


def _named(text: str) -> Named | None:
    """Return the moment and the digest that a text names, where that is all that it says beside its signature."""
    said, _, _ = f"{text}\n".partition("\n--\n")
    moments = {read_moment(found) for found in _MOMENT.findall(said)}
    rest = _MOMENT.sub(" ", said)
    digests = {found.lower() for found in _DIGEST.findall(rest)}
    if len(moments) != 1 or len(digests) != 1 or not _NOTHING_ELSE.fullmatch(_DIGEST.sub(" ", rest)):
        return None
    moment = moments.pop()
    return Named(agreed_at=moment, files=digests.pop()) if moment else None
