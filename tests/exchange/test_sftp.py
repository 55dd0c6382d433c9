"""What an institution does over SFTP, with the programs it has; and what is refused, before and after the sign-in."""

from __future__ import annotations

import asyncio
import itertools
import math
import os
import shutil
import signal
import socket
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import asyncssh
import paramiko
import pytest
from tests.broadcasts import people as p
from tests.delivery.procedure import INSTITUTION, SHORT
from tests.exchange.dropping import Dropping, texts
from tests.exchange.sftp_clients import Institution, Running, serving
from tests.exchange.test_signers import Signing
from tests.faults.machine import wait_until

from eboxcast.exchange import keys
from eboxcast.exchange.access import MOST_FILES
from eboxcast.exchange.models import SftpKey
from eboxcast.exchange.sftp import host_key
from eboxcast.exchange.sftp_tally import sftp_metrics
from eboxcast.lib import clock

NAME = "FI.BRDC.0456789034.20270118.00001.T.3.1.metadata.xml"


@pytest.fixture
def running(story: object, tmp_path: Path) -> Iterator[Running]:
    with serving(tmp_path / "drop") as running:
        yield running


@pytest.fixture
def institution(running: Running, tmp_path: Path) -> Institution:
    return Institution(tmp_path, running)


@pytest.fixture
def incoming(institution: Institution) -> Path:
    """The folder for acceptance; it is made at the first sign-in."""
    folder = institution.running.root / INSTITUTION / "INTEST"
    folder.mkdir(parents=True)
    return folder


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_openssh_delivers_a_set_and_fetches_its_answers(dropping: Dropping, tmp_path: Path) -> None:
    fetched = tmp_path / "fetched"
    fetched.mkdir()
    with serving(dropping.root) as running:
        institution = Institution(tmp_path, running)
        files = sorted(dropping.story.files(SHORT).iterdir())
        reference = dropping.reference()
        puts = [f"put {file} FI.{reference}.3.{part}.{file.name}" for part, file in enumerate(files, 1)]
        empty = tmp_path / "empty"
        empty.touch()
        put = institution.sftp("cd INTEST", *puts, f"put {empty} GO.{reference}.3.{dropping.broadcast.number}")
        assert put.returncode == 0, put.stderr
        assert dropping.collect().outcome == "accepted"
        got = institution.sftp(f"lcd {fetched}", "get OUTTEST/*", "rm OUTTEST/*", "ls -la OUTTEST")
        assert got.returncode == 0, got.stderr
    assert [name[:7] for name in left(fetched)] == ["FO.ACRF", "FO.NOTI"]
    assert dropping.left("OUTTEST") == []


def test_openssh_delivers_a_set_that_openssl_signed(dropping: Dropping, tmp_path: Path) -> None:
    signing = Signing(dropping, tmp_path)
    signing.register()
    signatures = signing.put()
    (tmp_path / "sent").mkdir()
    kept = [shutil.move(path, tmp_path / "sent") for path in sorted(dropping.incoming.iterdir())]
    with serving(dropping.root) as running:
        put = Institution(tmp_path, running).sftp("cd INTEST", *(f"put {path}" for path in kept))
        assert put.returncode == 0, put.stderr
        assert dropping.collect().outcome == "accepted"
    assert {path.name for path in signatures} <= set(texts(dropping.receipt(), "FileName"))


def test_lftp_delivers_with_a_temporary_name_and_removes(institution: Institution, incoming: Path) -> None:
    file = incoming.parent.parent / "metadata.xml"
    file.write_text("<x/>")
    done = institution.lftp(
        "set xfer:use-temp-file yes", f"put {file} -o INTEST/{NAME}", "cls INTEST", f"mv INTEST/{NAME} INTEST/other"
    )
    assert done.returncode == 0, done.stderr
    assert left(incoming) == ["other"]
    assert institution.lftp("rm INTEST/other").returncode == 0
    assert left(incoming) == []


def test_paramiko_delivers_and_reads(institution: Institution, incoming: Path) -> None:
    client = paramiko.SSHClient()
    known = paramiko.Ed25519Key(data=institution.running.host_key.public_data)
    client.get_host_keys().add(f"[127.0.0.1]:{institution.running.port}", known.get_name(), known)
    where = {"hostname": "127.0.0.1", "port": institution.running.port, "username": INSTITUTION}
    (incoming.parent / "OUT").mkdir()
    (incoming.parent / "OUT" / "answer.xml").write_text("<x/>")
    with client:
        client.connect(**where, key_filename=str(institution.private), allow_agent=False, look_for_keys=False)
        with client.open_sftp() as session:
            assert sorted(session.listdir()) == ["IN", "INTEST", "OUT", "OUTTEST"]
            session.chdir("/INTEST")
            with session.open(NAME, "w") as file:
                file.write("a" * 100_000)
            assert session.stat(NAME).st_size == 100_000
            with session.open("/OUT/answer.xml") as file:
                assert file.read() == b"<x/>"
    assert left(incoming) == [NAME]


def test_winscp_renames_when_all_is_here_and_half_a_name_is_never_collected(
    institution: Institution, incoming: Path
) -> None:
    async def transfer() -> None:
        async with await institution.connect() as connection, connection.start_sftp_client() as client:
            async with client.open(f"INTEST/{NAME}.filepart", "wb") as file:
                await file.write(b"one")
            await client.rename(f"INTEST/{NAME}.filepart", f"INTEST/{NAME}")
            with pytest.raises(asyncssh.SFTPFailure):
                async with client.open("INTEST/second", "wb"):
                    await client.posix_rename("INTEST/second", f"INTEST/{NAME}")

    institution.running.do(transfer())
    assert left(incoming) == [NAME, "second"]


def test_what_was_cut_off_is_hidden_from_the_collector_and_can_be_continued(
    institution: Institution, incoming: Path
) -> None:
    async def cut_off() -> None:
        connection = await institution.connect()
        client = await connection.start_sftp_client()
        file = await client.open(f"INTEST/{NAME}", "wb")
        await file.write(b"12345")
        connection.abort()
        await connection.wait_closed()
        while institution.running.server.signed_in:
            await asyncio.sleep(0.01)

    institution.running.do(cut_off())
    assert left(incoming) == [f".{NAME}.half"]
    whole = incoming.parent.parent / "whole"
    whole.write_bytes(b"1234567890")
    done = institution.sftp("ls -l INTEST", f"reput {whole} INTEST/{NAME}")
    assert done.returncode == 0, done.stderr
    assert NAME in done.stdout
    assert (incoming / NAME).read_bytes() == b"1234567890"
    assert left(incoming) == [NAME]


def test_of_two_who_write_the_same_file_one_is_told(institution: Institution, incoming: Path) -> None:
    async def twice() -> None:
        async with (
            await institution.connect() as one,
            await institution.connect() as other,
            one.start_sftp_client() as first,
            other.start_sftp_client() as second,
            first.open(f"INTEST/{NAME}", "wb") as file,
        ):
            await file.write(b"first")
            for attempt in (second.open(f"INTEST/{NAME}", "wb"), second.remove(f"INTEST/{NAME}")):
                with pytest.raises(asyncssh.SFTPError, match="Another connection"):
                    await attempt

    institution.running.do(twice())
    assert (incoming / NAME).read_text() == "first"


FORBIDDEN = (
    "get INTEST/there",
    "put {file} OUTTEST/mine",
    "put {file} mine",
    "put {file} INTEST/.mine.half",
    "put {file} ELSEWHERE/mine",
    "mkdir INTEST/folder",
    "rmdir INTEST",
    "symlink /etc/passwd INTEST/link",
    "ln INTEST/there INTEST/link",
    "rename INTEST/there IN/there",
    "get ../../secret",
    "get INTEST/../../secret",
    "rm OUTTEST/link",
    "get OUTTEST/link",
)


def test_nobody_leaves_their_folders_nor_reads_what_they_sent(
    institution: Institution, incoming: Path, tmp_path: Path
) -> None:
    for name in ("OUT", "OUTTEST", "IN"):
        (incoming.parent / name).mkdir()
    (institution.running.root / "secret").write_text("secret")
    (incoming.parent / "OUTTEST" / "link").symlink_to(institution.running.root / "secret")
    (incoming / "there").write_text("85073003328")
    file = tmp_path / "file"
    file.write_text("x")
    commands = [f"-{command.format(file=file)}" for command in FORBIDDEN]
    done = institution.sftp(f"lcd {tmp_path}", *commands)
    assert done.returncode == 0, done.stderr
    assert len(done.stderr.strip().splitlines()) >= len(FORBIDDEN)
    assert left(incoming) == ["there"]
    assert not {"secret", "there", "link"} & {path.name for path in tmp_path.iterdir()}


def test_there_is_no_shell_and_no_forwarding(institution: Institution) -> None:
    async def try_them() -> tuple[int | None, str]:
        async with await institution.connect() as connection:
            done = await connection.run("id", check=False)
            with pytest.raises(asyncssh.ChannelOpenError):
                await connection.open_connection("127.0.0.1", institution.running.port)
            return done.exit_status, str(done.stderr)

    assert institution.running.do(try_them()) == (1, "This server accepts file transfers by SFTP only.\n")


async def sign_in(institution: Institution, **options: object) -> None:
    async with await institution.connect(**options) as connection:
        await connection.start_sftp_client()


def test_only_a_valid_key_of_the_institution_itself_signs_in(institution: Institution) -> None:
    stranger = asyncssh.generate_private_key("ssh-ed25519")
    for options in ({"client_keys": [stranger]}, {"username": "0403019261"}, {"client_keys": (), "password": "x"}):
        with pytest.raises(asyncssh.PermissionDenied):
            institution.running.do(sign_in(institution, **options))
    institution.running.do(sign_in(institution))
    wait_until(lambda: SftpKey.objects.get().used_at is not None)
    clock.move(clock.offset() + timedelta(days=31))
    with pytest.raises(asyncssh.PermissionDenied):
        institution.running.do(sign_in(institution))


def test_who_is_signed_in_when_the_key_ends_is_cut_off(story: object, tmp_path: Path) -> None:
    with serving(tmp_path / "drop", seconds_between_looks=0.01) as running:
        institution = Institution(tmp_path, running)
        connection = running.do(institution.connect())
        keys.end_key(institution.key.pk, actor=p.INES)
        running.do(connection.wait_closed())
        assert running.server.signed_in == 0


def test_who_does_nothing_is_cut_off(story: object, tmp_path: Path) -> None:
    async def stay(institution: Institution) -> None:
        connection = await institution.connect()
        await connection.wait_closed()

    with serving(tmp_path / "drop", seconds_between_looks=0.01, seconds_idle=0.1) as running:
        running.do(stay(Institution(tmp_path, running)))


def test_an_institution_fills_its_folders_and_no_more(story: object, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 60_000)
    with serving(tmp_path / "drop", most_bytes=100_000) as running:
        institution = Institution(tmp_path, running)
        done = institution.sftp(f"put {file} INTEST/one", f"put {file} IN/two")
        assert done.returncode == 1
        folder = running.root / INSTITUTION
        assert (left(folder / "INTEST"), left(folder / "IN")) == (["one"], [".two.half"])
        (folder / "INTEST" / "one").unlink()
        for number in range(MOST_FILES):
            (folder / "IN" / f"{number}").touch()
        assert institution.sftp(f"put {file} IN/more").returncode == 1


def test_connections_beyond_the_limit_are_sent_away_before_anything_else(story: object, tmp_path: Path) -> None:
    with serving(tmp_path / "drop", waiting=3) as running:
        institution = Institution(tmp_path, running)
        silent = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(3)]
        for one in silent:
            assert one.recv(7) == b"SSH-2.0"
        for _ in range(3000):
            with socket.create_connection(("127.0.0.1", running.port)) as more:
                assert more.recv(100) == b"Too many connections. Try again in a minute.\r\n"
        assert running.server.tally.full == 3000
        for one in silent:
            one.close()
        running.do(_until_let_in(institution))


def test_a_connection_opens_so_many_files_and_folders_and_others_go_on(story: object, tmp_path: Path) -> None:
    async def open_many(institution: Institution) -> None:
        async with (
            await institution.connect() as connection,
            connection.start_sftp_client() as one,
            connection.start_sftp_client() as other,
        ):
            file = await one.open("INTEST/written", "wb")
            listing = other.scandir("/")
            await anext(listing)
            answer = await other.open("OUT/answer", "rb")
            for attempt in (one.open("INTEST/more", "wb"), one.open("OUT/answer", "rb"), one.listdir("/")):
                with pytest.raises(asyncssh.SFTPFailure, match="Too many open files"):
                    await attempt
            await sign_in(institution)
            await answer.close()
            await listing.aclose()
            await file.close()
            assert len(await one.listdir("INTEST")) == 1

    with serving(tmp_path / "drop", handles=3) as running:
        answer = running.root / INSTITUTION / "OUT" / "answer"
        answer.parent.mkdir(parents=True)
        answer.touch()
        running.do(open_many(Institution(tmp_path, running)))


async def _until_let_in(institution: Institution) -> None:
    while True:
        try:
            await sign_in(institution)
        except (OSError, asyncssh.Error):
            await asyncio.sleep(0.01)
        else:
            return


def test_who_says_nothing_is_sent_away_after_some_time(story: object, tmp_path: Path) -> None:
    with (
        serving(tmp_path / "drop", seconds_to_sign_in=0.1) as running,
        socket.create_connection(("127.0.0.1", running.port)) as silent,
    ):
        silent.settimeout(60)
        while silent.recv(1000):
            pass


def test_who_signs_in_byte_by_byte_is_sent_away_after_some_time(story: object, tmp_path: Path) -> None:
    with (
        serving(tmp_path / "drop", seconds_to_sign_in=0.5) as running,
        socket.create_connection(("127.0.0.1", running.port)) as slow,
    ):
        slow.settimeout(0.01)
        for sign in itertools.chain(b"SSH-2.0-slow\r\n", itertools.repeat(0)):
            try:
                slow.send(bytes([sign]))
                if slow.recv(10_000) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        wait_until(lambda: running.server.tally.refused == 1)


def test_who_never_ends_a_request_is_cut_off(story: object, tmp_path: Path) -> None:
    async def drip(institution: Institution) -> None:
        connection = await institution.connect()
        channel, _ = await connection.create_session(asyncssh.SSHClientSession, subsystem="sftp", encoding=None)
        while not connection.is_closed():
            with suppress(BrokenPipeError):
                channel.write(b"\0")
            await asyncio.sleep(0.1)

    with serving(tmp_path / "drop", seconds_between_looks=0.01, seconds_idle=0.5) as running:
        running.do(drip(Institution(tmp_path, running)))


def test_nobody_stays_for_ever_however_busy(story: object, tmp_path: Path) -> None:
    async def stay(institution: Institution) -> None:
        async with await institution.connect() as connection, connection.start_sftp_client() as client:
            with suppress(asyncssh.SFTPError):
                while True:
                    await client.listdir("OUT")

    with serving(tmp_path / "drop", seconds_between_looks=0.01, seconds_at_most=0.5) as running:
        running.do(stay(Institution(tmp_path, running)))


def test_who_stops_in_the_middle_of_fetching_is_cut_off(story: object, tmp_path: Path) -> None:
    with serving(tmp_path / "drop", seconds_between_looks=0.01, seconds_idle=0.5) as running:
        institution = Institution(tmp_path, running)
        large = running.root / INSTITUTION / "OUT" / "large"
        large.parent.mkdir(parents=True)
        large.touch()
        os.truncate(large, 1 << 30)
        with institution.starting("get OUT/large /dev/null") as client:
            wait_until(lambda: running.server.signed_in == 1)
            client.send_signal(signal.SIGSTOP)
            wait_until(lambda: running.server.signed_in == 0)


def test_of_answers_that_nobody_takes_only_a_few_are_kept(story: object, tmp_path: Path) -> None:
    with serving(tmp_path / "drop") as running:
        institution = Institution(tmp_path, running)
        folder = running.root / INSTITUTION / "OUT"
        folder.mkdir(parents=True)
        (folder / "answer").write_bytes(bytes(1 << 20))

        async def ask_only() -> int:
            async with await institution.connect() as connection:
                channel, _ = await connection.create_session(Deaf, subsystem="sftp", encoding=None)
                channel.write(packet(1, (3).to_bytes(4, "big")))
                channel.write(packet(3, bytes(4), text(b"OUT/answer"), (1).to_bytes(4, "big"), bytes(4)))
                for number in range(1000):
                    asked = (bytes(8), (1 << 20).to_bytes(4, "big"))
                    channel.write(packet(5, number.to_bytes(4, "big"), text(bytes(4)), *asked))
                tracemalloc.start()
                await asyncio.sleep(2)
                return tracemalloc.get_traced_memory()[1]

        try:
            assert running.do(ask_only()) < 50 << 20
        finally:
            tracemalloc.stop()


class Deaf(asyncssh.SSHClientSession[bytes]):
    """A client that asks, and takes no answer."""

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        chan.pause_reading()


def packet(kind: int, *parts: bytes) -> bytes:
    """Return a request of SFTP."""
    return text(bytes([kind]) + b"".join(parts))


def text(content: bytes) -> bytes:
    """Return a text with its length before it."""
    return len(content).to_bytes(4, "big") + content


def test_the_metrics_count_visits_and_files(story: object, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(bytes(1000))
    with serving(tmp_path / "drop", seconds_between_looks=0.01) as running:
        institution = Institution(tmp_path, running)
        assert institution.sftp(f"put {file} INTEST/{NAME}").returncode == 0
        with pytest.raises(asyncssh.PermissionDenied):
            running.do(sign_in(institution, username="0403019261"))
        wait_until(lambda: counted("visits_total", "refused") == 1)
        assert counted("visits_total", "signed_in") == 1
        assert (counted("uploads_total", "received"), counted("uploads_total", "cut_off")) == (1, 0)
        assert (counted("received_bytes_total"), counted("connections", "waiting")) == (1000, 0)


def counted(name: str, *labels: str) -> float:
    """Return one of the numbers of the only server."""
    samples = (sample for family in sftp_metrics() for sample in family.samples)
    found = [
        one.value for one in samples if one.name == f"eboxcast_sftp_{name}" and {*labels} <= {*one.labels.values()}
    ]
    return found[0] if found else math.nan


def test_one_institution_leaves_room_for_the_others(story: object, tmp_path: Path) -> None:
    async def try_two(institution: Institution) -> None:
        async with await institution.connect():
            with pytest.raises(asyncssh.Error):
                await sign_in(institution)

    with serving(tmp_path / "drop", of_institution=1) as running:
        running.do(try_two(Institution(tmp_path, running)))


def test_the_server_keeps_its_host_key(tmp_path: Path) -> None:
    file = tmp_path / "state" / "sftp-host-key"
    made = host_key(file)
    assert host_key(file).get_fingerprint() == made.get_fingerprint()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_cut_off_list_is_no_part_of_a_set(dropping: Dropping) -> None:
    dropping.put_parts(dropping.story.files(SHORT), dropping.reference())
    whole = next(dropping.incoming.glob("*.csv"))
    whole.rename(whole.with_name(f".{whole.name}.half"))
    dropping.put_go(dropping.reference())
    assert dropping.collect().outcome == "waiting"
