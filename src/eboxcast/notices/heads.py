"""Mailing the head of the audit to the auditor once a day: kept elsewhere, it proves what is kept here."""

from __future__ import annotations

from datetime import timedelta

from eboxcast.audit.anchoring import MAIL, hand_out
from eboxcast.audit.models import Anchor
from eboxcast.audit.selectors import Head, head
from eboxcast.lib import clock
from eboxcast.lib.command_line import command_of
from eboxcast.lib.formatting import long_moment
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_, translate
from eboxcast.notices.composing import Draft, footer_in, hello_to, notice_of
from eboxcast.notices.letter import Event, Letter, Matter
from eboxcast.notices.readers import Concerned, Group, Reader, readers_of
from eboxcast.reports.page_text import unbroken
from eboxcast.reports.sections import Fact, Section

KIND = "audit-head"
EVERY = timedelta(days=1)

SUBJECT = N_("Head of the audit")
_SAYS = N_(
    "This is the head of the audit on {moment}. Please keep this email where no one at the operator can change it."
)
_HOW = N_("It can be used later to prove that nothing recorded until then was altered or removed: {verify}")
_TITLE = N_("Number and digest")


def compose_heads() -> list[Draft]:
    """Return a mail for each auditor when a day has passed since the last one and something was recorded since."""
    newest = head()
    if newest is None or not _due(newest):
        return []
    return [_draft(reader) for reader in readers_of((Group.AUDITORS,), Concerned(institution=""))]


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
