"""Composing mails: what is told together to one reader becomes one, in words, with its invitation and files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from eboxcast.audit.selectors import SealedEntry
from eboxcast.lib import clock
from eboxcast.lib.actors import Role
from eboxcast.lib.errors import EboxcastError, Trouble
from eboxcast.lib.formatting import long_date, long_moment
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.telling import remedy_in, sentence_in
from eboxcast.lib.translation import N_, translate
from eboxcast.notices.about import About, about_entry
from eboxcast.notices.invitations import add_invitation, invitation_in
from eboxcast.notices.kinds.kind import File, Kind
from eboxcast.notices.kinds.table import KINDS
from eboxcast.notices.letter import HELLO, Event, Letter, Matter, as_html, as_text
from eboxcast.notices.links import link_to, way_to
from eboxcast.notices.models import Item, Notice
from eboxcast.notices.next_steps import turns_of
from eboxcast.notices.readers import Reader
from eboxcast.notices.reading import mail_address, mail_domain, new_message_id
from eboxcast.notices.words import Exact, said, spoken
from eboxcast.reports.page_text import breakable, unbroken
from eboxcast.reports.sections import Fact, Section

_ANSWER = N_("This is an automatic email from eboxcast. You can reply to {address}; our team reads all replies.")
_NO_NUMBERS = N_("This email does not identify any citizen. Please do not put a national number in your reply either.")
_NOT_HAD = N_("The following could not be added:")
_OVERVIEW = N_("Daily overview of {date}")
_LONGEST = 60
_NUMBERS_SHOWN = 3

_LABELS = {
    "reason": N_("Reason"),
    "why": N_("Reason"),
    "dates": N_("Dates"),
    "expected": N_("Expected recipients"),
    "recipients": N_("Recipients"),
    "reconfirmation_due": N_("Reconfirm by"),
    "acceptance_due": N_("Files for acceptance by"),
    "due": N_("Due"),
    "agreed_at": N_("Visible from"),
    "window_ends_at": N_("End of the window"),
    "visible_at": N_("Visible since"),
    "environment": N_("Environment"),
    "document": N_("Document (SHA-256)"),
    "first_time": N_("First-time eBox users expected"),
    "published": N_("Published"),
    "refused": N_("Refused"),
    "unknown": N_("Unknown"),
    "not_attempted": N_("Not attempted"),
    "read": N_("Recipients who opened it"),
    "application": N_("Application"),
    "address": N_("Address"),
    "issuer": N_("Issuer of the certificate"),
    "fingerprint": N_("Fingerprint"),
    "signed_at": N_("Signed at"),
}
_NUMBERS = {"expected", "recipients", "first_time", "published", "refused", "unknown", "not_attempted", "read"}
_FIXED = {"document", "fingerprint"}

_ABOUT = N_("Overview")
_DETAILS = N_("Details")
_PAGE = N_("Page")
_BROADCAST = (
    ("number", N_("Broadcast")),
    ("subject", N_("Subject")),
    ("campaign", N_("Campaign")),
    ("institution", N_("Institution")),
    ("type", N_("Message type")),
    ("language", N_("Language")),
    ("date", N_("Date")),
)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A notice that is not kept yet, with its files."""

    notice: Notice
    files: tuple[File, ...]


@dataclass(frozen=True, kw_only=True)
class _Told:
    """What an entry tells in one language, whoever reads it."""

    about: About
    event: Event
    files: tuple[File, ...]


class Composer:
    """Composes the mails of one pass: what an entry tells in a language is composed once for all its readers."""

    def __init__(self, entries: Mapping[int, SealedEntry]) -> None:
        self._entries = entries
        self._abouts: dict[int, About] = {}
        self._told: dict[tuple[int, str, str, bool], _Told] = {}

    def draft(self, items: Sequence[Item]) -> Draft:
        """Return the mail that tells one reader these things, in their order. It changes nothing of ours.

        Call it outside a transaction: a report hands out the head of the audit.
        """
        last, reader = items[-1], _reader_of(items[-1])
        invited = invitation_in(items)
        told = [self._tell(item, reader.language, invited=item is invited) for item in items]
        letter = Letter(
            language=reader.language,
            is_overview=_is_overview(items),
            subject=_subject(items, told),
            hello=hello_to(reader),
            matters=tuple(_matters(told, reader)),
            footer=footer_in(reader.language),
        )
        notice = notice_of(letter, reader, seal=last.seal, entry=last.entry, kind=last.kind)
        notice.broadcast = last.broadcast if len({item.broadcast for item in items}) == 1 else None
        notice.references = _references(items)
        if invited is not None:
            of_it = told[items.index(invited)]
            add_invitation(
                notice, invited, of_it.about, reader=reader, description=breakable("\n".join(of_it.event.paragraphs))
            )
        files = {(file.file_name, file.content): file for one in told for file in one.files}  # the same one once
        return Draft(notice=notice, files=tuple(files.values()))

    def _tell(self, item: Item, language: str, *, invited: bool) -> _Told:
        place = (item.seal, item.kind, language, invited)
        if place not in self._told:
            self._told[place] = _told(KINDS[item.kind], self._about(item.seal), language, invited=invited)
        return self._told[place]

    def _about(self, seal: int) -> About:
        if seal not in self._abouts:
            entry = self._entries[seal]
            self._abouts[seal] = about_entry(entry) or About(entry=entry)
        return self._abouts[seal]


def hello_to(reader: Reader) -> str:
    """Return how a mail begins."""
    return translate(HELLO, reader.language, {"name": mask_and_strip(reader.full_name)})


def footer_in(language: str) -> tuple[str, ...]:
    """Return what stands under every mail."""
    return translate(_ANSWER, language, {"address": mail_address()}), translate(_NO_NUMBERS, language)


def notice_of(letter: Letter, reader: Reader, *, seal: int, entry: str, kind: str) -> Notice:
    """Return a notice that waits to be kept and sent."""
    return Notice(
        seal=seal,
        entry=entry,
        kind=kind,
        recipient=reader.recipient,
        address=reader.address,
        language=letter.language,
        message_id=new_message_id(),
        subject=mask_and_strip(letter.subject),
        text=as_text(letter),
        html=as_html(letter),
        created_at=clock.now(),
        next_try_at=clock.now() - clock.offset(),
    )


def _reader_of(item: Item) -> Reader:
    return Reader(
        recipient=item.recipient,
        full_name=item.full_name,
        address=item.address,
        language=item.language,
        roles=frozenset(map(Role, item.roles)),
    )


def _told(kind: Kind, about: About, language: str, *, invited: bool) -> _Told:
    extras, files = _additions(kind, about, language)
    data = {**about.data, **_ways(kind, about)}
    sentences = (kind.says, *kind.advice, *(kind.with_invitation if invited else ()))
    event = Event(
        title=said(kind.subject, language, data),
        moment=long_moment(about.entry.at.replace(second=0, microsecond=0), language),
        paragraphs=tuple(said(sentence, language, data) for sentence in sentences),
        sections=(*_details(about, kind.facts, language), *extras),
        link=kind.link(about) if kind.link else "",
    )
    return _Told(about=about, event=event, files=files)


def _ways(kind: Kind, about: About) -> Mapping[str, Exact]:
    known = {name: str(value) for name, value in about.data.items()}
    return {
        name: Exact(unbroken(way_to(NextAction(action=one.action, parameters=_filled(one.parameters, known)))))
        for name, one in kind.actions.items()
    }


def _filled(parameters: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    return {name: text.format_map(known) for name, text in parameters.items()}


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
        told = tuple(
            mask_and_strip(text)
            for said in (sentence_in, remedy_in)
            if (text := said(failure, language, render=way_to))
        )
        return (Section(title=translate(_NOT_HAD, language), notes=told),), ()


def _matters(told: Sequence[_Told], reader: Reader) -> Iterator[Matter]:
    """Return what is told, broadcast by broadcast, with what came next after the last of it."""
    first_of = {one.about.number: place for place, one in reversed(list(enumerate(told)))}
    in_order = sorted(told, key=lambda one: first_of[one.about.number])
    for number, group in groupby(in_order, key=lambda one: one.about.number):
        of_it = list(group)
        last = of_it[-1].about
        yield Matter(
            title=f"[{number}] {_subject_of(last)}".rstrip(),
            events=tuple(one.event for one in of_it),
            turns=turns_of(last, reader),
            overview=tuple(_overview(last, reader)),
        )


def _is_overview(items: Sequence[Item]) -> bool:
    return all(item.overview_at is not None for item in items)


def _subject(items: Sequence[Item], told: Sequence[_Told]) -> str:
    """Return a subject: what is urgent, or the last thing, and how many more; or that it is an overview."""
    language, last = items[-1].language, _foremost(items, told)
    if _is_overview(items):
        return f"[eboxcast] {translate(_OVERVIEW, language, {'date': long_date(clock.today(), language)})}"
    more = f" (+{len(items) - 1})" if len(items) > 1 else ""
    numbers = sorted({one.about.number for one in told})
    shown = ", ".join(numbers[:_NUMBERS_SHOWN]) + (", …" if len(numbers) > _NUMBERS_SHOWN else "")
    about_what = _subject_of(last.about)
    return f"[{shown}] {last.event.title}{more}" + (f" - {about_what}" if about_what else "")


def _foremost(items: Sequence[Item], told: Sequence[_Told]) -> _Told:
    """Return the last thing that is urgent and still so: what it is about has not moved on since; else the last."""
    state_now = {one.about.number: one.about.standing.get("state") for one in told}
    still = [
        one
        for item, one in zip(items, told, strict=True)
        if KINDS[item.kind].urgent and one.about.standing.get("state") == state_now[one.about.number]
    ]
    return (still or told)[-1]


def _subject_of(about: About) -> str:
    return mask_and_strip(about.broadcast.subject)[:_LONGEST] if about.broadcast else ""


def _references(items: Sequence[Item]) -> list[str]:
    """Return what a mail refers to: the root all of its thread share, which is no mail, and this reader's first one."""
    last = items[-1]
    thread = f"overview.{mask_and_strip(last.recipient)}" if _is_overview(items) else last.thread
    root = f"<{thread}@{mail_domain()}>"
    known = Notice.objects.filter(address=last.address, references__0=root)
    first = known.order_by("id").values_list("message_id", flat=True).first()
    return [root, first] if first else [root]


def _details(about: About, names: Sequence[str], language: str) -> list[Section]:
    """Return the values that belong to this kind of notice; none when nothing is known of any."""
    data = about.data
    facts = tuple(
        Fact(
            translate(_LABELS[name], language),
            spoken(data[name], language),
            number=name in _NUMBERS,
            fixed=name in _FIXED,
        )
        for name in names
        if data.get(name) not in (None, "", [])
    )
    return [Section(title=translate(_DETAILS, language), facts=facts)] if facts else []


def _overview(about: About, reader: Reader) -> list[Section]:
    """Return which broadcast it is, and its page for who can sign in; nothing for what is about none."""
    if about.broadcast is None:
        return []
    data, language = about.data, reader.language
    facts = [
        Fact(translate(label, language), spoken(data[name], language)) for name, label in _BROADCAST if name in data
    ]
    link = link_to(NextAction(action="broadcast.see", parameters={"broadcast": about.broadcast.number}))
    if link and reader.roles:
        facts.append(Fact(translate(_PAGE, language), link))
    return [Section(title=translate(_ABOUT, language), facts=tuple(facts))]
