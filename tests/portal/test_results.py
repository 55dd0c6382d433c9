"""The results on their pages: for whoever may, what is given out is on record, and the paper list is given once."""

from __future__ import annotations

import json

import pytest
from django.http import StreamingHttpResponse
from django.test import Client, override_settings
from tests.actors import master
from tests.broadcasts import people as p
from tests.delivery.procedure import ANNE, BRAM, EVERYBODY, Story, launch
from tests.moments import pass_time
from tests.portal.runs import prepared_run
from tests.web.visitors import browser_of

from eboxcast.audit.models import Entry
from eboxcast.audit.signing_keys import create_key
from eboxcast.broadcasts import contacts, production
from eboxcast.broadcasts.models import Broadcast
from eboxcast.delivery.broadcasts.files import deliver
from eboxcast.delivery.expiry import expire
from eboxcast.delivery.runs import actions
from eboxcast.lib.pdf_signatures import read_signed_pdf
from eboxcast.mailboxes.models import ReadTally, Release
from eboxcast.package.model import FaultyRows, Policies
from eboxcast.package.sampling import damage


@pytest.fixture
def broadcast(story: Story) -> Broadcast:
    """One that everybody has, and nobody has read."""
    return story.published()


def page(client: Client, broadcast: Broadcast, ending: str = "") -> str:
    answer = client.get(f"/broadcasts/{broadcast.number}/results{ending}")
    assert answer.status_code == 200
    return answer.content.decode()


def fetch(client: Client, broadcast: Broadcast, ending: str, **words: str) -> tuple[int, bytes]:
    answer = client.post(f"/broadcasts/{broadcast.number}/results{ending}", words)
    content = b"".join(answer.streaming_content) if isinstance(answer, StreamingHttpResponse) else answer.content  # type: ignore[arg-type]
    return answer.status_code, content


def read(broadcast: Broadcast, count: int) -> None:
    """Have some people have opened it on a day."""
    release = Release.objects.using("production").get(run=broadcast.production_run)
    ReadTally.objects.using("production").create(release=release.id, day=p.clock.today(), slot=0, count=count)


def test_before_the_publication_there_are_no_results(story: Story) -> None:
    assert "There are no results yet" in page(browser_of(ANNE), story.approved())
    assert "not visible yet" in page(browser_of(ANNE), Story(story.folder, ticket="other").delivered())


def test_the_account_is_there_for_whoever_may_see_it(broadcast: Broadcast) -> None:
    for actor in (ANNE, BRAM, p.INES, p.LOU, p.CARLA, p.ADA):
        shown = page(browser_of(actor), broadcast)
        assert f"Published to all {EVERYBODY} recipients" in shown, actor
        assert ("results/verify" in shown) == (actor not in (ANNE, BRAM)), actor


def test_looking_gives_nothing_out_and_the_certificate_is_given(broadcast: Broadcast) -> None:
    client = browser_of(ANNE)
    page(client, broadcast)
    assert not Entry.objects.filter(action="run.report_given").exists()
    assert "Certificate of a broadcast" in page(client, broadcast, "/certificate")
    assert Entry.objects.get(action="run.report_given").by == "anne"


def test_the_certificate_for_programs_is_that_of_the_command(broadcast: Broadcast) -> None:
    answer = browser_of(ANNE).get(f"/broadcasts/{broadcast.number}/results/certificate.json")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="certificate-{broadcast.number}.json"'
    said = json.loads(answer.content)
    assert (said["format"], said["recipients"]["published"]) == ("eboxcast.certificate/2", EVERYBODY)


def test_the_paper_list_is_given_once_and_the_second_is_told_who_has_it(broadcast: Broadcast) -> None:
    assert "It is given once" in page(browser_of(ANNE), broadcast, "/paper-list")
    status, first = fetch(browser_of(ANNE), broadcast, "/paper-list")
    assert (status, first.count(b"\r\n")) == (200, EVERYBODY + 1)
    status, said = fetch(browser_of(BRAM), broadcast, "/paper-list")
    assert status == 409
    assert b"was given to Anne" in said
    assert "was given to Anne" in page(browser_of(BRAM), broadcast, "/paper-list")
    assert fetch(browser_of(BRAM), broadcast, "/paper-list", again="for 00.01.01-000.05")[0] == 422
    assert fetch(browser_of(BRAM), broadcast, "/paper-list", again="")[0] == 422
    assert fetch(browser_of(BRAM), broadcast, "/paper-list", again="hers was damaged") == (200, first)
    given = Entry.objects.filter(action="run.paper_list_given").order_by("id").values_list("by", "data")
    assert list(given) == [("anne", {}), ("bram", {"reason": "hers was damaged"})]


def test_once_deleted_it_is_said_since_when(broadcast: Broadcast) -> None:
    pass_time(days=31)
    list(expire("production", actor=p.LOU))
    client = browser_of(ANNE)
    assert "Deleted on" in page(client, broadcast)
    assert "Deleted on" in page(client, broadcast, "/paper-list")
    assert fetch(client, broadcast, "/paper-list")[0] == 409


def test_readings_are_shown_as_a_curve_and_as_a_table(broadcast: Broadcast) -> None:
    read(broadcast, 12)
    pass_time(days=2)
    read(broadcast, 5)
    shown = page(browser_of(ANNE), broadcast)
    assert 'points="0.0,200.0 200.0,140.0 400.0,140.0 600.0,115.0"' in shown
    assert "17 of 40 recipients have opened it so far." in shown
    assert '<td class="number">17</td>' in shown


def test_one_reader_of_many_is_a_low_line_until_today(broadcast: Broadcast) -> None:
    pass_time(days=2)
    read(broadcast, 1)
    pass_time(days=1)
    shown = page(browser_of(ANNE), broadcast)
    assert "1 of 40 recipients has opened it so far." in shown
    assert 'points="0.0,200.0 150.0,200.0 300.0,200.0 450.0,195.0 600.0,195.0"' in shown
    assert f"top: {EVERYBODY} recipients" in shown


def test_the_signed_pdf_is_that_of_the_page_in_its_language(broadcast: Broadcast) -> None:
    with override_settings(EBOXCAST_SIGNING_PASSPHRASE="a phrase of some length"):
        create_key("FPS Example", days=9, actor=master("integration"))
        assert "certificate.pdf" in page(browser_of(ANNE), broadcast, "/certificate")
        answer = browser_of(ANNE).get(f"/broadcasts/{broadcast.number}/results/certificate.pdf")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="certificate-{broadcast.number}.pdf"'
    assert json.loads(read_signed_pdf(answer.content).payload)["recipients"]["published"] == EVERYBODY


def test_whoever_may_verifies_the_certificate(broadcast: Broadcast) -> None:
    assert "NOT everything" not in page(browser_of(p.ADA), broadcast, "/verify")
    status, said = fetch(browser_of(p.ADA), broadcast, "/verify")
    assert status == 200
    assert b"everything that can be verified matches" in said
    assert fetch(browser_of(ANNE), broadcast, "/verify")[0] == 403


def test_rejected_rows_are_given_list_by_list(story: Story) -> None:
    broadcast = story.approved()
    p.requests.reconfirm(broadcast, actor=ANNE)
    directory = story.files(EVERYBODY)
    rows = directory / "recipients-01.csv"
    damage(rows, out=story.folder / "damaged.csv", each=1).replace(rows)
    policies = Policies(faulty_rows=FaultyRows.EXCLUDE)
    assert deliver(
        broadcast, directory, environment="production", actor=ANNE, via="command", policies=policies
    ).accepted
    production.give_go(broadcast, actor=BRAM, named=p.named(broadcast))
    contacts.warn_contact_centre(broadcast, actor=p.INES, first_time=12)
    for team in ("", "gatb"):
        contacts.set_contact(broadcast, actor=p.INES, team=team, name="Somebody", phone="02 000 00 00")
    p.set_clock("2027-02-15T18:30")
    launch(broadcast)
    assert "recipients-01.csv" in page(browser_of(ANNE), broadcast)
    status, rows_given = fetch(browser_of(ANNE), broadcast, "/rejected-rows", list="1")
    assert status == 200
    assert rows_given.count(b"\n") > 1
    assert Entry.objects.get(action="run.rejected_rows_given").by == "anne"


def test_nothing_of_it_is_there_for_others(broadcast: Broadcast) -> None:
    for ending in ("", "/certificate", "/certificate.json", "/paper-list", "/verify"):
        assert browser_of(p.ELSE_WHERE).get(f"/broadcasts/{broadcast.number}/results{ending}").status_code == 404
    assert fetch(browser_of(p.ELSE_WHERE), broadcast, "/rejected-rows", list="1")[0] == 404
    assert fetch(browser_of(p.VERA), broadcast, "/rejected-rows", list="1")[0] == 403
    assert fetch(browser_of(ANNE), broadcast, "/rejected-rows", list="1")[0] == 404


def test_the_number_of_a_run_leads_to_its_results(broadcast: Broadcast) -> None:
    for run, where in ((broadcast.production_run, "results"), (broadcast.acceptance_run, "test")):
        answer = browser_of(ANNE).get(f"/runs/{run}/results")
        assert answer.headers["Location"] == f"/broadcasts/{broadcast.number}/{where}"
    assert browser_of(p.ELSE_WHERE).get(f"/runs/{broadcast.production_run}/results").status_code == 404


def test_the_results_of_a_run_without_a_broadcast_are_a_page_too(january: None) -> None:
    run = prepared_run()
    address = f"/runs/{run.short}/results"
    assert "not visible" in browser_of(p.LOU).get(address).content.decode()
    launched = actions.launch_now(run, actor=master("lou"))
    shown = browser_of(p.LOU).get(address).content.decode()
    assert "0 of 20 recipients have opened it so far." in shown
    assert f"eboxcast report {launched.short}" in shown
    assert f'href="/runs/{run.short}"' in shown
    assert f'href="/runs/{run.short}"' not in browser_of(ANNE).get(address).content.decode()
    assert browser_of(p.VERA).get(address).status_code == 403
    assert browser_of(p.ELSE_WHERE).get(address).status_code == 404
