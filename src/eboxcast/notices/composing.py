"""Composing the notices of one sealed entry: who gets which, in which words, with which invitation and files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from uuid import uuid4

from django.conf import settings

from eboxcast.audit.selectors import SealedEntry
from eboxcast.broadcasts.models import Broadcast
from eboxcast.lib import clock
from eboxcast.lib.errors import EboxcastError, Trouble
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.telling import remedy_in, sentence_in
from eboxcast.lib.translation import N_, translate
from eboxcast.notices.about import About
from eboxcast.notices.facts import details, subject_matter
from eboxcast.notices.invitations import Invitations
from eboxcast.notices.kinds.kind import File, Kind
from eboxcast.notices.kinds.table import kinds_for
from eboxcast.notices.letter import HELLO, Letter, as_html, as_text
from eboxcast.notices.models import Notice
from eboxcast.notices.next_steps import turns_of
from eboxcast.notices.readers import Reader, readers_of
from eboxcast.notices.threads import prefix_of, thread_of
from eboxcast.notices.words import said
from eboxcast.reports.sections import Section
from eboxcast.senders.models import TypeRequest

_ANSWER = N_("This is an automatic email from eboxcast. You can reply to {address}; our team reads all replies.")
_NOT_HAD = N_("The following could not be added:")
_LONGEST = 60
_NO_NUMBERS = N_("This email does not identify any citizen. Please do not put a national number in your reply either.")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A notice that is not kept yet, with its files."""

    notice: Notice
    files: tuple[File, ...]


def compose(entry: SealedEntry) -> list[Draft]:
    """Return the notices of an entry; none for one that is silent. It changes nothing of ours.

    Call it outside a transaction: the report hands out the head of the audit.
    """
    kinds = [kind for kind in kinds_for(entry.action) if kind.when(entry)]
    about = _about(entry) if kinds else None
    return [draft for kind in kinds for draft in _drafts(kind, about)] if about else []


def _about(entry: SealedEntry) -> About | None:
    if entry.broadcast is not None:
        found = Broadcast.objects.select_related("campaign").filter(id=entry.broadcast).first()
        return About(entry=entry, broadcast=found) if found else None
    request = TypeRequest.objects.filter(pk=int(entry.data.get("request") or 0)).first()
    return About(entry=entry, request=request)


def _drafts(kind: Kind, about: About) -> Iterator[Draft]:
    invitations = Invitations(kind, about)
    files: dict[str, tuple[File, ...]] = {}
    extras: dict[str, tuple[Section, ...]] = {}
    for reader in readers_of(kind.to, about.concerned):
        language = reader.language
        if language not in files:
            extras[language], files[language] = _additions(kind, about, language)
        letter = letter_to(reader, kind, about, extras[language])
        notice = notice_of(letter, reader, kind=kind.name, entry=about.entry)
        notice.references = thread_of(about, reader)
        invitations.add(notice, reader, letter)
        yield Draft(notice=notice, files=files[language])


def _additions(kind: Kind, about: About, language: str) -> tuple[tuple[Section, ...], tuple[File, ...]]:
    """Return what goes with the words of a kind.

    Where that cannot be had, the mail says so: one run that was lost must not keep all other mails waiting. A database
    that does not answer now does keep them waiting.
    """
    try:
        sections = tuple(section for extra in kind.extras for section in extra(about, language))
        return sections, tuple(kind.files(about, language)) if kind.files else ()
    except Trouble:
        raise
    except EboxcastError as failure:
        told = tuple(mask_and_strip(text) for said in (sentence_in, remedy_in) if (text := said(failure, language)))
        return (Section(title=translate(_NOT_HAD, language), notes=told),), ()


def letter_to(reader: Reader, kind: Kind, about: About, extras: Sequence[Section]) -> Letter:
    """Return what a notice says to one reader."""
    language, data = reader.language, about.data
    return Letter(
        language=language,
        subject=prefix_of(about) + said(kind.subject, language, data) + _matter(about),
        hello=translate(HELLO, language, {"name": mask_and_strip(reader.full_name)}),
        paragraphs=tuple(said(sentence, language, data) for sentence in (kind.says, *kind.advice)),
        sections=(*details(about, kind.facts, language), *extras, *subject_matter(about, language)),
        turns=turns_of(about, reader),
        footer=footer_in(language),
    )


def _matter(about: About) -> str:
    return f" - {mask_and_strip(about.broadcast.subject)[:_LONGEST]}" if about.broadcast else ""


def footer_in(language: str) -> tuple[str, ...]:
    """Return what stands under every mail."""
    address = parseaddr(settings.EBOXCAST_MAIL_FROM)[1]
    return translate(_ANSWER, language, {"address": address}), translate(_NO_NUMBERS, language)


def notice_of(letter: Letter, reader: Reader, *, kind: str, entry: SealedEntry) -> Notice:
    """Return a notice that waits to be kept and sent."""
    domain = parseaddr(settings.EBOXCAST_MAIL_FROM)[1].rpartition("@")[2]
    return Notice(
        seal=entry.number or 0,
        entry=entry.action,
        kind=kind,
        broadcast=entry.broadcast,
        recipient=reader.recipient,
        address=reader.address,
        language=letter.language,
        message_id=f"<{uuid4()}@{domain}>",
        subject=mask_and_strip(letter.subject),
        text=as_text(letter),
        html=as_html(letter),
        created_at=clock.now(),
        next_try_at=clock.now() - clock.offset(),
    )
