"""The calendar shows what people put into it, and says by when what must be done."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.cli.conftest import Command
from tests.moments import move_to
from tests.reports.test_documented import names_in

from eboxcast.audit.models import Entry
from eboxcast.lib.actors import Actor, Role
from eboxcast.lib.formatting import moment_in
from eboxcast.planning.models import Blackout, ClosedDay
from eboxcast.senders.models import Institution
from eboxcast.senders.people import Particulars, add_person

pytestmark = pytest.mark.usefixtures("january")

PAGE = (Path(__file__).parents[2] / "docs/reference/answers-json.md").read_text("utf-8")
BLACKOUT = ("blackout", "2027-05-20T20:00", "2027-05-20T23:00", "--service", "Oracle", "--reason", "upgrade")


@pytest.fixture
def january(installation: None) -> None:
    """It is the fourth of January 2027."""
    move_to(datetime(2027, 1, 4, 9, tzinfo=UTC))


def test_each_day_has_its_line(command: Command) -> None:
    command("calendar", "close", "2027-05-07", "--reason", "bridge")
    code, out, _ = command("calendar", "--from", "2027-05-05", "--to", "2027-05-08")
    assert (code, re.sub(" {3,}", "   ", out).splitlines()) == (
        0,
        [
            "Date   Evening   Remarks",
            "Wed 05/05/2027   evening from 18:00 to 06:00",
            "Thu 06/05/2027   legal holiday: Ascension Day",
            "Fri 07/05/2027   closed: bridge",
            "Sat 08/05/2027   weekend",
        ],
    )


def test_without_a_word_it_shows_the_next_six_weeks(command: Command) -> None:
    code, out, _ = command("calendar")
    lines = out.splitlines()
    assert (code, len(lines)) == (0, 43)
    assert (lines[1][:14], lines[-1][:14]) == ("Mon 04/01/2027", "Sun 14/02/2027")


def test_the_night_of_the_clock_change_has_both_offsets(command: Command) -> None:
    assert json.loads(command("calendar", "--from", "2027-10-30", "--to", "2027-10-30", "--json")[1])["days"][0][
        "window"
    ] == {"starts_at": "2027-10-30T18:00:00+02:00", "ends_at": "2027-10-31T06:00:00+01:00"}


def test_a_blackout_stands_beside_its_evening_until_it_is_lifted(command: Command) -> None:
    assert command("calendar", *BLACKOUT)[0] == 0
    number = Blackout.objects.get().pk
    shown = command("calendar", "--from", "2027-05-19", "--to", "2027-05-21")[1]
    assert re.findall(rf"^(\S+ \S+) .* blackout {number}$", shown, re.MULTILINE) == ["Thu 20/05/2027"]
    assert f"{number}: Oracle, from 20 May 2027 at 20:00" in shown
    assert command("calendar", "lift", number)[0] == 0
    assert "Oracle" not in command("calendar", "--from", "2027-05-19", "--to", "2027-05-21")[1]


def test_doing_it_twice_says_who_was_first_and_does_nothing(command: Command) -> None:
    words = ("calendar", "close", "2027-05-07", "--reason", "bridge")
    command(*words)
    code, _, said = command(*words)
    assert code == 0
    assert "Nothing was changed." in said
    command("calendar", *BLACKOUT)
    assert "Nothing was changed." in command("calendar", *BLACKOUT)[2]
    number = Blackout.objects.get().pk
    command("calendar", "lift", number)
    assert "Nothing was changed." in command("calendar", "lift", number)[2]
    assert Entry.objects.count() == 3


def test_the_terms_of_a_production_and_the_date_is_free(command: Command) -> None:
    start, end = datetime(2027, 5, 18, 16, tzinfo=UTC), datetime(2027, 5, 19, 4, tzinfo=UTC)
    code, out, _ = command("calendar", "deadlines", "2027-05-18")
    assert code == 0
    assert re.sub(" {3,}", " | ", out).splitlines() == [
        "Due | What to do",
        "Wednesday 28 April 2027 | reminder to the institution to reconfirm (12 working days before)",
        "Friday 30 April 2027 | last day to reconfirm (10 working days before)",
        "Monday 10 May 2027 | last day to deliver the files for acceptance (5 working days before)",
        f"Tuesday 18 May 2027 | production, in the window from {moment_in(start, 'en')} to {moment_in(end, 'en')}",
        "A deadline ends at the end of that day, Brussels time.",
        "The date is free.",
    ]


def test_what_stands_in_the_way_comes_with_the_nearest_free_dates(command: Command) -> None:
    command("calendar", *BLACKOUT)
    out = command("calendar", "deadlines", "2027-05-20")[1]
    assert "- Oracle is unavailable from 20 May 2027 at 20:00 to 20 May 2027 at 23:00: upgrade." in out
    assert "The nearest free dates: Friday 21 May 2027, Monday 24 May 2027, Tuesday 25 May 2027." in out


def test_too_many_recipients_for_any_evening_are_told_so(command: Command) -> None:
    out = command("calendar", "deadlines", "2027-05-20", "--recipients", "12000001")[1]
    assert "With 0 already planned and 12,000,001 more, it would have 1 too many." in out
    assert "There is no free date" in out


@pytest.mark.parametrize(
    ("language", "day"), [("fr", "mardi 18 mai 2027"), ("nl", "dinsdag 18 mei 2027"), ("de", "Dienstag, 18. Mai 2027")]
)
def test_days_are_named_in_the_readers_language(
    language: str, day: str, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EBOXCAST_LANGUAGE", language)
    assert day in command("calendar", "deadlines", "2027-05-18")[1]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("close", "2027-13-01", "--reason", "x"), 2),
        (("close", "2026-05-07", "--reason", "bridge"), 2),
        (("close", "2027-05-07", "--reason", "85.07.30-033.28"), 2),
        (("open", "2027-05-07"), 4),
        (("lift", "4711"), 2),
        (("blackout", "2027-05-20T23:00", "2027-05-20T20:00", "--service", "s", "--reason", "r"), 2),
        (("blackout", "2027-03-28T02:30", "2027-03-28T05:00", "--service", "s", "--reason", "r"), 2),
        (("--from", "2027-05-07", "--to", "2027-05-06"), 2),
        (("--from", "2027-01-01", "--to", "2037-01-01"), 2),
        (("--institution", "0456789034"), 2),
        (("deadlines", "9999-12-31"), 2),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    words: tuple[str, ...], code: int, command: Command
) -> None:
    assert command("calendar", *words)[0] == code
    assert not Entry.objects.exists()


def test_a_closed_day_of_an_institution_shows_in_its_calendar_only(command: Command) -> None:
    Institution.objects.create(cbe="0456789034", names={"fr": "x", "nl": "x", "de": "x"})
    command("calendar", "close", "2027-05-07", "--reason", "fair", "--institution", "0456789034")
    assert ClosedDay.objects.get().date == date(2027, 5, 7)
    period = ("calendar", "--from", "2027-05-07", "--to", "2027-05-07")
    assert "evening" in command(*period)[1]
    assert "closed at 0456789034: fair" in command(*period, "--institution", "0456789034")[1]


def test_each_name_in_the_json_is_explained(command: Command) -> None:
    command("calendar", *BLACKOUT)
    command("calendar", "close", "2027-05-19", "--reason", "bridge")
    explained = set(re.findall(r"`([a-z0-9_]+)`", PAGE))
    for words in (("--from", "2027-05-17", "--to", "2027-05-21"), ("deadlines", "2027-05-20")):
        answer = json.loads(command("calendar", *words, "--json")[1])
        assert set(names_in(answer)) - explained == set()


@pytest.mark.usefixtures("procedure_on")
def test_with_the_procedure_on_even_looking_asks_who_looks(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert [
        command("calendar", *words)[0] for words in ((), ("--json",), ("close", "2027-05-07", "--reason", "x"))
    ] == [4, 4, 4]


@pytest.mark.usefixtures("procedure_on")
def test_a_requester_closes_days_of_the_own_institution_and_announces_no_blackout(command: Command) -> None:
    Institution.objects.create(cbe="0456789034", names={"fr": "x", "nl": "x", "de": "x"})
    rita = Particulars(full_name="Rita", language="nl", roles=frozenset({Role.REQUESTER}), institution="0456789034")
    add_person("rita", rita, actor=Actor(name="ines", roles=frozenset({Role.INTEGRATION})))
    assert command("--as", "rita", "calendar", "close", "2027-05-07", "--reason", "fair")[0] == 0
    closed = ClosedDay.objects.get()
    assert (closed.institution, closed.added_by) == ("0456789034", "rita")
    assert "closed at 0456789034: fair" in command("--as", "rita", "calendar", "--from", "2027-05-07")[1]
    assert command("--as", "rita", "calendar", *BLACKOUT)[0] == 4
