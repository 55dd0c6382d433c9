"""Mailing the head of the audit once a day, to auditors and to witnesses: kept elsewhere, it proves what is kept here.

What witnesses get is signed, and comes with the proof that it goes on from the one that they got before.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from eboxcast.audit.anchoring import MAIL, hand_out
from eboxcast.audit.heads import as_file, following, make_head
from eboxcast.audit.models import Anchor, TreeHead
from eboxcast.audit.selectors import Head, head
from eboxcast.audit.signing_keys import is_set_up
from eboxcast.lib import clock
from eboxcast.lib.command_line import command_of
from eboxcast.lib.formatting import long_moment
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_, translate
from eboxcast.notices.composing import Draft, footer_in, hello_to, notice_of
from eboxcast.notices.kinds.kind import File
from eboxcast.notices.letter import Event, Letter, Matter
from eboxcast.notices.models import Notice
from eboxcast.notices.readers import Concerned, Group, Reader, readers_of
from eboxcast.reports.page_text import unbroken
from eboxcast.reports.sections import Fact, Section

KIND = "audit-head"
WITNESS_KIND = "audit-head-signed"
EVERY = timedelta(days=1)

SUBJECT = N_("Head of the audit")
_SAYS = N_(
    "This is the head of the audit on {moment}. Please keep this email where no one at the operator can change it."
)
_HOW = N_("It can be used later to prove that nothing recorded until then was altered or removed: {verify}")
_TITLE = N_("Number and digest")
_LANGUAGE = "en"
"""Of mails to witnesses: which languages they read, nobody is asked."""
_SIGNED = N_("The signed head of the audit of {moment} is attached, with the proof that it goes on from the last one.")
_KEEP = N_("Please have your witness countersign it, and keep this email where no one at the operator can change it.")
_SIGNED_TITLE = N_("Signed head")
_ENTRIES = N_("Entries")
_ROOT = N_("Root")
_KEY = N_("Fingerprint of the key")


def compose_heads() -> list[Draft]:
    """Return a mail for each auditor when a day has passed since the last one and something was recorded since."""
    newest = head()
    if newest is None or not _due(newest):
        return []
    return [_draft(reader) for reader in readers_of((Group.AUDITORS,), Concerned(institution=""))]


def compose_heads_for_witnesses() -> list[Draft]:
    """Return a mail for each witness when a day has passed since the last one and something was recorded since.

    None where nothing is set up to sign. Raises AuthoritySilent where a timestamp is, and does not come.
    """
    newest = head() if settings.EBOXCAST_WITNESSES and is_set_up() else None
    if newest is None:
        return []
    before = {address: _last_for(address) for address in settings.EBOXCAST_WITNESSES}
    due = {address: last for address, last in before.items() if last is None or _is_due(last, newest)}
    made = make_head(newest.number) if due else None
    return [_draft_for_witness(address, made, last) for address, last in due.items()] if made else []


def _last_for(address: str) -> Notice | None:
    return Notice.objects.filter(kind=WITNESS_KIND, recipient=address).order_by("seal").last()


def _is_due(last: Notice, newest: Head) -> bool:
    return last.seal < newest.number and last.created_at + EVERY <= clock.now()


def _draft_for_witness(address: str, made: TreeHead, last: Notice | None) -> Draft:
    reader = Reader(recipient=address, full_name=address, address=address, language=_LANGUAGE)
    file = File(
        file_name=f"head-{made.size}.json",
        media_type="application/json",
        content=as_file(following(made, last.seal if last else None)).encode(),
    )
    letter = _letter_to_witness(reader, made)
    return Draft(notice=notice_of(letter, reader, seal=made.size, entry="audit.head", kind=WITNESS_KIND), files=(file,))


def _letter_to_witness(reader: Reader, made: TreeHead) -> Letter:
    language = reader.language
    title = f"[eboxcast] {translate(SUBJECT, language)} {made.size}"
    said = translate(_SIGNED, language, {"moment": long_moment(made.made_at, language)})
    facts = (
        Fact(translate(_ENTRIES, language), str(made.size)),
        Fact(translate(_ROOT, language), bytes(made.root).hex(), fixed=True),
        Fact(translate(_KEY, language), made.fingerprint, fixed=True),
    )
    section = Section(title=translate(_SIGNED_TITLE, language), facts=facts)
    event = Event(title=title, moment="", paragraphs=(said, translate(_KEEP, language)), sections=(section,))
    return Letter(
        language=language,
        subject=title,
        hello=hello_to(reader),
        matters=(Matter(title=title, events=(event,)),),
        footer=footer_in(language),
    )


def _due(newest: Head) -> bool:
    last = Anchor.objects.filter(kind=MAIL).order_by("-made_at").first()
    return last is None or (last.number < newest.number and last.made_at + EVERY <= clock.now())


def _draft(reader: Reader) -> Draft:
    given = hand_out(kind=MAIL, to=reader.recipient)
    assert given is not None  # noqa: S101 - there was one a moment ago, and none is ever removed
    letter = _letter(reader, given)
    return Draft(notice=notice_of(letter, reader, seal=given.number, entry="audit.head", kind=KIND), files=())


def _letter(reader: Reader, given: Head) -> Letter:
    language = reader.language
    verify = unbroken(command_of(NextAction(action="audit.verify", parameters={"anchor": str(given)})))
    title = f"[eboxcast] {translate(SUBJECT, language)} {given.number}"
    event = Event(
        title=title,
        moment="",
        paragraphs=(
            translate(_SAYS, language, {"moment": long_moment(clock.now(), language)}),
            translate(_HOW, language, {"verify": verify}),
        ),
        sections=(
            Section(
                title=translate(_TITLE, language), facts=(Fact(str(given.number), given.digest.hex(), fixed=True),)
            ),
        ),
    )
    return Letter(
        language=language,
        subject=title,
        hello=hello_to(reader),
        matters=(Matter(title=title, events=(event,)),),
        footer=footer_in(language),
    )
