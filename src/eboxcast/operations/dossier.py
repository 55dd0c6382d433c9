"""The dossier of one broadcast: all that is recorded about it, with its proof, as one file to take away.

It names people who act and contacts, and no recipient.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from django.db import transaction

from eboxcast import __version__
from eboxcast.audit.actions import record
from eboxcast.audit.anchoring import COMMAND, hand_out
from eboxcast.audit.deletions import KIND as DELETIONS_KIND
from eboxcast.audit.deletions import deletions_in, statement_of
from eboxcast.audit.dossier import (
    ANCHORS,
    BROADCAST,
    DELETIONS,
    ENTRIES,
    HEAD,
    KIND,
    PROOFS,
    SEALS,
    SIGNED_DELETIONS,
    TREE,
    Writer,
    lines_of,
)
from eboxcast.audit.excerpt import Excerpt, excerpt_of
from eboxcast.audit.heads import make_head
from eboxcast.audit.selectors import Head
from eboxcast.audit.signing import NothingSigns, sign, sign_if_possible
from eboxcast.audit.signing_keys import is_set_up
from eboxcast.audit.tree import edge_at, prove_entries
from eboxcast.broadcasts.models import Broadcast
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.models import Run
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor
from eboxcast.lib.command_line import command_of
from eboxcast.lib.errors import Defect
from eboxcast.lib.formatting import iso
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.policy import authorize
from eboxcast.lib.translation import LANGUAGES, N_, translate
from eboxcast.notices.listing import Sought, newest_notices
from eboxcast.notices.models import Notice
from eboxcast.notices.transport.message import message_of
from eboxcast.reports.certificate import issue_certificate
from eboxcast.reports.certificate_page import page_of
from eboxcast.reports.page_html import html_of

_BLOCK = 1 << 20
_MOST_MAILS = 100_000
_VERIFY = NextAction(action="audit.verify", parameters={"dossier": "FILE", "keys": "keys.json"})
_VERIFY_BY_ANCHOR = NextAction(action="audit.verify", parameters={"dossier": "FILE", "anchor": "NUMBER:DIGEST"})
_README = (
    N_("Dossier of broadcast {number}, made on {moment} by {by} with eboxcast {version}."),
    N_("It contains everything that is recorded about this broadcast. It identifies no recipient."),
    N_("broadcast.json: the request, both decisions on the date, waivers, the test, every GO, and the history."),
    N_("deletions.json: what was deleted, when and by which rule; deletions.jws, if it is there, is the same, signed."),
    N_("runs: the certificate of each run, for people (HTML) and for programs (JSON)."),
    N_("mails: every email about it, as it was sent; mails.json shows for whom, when, and whether it was sent."),
    N_("audit: the entries of the audit about it, and the seals that prove them up to the head {head}."),
    N_("To verify all of it, without a database: `{command}`"),
    N_(
        "keys.json is the list of keys that the institution gives. If manifest.jws is not there, give a head that was "
        "kept elsewhere instead, in a certificate, in an email to the auditor, or on paper: `{anchored}`"
    ),
    N_("Without eboxcast: manifest.json has the SHA-256 of every other file. If manifest.jws is there, it is signed."),
    N_("The SHA-256 of each line of entries.jsonl is the `content` of its seal."),
    N_("The SHA-256 of each line of seals.jsonl is the `previous` of the next; that of the last line is the head."),
    N_("If head.jws, a signed head, is there, proofs.jsonl leads from each entry to its root (RFC 9162)."),
    N_("The audit records the SHA-256 of manifest.json in `broadcast.dossier_given`."),
)


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """A dossier that was given."""

    content: IO[bytes]
    manifest: str
    """The SHA-256 of its manifest."""
    head: Head

    def blocks(self) -> Iterator[bytes]:
        """Yield the file, once."""
        with self.content as file:
            while block := file.read(_BLOCK):
                yield block


def hand_out_dossier(broadcast: Broadcast, *, sheet: object, written: Callable[[object], str], actor: Actor) -> Dossier:
    """Return the dossier of a broadcast, and keep who took it.

    ``sheet`` is what doors show of the broadcast; ``written`` makes JSON of it and of the certificates.

    Call it outside a transaction: what is not yet sealed is sealed first. Raises NotYourRole.
    """
    authorize(actor, "audit.dossier")
    with sanitized_db_errors():
        runs = _runs_of(broadcast)
        certificates = [(run, issue_certificate(run, actor=actor)) for run in runs]
        notices = newest_notices(Sought(broadcast=broadcast.id), limit=_MOST_MAILS)
        head = hand_out(kind=COMMAND, to=actor.name)
        if head is None:
            raise Defect(check="a broadcast without an entry in the audit")
        excerpt = excerpt_of(broadcast.id, {run.id for run in runs}, head=head)
        file = tempfile.TemporaryFile()  # noqa: SIM115 - who takes it closes it
        writer = Writer(file)
        writer.add("README.txt", [_readme(broadcast, head, actor)])
        _add_audit(writer, excerpt)
        writer.add(BROADCAST, [written(sheet).encode() + b"\n"])
        _add_deletions(writer, broadcast, excerpt)
        _add_mails(writer, notices)
        for run, certificate in sorted(certificates, key=lambda each: _folder(each[0])):
            page = html_of(page_of(certificate, actor.language))
            writer.add(f"{_folder(run)}/certificate.html", [page.encode()])
            writer.add(f"{_folder(run)}/certificate.json", [written(certificate).encode() + b"\n"])
        manifest = writer.close(
            _signed,
            broadcast=broadcast.number,
            broadcast_id=str(broadcast.id),
            head=str(head),
            entries=len(excerpt.entries),
            made_at=iso(clock.now(), "seconds"),
            made_by=actor.name,
            eboxcast_version=__version__,
        )
        with transaction.atomic():
            given = {"number": broadcast.number, "manifest": manifest, "head": str(head)}
            record("broadcast.dossier_given", by=actor.name, broadcast=broadcast.id, data=given)
    file.seek(0)
    return Dossier(content=file, manifest=manifest, head=head)


def _runs_of(broadcast: Broadcast) -> list[Run]:
    """Return every run that was made of its files, and those that took their place."""
    delivered = broadcast.deliveries.values_list("run", flat=True)
    numbers = {run for run in (*delivered, broadcast.acceptance_run, broadcast.production_run) if run}
    return list(Run.objects.filter(id__in=numbers).order_by("created_at", "id"))


def _folder(run: Run) -> str:
    return f"runs/{run.environment}-{run.short}"


def _add_audit(writer: Writer, excerpt: Excerpt) -> None:
    anchors = {"head": str(excerpt.head), "anchors": excerpt.anchors()}
    writer.add(ANCHORS, [json.dumps(anchors, indent=1).encode() + b"\n"])
    writer.add(ENTRIES, lines_of(excerpt.entries))
    _add_tree(writer, excerpt)
    writer.add(SEALS, lines_of(excerpt.seals()))


def _add_tree(writer: Writer, excerpt: Excerpt) -> None:
    """Add the signed head, where something signs, and what leads from each entry to it; and the tree before them."""
    size = excerpt.head.number
    signed = make_head(size) if is_set_up() else None
    if signed:
        writer.add(HEAD, lines_of([signed.signed]))
        proved = zip(excerpt.numbers, prove_entries(excerpt.numbers, size), strict=True)
        paths = (json.dumps({"number": number, "path": _hexadecimal(path)}) for number, path in proved)
        writer.add(PROOFS, lines_of(paths))
    before = excerpt.first - 1
    tree = {"size": before, "edge": _hexadecimal(edge_at(before))}
    writer.add(TREE, [json.dumps(tree, indent=1).encode() + b"\n"])


def _add_deletions(writer: Writer, broadcast: Broadcast, excerpt: Excerpt) -> None:
    """Add what was deleted by now; signed too, where something signs, to be given to others without the rest."""
    deletions = deletions_in(zip(excerpt.numbers, excerpt.entries, strict=True))
    content = statement_of(broadcast.number, str(excerpt.head), deletions)
    writer.add(DELETIONS, [content])
    signed = sign_if_possible(content, kind=DELETIONS_KIND)
    if signed:
        writer.add(SIGNED_DELETIONS, lines_of([signed]))


def _signed(manifest: bytes) -> str | None:
    """Return the manifest signed, with a timestamp where that is set up; None where nothing signs."""
    try:
        return sign(manifest, kind=KIND)
    except NothingSigns:
        return None


def _hexadecimal(hashes: Iterable[bytes]) -> list[str]:
    return [one.hex() for one in hashes]


def _add_mails(writer: Writer, notices: list[Notice]) -> None:
    """Add the mails whose text is still kept, and what is known of all."""
    index = []
    for notice in notices:
        name = f"mails/{notice.pk:08}.eml" if notice.text else None
        if name:
            writer.add(name, [_mail(notice)])
        index.append(_told(notice, name))
    writer.add("mails/mails.json", [json.dumps(index, ensure_ascii=False, indent=1).encode() + b"\n"])


def _mail(notice: Notice) -> bytes:
    message = message_of(notice)
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        # Libraries choose it by chance; the same mail is to be the same file.
        part.set_boundary(f"=_eboxcast_{notice.pk}_{number}")
    return message.as_bytes()


def _told(notice: Notice, name: str | None) -> dict[str, object]:
    return {
        "number": notice.pk,
        "file": name,
        "kind": notice.kind,
        "seal": notice.seal,
        "recipient": notice.recipient,
        "address": notice.address,
        "language": notice.language,
        "subject": mask_and_strip(notice.subject),
        "created_at": iso(notice.created_at, "seconds"),
        "state": notice.state,
        "sent_at": iso(notice.sent_at, "seconds") if notice.sent_at else None,
    }


def _readme(broadcast: Broadcast, head: Head, actor: Actor) -> bytes:
    data = {
        "number": broadcast.number,
        "moment": iso(clock.now(), "seconds"),
        "by": actor.name,
        "version": __version__,
        "head": str(head),
        "command": command_of(_VERIFY),
        "anchored": command_of(_VERIFY_BY_ANCHOR),
    }
    parts = ["\n\n".join(translate(sentence, language, data) for sentence in _README) for language in LANGUAGES]
    return ("\n\n---\n\n".join(parts) + "\n").encode()
