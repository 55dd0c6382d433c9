from __future__ import annotations

from pathlib import Path

from tests.simulator.conftest import Simulate
from tests.simulator.simulated import JANE, PDF, PEOPLE, citizen

from eboxcast.simulator.holdings import Content, Message

KEY = {"Idempotency-Key": '"one"'}


def test_what_it_did_survives_its_kill(simulate_alone: Simulate, tmp_path: Path) -> None:
    options = ("--state-file", tmp_path / "journal", "--idempotency")
    provider = simulate_alone(*options)
    message_id = provider.published()
    provider.link(message_id, *PEOPLE, headers=KEY)
    provider.link(message_id, PEOPLE[0])
    before = provider.deliveries(message_id)
    provider.end()
    again = simulate_alone(*options)
    assert again.deliveries(message_id) == before == [JANE, *PEOPLE, PEOPLE[0]]
    assert again.state()["doubles"] == 1
    assert again.link(message_id, *PEOPLE, headers=KEY).status == 409
    content = f"/ebox/messages/{message_id}/attachments/1/content"
    assert again.call("GET", content, headers={"X-Ebox-Owner": f"citizen:{JANE}"}).data == PDF


def test_a_line_cut_by_a_kill_is_dropped_and_the_file_goes_on(simulate_alone: Simulate, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    provider = simulate_alone("--state-file", journal)
    message_id = provider.published()
    provider.end()
    with journal.open("ab") as file:
        file.write(b'{"link": "cut')
    again = simulate_alone("--state-file", journal)
    again.link(message_id, *PEOPLE)
    again.end()
    assert sorted(simulate_alone("--state-file", journal).deliveries()) == sorted((JANE, *PEOPLE))


def test_the_journal_is_for_its_owner_only_and_a_reset_empties_it(simulate_alone: Simulate, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    provider = simulate_alone("--state-file", journal)
    provider.published()
    assert journal.stat().st_mode & 0o777 == 0o600
    provider.control("POST", "/reset")
    assert journal.read_bytes() == b""
    assert provider.deliveries() == []


def test_people_are_read_from_an_ebox_file(simulate_alone: Simulate, tmp_path: Path) -> None:
    eboxes = tmp_path / "eboxes.csv"
    rows = ["identifier;state;ebox_only", f"{JANE};active;no", f"{PEOPLE[0]};never;no", f"{PEOPLE[1]};refused;no"]
    eboxes.write_text("\n".join(rows), "utf-8")
    provider = simulate_alone("--eboxes", eboxes)
    first = provider.publish()
    assert "code" not in first.json()
    answer = provider.link(first.json()["messageId"], *PEOPLE[:3]).json()
    assert answer["errorCases"] == [citizen(PEOPLE[1])]


def test_messages_and_contents_are_compared_as_themselves() -> None:
    assert Message.__eq__ is object.__eq__
    assert Content.__eq__ is object.__eq__
