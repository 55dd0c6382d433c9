"""`eboxcast audit`: reading, proving, handing out, dropping."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from tests.cli.conftest import Command
from tests.cli.test_answers_documented import EXPLAINED
from tests.moments import move_to
from tests.reports.broadcasts import Broadcasts
from tests.reports.test_documented import names_in

from eboxcast.audit.actions import record
from eboxcast.audit.models import Anchor, Entry

pytestmark = pytest.mark.usefixtures("installation")

MARC, NADIA = "85073003328", "90011500287"
RUN = UUID(int=7)


@pytest.fixture
def anchor(command: Command) -> str:
    """Three entries, one of them of a run, and the head after them."""
    record("a.one", by="ines")
    record("a.two", by="olga", environment="production", run=RUN, data={"reason": f"about {MARC}"})
    record("a.three", by="ines")
    return command("audit", "anchor", "--to", "rita")[1].strip()


@pytest.mark.usefixtures("anchor")
def test_entries_are_listed_with_their_number_and_without_anybodys(command: Command) -> None:
    code, out, err = command("audit", "list")
    lines = out.splitlines()
    assert (code, err, len(lines)) == (0, "", 3)
    assert lines[1].split()[0] == "2"
    for words in ("olga", "a.two", "production", "00000000"):
        assert words in lines[1]
    assert MARC not in out


@pytest.mark.usefixtures("anchor")
def test_the_newest_entries_are_listed_and_that_there_are_more(command: Command) -> None:
    _, out, err = command("audit", "list", "--limit", 1)
    assert "a.three" in out
    assert "a.two" not in out
    assert "There are older entries" in err


def test_the_entries_of_a_run_are_listed(broadcasts: Broadcasts, command: Command) -> None:
    run = broadcasts.published()
    record("a.other", by="ines")
    answer = json.loads(command("audit", "list", "--run", run.short, "--json")[1])
    assert {entry["run"] for entry in answer["entries"]} == {str(run.id)}
    assert answer["entries"][0]["action"] == "run.prepare_intended"


@pytest.mark.usefixtures("anchor")
def test_entries_since_a_moment_are_listed(command: Command) -> None:
    assert command("audit", "list", "--since", "2099-01-01")[1] == "No entries.\n"


def test_entries_are_listed_by_person_action_and_period(command: Command) -> None:
    """As the page searches; what is no action is refused rather than not found."""
    record("run.published", by="olga", run=RUN)
    record("run.paused", by="ines", run=RUN)
    record("person.added", by="ines", data={"person": "olga"})

    def listed(*asked: str) -> list[str]:
        return [one["action"] for one in json.loads(command("audit", "list", "--json", *asked)[1])["entries"]]

    assert listed("--by", "olga") == ["run.published", "person.added"]
    assert listed("--action", "run") == ["run.published", "run.paused"]
    assert listed("--action", "run.paused") == ["run.paused"]
    assert listed("--until", "2020-01-01T00:00") == []
    code, _, err = command("audit", "list", "--action", "run.pausd")
    assert code == 2
    assert "run.pausd" in err


def test_a_head_that_was_handed_out_proves_what_was_until_then(command: Command, anchor: str) -> None:
    record("a.later", by="ines")
    code, out, _ = command("audit", "verify", "--anchor", anchor)
    assert code == 0
    assert "Proved up to seal 3" in out
    assert "Not sealed yet: 1 entries." in out
    assert list(Anchor.objects.values_list("given_to", flat=True)) == ["rita"]


@pytest.mark.usefixtures("anchor")
def test_without_an_anchor_it_says_what_is_not_proved(command: Command) -> None:
    code, out, _ = command("audit", "verify")
    assert code == 0
    assert "Proved" not in out
    assert "Take one from a certificate" in out


def test_what_is_wrong_is_said_and_ends_with_1(
    command: Command, anchor: str, sweepers: list[psycopg.Connection[tuple[object, ...]]]
) -> None:
    sweepers[0].execute("update audit_entry set by = 'otto' where action = 'a.two'")
    sweepers[0].execute("delete from audit_seal where number = 3")
    code, out, _ = command("audit", "verify", "--anchor", anchor)
    assert code == 1
    assert out.splitlines()[:2] == [
        f"Seal 2: its entry {Entry.objects.get(action='a.two').id:,} was altered.",
        "Anchor 3: it is newer than the last seal. The end of the audit was removed.",
    ]
    assert "Proved" not in out


def test_each_name_in_the_answers_is_explained(command: Command, anchor: str) -> None:
    answers = [
        command("audit", *words, "--json")[1]
        for words in (["list"], ["verify", "--anchor", anchor], ["verify", "--anchor", f"9{anchor}"], ["anchor"])
    ]
    for answer in (*answers, command("audit", "expire", "--dry-run", "--json")[1]):
        assert set(names_in(json.loads(answer))) - EXPLAINED - {"reason"} == set()


@pytest.mark.parametrize("text", ["3", "3:abc", MARC])
def test_what_is_no_anchor_is_refused(command: Command, text: str) -> None:
    code, _, err = command("audit", "verify", "--anchor", text)
    assert code == 2
    assert MARC not in err


def test_of_an_empty_audit_there_is_no_head(command: Command) -> None:
    assert command("audit", "anchor")[0] == 4
    assert "Nothing is sealed." in command("audit", "verify")[1]


def test_who_looked_into_an_ebox_is_found_by_its_owner_alone(command: Command) -> None:
    for person in (MARC, NADIA):
        command("ebox", "-", given=person)
    code, out, _ = command("audit", "find", "-", "--json", given=MARC)
    assert code == 0
    found = [(entry["action"], entry["environment"]) for entry in json.loads(out)["entries"]]
    assert found == [("ebox.looked", "acceptance"), ("audit.person_searched", None)]
    held = str(list(Entry.objects.values_list("data", flat=True)))
    assert MARC not in held + out
    assert NADIA not in held + out


def test_a_number_as_an_argument_is_refused_and_not_repeated(command: Command) -> None:
    code, out, err = command("audit", "find", MARC)
    assert code == 2
    assert MARC not in out + err
    assert not Entry.objects.exists()


def test_a_year_at_its_term_is_dropped_by_the_command(command: Command) -> None:
    for year in (2071, 2082):
        move_to(datetime(year, 6, 1, tzinfo=UTC))
        record("a.then", by="ines")
    assert "Would delete the year 2071." in command("audit", "expire", "--dry-run")[1]
    code, out, _ = command("audit", "expire")
    assert code == 0
    assert "The year 2071 was deleted: 1 entries. Its last digest is kept: 1:" in out
    assert command("audit", "expire")[1] == "No year has reached the end of its retention period.\n"
    assert command("audit", "verify")[0] == 0


def test_a_role_that_does_not_own_the_audit_is_told_so(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "EBOXCAST_EMBEDDED", False)
    code, _, err = command("audit", "expire")
    assert code == 4
    assert "EBOXCAST_OWNER_URL" in err


def test_a_certificate_carries_a_head_that_covers_the_publication(broadcasts: Broadcasts, command: Command) -> None:
    run = broadcasts.published()
    answer = json.loads(command("report", run.short, "--format", "json")[1])
    head = answer["certificate"]["audit"]
    newest = json.loads(command("audit", "list", "--run", run.short, "--json")[1])["entries"][-1]
    assert newest["action"] == "run.published"
    assert head["number"] >= newest["number"]
    assert command("audit", "verify", "--anchor", head["anchor"])[0] == 0
    assert head["anchor"] in command("report", run.short)[1]
    assert Anchor.objects.get().given_to == str(run.id)
