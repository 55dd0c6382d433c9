"""Notices are made of sealed entries: once each, for whom they concern, in their language, with nobody's number."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connections, transaction
from django.test import override_settings
from tests import starter
from tests.broadcasts import people as p
from tests.broadcasts.people import INSTITUTION
from tests.senders.forms import form_in

from eboxcast.audit.actions import record
from eboxcast.audit.given_heads import GivenHead, read_head
from eboxcast.audit.sealing import seal_pending
from eboxcast.audit.signing import AuthoritySilent
from eboxcast.audit.signing_keys import create_key
from eboxcast.audit.witnessed import goes_on
from eboxcast.broadcasts import acceptance, aftermath, contacts, errors, production, requests, scheduling
from eboxcast.broadcasts.models import Broadcast, Lateness
from eboxcast.lib.crashpoints import Making
from eboxcast.lib.next_action import NextAction
from eboxcast.notices.links import way_to
from eboxcast.notices.making import make_notices
from eboxcast.notices.models import Bookmark, Item, Notice, State
from eboxcast.notices.transport.message import message_of
from eboxcast.senders import type_requests as requesting_types
from eboxcast.senders.models import Person
from eboxcast.senders.request_form import read_request

pytestmark = pytest.mark.usefixtures("addressed")

MAKE = str(Path(__file__).with_name("make.py"))


def made(kind: str = "") -> list[Notice]:
    """Seal, make, and return the notices of a kind."""
    seal_pending()
    make_notices()
    found = Notice.objects.exclude(state=State.NO_READER).order_by("id")
    return list(found.filter(items__kind=kind) if kind else found.exclude(kind="audit-head"))


def to_whom(kind: str) -> set[str]:
    return {notice.recipient for notice in made(kind)}


def text_for(name: str, kind: str) -> str:
    """Return what one reader is told, its lines joined."""
    (text,) = (notice.text for notice in made(kind) if notice.recipient == name)
    return " ".join(text.split())


def test_a_request_is_told_to_the_institution_and_to_those_who_decide() -> None:
    p.requested()
    assert to_whom("requested") == {"bram", "vera", "ines"}


def test_whoever_did_it_is_not_told() -> None:
    broadcast = p.requested()
    assert "anne" not in to_whom("requested")
    scheduling.accept(broadcast, actor=p.VERA, day=p.DAY)
    assert to_whom("accepted") == {"anne", "bram", "ines"}


def test_what_is_not_sealed_is_not_told() -> None:
    p.requested()
    assert make_notices() == 0
    seal_pending()
    assert make_notices() > 0


def test_an_entry_becomes_its_notices_once() -> None:
    p.requested()
    seal_pending()
    assert make_notices() > 0
    assert make_notices() == 0


def test_who_comes_later_gets_no_old_mail() -> None:
    p.requested()
    made()
    Person.objects.create(name="nina", full_name="Nina", email="n@example.be", language="nl", roles=["integration"])
    assert "nina" not in to_whom("requested")


@pytest.mark.parametrize("point", Making)
def test_a_kill_before_notices_are_kept_loses_and_doubles_nothing(point: Making) -> None:
    p.scheduled()
    seal_pending()
    env = {**os.environ, "EBOXCAST_TEST": "1", "EBOXCAST_CRASH_AT": point}
    killed = starter.run(MAKE, env=env)
    assert killed.returncode == -signal.SIGKILL
    assert Notice.objects.count() == 0
    assert len(made("scheduled")) == 6
    assert Item.objects.filter(kind="scheduled").count() == 6


def test_of_several_who_make_the_same_each_mail_is_made_once() -> None:
    p.scheduled()
    p.requested()
    seal_pending()
    together = threading.Barrier(4)

    def make(_: int) -> int:
        together.wait()
        try:
            return make_notices()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(make, range(4)))
    assert sum(counts) == Notice.objects.count()
    assert Item.objects.filter(notice=None).count() == 0
    assert not Notice.objects.exclude(kind="audit-head").filter(items=None).exists()


def test_silent_entries_are_passed_by() -> None:
    with transaction.atomic():
        for _ in range(3):
            record("run.prepared", by="somebody")
    assert made() == []
    assert Bookmark.objects.get().seal == 3


def test_each_reads_in_the_own_language() -> None:
    p.requested()
    texts = {notice.recipient: notice for notice in made("requested")}
    assert texts["ines"].text.startswith("Bonjour Inès Petit,")
    assert texts["bram"].text.startswith("Dag Bram Claes,")
    assert '<html lang="nl">' in texts["bram"].html
    assert texts["ines"].subject == "[2027-0001] Une diffusion est demandée - Pension 2027"


def test_the_page_says_what_the_text_says_and_fetches_nothing() -> None:
    broadcast = p.requested()
    scheduling.refuse(broadcast, actor=p.VERA, reason="<b>no</b> legal basis")
    notice = next(one for one in made("refused") if one.recipient == "ines")
    assert "<b>no</b> legal basis" in notice.text
    assert "&lt;b&gt;no&lt;/b&gt; legal basis" in notice.html
    assert not {"<script", "<img", "<link", "http:", "https:"} & set(notice.html.split())
    assert "src=" not in notice.html


def test_whose_turn_it_is_gets_the_page_or_the_command_and_others_are_told_who() -> None:
    broadcast = p.delivered()
    texts = {notice.recipient: notice.text for notice in made("production-delivered")}
    way = way_to(NextAction(action="broadcast.give_go", parameters={"broadcast": "2027-0001"}))
    assert f"{way}\n" in texts["bram"]
    assert f"{way}\n" not in texts["ines"]
    assert production.files_digest(broadcast)[:12] not in "".join(texts.values())


def test_no_mail_of_the_evening_has_the_digest_that_a_go_repeats() -> None:
    """Not even once it is given: withdrawn, the same files wait for the same GO."""
    broadcast = p.confirmed()
    written = made("go-given")
    assert {notice.recipient for notice in written} >= {"anne", "ines"}
    assert production.files_digest(broadcast)[:12] not in "".join(notice.text + notice.html for notice in written)


def test_what_comes_next_is_what_came_next_then() -> None:
    """The mail is made when the dates have passed, and nobody can accept one any more."""
    p.requested()
    p.set_clock("2027-02-16T10:00")
    requested = text_for("vera", "requested")
    assert way_to(NextAction(action="broadcast.accept", parameters={"broadcast": "2027-0001"})) in requested
    assert "maandag 18 januari 2027 om 09:00" in requested


def test_a_launch_that_was_refused_tells_what_was_missing_then() -> None:
    broadcast = p.requested()
    lacking = [errors.NotReconfirmed(broadcast=broadcast.number).as_recorded()]
    aftermath.remind(broadcast, what="run_failed", why="broadcast.not-ready", lacking=lacking)
    text = next(one.text for one in made("run-failed") if one.recipient == "ines")
    way = way_to(NextAction(action="broadcast.reconfirm", parameters={"broadcast": "2027-0001"}))
    assert way in " ".join(text.split())


def test_one_address_gets_one_mail() -> None:
    Person.objects.filter(name="bram").update(email="ANNE@example.be")
    p.requested()
    assert to_whom("requested") == {"bram", "vera", "ines"}, "anne asked for it, and bram has not heard of it yet"


def test_services_and_people_without_address_or_gone_get_none() -> None:
    Person.objects.filter(name="bram").update(email="")
    Person.objects.filter(name="vera").update(active=False)
    Person.objects.create(
        name="robot", full_name="R", email="r@example.be", language="nl", roles=["launch"], service=True
    )
    p.confirmed()
    assert to_whom("go-given") == {"anne", "ines", "lou"}


def test_contacts_of_the_sheet_are_told_of_the_evening_and_see_the_whole_sheet() -> None:
    broadcast = p.ready()
    contacts.set_contact(broadcast, actor=p.INES, team="gatb", name="Guy", email="guy@example.be", phone="+32475123456")
    p.set_clock("2027-02-15T18:30")
    production.launched(broadcast, actor=p.LOU)
    notice = next(one for one in made("launched") if one.address == "guy@example.be")
    assert "Guy · +32475123456 · guy@example.be" in notice.text
    assert notice.recipient == "guy@example.be"


def test_another_institution_hears_nothing() -> None:
    Person.objects.create(name="dirk", full_name="Dirk", email="d@example.be", language="nl", roles=["validator"])
    p.published()
    told = {notice.recipient for notice in made()}
    institution_people = Person.objects.filter(institution=INSTITUTION).values_list("name", flat=True)
    assert set(institution_people) == {"anne", "bram"}
    assert told == {"anne", "bram", "vera", "ines", "lou", "carla", "dirk"}


def test_the_mails_of_a_broadcast_are_one_thread_for_each_reader() -> None:
    broadcast = p.requested()
    made()
    scheduling.accept(broadcast, actor=p.VERA, day=p.DAY)
    made()
    scheduling.accept(broadcast, actor=p.INES, day=p.DAY)
    first, *others = [notice for notice in made() if notice.recipient == "bram"]
    root = f"<broadcast.{broadcast.id}@localhost>"
    assert first.references == [root]
    assert [notice.references for notice in others] == [[root, first.message_id]] * 2


def test_a_national_number_that_an_entry_holds_all_the_same_is_masked() -> None:
    broadcast = p.tested()
    acceptance.reject(broadcast, actor=p.ANNE, reason="a page is missing")
    told = {"number": broadcast.number, "reason": "85.07.30-033.28 is missing", "text": "85073003328 called"}
    for action in ("broadcast.rejected", "broadcast.noted"):
        record(action, by="anne", broadcast=broadcast.id, data=told)
    everything = "".join(notice.text + notice.html + notice.subject for notice in made())
    assert "is missing" in everything
    assert "85.07.30" not in everything
    assert "85073003328" not in everything


def test_rejected_files_are_told_with_their_faults_and_what_to_do() -> None:
    broadcast = p.scheduled()
    faults = {"row.check-digits": 12, "document.unheard-of": 1}
    acceptance.note_rejected_files(
        broadcast, actor=p.ANNE, environment="acceptance", via="folder", files=[], faults=faults
    )
    text = next(one.text for one in made("files-rejected") if one.recipient == "ines")
    assert "12 × row.check-digits" in text
    assert "1 × document.unheard-of" in text


def test_a_late_reconfirmation_is_told_as_such() -> None:
    broadcast = p.scheduled()
    p.set_clock("2027-02-02T09:00")
    requests.reconfirm(broadcast, actor=p.ANNE)
    requests.waive(broadcast, actor=p.INES, what=Lateness.RECONFIRMATION, reason="agreed by telephone")
    assert to_whom("reconfirmed-late") == {"bram", "ines"}
    assert made("reconfirmed") == []
    assert any("agreed by telephone" in notice.text for notice in made("waived"))


def test_a_go_taken_back_is_told_once_and_a_void_one_with_its_reason() -> None:
    broadcast = p.confirmed()
    production.withdraw_go(broadcast, actor=p.BRAM, reason="wrong annex")
    assert made("go-void") == []
    assert to_whom("go-withdrawn") == {"anne", "ines", "lou"}
    production.give_go(broadcast, actor=p.BRAM, named=p.named(broadcast))
    production.receive_for_production(broadcast, actor=p.ANNE, delivered=p.files(lists=b"x" * 32))
    assert any(
        "de nouveaux fichiers pour la production ont été remis" in " ".join(one.text.split()) for one in made("go-void")
    )


def test_the_contact_centre_learns_when_how_many_will_call() -> None:
    french, dutch = requests.request(p.wanted(expected={"fr": 180_000, "nl": 120_000}), actor=p.ANNE)
    for broadcast in (french, dutch):
        scheduling.accept(broadcast, actor=p.VERA, day=p.DAY)
        scheduling.accept(broadcast, actor=p.INES, day=p.DAY)
    contacts.warn_contact_centre(french, actor=p.INES, first_time=4_321)
    text = next(one.text for one in made("contact-centre-warned") if one.recipient == "carla")
    for told in ("Monday 15 February 2027 at 18:00, Brussels time (UTC+1)", "4,321", "180,000", "120,000", "Dutch"):
        assert told in text


def test_an_entry_without_the_data_expected_is_still_told() -> None:
    broadcast = p.scheduled()
    with transaction.atomic():
        record("broadcast.run_lost", by="nobody", broadcast=broadcast.id, data={})
        record("broadcast.statistics", by="nobody", broadcast=broadcast.id, data={})
    assert len(made("run-lost")) == 4
    assert len(made("statistics")) == 3


def test_the_auditor_gets_the_head_once_a_day() -> None:
    p.requested()
    seal_pending()
    make_notices()
    p.requested()
    seal_pending()
    make_notices()
    assert [notice.recipient for notice in Notice.objects.filter(kind="audit-head")] == ["ada"]
    p.set_clock("2027-01-19T09:30")
    make_notices()
    assert Notice.objects.filter(kind="audit-head").count() == 2


@pytest.fixture
def witnesses() -> Iterator[list[str]]:
    """Two institutions that witness, and a key that signs."""
    addresses = ["witness@court.example", "other@court.example"]
    with override_settings(EBOXCAST_WITNESSES=tuple(addresses), EBOXCAST_SIGNING_PASSPHRASE="a phrase of some length"):
        create_key("FPS Example", days=9, actor=p.LOU)
        yield addresses


def heads_for(address: str) -> list[GivenHead]:
    found = Notice.objects.filter(kind="audit-head-signed", recipient=address).order_by("id")
    files = [bytes(notice.attachments.get().content) for notice in found]
    return [read_head(file, file="head.json") for file in files]


def test_witnesses_get_the_signed_head_once_a_day_with_its_proof(witnesses: list[str]) -> None:
    for moment in ("2027-01-19T09:30", "2027-01-19T12:30", "2027-01-20T09:30", "2027-01-21T09:30"):
        p.set_clock(moment)
        if moment != "2027-01-21T09:30":
            p.requested()
        seal_pending()
        make_notices()
    for address in witnesses:
        first, second = heads_for(address)
        assert (first.since, second.since) == (None, first.root.size)
        assert second.root.size > first.root.size
        assert goes_on(second, first.root)


def test_without_a_key_witnesses_get_nothing_and_without_a_timestamp_they_wait(witnesses: list[str]) -> None:
    p.requested()
    seal_pending()
    with override_settings(EBOXCAST_SIGNING_PASSPHRASE=""):
        make_notices()
    with override_settings(EBOXCAST_TSA_URL="http://127.0.0.1:1/"), pytest.raises(AuthoritySilent):
        make_notices()
    assert Notice.objects.filter(kind="audit-head").count() == 1
    assert heads_for(witnesses[0]) == []
    make_notices()
    assert len(heads_for(witnesses[0])) == 1


def test_no_broadcast_is_left_out_when_it_is_gone() -> None:
    broadcast = p.requested()
    Broadcast.objects.filter(id=broadcast.id).delete()
    assert made() == []


def test_a_set_of_files_that_is_not_taken_is_told_to_whose_folder_it_is() -> None:
    with transaction.atomic():
        data = {"reference": "BRDC-20270118-00001", "cancels": False, "codes": [110]}
        record("exchange.refused", by=f"drop-folder@{INSTITUTION}", environment="acceptance", data=data)
    refused = {notice.recipient: notice for notice in made("set-refused")}
    assert refused.keys() == {"anne", "ines"}
    assert refused["anne"].subject == "[BRDC-20270118-00001] Un ensemble de fichiers a été refusé"
    assert "environnement : acceptation" in " ".join(refused["anne"].text.split())


def test_a_set_with_any_name_becomes_a_mail() -> None:
    with transaction.atomic():
        data = {"reference": "a\r\nBcc: <x@example.be> 85073003328", "cancels": False, "codes": [107]}
        record("exchange.refused", by=f"drop-folder@{INSTITUTION}", environment="acceptance", data=data)
    notice = made("set-refused")[0]
    mail = message_of(notice)
    assert mail["Bcc"] is None
    assert "85073003328" not in "".join([notice.text, notice.html, *map(str, mail.values())])


def test_a_message_type_is_followed_by_who_handed_in_its_form(tmp_path: Path) -> None:
    requesting_types.request_type(read_request(form_in(tmp_path)), actor=p.INES)
    notices = made("type-requested")
    form = next(one for one in notices if one.address == "rita@pensions.example")
    assert form.text.startswith("Bonjour Rita Peeters,")
    assert "PENSION-NOTICE" in form.subject
    assert {one.recipient for one in notices} == {"anne", "rita@pensions.example", "vera"}
