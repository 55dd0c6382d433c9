"""What `make release` makes: the same bytes from the same commit, signed; and `make audit` with a service of ours."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
RELEASE = ROOT / ".venv" / "release" / "bin"
BUILT = ("src/eboxcast/web/static/vendor", "src/eboxcast/web/built")
_READY = (".venv/.dev", ".venv/.run", ".venv/.made", ".venv/.release", "src/eboxcast/web/built/.made")
pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not RELEASE.exists(), reason="needs its tools: make .venv/.release"),
    pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs ssh-keygen"),
]


def make(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run make with what is installed here."""
    ready = [word for target in _READY for word in ("-o", target)]
    return subprocess.run(["make", *ready, *words], cwd=tree, capture_output=True, text=True, env={**os.environ})


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of what is committed, with the tools of this one."""
    clone = tmp_path_factory.mktemp("release") / "eboxcast"
    subprocess.run(["git", "clone", "-q", ROOT, clone], check=True)
    (clone / ".venv").symlink_to(ROOT / ".venv")
    for folder in BUILT:
        shutil.copytree(ROOT / folder, clone / folder)
    return clone


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("key") / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path


@pytest.fixture(scope="module")
def released(tree: Path, key: Path) -> Path:
    done = make(tree, "release", f"RELEASE_KEY={key}")
    assert done.returncode == 0, done.stderr
    return tree / "build" / "release"


def digests(folder: Path) -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.glob("eboxcast*")}


def test_the_same_commit_gives_the_same_bytes(tree: Path, released: Path) -> None:
    first = digests(released)
    assert make(tree, "release").returncode == 0
    assert digests(released) == first
    assert {name.rpartition(".")[2] for name in first} == {"whl", "gz", "json"}


def test_what_is_not_committed_is_no_release(tree: Path) -> None:
    readme = tree / "README.md"
    before = readme.read_bytes()
    readme.write_bytes(before + b"x")
    try:
        refused = make(tree, "release")
    finally:
        readme.write_bytes(before)
    assert refused.returncode != 0
    assert "Commit first" in refused.stderr


def test_the_wheel_has_pages_styles_and_catalogues(released: Path) -> None:
    (wheel,) = released.glob("*.whl")
    names = set(ZipFile(wheel).namelist())
    assert {
        "eboxcast/locale/nl/LC_MESSAGES/eboxcast.mo",
        "eboxcast/portal/templates/portal/home.html",
        "eboxcast/web/static/vendor/designsystemet.css",
    } <= names
    assert not any(name.startswith("tests/") for name in names)


def test_the_list_of_parts_names_each_package_with_its_digests(released: Path) -> None:
    parts = json.loads((released / "eboxcast.cdx.json").read_text("utf-8"))["components"]
    django = next(part for part in parts if part["name"] == "django")
    pinned = (ROOT / "requirements" / "run.txt").read_text("utf-8")
    assert f"django=={django['version']} " in pinned
    assert len(parts) == pinned.count("==")


def test_the_signature_holds_for_these_digests_and_no_others(tree: Path, key: Path, tmp_path: Path) -> None:
    assert make(tree, "release", f"RELEASE_KEY={key}").returncode == 0
    sums = (tree / "build" / "release" / "SHA256SUMS").read_bytes()
    signers = tmp_path / "signers"
    signers.write_text(f"release {key.with_suffix('.pub').read_text('utf-8')}", "utf-8")
    words = ["ssh-keygen", "-Y", "verify", "-f", signers, "-I", "release", "-n", "eboxcast-release", "-s"]
    signature = tree / "build" / "release" / "SHA256SUMS.sig"
    assert subprocess.run([*words, signature], input=sums, capture_output=True).returncode == 0
    assert subprocess.run([*words, signature], input=b"0" + sums[1:], capture_output=True).returncode != 0
    assert subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=signature.parent, capture_output=True).returncode == 0


class Advisories(BaseHTTPRequestHandler):
    """A service that speaks OSV and knows one weakness, of one package."""

    weak = ""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        found = asked["package"]["name"] == self.weak
        advisory = {"id": "OSV-1", "summary": "weak", "modified": "2026-01-01T00:00:00Z", "affected": []}
        body = json.dumps({"vulns": [advisory]} if found else {}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def advisories(weak: str) -> Iterator[str]:
    """Serve them; yield the address."""
    server = HTTPServer(("127.0.0.1", 0), type("Knowing", (Advisories,), {"weak": weak}))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(("weak", "found"), [("", False), ("django", True)])
def test_advisories_about_what_we_depend_on_are_found(weak: str, found: bool) -> None:
    with advisories(weak) as address:
        done = make(ROOT, "audit", f"ADVISORIES={address}")
    assert (done.returncode != 0) == found, done.stdout + done.stderr
    assert ("OSV-1" in done.stdout) == found
