"""Taking in mails: each is read once, filed with the notice it answers, and never trusted.

How far the mailbox was read is moved in the transaction that files a mail: whoever is killed, or runs beside another,
files nothing twice and passes over nothing. No transaction is open while the mail server is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from eboxcast.audit.actions import record
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.lib import clock
from eboxcast.lib.actors import STEWARD, Actor, Role
from eboxcast.lib.crashpoints import Receiving, reached
from eboxcast.lib.digests import digest
from eboxcast.lib.policy import authorize
from eboxcast.notices.errors import NoMailbox
from eboxcast.notices.incoming.go import answer_go, asks_for_go, is_go_taken
from eboxcast.notices.incoming.parsing import IncomingMail, Unreadable, read_mail
from eboxcast.notices.incoming.proof import Proof
from eboxcast.notices.incoming.proving import prove
from eboxcast.notices.incoming.signatures import FindKey, ask_name_servers
from eboxcast.notices.incoming.threads import answered_notice, is_ours
from eboxcast.notices.kinds.incoming import RETURNED
from eboxcast.notices.models import Inbox, Notice, ReceivedMail, Sort, State
from eboxcast.notices.transport.imap_server import ImapServer
from eboxcast.notices.transport.mail_server import MailSettingWrong
from eboxcast.notices.transport.mailbox import Fetched, Mailbox, open_mailbox
from eboxcast.senders.models import Person

if TYPE_CHECKING:  # pyHanko takes 0.3 s to import
    from eboxcast.lib.authorities import Authorities

FindProof = Callable[[bytes, IncomingMail], tuple[IncomingMail, Proof]]
MOST_AN_HOUR = 20
"""Replies of one address: who writes more of them is a program that answers a program."""
_log = structlog.get_logger(__name__)


@dataclass
class TakenIn:
    """What a pass came to."""

    replies: int = 0
    returned: int = 0
    automatic: int = 0
    """Answers of programs, which are not kept."""
    ours: int = 0
    """Our own mails, come back to us."""
    others: int = 0
    """Mails that answer no notice about one broadcast: they stay in the mailbox, unread."""
    unreadable: int = 0


def take_in_mails(
    *, ended: Callable[[], bool] = lambda: False, find_key: FindKey = ask_name_servers, actor: Actor
) -> TakenIn:
    """Read the mails that came in since the last time, until ``ended`` says so.

    ``find_key`` finds the keys with which domains sign their mails.
    Raises NotYourRole, NoMailbox, MailboxUnreachable, MailSettingWrong.
    """
    authorize(actor, "notice.take_in")
    taken = TakenIn()
    find_proof = partial(prove, find_key=find_key, authorities=_authorities_set())
    with open_mailbox(mailbox_set()) as mailbox:
        for number in mailbox.after(_begin(mailbox)):
            if ended():
                return taken
            _take(mailbox, number, taken, find_proof)
    _note_end()
    return taken


def mailbox_set() -> ImapServer:
    """Return the folder that is to be read. Raises NoMailbox."""
    server: ImapServer | None = settings.EBOXCAST_MAILBOX
    if server is None:
        raise NoMailbox
    return server


def _authorities_set() -> Authorities | None:
    """Return whose certificates count where a mail asks for a GO, as their file is now. Raises MailSettingWrong."""
    file: Path | None = settings.EBOXCAST_SMIME_AUTHORITIES
    if file is None or not is_go_taken():
        return None
    from eboxcast.lib.authorities import Authorities, AuthoritiesWrong  # pyHanko takes 0.3 s to import

    try:
        return Authorities.read(file.read_bytes())
    except (OSError, AuthoritiesWrong) as error:
        problem = "its file cannot be read, or has no certificate in it (PEM)"
        raise MailSettingWrong(variable="EBOXCAST_SMIME_AUTHORITIES", problem=problem) from error


def _take(mailbox: Mailbox, number: int, taken: TakenIn, find_proof: FindProof) -> None:
    fetched = mailbox.fetch(number)
    if fetched is None:
        return
    proof = Proof()
    try:
        mail: IncomingMail | None = read_mail(fetched.raw)
    except Unreadable as broken:
        _log.warning("mail_in.unreadable", number=number, problem=str(broken))
        mail = None
    if mail and _may_need_proof(mail):
        mail, proof = find_proof(fetched.raw, mail)
    with sanitized_db_errors(), transaction.atomic():
        if not _pass(mailbox, number):
            return
        name, is_filed = _file(mail, fetched, proof) if mail else ("unreadable", False)
        reached(Receiving.FILED_BEFORE_COMMIT)
    reached(Receiving.FILED)
    setattr(taken, name, getattr(taken, name) + 1)
    if is_filed:
        mailbox.mark_read(number)


@sanitized_db_errors()
def _may_need_proof(mail: IncomingMail) -> bool:
    """Return whether it may be asked who signed a mail: not for strangers, who know no notice."""
    return is_go_taken() and answered_notice(mail) is not None


@sanitized_db_errors()
def _begin(mailbox: Mailbox) -> int:
    """Return the number of the last mail that was read; none was of another folder, or one that is numbered anew."""
    Inbox.objects.get_or_create(id=1)
    with transaction.atomic():
        inbox = Inbox.objects.select_for_update().get(id=1)
        if (inbox.mailbox, inbox.validity) != (mailbox.name, mailbox.validity):
            inbox.mailbox, inbox.validity, inbox.last_number = mailbox.name, mailbox.validity, 0
            inbox.save()
        return inbox.last_number


def _pass(mailbox: Mailbox, number: int) -> bool:
    """Note that a mail is read; not where another process was faster, or reads another folder since."""
    inbox = Inbox.objects.select_for_update().get(id=1)
    if (inbox.mailbox, inbox.validity) != (mailbox.name, mailbox.validity) or inbox.last_number >= number:
        return False
    inbox.last_number = number
    inbox.save(update_fields=["last_number"])
    return True


@sanitized_db_errors()
def _note_end() -> None:
    Inbox.objects.filter(id=1).update(read_at=clock.now())


def _file(mail: IncomingMail, fetched: Fetched, proof: Proof) -> tuple[str, bool]:
    """File a mail; return how it is counted, and whether it was filed."""
    if is_ours(mail.sender):
        return "ours", False
    returned = Notice.objects.filter(message_id=mail.returned.original).first() if mail.returned else None
    notice = returned or answered_notice(mail)
    key = digest(fetched.raw)
    if notice is None or ReceivedMail.objects.filter(digest=key).exists():
        return "others", False
    received = ReceivedMail(digest=key, notice=notice, broadcast=notice.broadcast, received_at=clock.now())
    if returned is not None and mail.returned is not None:
        _file_returned(received, mail.returned.problem)
        return "returned", True
    if mail.is_automatic:
        received.sort = Sort.AUTOMATIC
        received.save(force_insert=True)
        return "automatic", True
    is_over = not notice.text  # what was said about it is deleted already
    if notice.broadcast is None or is_over or _is_loop(mail):
        return "others", False
    received.is_whole = fetched.is_whole
    _file_reply(received, mail, proof)
    return "replies", True


def _file_reply(received: ReceivedMail, mail: IncomingMail, proof: Proof) -> None:
    person = _person_at(mail)
    received.sort = Sort.REPLY
    received.sender, received.sender_name = mail.sender, mail.sender_name
    received.person = person.name if person else ""
    received.subject, received.text = mail.subject, mail.text
    received.file_names = list(mail.file_names)
    received.signed_by = proof.signed_by(mail)
    if received.signed_by and not _is_used(mail, proof):
        received.message_id, received.signature = mail.message_id, proof.person.once if proof.person else None
    received.written_at = mail.written_at
    received.save(force_insert=True)
    of_team = person is not None and Role.INTEGRATION in person.roles
    data = {"received": received.pk, "notice": received.notice_id, "of_team": of_team}
    record("notice.answered", by=STEWARD.name, broadcast=received.broadcast, data=data)
    if asks_for_go(mail) and received.broadcast:
        answer_go(received, mail, person, proof, broadcast=received.broadcast)


def _is_used(mail: IncomingMail, proof: Proof) -> bool:
    """Return whether a signed mail came before: with the same Message-ID, or with the same signature and another."""
    used = Q(message_id=mail.message_id)
    if proof.person:
        used |= Q(signature=proof.person.once)
    return ReceivedMail.objects.filter(used).exists()


def _file_returned(received: ReceivedMail, problem: str) -> None:
    """Mark a notice as not delivered, and have the team told; not of a mail that told the team the same."""
    notice = received.notice
    received.sort = Sort.RETURNED
    received.save(force_insert=True)
    Notice.objects.filter(pk=notice.pk, state=State.SENT).update(state=State.GIVEN_UP, last_problem=problem)
    if not notice.items.filter(kind=RETURNED.name).exists():
        data = {"received": received.pk, "notice": notice.pk, "recipient": notice.recipient, "reason": problem}
        record("notice.returned", by=STEWARD.name, broadcast=notice.broadcast, data=data)


def _is_loop(mail: IncomingMail) -> bool:
    since = clock.now() - timedelta(hours=1)
    lately = ReceivedMail.objects.filter(sender=mail.sender, sort=Sort.REPLY, received_at__gte=since)
    return lately.count() >= MOST_AN_HOUR


def _person_at(mail: IncomingMail) -> Person | None:
    """Return whose address the sender says is theirs; nobody where two people share it."""
    found = list(Person.objects.filter(email__iexact=mail.sender, active=True, service=False)[:2])
    return found[0] if len(found) == 1 and mail.sender_count == 1 else None
