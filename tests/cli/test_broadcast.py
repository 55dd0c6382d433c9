"""A broadcast is asked for, decided on and followed by commands, and everybody sees whose turn it is."""

from __future__ import annotations

import json

import pytest
from tests.broadcasts import people
from tests.broadcasts.people import set_clock
from tests.cli.conftest import Command

from eboxcast.broadcasts.models import Broadcast, Contact, Waiver
from eboxcast.planning.models import Blackout

pytestmark = pytest.mark.usefixtures("office")

REQUEST = ("--application", "demo:letters", "--type", "DEMO-LETTER", "--subject", "Pension 2027")
ONE = (*REQUEST, "--date", "2027-02-15", "--recipients", "180000", "--language", "fr")
N = "2027-0001"


def test_a_request_answers_with_whose_turn_it_is_and_the_command(command: Command) -> None:
    code, out, said = command("--as", "anne", "broadcast", "request", *ONE)
    assert (code, said) == (0, "")
    assert out.startswith(f"Broadcast {N} · requested · FR · Pension 2027\n")
    assert f"eboxcast broadcast decide {N} accept --date 2027-02-15" in out
    assert "Waiting for: the validator (BCSS), the integration team" in out


def test_two_languages_are_two_broadcasts_of_one_campaign(command: Command) -> None:
    words = (*REQUEST, "--date", "2027-02-15", "--recipients", "fr=180000", "--recipients", "nl=120000")
    code, out, _ = command("--as", "anne", "broadcast", "request", *words, "--json")
    found = json.loads(out)["broadcasts"]
    assert (code, [(one["language"], one["expected_recipients"]) for one in found]) == (
        0,
        [("fr", 180_000), ("nl", 120_000)],
    )
    assert {one["campaign"] for one in found} == {"Pension 2027"}


def test_what_stands_in_the_way_of_a_wanted_date_is_said_at_once(command: Command) -> None:
    words = (*REQUEST, "--date", "2027-01-20", "--recipients", "fr=10")
    code, _, said = command("--as", "anne", "broadcast", "request", *words)
    assert code == 0
    assert "the reconfirmation was due on" in said


SATURDAY = (*REQUEST, "--date", "2027-02-13", "--recipients", "fr=10")


def test_a_day_without_any_broadcast_is_refused_with_the_nearest_free_ones(command: Command) -> None:
    code, _, said = command("--as", "anne", "broadcast", "request", *SATURDAY)
    assert (code, Broadcast.objects.count()) == (3, 0)
    assert "A broadcast is not possible on Saturday 13 February 2027:" in said
    assert "Saturday 13 February 2027 is not a working day." in said
    assert "The nearest free dates: Friday 12 February 2027, Monday 15 February 2027, Thursday 11" in said


def test_a_refused_day_is_told_as_json(command: Command) -> None:
    people.requested()
    for words in (("request", *SATURDAY), ("want", N, "2027-02-13")):
        code, out, _ = command("--as", "anne", "broadcast", *words, "--json")
        failure = json.loads(out)
        assert (code, failure["exit_code"], failure["code"]) == (3, 3, "broadcast.date-not-possible")
        assert [one["sentence"] for one in failure["reasons"]] == ["Saturday 13 February 2027 is not a working day."]
        assert [step["action"] for step in failure["next"]] == ["calendar.see"]


def test_who_decides_about_a_full_evening_is_not_told_to_accept_it(command: Command) -> None:
    filled = people.requested(expected={"fr": 12_000_000})
    for who in ("vera", "ines"):
        command("--as", who, "broadcast", "decide", filled.number, "accept")
    code, out, said = command("--as", "anne", "broadcast", "request", *ONE)
    assert code == 0
    assert "has room for 12,000,000 recipients" in said
    assert "decide 2027-0002 accept" not in out
    assert 'eboxcast broadcast decide 2027-0002 postpone --reason "…"' in out


def test_a_contact_that_is_given_stands_on_the_follow_up_sheet(command: Command) -> None:
    command("--as", "anne", "broadcast", "request", *ONE, "--contact", "Anne Dupont, anne@example.org, 02 000 00 00")
    contact = Contact.objects.get(team="")
    assert (contact.name, contact.email, contact.phone) == ("Anne Dupont", "anne@example.org", "02 000 00 00")


@pytest.mark.parametrize(
    "words",
    [
        (*REQUEST, "--date", "2027-02-15", "--recipients", "many", "--language", "fr"),
        (*REQUEST, "--date", "2027-02-15", "--recipients", "180000"),
        (*REQUEST, "--date", "2027-02-15", "--recipients", "en=5"),
        (*REQUEST, "--date", "2027-02-30", "--recipients", "fr=5"),
        (*ONE, "--contact", "Anne"),
        (*ONE[:5], "85.07.30-033.28", *ONE[6:]),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_asked_for(command: Command, words: tuple[str, ...]) -> None:
    code, _, said = command("--as", "anne", "broadcast", "request", *words)
    assert (code, Broadcast.objects.count()) == (2, 0)
    assert "85.07.30" not in said


def test_both_sides_accept_and_see_what_is_planned_before(command: Command) -> None:
    people.requested()
    code, out, said = command("--as", "vera", "broadcast", "decide", N, "accept")
    assert code == 0
    assert "The other side has not decided yet" in out
    assert "Monday 15 February 2027: 0 of 10 broadcasts and 0 of 12,000,000 recipients are planned." in said
    out = command("--as", "ines", "broadcast", "decide", N, "accept", "--at", "2027-02-15T20:00")[1]
    assert "both sides have accepted Monday 15 February 2027" in out
    assert Broadcast.objects.get().agreed_at.isoformat() == "2027-02-15T19:00:00+00:00"  # type: ignore[union-attr]


def test_of_several_wanted_dates_one_must_be_said(command: Command) -> None:
    people.requested(dates=(people.DAY, people.DAY.replace(day=16)))
    assert command("--as", "vera", "broadcast", "decide", N, "accept")[0] == 2
    assert command("--as", "vera", "broadcast", "decide", N, "accept", "--date", "2027-02-16")[0] == 0
    assert command("--as", "ines", "broadcast", "decide", N, "accept")[0] == 0  # the one that vera accepted


def test_postponing_without_dates_proposes_the_nearest_free_ones(command: Command) -> None:
    people.requested()
    code, out, _ = command("--as", "ines", "broadcast", "decide", N, "postpone", "--reason", "maintenance")
    assert code == 0
    assert "Tuesday 16 February 2027, Wednesday 17 February 2027, Thursday 18 February 2027" in out
    assert f"eboxcast broadcast agree {N} 2027-02-16" in out
    assert "requested" in command("--as", "anne", "broadcast", "agree", N, "2027-02-16")[1]


def test_a_date_that_is_not_free_is_refused_with_what_is_in_the_way(command: Command) -> None:
    people.requested()
    blackout = ("2027-02-15T20:00", "2027-02-15T23:00", "--service", "Oracle", "--reason", "upgrade")
    command("--as", "vera", "broadcast", "decide", N, "accept")
    command("--as", "ines", "calendar", "blackout", *blackout)
    code, _, said = command("--as", "ines", "broadcast", "decide", N, "accept")
    assert (code, Blackout.objects.count()) == (4, 1)
    assert "Oracle is unavailable" in said
    assert "The nearest free dates: Tuesday 16 February 2027" in said


def test_whoever_says_no_owes_a_reason(command: Command) -> None:
    people.requested()
    assert command("--as", "vera", "broadcast", "decide", N, "refuse")[0] == 2
    assert command("--as", "vera", "broadcast", "decide", N, "refuse", "--reason", "85073003328")[0] == 2
    assert command("--as", "vera", "broadcast", "decide", N, "refuse", "--reason", "no legal basis")[0] == 0
    assert Broadcast.objects.get().reason == "no legal basis"


def test_a_late_reconfirmation_shows_as_late_and_can_be_let_pass(command: Command) -> None:
    people.scheduled()
    set_clock("2027-02-03T09:00")
    assert "Late: the reconfirmation was due by" in command("--as", "anne", "broadcast", "show", N)[1]
    command("--as", "anne", "broadcast", "reconfirm", N)
    waive = ("broadcast", "waive", N, "late-reconfirmation")
    assert command("--as", "ines", *waive)[0] == 2
    code, out, _ = command("--as", "ines", *waive, "--reason", "illness")
    assert (code, Waiver.objects.get().by) == (0, "ines")
    assert "Late:" not in out


def test_cancelling_ends_it(command: Command) -> None:
    people.scheduled()
    code, out, _ = command("--as", "anne", "broadcast", "cancel", N, "--reason", "law withdrawn")
    assert code == 0
    assert "No further action is needed." in out


def test_other_dates_can_be_wanted(command: Command) -> None:
    people.scheduled()
    code, out, _ = command("--as", "anne", "broadcast", "want", N, "2027-02-22", "2027-02-23")
    assert (code, len(Broadcast.objects.get().wanted_dates)) == (0, 2)
    assert "other dates were requested" in out


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lou", ("decide", N, "accept")),
        ("anne", ("decide", N, "accept")),
        ("bram", ("reconfirm", N)),
        ("anne", ("go", N, "--moment", "2027-02-15T18:00", "--files", "12345678")),
        ("ines", ("arm", N)),
        ("ada", ("note", N, "text")),
    ],
)
def test_who_may_not_is_told_who_may(command: Command, name: str, words: tuple[str, ...]) -> None:
    people.requested()
    assert command("--as", name, "broadcast", *words)[0] == 4
    assert Broadcast.objects.get().state == "requested"


def test_another_institution_does_not_find_it(command: Command) -> None:
    people.requested()
    assert command("--as", "dirk", "broadcast", "show", N)[0] == 2
    assert N not in command("--as", "dirk", "broadcast", "list")[1]
