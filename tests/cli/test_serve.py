"""`eboxcast serve`: the real server, as a supervisor and a browser behind a proxy see it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from tests.broadcasts import people as p
from tests.cli.serving import answer_to, free_port, served
from tests.conftest import Eboxcast
from tests.web.visitors import account_of

from eboxcast.database import boot
from eboxcast.inbox.configuration import PEOPLE_FILE, SIGN_IN_FILE
from eboxcast.tools.demo.recipients import let_recipients_sign_in


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def serving(installation: None, port: int) -> Iterator[subprocess.Popen[str]]:
    """The pages below /eboxcast, served by processes of their own."""
    with served(port, "/eboxcast") as started:
        yield started


def test_the_pages_are_served_below_their_path_with_their_style(serving: subprocess.Popen[str], port: int) -> None:
    assert answer_to(port, "/health/ready")[0].status == 200
    answer, page = answer_to(port, "/eboxcast/sign-in")
    assert answer.status == 200
    links = re.findall(r'(?:href|src|action)="(/[^"]+)"', page)
    assert [link for link in links if not link.startswith("/eboxcast/")] == []
    styles = [link for link in links if "/static/" in link]
    assert len(styles) >= 6
    for link in styles:
        found, _ = answer_to(port, link)
        assert found.status == 200
        assert "immutable" in found.headers["Cache-Control"]
    secret = boot.places().root / "secret-key"
    assert secret.stat().st_mode & 0o777 == 0o600
    serving.send_signal(signal.SIGTERM)
    assert serving.wait(60) == 0
    secret.unlink()


def test_up_runs_pages_and_steward_and_one_signal_ends_all(procedure_on: None, port: int, tmp_path: Path) -> None:
    """The steward acts as LOU; SIGINT comes to `up` alone, as a supervisor sends it."""
    account_of(p.LOU)
    settings = {
        "EBOXCAST_PAGES_URL": f"http://127.0.0.1:{port}",
        "EBOXCAST_PAGES_LISTEN": f"127.0.0.1:{port}",
        "EBOXCAST_PAGES_PROCESSES": "1",
        "EBOXCAST_LANGUAGE": "en",
    }
    said = tmp_path / "said"
    with said.open("w") as file:
        words = [Path(sys.executable).with_name("eboxcast"), "--as", "lou", "up"]
        started = subprocess.Popen(words, env={**os.environ, **settings}, stderr=file, start_new_session=True)
    assert answer_to(port, "/health/live")[0].status == 200
    parts = psutil.Process(started.pid).children(recursive=True)
    started.send_signal(signal.SIGINT)
    assert started.wait(60) == 0
    assert not any(one.is_running() for one in parts)
    assert "Running the steward" in said.read_text()


def test_no_secret_is_in_the_list_of_processes(procedure_on: None, port: int, tmp_path: Path) -> None:
    """Everybody on a machine can read the arguments of all its processes."""
    account_of(p.LOU)
    (tmp_path / "drop").mkdir()
    secret = "geheim-" + "7f3a" * 15
    settings = {
        **dict.fromkeys(("EBOXCAST_SECRET_KEY", "EBOXCAST_METRICS_TOKEN", "EBOXCAST_SIGNING_PASSPHRASE"), secret),
        "EBOXCAST_SMTP_URL": f"smtps://eboxcast:{secret}@127.0.0.1:1",
        "EBOXCAST_MAIL_FROM": "broadcasts@example.be",
        "EBOXCAST_PAGES_URL": f"http://127.0.0.1:{port}",
        "EBOXCAST_PAGES_LISTEN": f"127.0.0.1:{port}",
        "EBOXCAST_PAGES_PROCESSES": "1",
        "EBOXCAST_DROP_DIR": str(tmp_path / "drop"),
        "EBOXCAST_SFTP_LISTEN": "127.0.0.1:0",
    }
    words = [Path(sys.executable).with_name("eboxcast"), "--as", "lou", "up"]
    quiet = subprocess.DEVNULL
    started = subprocess.Popen(words, env={**os.environ, **settings}, stderr=quiet, start_new_session=True)
    assert answer_to(port, "/health/live")[0].status == 200
    parts = psutil.Process(started.pid).children(recursive=True)
    arguments = [" ".join(one.cmdline()) for one in (*parts, psutil.Process(started.pid))]
    started.send_signal(signal.SIGINT)
    assert started.wait(60) == 0
    assert {"steward", "sftp", "up"} <= {line.split()[-1] for line in arguments if line}
    assert [line for line in arguments if "geheim" in line] == []


def test_up_lets_the_recipients_of_a_demo_sign_in(procedure_on: None, port: int) -> None:
    """By choosing who they are, from the people that the demo left in its state folder."""
    state = boot.places().root
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        provider = int(listening.getsockname()[1])
    let_recipients_sign_in(state, recipients=10)
    options = (state / SIGN_IN_FILE).read_text().replace("8410", str(provider))
    (state / SIGN_IN_FILE).write_text(options)
    settings = {
        "EBOXCAST_PAGES_URL": f"http://127.0.0.1:{port}",
        "EBOXCAST_PAGES_LISTEN": f"127.0.0.1:{port}",
        "EBOXCAST_PAGES_PROCESSES": "1",
    }
    words = [Path(sys.executable).with_name("eboxcast"), "up"]
    started = subprocess.Popen(words, env={**os.environ, **settings}, stdout=subprocess.DEVNULL, start_new_session=True)
    answer_to(provider, "/keys")
    address = answer_to(port, "/ebox/sign-in/begin")[0].headers["Location"]
    assert address.startswith(f"http://127.0.0.1:{provider}/authorize?")
    _, page = answer_to(provider, address.partition(str(provider))[2])
    assert "Alice Dumont" in page
    started.send_signal(signal.SIGINT)
    assert started.wait(60) == 0
    for name in (SIGN_IN_FILE, PEOPLE_FILE, "sign-in.secret"):
        (state / name).unlink()


def test_up_ends_when_a_part_ends_and_names_it(installation: None, eboxcast: Eboxcast) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = eboxcast("up", env={"EBOXCAST_PAGES_LISTEN": address})
    assert done.returncode == 1
    assert "`serve` ended with exit code" in done.stderr
