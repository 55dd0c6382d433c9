"""The test on its pages: who looked is on record, only what was shown is judged, and nobody decides unseen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, override_settings
from tests.broadcasts import people as p
from tests.delivery.procedure import ANNE, BRAM, SHORT, Story
from tests.web.visitors import account_of, browser_of

from eboxcast.audit.models import Entry
from eboxcast.broadcasts import acceptance
from eboxcast.broadcasts.models import Broadcast, Check, SeenIn, State
from eboxcast.delivery.broadcasts.acceptance_tests import look, run_test
from eboxcast.senders.models import MessageType
from eboxcast.targets.ebox_rest.options import EboxRestOptions


@pytest.fixture
def broadcast(story: Story) -> Broadcast:
    """One whose document is in the eBoxes of its short list."""
    return story.tested()


def page(client: Client, broadcast: Broadcast, *ending: object) -> str:
    answer = client.get("/".join(["/broadcasts", broadcast.number, *map(str, ending)]))
    assert answer.status_code == 200
    return answer.content.decode()


def hidden(text: str) -> dict[str, str]:
    """Return what a page had shown, as its form hands it in again."""
    return dict(re.findall(r'type="hidden" name="(run|last)" value="([\w-]+)"', text))


def results(place: int, outcome: str = "passed") -> dict[str, str]:
    return {f"result-{place}-{check}": outcome for check in Check}


def send(client: Client, broadcast: Broadcast, words: dict[str, str], *ending: object) -> tuple[int, str]:
    answer = client.post("/".join(["/broadcasts", broadcast.number, *map(str, ending)]), words)
    return answer.status_code, answer.content.decode()


def judged(broadcast: Broadcast) -> int:
    return broadcast.verdicts.count()


def test_who_opens_an_ebox_sees_its_message_and_is_on_record(broadcast: Broadcast) -> None:
    shown = page(browser_of(ANNE), broadcast, "test", 2)
    assert "information-fr.pdf" in shown
    entry = Entry.objects.get(action="ebox.looked")
    assert (entry.by, entry.data["place"]) == ("anne", 2)


def test_the_table_shows_no_message_and_leaves_no_trace(broadcast: Broadcast) -> None:
    assert "information-fr.pdf" not in page(browser_of(ANNE), broadcast, "test")
    assert not Entry.objects.filter(action="ebox.looked").exists()


def test_the_document_opens_in_the_browser_and_nothing_in_it_acts(broadcast: Broadcast) -> None:
    answer = browser_of(ANNE).get(f"/broadcasts/{broadcast.number}/test/1/document")
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="information-fr.pdf"'
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_was_found_in_an_ebox_that_was_shown_is_recorded_as_seen_there(broadcast: Broadcast) -> None:
    client = browser_of(ANNE)
    known = hidden(page(client, broadcast, "test", 1))
    assert send(client, broadcast, known | {"all-passed": "1"}, "test", 1)[0] == 302
    found = broadcast.verdicts.all()
    assert {(one.recipient, one.passed, one.seen_in, one.by) for one in found} == {(1, True, "ebox", "anne")}
    assert len(found) == len(Check)


def test_nothing_is_recorded_about_an_ebox_that_was_not_shown(broadcast: Broadcast) -> None:
    client = browser_of(ANNE)
    known = hidden(page(client, broadcast, "test", 1))
    status, said = send(client, broadcast, known | results(1) | results(2), "test")
    assert (status, judged(broadcast)) == (409, 0)
    assert "You have not opened the eBox of recipient 2" in said


def test_what_somebody_else_looked_at_is_not_what_one_saw_oneself(broadcast: Broadcast) -> None:
    look(broadcast, actor=p.INES)
    client = browser_of(ANNE)
    known = hidden(page(client, broadcast, "test"))
    assert send(client, broadcast, known | results(1), "test")[0] == 409


@pytest.mark.parametrize(
    "words", [{}, {"result-1-opens": "maybe"}, {"result-x-opens": "passed"}, {"result-1-smell": "passed"}]
)
def test_results_that_say_nothing_are_refused(broadcast: Broadcast, words: dict[str, str]) -> None:
    client = browser_of(ANNE)
    known = hidden(page(client, broadcast, "test", 1))
    status, said = send(client, broadcast, known | words, "test")
    assert (status, judged(broadcast)) == (422, 0)
    assert "Choose a result" in said


def test_a_remark_that_names_somebody_is_refused_and_kept_in_the_form(broadcast: Broadcast) -> None:
    client = browser_of(ANNE)
    known = hidden(page(client, broadcast, "test", 1))
    typed = {"result-1-title": "failed", "remark-1-title": "<b>of 00.01.01-000.05</b>"}
    status, said = send(client, broadcast, known | typed, "test")
    assert (status, judged(broadcast)) == (422, 0)
    assert "&lt;b&gt;of" in said


def test_a_correction_says_why_and_what_was_found_before_stays(broadcast: Broadcast) -> None:
    client = browser_of(ANNE)
    known = hidden(page(client, broadcast, "test", 1))
    assert send(client, broadcast, known | results(1, "failed"), "test")[0] == 302
    known = hidden(page(client, broadcast, "test"))
    status, said = send(client, broadcast, known | {"result-1-title": "passed"}, "test")
    assert status == 422
    assert "write in the remark why" in said
    mended = {"result-1-title": "passed", "remark-1-title": "looked again"}
    assert send(client, broadcast, known | mended, "test")[0] == 302
    assert [one.passed for one in broadcast.verdicts.filter(check_name="title").order_by("id")] == [False, True]


def test_saving_twice_says_nothing_twice(broadcast: Broadcast) -> None:
    client = browser_of(ANNE)
    known = hidden(page(client, broadcast, "test", 1))
    for _ in range(2):
        assert send(client, broadcast, known | results(1), "test")[0] == 302
    assert judged(broadcast) == len(Check)


def test_whoever_corrects_unseen_is_told_what_a_colleague_recorded_meanwhile(broadcast: Broadcast) -> None:
    client = browser_of(ANNE)
    known = hidden(page(client, broadcast, "test", 1))
    acceptance.name_testers(broadcast, actor=ANNE, names=[account_of(BRAM).person.name])
    acceptance.judge(broadcast, actor=BRAM, seen=p.seen(1), seen_in=SeenIn.EBOX)
    status, said = send(client, broadcast, known | {"result-1-title": "failed"}, "test")
    assert (status, judged(broadcast)) == (409, len(Check))
    assert "Bram Peeters recorded other results" in said
    known = hidden(said)
    assert send(client, broadcast, known | {"result-1-title": "failed"}, "test")[0] == 302


def test_results_of_an_earlier_test_are_refused(story: Story, broadcast: Broadcast) -> None:
    client = browser_of(ANNE)
    known = hidden(page(client, broadcast, "test", 1))
    story.deliver(broadcast, story.files(SHORT, title="Another"))
    run_test(broadcast, actor=p.INES)
    status, said = send(client, broadcast, known | results(1), "test")
    assert (status, judged(broadcast)) == (409, 0)
    assert "Anne Lambert delivered new files" in said
    assert "result-1-title" not in said


def test_approving_is_offered_when_everything_passed_and_says_what_it_means(broadcast: Broadcast) -> None:
    client = browser_of(ANNE)
    assert "/approve" not in page(client, broadcast, "test")
    acceptance.judge(broadcast, actor=ANNE, seen=p.seen(SHORT), seen_in=SeenIn.EBOX)
    assert "/approve" in page(client, broadcast, "test")
    shown = page(client, broadcast, "approve")
    assert "only this document" in shown
    assert send(client, broadcast, hidden(shown), "approve")[0] == 302
    broadcast.refresh_from_db()
    assert (broadcast.state, broadcast.approved_by) == (State.APPROVED, "anne")


def test_an_approval_that_comes_too_late_is_told_who_was_first(broadcast: Broadcast) -> None:
    client = browser_of(ANNE)
    acceptance.judge(broadcast, actor=ANNE, seen=p.seen(SHORT), seen_in=SeenIn.EBOX)
    known = hidden(page(client, broadcast, "approve"))
    acceptance.reject(broadcast, actor=ANNE, reason="wrong amount")
    status, said = send(client, broadcast, known, "approve")
    assert status == 409
    assert "Its state was changed by Anne Lambert" in said


def test_nobody_approves_what_a_colleague_found_since(broadcast: Broadcast) -> None:
    client = browser_of(ANNE)
    acceptance.judge(broadcast, actor=ANNE, seen=p.seen(SHORT), seen_in=SeenIn.EBOX)
    known = hidden(page(client, broadcast, "approve"))
    acceptance.name_testers(broadcast, actor=ANNE, names=[account_of(BRAM).person.name])
    acceptance.judge(broadcast, actor=BRAM, seen=p.seen(1), seen_in=SeenIn.EBOX)
    status, said = send(client, broadcast, known, "approve")
    assert status == 409
    assert "Bram Peeters recorded other results" in said


def test_a_rejection_needs_a_reason_and_keeps_it(broadcast: Broadcast) -> None:
    client = browser_of(ANNE)
    known = hidden(page(client, broadcast, "reject"))
    assert send(client, broadcast, known | {"reason": " "}, "reject")[0] == 422
    assert send(client, broadcast, known | {"reason": "the amount is wrong"}, "reject")[0] == 302
    broadcast.refresh_from_db()
    assert (broadcast.state, broadcast.reason) == (State.REJECTED, "the amount is wrong")
    assert "the amount is wrong" in page(client, broadcast, "test")


def test_the_integration_team_publishes_to_the_short_list_from_the_page(story: Story) -> None:
    broadcast = story.delivered_for_acceptance()
    assert "test/run" not in page(browser_of(ANNE), broadcast, "test")
    assert "test/run" in page(browser_of(p.INES), broadcast, "test")
    assert send(browser_of(p.INES), broadcast, {}, "test", "run")[0] == 302
    broadcast.refresh_from_db()
    assert broadcast.state == State.TESTED
    assert send(browser_of(p.INES), broadcast, {}, "test", "run")[0] == 409


def test_a_confirmer_looks_once_named(broadcast: Broadcast) -> None:
    account_of(BRAM)
    assert browser_of(BRAM).get(f"/broadcasts/{broadcast.number}/test/1").status_code == 409
    anne = browser_of(ANNE)
    assert send(anne, broadcast, {"names": "bram, nobody"}, "testers")[0] == 422
    assert send(anne, broadcast, {"names": "bram"}, "testers")[0] == 302
    assert "information-fr.pdf" in page(browser_of(BRAM), broadcast, "test", 1)


def test_an_empty_ebox_says_why(story: Story) -> None:
    MessageType.objects.update(without_ebox="refuse")
    broadcast = story.delivered_for_acceptance()
    run_test(broadcast, actor=p.INES)
    assert "no active eBox" in page(browser_of(ANNE), broadcast, "test", 1)


def test_where_the_eboxes_are_a_providers_it_is_said_where_it_was_seen(broadcast: Broadcast, tmp_path: Path) -> None:
    provider = EboxRestOptions(
        base_url="http://127.0.0.1:9/", token_url="http://127.0.0.1:9/", client_id="us", client_secret_file=tmp_path
    )
    client = browser_of(ANNE)
    with override_settings(EBOXCAST_TARGETS={**settings.EBOXCAST_TARGETS, "acceptance": provider}):
        shown = page(client, broadcast, "test")
        assert "Open these eBoxes at the provider" in shown
        assert f"/broadcasts/{broadcast.number}/test/1" not in shown
        assert client.get(f"/broadcasts/{broadcast.number}/test/1").status_code == 409
        known = hidden(shown) | results(1)
        assert send(client, broadcast, known, "test")[0] == 422
        assert send(client, broadcast, known | {"seen_in": "proof"}, "test")[0] == 302
    assert set(broadcast.verdicts.values_list("seen_in", flat=True)) == {"proof"}
