"""The drop folders over HTTPS: what a program with a token and nothing but `curl` can do."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client, override_settings
from tests.broadcasts import people as p
from tests.browser.serving import served
from tests.cli.serving import answer_to, free_port
from tests.cli.serving import served as processes
from tests.delivery.procedure import INSTITUTION, SHORT, Story
from tests.exchange.conftest import dropping, story
from tests.exchange.dropping import Dropping
from tests.faults.machine import wait_until

from eboxcast.lib import clock
from eboxcast.lib.actors import Role
from eboxcast.portal.transfer_limits import LEAST_BYTES_A_SECOND, LONGEST, Pace, TooSlow, taken_place
from eboxcast.senders import people, people_tokens
from eboxcast.senders.people import Particulars

__all__ = ["dropping", "story"]

NAME = f"FI.BRDC.{INSTITUTION}.20270118.00001.T.3.1.metadata.xml"


@pytest.fixture
def token(dropping: Dropping) -> Iterator[str]:
    """The token of a program of the institution, with its drop folder."""
    with override_settings(EBOXCAST_DROP_DIR=dropping.root, ALLOWED_HOSTS=["*"]):
        yield token_of("payroll", Role.REQUESTER, INSTITUTION)


def token_of(name: str, role: Role, institution: str = "") -> str:
    particulars = Particulars(
        full_name=name, roles=frozenset({role}), language="fr", institution=institution, service=True
    )
    people.add_person(name, particulars, actor=p.INES)
    return people_tokens.make_token(name, label="curl", days=9, actor=p.INES)


class Program:
    """What sends with Django's client."""

    def __init__(self, token: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def put(self, place: str, content: bytes = b"", *, range_: str = "", **more: object) -> tuple[int, str]:
        headers = {"Content-Range": range_} if range_ else {}
        kind = "application/octet-stream"
        answer = self.client.put(f"/transfer/{place}", content, content_type=kind, headers=headers, **more)
        return answer.status_code, answer.headers.get("Upload-Offset", "")


@pytest.fixture
def program(token: str) -> Program:
    return Program(token)


def test_a_set_is_sent_collected_and_answered(program: Program, dropping: Dropping) -> None:
    reference = dropping.reference()
    for part, file in enumerate(sorted(dropping.story.files(SHORT).iterdir()), 1):
        assert program.put(f"INTEST/FI.{reference}.3.{part}.{file.name}", file.read_bytes())[0] == 201
    assert program.put(f"INTEST/GO.{reference}.3.{dropping.broadcast.number}") == (201, "0")
    assert dropping.collect().outcome == "accepted"
    answers = program.client.get("/transfer/OUTTEST/").content.decode().split()
    assert [name[:7] for name in answers] == ["FO.ACRF", "FO.NOTI"]
    for name in answers:
        assert b"".join(program.client.get(f"/transfer/OUTTEST/{name}")).startswith(b"<?xml")
        assert program.client.delete(f"/transfer/OUTTEST/{name}").status_code == 204
    assert dropping.left("OUTTEST") == []


def test_a_file_in_parts_is_complete_with_the_last_and_says_where_to_go_on(
    program: Program, dropping: Dropping
) -> None:
    place = f"INTEST/{NAME}"
    assert program.put(place, b"12345", range_="bytes 0-4/10") == (202, "5")
    assert dropping.left() == [f".{NAME}.half"]
    found = program.client.head(f"/transfer/{place}")
    assert (found.headers["Upload-Offset"], found.headers["Upload-Complete"]) == ("5", "?0")
    assert program.put(place, b"89", range_="bytes 7-8/10") == (409, "5")
    assert program.put(place, b"67890", range_="bytes 5-9/10") == (201, "10")
    assert (dropping.incoming / NAME).read_bytes() == b"1234567890"
    assert program.client.head(f"/transfer/{place}").headers["Upload-Complete"] == "?1"


def test_the_last_part_sent_again_leaves_the_file_complete(program: Program, dropping: Dropping) -> None:
    place = f"INTEST/{NAME}"
    program.put(place, b"12345", range_="bytes 0-4/10")
    assert program.put(place, b"67890", range_="bytes 5-9/10") == (201, "10")
    assert program.put(place, b"67890", range_="bytes 5-9/10") == (201, "10")
    assert program.put(place, b"x", range_="bytes 10-10/11") == (409, "10")
    assert dropping.left() == [NAME]
    assert program.client.head(f"/transfer/{place}").headers["Upload-Complete"] == "?1"


def test_what_may_not_be_is_refused(program: Program, dropping: Dropping) -> None:
    (dropping.own / "secret").write_text("x")
    (dropping.incoming / "sent").write_text("85073003328")
    with override_settings(EBOXCAST_DROP_QUOTA=0):
        assert program.put("INTEST/full", b"x")[0] == 507
    for place in ("OUTTEST/mine", "INTEST/.mine.half"):
        assert program.put(place, b"x")[0] == 403
    assert program.put("ELSEWHERE/mine", b"x")[0] == 403
    assert program.put("INTEST/part", b"xx", range_="bytes 0-9/10")[0] == 411
    assert program.put("INTEST/part", b"xx", range_="bytes 5-6/10")[0] == 404
    for place, status in {"INTEST/sent": 403, "OUTTEST/sent": 404, "../": 404, "..%2Fsecret/x": 404}.items():
        assert program.client.get(f"/transfer/{place}").status_code == status
    assert program.client.get("/transfer/").content.split() == [b"IN", b"INTEST", b"OUT", b"OUTTEST"]


def test_only_the_token_of_an_institution_lets_in(token: str, dropping: Dropping) -> None:
    assert Client().get("/transfer/").status_code == 401
    assert Client(headers={"Authorization": "Bearer ebc_x"}).get("/transfer/").status_code == 401
    operator = token_of("scheduler", Role.LAUNCH)
    assert Client(headers={"Authorization": f"Bearer {operator}"}).get("/transfer/").status_code == 403


def curl(site: str, token: str, *words: str) -> str:
    program = shutil.which("curl") or pytest.skip("curl is not installed")
    given = [program, "--silent", "--show-error", "--fail-with-body", "--oauth2-bearer", token, *words[:-1]]
    asked = [*given, f"{site}/transfer/{words[-1]}"]
    return subprocess.run(asked, capture_output=True, text=True, timeout=60, check=True).stdout


def sending(port: int, token: str, name: str, length: int, *blocks: bytes) -> socket.socket:
    """Begin to send a file over a connection of its own."""
    connected = socket.create_connection(("127.0.0.1", port), timeout=60)
    head = f"PUT /transfer/INTEST/{name} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
    connected.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode() + b"".join(blocks))
    return connected


def test_who_sends_slowly_takes_no_thread_from_pages(token: str, dropping: Dropping, tmp_path: Path) -> None:
    """With the real server and its usual four threads: three send next to nothing, two of them hold a thread."""
    file = tmp_path / "list.csv"
    file.write_bytes(bytes(256_000))
    port = free_port()
    with processes(port, EBOXCAST_DROP_DIR=str(dropping.root)), ExitStack() as open_ones:
        assert answer_to(port, "/health/live")[0].status == 200
        slow = [open_ones.enter_context(sending(port, token, f"{one}", 10**6, b"x")) for one in range(2)]
        wait_until(lambda: {f".{one}.half" for one in range(2)} <= set(dropping.left()))
        third = open_ones.enter_context(sending(port, token, "third", 10**6, b"x"))
        assert third.recv(100).startswith(b"HTTP/1.1 429")
        for _ in range(10):
            assert answer_to(port, "/sign-in")[0].status == 200
        for one in slow:
            one.close()
        again = (
            "--retry",
            "9",
            "--retry-delay",
            "1",
            "--limit-rate",
            "500k",
            "--upload-file",
            str(file),
            "INTEST/list",
        )
        assert curl(f"http://127.0.0.1:{port}", token, *again).strip().endswith("Received.")
    assert (dropping.incoming / "list").stat().st_size == 256_000


def test_who_is_too_slow_is_told_where_to_go_on(token: str, dropping: Dropping) -> None:
    block = bytes(64 << 10)
    half = dropping.incoming / ".list.half"
    with served() as site, sending(urlsplit(site).port or 0, token, "list", 10**6, block) as slow:
        wait_until(lambda: half.exists() and half.stat().st_size == len(block))
        clock.move(clock.offset() + timedelta(seconds=31))
        slow.sendall(block)
        with slow.makefile("rb") as answer:
            assert b"408" in answer.readline()
            assert b"Upload-Offset: 131072\r\n" in iter(answer.readline, b"\r\n")
    assert dropping.left() == [".list.half"]


def test_who_is_fast_enough_is_not_stopped_before_the_longest_time(story: Story) -> None:
    pace, seconds = Pace(), int(LONGEST.total_seconds())
    for passed in range(31, seconds, 31):
        clock.move(clock.offset() + timedelta(seconds=31))
        pace.judge(passed * LEAST_BYTES_A_SECOND * 2)
    clock.move(clock.offset() + timedelta(seconds=31))
    with pytest.raises(TooSlow):
        pace.judge(seconds * LEAST_BYTES_A_SECOND * 4)


def test_two_files_of_an_institution_come_in_at_once() -> None:
    with override_settings(EBOXCAST_PAGES_THREADS=8), ExitStack() as places:
        taken = [places.enter_context(taken_place(of)) for of in ("one", "one", "one", "two", "two", "three")]
    assert taken == [True, True, False, True, True, False]
    with taken_place("three") as is_taken:
        assert is_taken


def test_curl_continues_what_was_cut_off(token: str, dropping: Dropping, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(bytes(range(256)) * 1000)
    half = dropping.incoming / f".{NAME}.half"
    with served() as site:
        with socket.create_connection(("127.0.0.1", urlsplit(site).port or 0)) as cut:
            head = f"PUT /transfer/INTEST/{NAME} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
            cut.sendall(f"{head}Content-Length: 256000\r\n\r\n".encode() + file.read_bytes()[:1000])
        wait_until(lambda: half.exists() and half.stat().st_size == 1000)
        curl(site, token, "--continue-at", "1000", "--upload-file", str(file), f"INTEST/{NAME}")
        assert (dropping.incoming / NAME).read_bytes() == file.read_bytes()
        curl(site, token, "--request", "PUT", "--data-binary", "", "INTEST/empty")
        assert curl(site, token, "INTEST/").split() == [NAME, "empty"]
