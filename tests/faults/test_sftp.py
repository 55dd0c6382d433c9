"""The SFTP server is killed while a file is sent: what is there is half a file, hidden, and the client continues it."""

from __future__ import annotations

import random
import socket
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.delivery.procedure import INSTITUTION
from tests.exchange.sftp_clients import Institution
from tests.faults.conftest import NewLetter
from tests.faults.machine import Machine, Process, mostly_long, wait_until

from eboxcast.exchange.access import half_of

NAME = "FI.BRDC.0456789034.20270118.00001.T.3.3.recipients-01.csv"
SIZE = 12 << 20
SLOWLY = 8 << 20
"""Bytes a second: there is time to kill in."""


@dataclass
class Server:
    """`eboxcast sftp`, which is killed and started again at the same address."""

    machine: Machine
    root: Path
    port: int

    def __post_init__(self) -> None:
        self.process = self.start()

    def start(self) -> Process:
        where = {"EBOXCAST_SFTP_LISTEN": f"127.0.0.1:{self.port}", "EBOXCAST_DROP_DIR": str(self.root)}
        return self.machine.begin("sftp", **where).until_it_says("SFTP server ready")

    def kill(self) -> None:
        """Kill it and start another."""
        self.process.kill()
        self.process = self.start()


@pytest.fixture
def sftp(machine: Machine, new_letter: NewLetter, tmp_path: Path) -> Server:
    new_letter("senders", recipients=2)
    root = tmp_path / "drop"
    root.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return Server(machine, root, port)


def begin_with_openssh(institution: Institution, file: Path, until: ExitStack) -> None:
    until.enter_context(institution.starting(f"put {file} INTEST/{NAME}", "-l", f"{SLOWLY * 8 // 1000}"))


def continue_with_openssh(institution: Institution, file: Path) -> int:
    return institution.sftp(f"reput {file} INTEST/{NAME}").returncode


def begin_with_lftp(institution: Institution, file: Path, until: ExitStack) -> None:
    until.enter_context(institution.starting_lftp(f"set net:limit-rate {SLOWLY}", f"put {file} -o INTEST/{NAME}"))


def continue_with_lftp(institution: Institution, file: Path) -> int:
    return institution.lftp(f"put -c {file} -o INTEST/{NAME}").returncode


CLIENTS = {
    "OpenSSH": (begin_with_openssh, continue_with_openssh),
    "lftp": (begin_with_lftp, continue_with_lftp),
}


@pytest.mark.parametrize("seed", mostly_long(range(10), 0))
@pytest.mark.parametrize(("begin", "go_on"), CLIENTS.values(), ids=CLIENTS.keys())
def test_an_upload_whose_server_is_killed_is_never_collected_and_can_be_continued(
    begin: Callable[[Institution, Path, ExitStack], None],
    go_on: Callable[[Institution, Path], int],
    seed: int,
    sftp: Server,
    tmp_path: Path,
) -> None:
    draw = random.Random(seed)
    file = tmp_path / "recipients.csv"
    file.write_bytes(draw.randbytes(SIZE))
    institution = Institution(tmp_path, sftp)  # type: ignore[arg-type]
    folder = sftp.root / INSTITUTION / "INTEST"
    half, enough = folder / half_of(NAME), draw.randrange(1, SIZE // 2)
    with ExitStack() as clients:
        begin(institution, file, clients)
        wait_until(lambda: half.exists() and half.stat().st_size >= enough)
        sftp.kill()
    assert [path.name for path in folder.iterdir()] == [half_of(NAME)]
    assert 0 < half.stat().st_size < SIZE
    assert go_on(institution, file) == 0
    assert [path.name for path in folder.iterdir()] == [NAME]
    assert (folder / NAME).read_bytes() == file.read_bytes()
