"""The mails that come from what was really published: the proof of the test, the report, the read curve."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from tests.broadcasts import people as p
from tests.broadcasts.people import LOU
from tests.delivery.procedure import EVERYBODY, SHORT, Story
from tests.moments import pass_time
from tests.notices.conftest import add_people

from eboxcast.audit.models import Anchor
from eboxcast.audit.sealing import seal_pending
from eboxcast.broadcasts.models import Broadcast
from eboxcast.delivery.broadcasts.acceptance_tests import run_test
from eboxcast.delivery.models import Run
from eboxcast.lib import clock
from eboxcast.mailboxes.loading import load_eboxes
from eboxcast.mailboxes.models import Release
from eboxcast.mailboxes.opening import mark_read, open_ebox
from eboxcast.notices.making import make_notices
from eboxcast.notices.models import Attachment, Notice
from eboxcast.operations.steward import lead
from eboxcast.package.sampling_content import INSTITUTION
from eboxcast.reports.handing_out import paper_list
from eboxcast.senders.models import MessageType


@pytest.fixture(autouse=True)
def people(story: Story) -> None:
    add_people(INSTITUTION)


def told(kind: str) -> dict[str, Notice]:
    seal_pending()
    make_notices()
    return {notice.recipient: notice for notice in Notice.objects.filter(items__kind=kind)}


def numbers_in(story: Story) -> set[str]:
    """Return the recipients of all lists that were delivered."""
    lists = story.folder.glob("pension-2027-*/package/*.csv")
    return {line.split(";")[0] for one in lists for line in one.read_text("utf-8").splitlines()[1:]}


def reported(story: Story) -> Broadcast:
    broadcast = story.published()
    told("published")
    lead(moment=clock.now(), actor=LOU)
    return broadcast


def test_the_tester_gets_a_proof_of_what_the_eboxes_show_with_the_document(story: Story) -> None:
    broadcast = story.tested()
    proof = told("proof")
    assert proof.keys() == {"anne"}
    text, attached = proof["anne"].text, proof["anne"].attachments.get()
    assert ", ".join(str(place) for place in range(1, SHORT + 1)) in text
    assert bytes(broadcast.tested_document or b"").hex() in text
    assert "Identique au document remis" in text
    assert (attached.media_type, bytes(attached.content)[:5]) == ("application/pdf", b"%PDF-")


def test_the_document_comes_from_the_first_ebox_that_shows_it(story: Story, tmp_path: Path) -> None:
    MessageType.objects.update(without_ebox="refuse")
    broadcast = story.scheduled()
    directory = story.files(SHORT)
    rows = (directory / "recipients-01.csv").read_text("utf-8").splitlines()
    (tmp_path / "eboxes.csv").write_text(f"identifier;state;ebox_only\n{rows[2].split(';')[0]};active;yes\n")
    load_eboxes("acceptance", tmp_path / "eboxes.csv")
    story.deliver(broadcast, directory)
    run_test(broadcast, actor=p.INES)
    attached = told("proof")["anne"].attachments.get()
    assert hashlib.sha256(attached.content).digest() == bytes(broadcast.tested_document or b"")


def test_a_test_that_was_taken_back_meanwhile_has_no_proof_but_says_so(story: Story) -> None:
    story.tested()
    Broadcast.objects.update(acceptance_run=None)
    proof = told("proof")["anne"]
    assert "Ceci n'a pas pu être ajouté\u00a0:" in proof.text
    assert proof.attachments.count() == 0


def test_a_run_that_was_lost_keeps_no_other_mail_waiting(story: Story) -> None:
    reported(story)
    Release.objects.using("production").all().delete()
    assert told("reported").keys() == {"anne", "bram", "ines"}


def test_the_report_has_its_certificate_and_the_account_of_each_list(story: Story) -> None:
    broadcast = reported(story)
    report = told("reported")
    assert report.keys() == {"anne", "bram", "ines"}
    names = [f"certificate-{broadcast.number}.txt", f"certificate-{broadcast.number}.html"]
    assert list(report["anne"].attachments.order_by("id").values_list("file_name", flat=True)) == names
    assert Attachment.objects.filter(file_name__startswith="certificate").count() == 4, "one for each language"
    page = bytes(report["bram"].attachments.get(media_type="text/html").content).decode()
    assert '<html lang="nl">' in page
    assert str(EVERYBODY) in report["ines"].text
    text = bytes(report["ines"].attachments.get(media_type="text/plain").content).decode()
    heads = Anchor.objects.filter(kind="certificate")
    assert any(f"{head.number}:{bytes(head.digest).hex()}" in text for head in heads)


def test_lists_that_name_people_are_counted_and_never_mailed(story: Story) -> None:
    broadcast = reported(story)
    report = told("reported")["ines"]
    run = Run.objects.get(id=broadcast.production_run)
    lines = b"".join(paper_list(run)).decode().splitlines()[1:]
    assert report.text.count(f"/runs/{run.short}/results") == 1
    counted = [line.split()[-1] for line in report.text.splitlines() if "sur la liste papier" in line]
    assert counted == [str(len(lines))]
    everything = "".join(notice.text + notice.html + notice.calendar for notice in Notice.objects.all())
    everything += "".join(bytes(one.content).decode("latin-1") for one in Attachment.objects.all())
    assert len(numbers_in(story)) >= EVERYBODY
    assert [number for number in numbers_in(story) if number in everything] == []


def test_the_read_curve_comes_two_weeks_later_then_all_is_closed(story: Story) -> None:
    broadcast = reported(story)
    letters = [letter for number in numbers_in(story) for letter in open_ebox("production", int(number))]
    mark_read("production", next(letter for letter in letters if letter.run == broadcast.production_run))
    pass_time(days=15)
    lead(moment=clock.now(), actor=LOU)
    curve = told("statistics")["anne"].text.splitlines()
    assert [line.split()[-1] for line in curve if line.startswith("  lun. 15/02/2027")] == ["1"]
    assert told("closed").keys() == {"anne", "bram", "ines"}


def test_a_launch_that_cannot_begin_says_what_is_missing(story: Story) -> None:
    broadcast = story.armed()
    broadcast.contacts.all().delete()
    p.set_clock("2027-02-15T18:00")
    lead(moment=clock.now(), actor=LOU)
    failed = told("run-failed")
    assert failed.keys() == {"ines", "lou"}
    assert broadcast.institution_id in failed["ines"].text
