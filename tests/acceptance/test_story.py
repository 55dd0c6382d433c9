"""The original procedure, played once from the form of an unknown institution to the closing, and looked at here."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage

import numpy as np
import psycopg
import pytest
from icalendar import Calendar
from tests.acceptance import story_files as files
from tests.acceptance.desk import opened
from tests.acceptance.story import FR, GIVEN_UP, NL, Story, play
from tests.acceptance.test_no_national_number import Places
from tests.conftest import emptied_after
from tests.faults.machine import Machine

from eboxcast.database import boot

pytestmark = pytest.mark.xdist_group("story")  # one process plays it, and only once


@pytest.fixture(scope="module")
def story(
    sweepers: list[psycopg.Connection[tuple[object, ...]]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    """All of it, played: a good hundred commands take a minute because that is what the procedure is."""
    machine = Machine(boot.places().root)
    with emptied_after(sweepers), opened(tmp_path_factory.mktemp("story"), machine) as desk:
        yield play(desk)


def term(story: Story, moment: str, which: int) -> object:
    terms = story.shown[moment]["terms"]
    assert isinstance(terms, list)
    return terms[which]["due_at"][:10]


def actions(story: Story, broadcast: str) -> list[str]:
    """Return what the audit tells of a broadcast, in the order of its seals."""
    history = story.desk.act("ada", "broadcast", "show", broadcast, "--history", "--json").json["history"]
    assert isinstance(history, list)
    return [entry["action"].removeprefix("broadcast.") for entry in history]


def mails(story: Story, to: str = "", about: str = "") -> list[EmailMessage]:
    taken = story.desk.mailbox.taken
    return [mail for mail in taken if mail["To"].startswith(to) and about in mail["Subject"]]


def text_of(mail: EmailMessage) -> str:
    """Return all that can be read in a mail."""
    parts = [part for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join([str(mail["Subject"]), *(part.get_content() for part in parts)])


def test_nobody_sends_before_the_type_works_in_production(story: Story) -> None:
    assert "DEMO-INFO is configured in acceptance only" in story.answers["acceptance only"].said
    assert "message-type configure DEMO-INFO --environment production" in story.answers["acceptance only"].said


@pytest.mark.parametrize("number", [FR, NL])
def test_a_postponement_across_a_holiday_and_the_terms_count_working_days(story: Story, number: str) -> None:
    """Friday 12 November 2027: Armistice Day and All Saints' Day lie between it and its terms."""
    postponed = story.shown[f"postponed {number}"]
    assert (postponed["state"], postponed["turn"]) == ("postponed", ["requester"])
    scheduled = f"scheduled {number}"
    assert (story.shown[scheduled]["state"], story.shown[scheduled]["date"]) == ("scheduled", "2027-11-12")
    assert (term(story, scheduled, 0), term(story, scheduled, 1)) == ("2027-10-27", "2027-11-04")


def test_reminded_twice_then_late_and_let_pass_by_name(story: Story) -> None:
    for day in ("2027-10-25", "2027-10-27"):
        assert f"{FR}: reconfirmation_due" in story.answers[f"reminded {day}"].said
    assert f"{FR}: reconfirmation_late" in story.answers["reminded 2027-10-28"].said
    assert f"{NL}: reconfirmation_late" not in story.answers["reminded 2027-10-28"].said
    assert "and there is no waiver" in story.answers["late go"].said
    assert actions(story, FR).count("waived") == 1


def test_acceptance_says_what_is_wrong_until_nothing_is(story: Story) -> None:
    assert "row.leading-zero-lost" in story.answers["faulty"].out
    assert "Of 25 checks in 5 eBoxes, 1 failed." in story.answers["not approved"].said
    assert (story.shown["rejected"]["state"], story.shown["rejected"]["reason"]) == ("rejected", "the title is cut")
    proofs = story.answers["proofs"].json["proofs"]
    assert isinstance(proofs, list)
    assert [(proof["visible"], proof["as_delivered"]) for proof in proofs] == [(True, True)] * files.TESTERS
    assert {proof["title"] for proof in proofs} == {"Ce qui change pour vous à partir du 1er janvier"}


def test_a_list_that_is_too_long_is_refused_and_comes_in_two(story: Story) -> None:
    assert "list.too-many-rows" in story.answers["too long"].out
    assert "Split it into 2 lists: eboxcast split" in story.answers["too long"].said
    assert "Received for production: 300,000 recipients" in story.answers["delivered"].out


def test_the_go_is_for_these_files_by_somebody_else(story: Story) -> None:
    assert "must give the agreed moment and the files" in story.answers["go not named"].said
    assert "bram does not have permission for this" in story.answers["same person"].said
    assert "arming the launch is not possible" in story.answers["no go"].said
    gos = story.shown["go void"]["gos"]
    assert isinstance(gos, list)
    assert [go["void_why"] for go in gos] == ["new files for production"]
    assert [name for name in actions(story, NL) if name.startswith("go_")] == ["go_given", "go_void", "go_given"]


def test_nothing_is_armed_before_everybody_can_be_reached(story: Story) -> None:
    refused = story.answers["not ready"].said
    assert "no contact for: ebox-ga-tb" in refused
    assert f"eboxcast broadcast warn {FR}" in refused


def test_the_scheduler_launches_in_the_window_and_not_before(story: Story) -> None:
    assert "the window is from" in story.answers["too early"].said
    recipients = story.answers["launched"].json["recipients"]
    assert isinstance(recipients, dict)
    assert recipients["published"] == files.FEW - 1
    changed = files.keys_of(story.desk.folder / "nl-changed")
    assert story.desk.machine.audience("production", "story-nl") == changed


def test_a_missed_window_publishes_nothing_however_late(story: Story) -> None:
    assert story.answers["too late"].code == 4
    assert f"{FR}: window_missed" in story.answers["missed"].said
    assert (story.shown["missed"]["state"], story.audiences["missed"]) == ("missed", [])
    again = story.shown["dated again"]
    assert (again["state"], again["date"]) == ("production-delivered", "2027-11-30")
    assert (term(story, "dated again", 0), term(story, "dated again", 1)) == ("2027-11-16", "2027-11-23")


def test_three_hundred_thousand_get_it_at_the_agreed_moment_and_nobody_else(story: Story) -> None:
    assert story.audiences["before"] == []
    assert f"{FR}: published" in story.answers["published"].out
    seen = np.array(story.audiences["after"], dtype=np.int64)
    asked = np.array(files.keys_of(story.desk.folder / "fr-production" / "package"), dtype=np.int64)
    assert len(asked) == files.EVERYBODY
    assert np.array_equal(seen, asked)
    assert story.observer is not None
    assert [set(sizes) for sizes in story.observer.seen] == [{files.FEW - 1}, {files.FEW - 1, files.EVERYBODY}]


def test_reported_counted_and_closed(story: Story) -> None:
    assert story.shown["published"]["state"] == "reported"
    assert [story.shown[f"closed {number}"]["state"] for number in (FR, NL)] == ["closed", "closed"]
    assert actions(story, FR)[-5:] == ["launched", "published", "reported", "statistics", "closed"]
    assert "300,000" in (story.desk.folder / "certificate.html").read_text("utf-8")
    paper = (story.desk.folder / "paper.csv").read_text("utf-8").splitlines()
    known = set(files.keys_of(story.desk.folder / "nl-production" / "package")[1:])
    reached = set(files.keys_of(story.desk.folder / "fr-production" / "package"))
    assert len(paper) - 1 == files.EVERYBODY - len(known & reached)


def test_the_audit_is_proved_up_to_what_the_certificate_prints(story: Story) -> None:
    verified = story.answers["verified"].json
    assert verified["faults"] == []
    assert verified["good"]
    assert str(verified["proved_to"]) in story.answers["forged"].said
    assert "altered" in story.answers["forged"].said
    entries = verified["entries"]
    assert isinstance(entries, int)
    assert story.desk.machine.ask("control", "select count(*) >= %s from audit_entry", entries) == [(True,)]


STEPS = {
    *("requested", "postponed", "date_agreed", "scheduled", "accepted", "date_wanted", "window_missed"),
    *("files_rejected", "files_delivered", "tested", "judged", "rejected", "approved"),
    *("reconfirmation_due", "reconfirmation_late", "reconfirmed", "waived", "go_given"),
    *("contacts_set", "contact_centre_warned", "armed", "launched", "published", "reported", "statistics", "closed"),
}


def test_every_step_is_on_record(story: Story) -> None:
    assert STEPS - set(actions(story, FR)) == set()
    assert actions(story, GIVEN_UP)[-1] == "cancelled"


def test_each_step_is_told_to_the_institution(story: Story) -> None:
    """What the institution's confirmer got of all that others did, in this order."""
    listed = story.answers["notices"].json["notices"]
    assert isinstance(listed, list)
    broadcast = next(notice["broadcast"] for notice in listed if notice["subject"].startswith(f"[{FR}] "))
    items = [item for notice in listed if notice["recipient"] == "bram" for item in notice["items"]]
    told = [item["kind"] for item in items if item["broadcast"] == broadcast]
    for kind in (
        *("requested", "postponed", "date-agreed", "scheduled", "tested", "approved", "production-delivered"),
        *("window-missed", "date-wanted", "scheduled", "armed", "launched", "published", "reported"),
        *("statistics", "closed"),
    ):
        assert kind in told, kind
        told = told[told.index(kind) + 1 :]


def test_the_requester_reads_it_in_french(story: Story) -> None:
    told = "\n".join(text_of(mail) for mail in mails(story, "anne", FR))
    for title in ("Une autre date est nécessaire", "Le GO est donné", "Publié", "Le rapport et son certificat"):
        assert title in told


def test_a_mail_tells_what_happened_together(story: Story) -> None:
    """One for each entry and reader would be two and a half times as many."""
    listed = story.answers["notices"].json["notices"]
    assert isinstance(listed, list)
    items = sum(len(notice["items"]) for notice in listed)
    assert len(listed) <= 0.6 * items


def test_every_notice_arrived_once_and_in_its_readers_language(story: Story) -> None:
    listed = story.answers["notices"].json["notices"]
    assert isinstance(listed, list)
    assert {notice["state"] for notice in listed} == {"sent"}
    numbers = [mail["Message-ID"] for mail in mails(story)]
    assert len(numbers) == len(set(numbers)) == len(listed)
    for name, language in files.LANGUAGES.items():
        assert {mail["Content-Language"] for mail in mails(story, f"{name}@example.be")} == {language}


def test_one_thread_for_each_campaign(story: Story) -> None:
    roots = [{mail["References"].split()[0] for mail in mails(story, about=number)} for number in (FR, NL, GIVEN_UP)]
    assert [len(found) for found in roots] == [1, 1, 1]
    assert roots[0] == roots[1] != roots[2]


def invitations(story: Story, number: str) -> list[tuple[str, int, str]]:
    """Return what the launch team's calendar was told: the method, which version, and the day."""
    told = []
    for mail in mails(story, "lou", number):
        for part in (part for part in mail.walk() if part.get_content_type() == "text/calendar"):
            calendar = Calendar.from_ical(part.get_content())
            assert isinstance(calendar, Calendar)
            event = calendar.events[0]
            told.append((str(calendar["method"]), int(event["sequence"]), event["dtstart"].dt.date().isoformat()))
    return told


def test_the_evening_moves_in_the_calendar_and_is_cancelled_with_the_broadcast(story: Story) -> None:
    moved, given_up = invitations(story, FR), invitations(story, GIVEN_UP)
    assert (moved[0][0], moved[0][2], moved[-1][0], moved[-1][2]) == ("REQUEST", "2027-11-12", "REQUEST", "2027-11-30")
    assert sorted({version for _, version, _ in moved}) == [version for _, version, _ in moved]
    assert [(method, day) for method, _, day in given_up] == [("REQUEST", "2027-12-01"), ("CANCEL", "2027-12-01")]


def test_the_contact_centre_knows_what_is_coming(story: Story) -> None:
    warned = next(mail for mail in mails(story, "carla", FR) if "Calls expected" in mail["Subject"])
    text = text_of(warned)
    for known in ("Ce qui change", "300,000", "12 November 2027"):
        assert known in text


def test_no_national_number_in_any_mail_answer_table_or_log(story: Story) -> None:
    tested = files.keys_of(story.desk.folder / "fr-acceptance" / "package")
    everybody = files.keys_of(story.desk.folder / "fr-production" / "package")
    places = Places(story.desk.machine, [*tested, *everybody[:: files.EVERYBODY // 10]])
    places.add_databases()
    places.add_server_log()
    places.found["answers"] = "\n".join(story.desk.heard)
    places.found.update({f"mail {number}": text_of(mail) for number, mail in enumerate(mails(story))})
    assert places.leaking() == []
