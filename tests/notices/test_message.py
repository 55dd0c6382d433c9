"""A notice on the wire: what its reader sees is what was written, whatever is in it."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.broadcasts import people as p
from tests.notices.mailbox import Mailbox, free_port, mailed_to, serving

from eboxcast.audit.sealing import seal_pending
from eboxcast.lib import clock
from eboxcast.notices.making import make_notices
from eboxcast.notices.models import Notice
from eboxcast.notices.sending import send_due
from eboxcast.notices.transport.message import message_of

LONG = "Ce qui change pour vous à partir du 1er janvier : pensions, allocations et congés, en une seule lettre " * 3
SUBJECTS = (
    f"[2027-0001] La date est fixée : vendredi 12 novembre 2027 - {LONG}"[:255],
    "[2027-0001] " + "a" * 243,
    "[2027-0001] " + "ä" * 243,
    "[2027-0001] Rentenanpassungsmitteilungsverordnung  zwei Leerzeichen - für  Sie und  über  Sie  hinaus, ça  va",
    "[2027-0001] 🎉 " + "été à déjà " * 22,
    "[2027-0001] looks =?utf-8?q?encoded=0D=0ABcc=3A_x=40example.be?= and is not",
    " begins and ends with a space ",
)


def seen_in(content: bytes) -> set[str]:
    """Return the subject as a program of today and one of the last century reads it."""
    older = message_from_bytes(content, policy=policy.compat32)["Subject"]
    return {str(message_from_bytes(content, policy=policy.default)["Subject"]), str(make_header(decode_header(older)))}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=255))
@example(SUBJECTS[0])
def test_a_subject_is_read_as_it_was_written_in_short_lines_of_seven_bits(installation: None, subject: str) -> None:
    content = message_of(Notice(pk=1, subject=subject, created_at=clock.now())).as_bytes()
    assert seen_in(content) == {subject}
    assert content.isascii()
    head = content.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert [line for line in head if len(line) > 78 or not line.strip()] == []


@pytest.mark.usefixtures("addressed")
def test_subjects_arrive_at_a_server_as_they_were_written() -> None:
    p.requested()
    seal_pending()
    make_notices()
    template = Notice.objects.exclude(kind="audit-head").first()
    assert template is not None
    Notice.objects.all().delete()
    for number, subject in enumerate(SUBJECTS):
        template.pk, template.seal, template.message_id, template.subject = None, number, f"<{number}@x>", subject
        template.save(force_insert=True)
    port, mailbox = free_port(), Mailbox()
    with serving(mailbox, port), mailed_to(port):
        assert send_due().sent == len(SUBJECTS)
    assert [str(mail["Subject"]) for mail in mailbox.taken] == list(SUBJECTS)


@pytest.mark.usefixtures("addressed")
def test_a_line_that_begins_with_from_arrives_as_it_is() -> None:
    """The library changes it where it writes a mail for a server itself."""
    p.requested()
    seal_pending()
    make_notices()
    Notice.objects.update(text="Hello,\n\nFrom Friday on, expect calls.\n")
    port, mailbox = free_port(), Mailbox()
    with serving(mailbox, port), mailed_to(port):
        send_due()
    texts = [body.get_content() for mail in mailbox.taken if (body := mail.get_body(("plain",))) is not None]
    assert texts
    assert {text.splitlines()[2] for text in texts} == {"From Friday on, expect calls."}
